import torch
import torch.nn as nn
import torchvision.datasets as dsets
import torchvision.transforms as transforms
import matplotlib.pyplot as plt

use_cuda = torch.cuda.is_available()
mnist_train = dsets.MNIST("MNIST_data/", train=True, transform=transforms.ToTensor(), download=True)
mnist_test = dsets.MNIST("MNIST_data/", train=False, transform=transforms.ToTensor(), download=True)
data_loader = torch.utils.data.DataLoader(mnist_train, batch_size=100, shuffle=True, drop_last=True)
test_loader = torch.utils.data.DataLoader(mnist_test, batch_size=100)

linear = nn.Linear(784, 10)
if use_cuda:
    linear = linear.cuda()
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(linear.parameters(), lr=0.1)

for epoch in range(15):
    avg_cost = 0
    for X, Y in data_loader:
        X = X.view(-1, 784)
        if use_cuda:
            X, Y = X.cuda(), Y.cuda()
        optimizer.zero_grad()
        cost = criterion(linear(X), Y)
        cost.backward()
        optimizer.step()
        avg_cost += cost.item() / len(data_loader)
    print("Epoch %d: %f" % (epoch + 1, avg_cost))

correct = 0
with torch.no_grad():
    for X, Y in test_loader:
        X = X.view(-1, 784)
        if use_cuda:
            X, Y = X.cuda(), Y.cuda()
        correct += (linear(X).argmax(1) == Y).sum().item()
print("Accuracy %.4f" % (correct / len(mnist_test)))

image, label = mnist_test[5]
x = image.view(1, 784)
if use_cuda:
    x = x.cuda()
print("Label", label, "Prediction", linear(x).argmax(1).item())
plt.imshow(image[0], cmap="Greys")
plt.show()
