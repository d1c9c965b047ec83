import torch
import torchvision.datasets as dsets
import torchvision.transforms as transforms
import random

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
print("장치:", device)
random.seed(777)
torch.manual_seed(777)

training_epochs = 15
batch_size = 100

mnist_train = dsets.MNIST(root="MNIST_data/", train=True, transform=transforms.ToTensor(), download=True)
mnist_test = dsets.MNIST(root="MNIST_data/", train=False, transform=transforms.ToTensor(), download=True)
data_loader = torch.utils.data.DataLoader(dataset=mnist_train, batch_size=batch_size, shuffle=True, drop_last=True)
print(len(data_loader))
for X, Y in data_loader:
    print(X.shape, Y.shape)
    break
