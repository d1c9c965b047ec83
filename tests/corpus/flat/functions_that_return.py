import random
import torch
import torchvision
from torch.utils.data import DataLoader
import matplotlib.pyplot as plt

transform = torchvision.transforms.ToTensor()
trainset = torchvision.datasets.MNIST("MNIST_data/", train=True, download=True, transform=transform)
testset = torchvision.datasets.MNIST("MNIST_data/", train=False, download=True, transform=transform)
trainloader = DataLoader(trainset, batch_size=100, shuffle=True, drop_last=True)
testloader = DataLoader(testset, batch_size=100)

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
model = torch.nn.Linear(784, 10).to(device)
criterion = torch.nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)


def flatten(x):
    return x.view(x.shape[0], -1)


def train_one_epoch():
    mean = 0
    for x, y in trainloader:
        x, y = flatten(x).to(device), y.to(device)
        loss = criterion(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        mean += loss.item() / len(trainloader)
    return mean


def get_accuracy():
    right = 0
    with torch.no_grad():
        for x, y in testloader:
            x, y = flatten(x).to(device), y.to(device)
            right += (model(x).argmax(1) == y).sum().item()
    return right / len(testset)


for epoch in range(10):
    cost = train_one_epoch()
    print(f"epoch {epoch + 1}: cost {cost:.6f}")

print("정확도:", get_accuracy())

idx = random.choice(range(len(testset)))
x, y = testset[idx]
with torch.no_grad():
    p = model(flatten(x).to(device)).argmax(1).item()
fig, ax = plt.subplots()
ax.imshow(x.view(28, 28), cmap="Greys")
ax.set_title(f"Label: {y}, Prediction: {p}")
plt.show()
