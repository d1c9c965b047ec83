import torch
import torch.nn as nn
import torch.optim as optim
from torch.utils.data import DataLoader
from torchvision import datasets, transforms
import matplotlib.pyplot as plt
from random import randrange

EPOCHS = 12
BATCH = 64
LR = 0.1

to_tensor = transforms.ToTensor()
train_data = datasets.MNIST("./data", train=True, transform=to_tensor, download=True)
test_data = datasets.MNIST("./data", train=False, transform=to_tensor, download=True)
print(len(train_data), len(test_data))

train_loader = DataLoader(train_data, BATCH, shuffle=True, drop_last=True)

net = nn.Linear(28 * 28, 10)
loss_fn = nn.CrossEntropyLoss()
opt = optim.SGD(net.parameters(), lr=LR)

for ep in range(1, EPOCHS + 1):
    total = 0.0
    for x, y in train_loader:
        x = x.reshape(-1, 784)
        loss = loss_fn(net(x), y)
        opt.zero_grad()
        loss.backward()
        opt.step()
        total += loss.item()
    print(f"[{ep}/{EPOCHS}] mean loss {total / len(train_loader):.5f}")

with torch.no_grad():
    pixels = test_data.data.reshape(-1, 784).float() / 255.0
    guesses = net(pixels).argmax(dim=1)
    acc = (guesses == test_data.targets).float().mean().item()
print("accuracy", acc)

i = randrange(len(test_data))
with torch.no_grad():
    one = test_data.data[i].reshape(1, 784).float() / 255.0
    digit = net(one).argmax(dim=1).item()
plt.imshow(test_data.data[i], cmap="gray")
plt.title("label %d, network says %d" % (test_data.targets[i].item(), digit))
plt.show()
