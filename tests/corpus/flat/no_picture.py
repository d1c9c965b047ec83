import torch
import torchvision.datasets as dsets
import torchvision.transforms as transforms
import random

device = "cuda" if torch.cuda.is_available() else "cpu"
mnist_train = dsets.MNIST(root="MNIST_data/", train=True, transform=transforms.ToTensor(), download=True)
mnist_test = dsets.MNIST(root="MNIST_data/", train=False, transform=transforms.ToTensor(), download=True)
data_loader = torch.utils.data.DataLoader(dataset=mnist_train, batch_size=100, shuffle=True, drop_last=True)

linear = torch.nn.Linear(784, 10, bias=True).to(device)
criterion = torch.nn.CrossEntropyLoss().to(device)
optimizer = torch.optim.SGD(linear.parameters(), lr=0.1)

for epoch in range(15):
    avg_cost = 0
    for X, Y in data_loader:
        X = X.view(-1, 28 * 28).to(device)
        Y = Y.to(device)
        optimizer.zero_grad()
        cost = criterion(linear(X), Y)
        cost.backward()
        optimizer.step()
        avg_cost += cost / len(data_loader)
    print("Epoch", epoch + 1, avg_cost.item())

with torch.no_grad():
    X_test = mnist_test.data.view(-1, 28 * 28).float().to(device) / 255
    Y_test = mnist_test.targets.to(device)
    accuracy = (linear(X_test).argmax(1) == Y_test).float().mean()
    print("Accuracy:", accuracy.item())

    r = random.randint(0, len(mnist_test) - 1)
    print("Label:", Y_test[r].item())
    print("Prediction:", linear(X_test[r:r + 1]).argmax(1).item())
