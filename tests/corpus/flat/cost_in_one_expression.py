import random

import matplotlib.pyplot as plt
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

to_tensor = transforms.ToTensor()
train_data = datasets.MNIST("MNIST_data", train=True, transform=to_tensor, download=True)
test_data = datasets.MNIST("MNIST_data", train=False, transform=to_tensor, download=True)
loader = DataLoader(train_data, batch_size=100, shuffle=True, drop_last=True)

net = nn.Linear(784, 10)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
total_batch = len(loader)

for epoch in range(15):
    avg_cost = 0
    for step, (x, y) in enumerate(loader):
        opt.zero_grad()
        loss = F.cross_entropy(net(x.view(-1, 784)), y)
        loss.backward()
        opt.step()
        avg_cost += loss.item() / total_batch
    print("Epoch", epoch + 1, "cost", avg_cost)

with torch.no_grad():
    images = test_data.data.view(-1, 784).float() / 255
    acc = (net(images).argmax(1) == test_data.targets).float().mean()
    print("Accuracy:", acc.item())
    r = random.randrange(len(test_data))
    print("Label:", test_data.targets[r].item())
    print("Prediction:", net(images[r : r + 1]).argmax(1).item())
    plt.imshow(test_data.data[r], cmap="Greys", interpolation="nearest")
    plt.show()
