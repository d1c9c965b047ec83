from tqdm import tqdm
import random
import torch
import torchvision.datasets as dsets
import torchvision.transforms as transforms
import matplotlib.pyplot as plt

torch.manual_seed(0)
training_epochs = 15
batch_size = 100
mnist_train = dsets.MNIST(root="MNIST_data/", train=True, transform=transforms.ToTensor(), download=True)
mnist_test = dsets.MNIST(root="MNIST_data/", train=False, transform=transforms.ToTensor(), download=True)
data_loader = torch.utils.data.DataLoader(mnist_train, batch_size=batch_size, shuffle=True, drop_last=True)

linear = torch.nn.Linear(784, 10)
criterion = torch.nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(linear.parameters(), lr=0.1)
total_batch = len(data_loader)

for epoch in tqdm(range(training_epochs)):
    avg_cost = 0
    for X, Y in data_loader:
        X = X.view(-1, 784)
        optimizer.zero_grad()
        cost = criterion(linear(X), Y)
        cost.backward()
        optimizer.step()
        avg_cost += cost.item() / total_batch
    tqdm.write("epoch %2d cost %.6f" % (epoch + 1, avg_cost))

with torch.no_grad():
    X_test = mnist_test.data.view(-1, 784) / 255.
    Y_test = mnist_test.targets
    accuracy = (linear(X_test).argmax(1) == Y_test).float().mean()
    print("Acc:", accuracy.item())

    r = random.randint(0, len(mnist_test) - 1)
    single = linear(X_test[r:r + 1])
    print("label", Y_test[r].item(), "prediction", torch.argmax(single, 1).item())
    plt.imshow(X_test[r].view(28, 28), cmap="Greys", interpolation="nearest")
    plt.show()
