import math

import matplotlib.pyplot as plt
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

train_data = datasets.MNIST("data", train=True, download=True, transform=transforms.ToTensor())
test_data = datasets.MNIST("data", train=False, download=True, transform=transforms.ToTensor())
train_loader = DataLoader(train_data, batch_size=100, shuffle=True, drop_last=True)
test_loader = DataLoader(test_data, batch_size=100)

weight = nn.Parameter(torch.randn(784, 10) / math.sqrt(784))
bias = nn.Parameter(torch.zeros(10))
params = [weight, bias]
opt = torch.optim.SGD(params, lr=0.1)
loss_fn = nn.CrossEntropyLoss()


def model(xb):
    return xb @ weight + bias


for epoch in range(5):
    running = 0.0
    for i, (xb, yb) in enumerate(train_loader):
        xb = xb.reshape(len(xb), -1)
        loss = loss_fn(model(xb), yb)
        opt.zero_grad()
        loss.backward()
        opt.step()
        running += loss.item()
    print(f"epoch {epoch + 1}: loss {running / len(train_loader):.4f}")

correct, total = 0, 0
with torch.no_grad():
    for xb, yb in test_loader:
        pred = model(xb.reshape(-1, 784)).argmax(dim=1)
        correct += (pred == yb).sum().item()
        total += yb.size(0)
print(f"test accuracy: {correct / total:.4f}")

image, label = test_data[7]
with torch.no_grad():
    pred = (image.reshape(-1, 784) @ weight + bias).argmax(dim=1)
print("label", label, "prediction", pred.item())
plt.imshow(image.squeeze(), cmap="gray")
plt.show()
