import torch
import torch.nn as nn
import torch.optim as optim
import torchvision.datasets as dsets
import torchvision.transforms as transforms
from torch.utils.data import DataLoader

USE_CUDA = torch.cuda.is_available()
device = torch.device("cuda" if USE_CUDA else "cpu")

mnist_train = dsets.MNIST(root="MNIST_data/", train=True, transform=transforms.ToTensor(), download=True)
mnist_test = dsets.MNIST(root="MNIST_data/", train=False, transform=transforms.ToTensor(), download=True)
data_loader = DataLoader(dataset=mnist_train, batch_size=100, shuffle=True, drop_last=True)

hypothesis = nn.Linear(784, 10, bias=True).to(device)
criterion = nn.CrossEntropyLoss().to(device)
optimizer = optim.SGD(hypothesis.parameters(), lr=0.1)

for epoch in range(15):
    avg_cost = 0
    total_batch = len(data_loader)
    for X, Y in data_loader:
        x = X.view(-1, 28 * 28).to(device)
        y = Y.to(device)
        optimizer.zero_grad()
        cost = criterion(hypothesis(x), y)
        cost.backward()
        optimizer.step()
        avg_cost += cost / total_batch
    print("Epoch: ", "%04d" % (epoch + 1), "Cost = ", "{:.9f}".format(avg_cost))
# TODO: 테스트는 다음 시간에
