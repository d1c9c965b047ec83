import torch
import torch.nn as nn
import torch.optim as optim
import torchvision.transforms as transforms
from torch.utils.data import DataLoader
from torchvision.datasets import MNIST
from tqdm.auto import tqdm
import matplotlib.pyplot as plt

device = "cpu"
train_loader = DataLoader(MNIST("./", train=True, download=True, transform=transforms.ToTensor()),
                          batch_size=256, shuffle=True, drop_last=True)
mnist_test = MNIST("./", train=False, download=True, transform=transforms.ToTensor())
test_loader = DataLoader(mnist_test, batch_size=256)

fc = nn.Linear(784, 10).to(device)
loss_function = nn.CrossEntropyLoss()
optimizer = optim.SGD(fc.parameters(), lr=0.1)

for epoch in range(1, 11):
    loss_sum = 0
    bar = tqdm(train_loader, desc=f"epoch {epoch}")
    for images, labels in bar:
        images = images.to(device).view(-1, 784)
        labels = labels.to(device)
        optimizer.zero_grad()
        loss = loss_function(fc(images), labels)
        loss.backward()
        optimizer.step()
        loss_sum += loss.item()
    print(f"epoch {epoch}: loss = {loss_sum / len(train_loader):.4f}")

n_right = 0
with torch.no_grad():
    for images, labels in tqdm(test_loader):
        images = images.to(device).view(-1, 784)
        labels = labels.to(device)
        n_right += torch.sum(torch.argmax(fc(images), dim=1) == labels).item()
print(f"test accuracy = {n_right / len(mnist_test):.4f}")

with torch.no_grad():
    images, labels = next(iter(test_loader))
    prediction = fc(images[0].view(-1, 784)).argmax(1).item()
    print("Label:", labels[0].item(), "Prediction:", prediction)
    plt.imshow(images[0].view(28, 28), cmap="gray")
    plt.show()
