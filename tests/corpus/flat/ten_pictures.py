import torch
import torch.nn as nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms
import matplotlib.pyplot as plt

device = torch.device("cpu")
train_data = datasets.MNIST("data", train=True, transform=transforms.ToTensor(), download=True)
test_data = datasets.MNIST("data", train=False, transform=transforms.ToTensor(), download=True)
train_loader = DataLoader(train_data, batch_size=100, shuffle=True, drop_last=True)
test_loader = DataLoader(test_data, batch_size=100, shuffle=False)

model = nn.Linear(784, 10).to(device)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

for epoch in range(5):
    loss_sum = 0
    for images, labels in train_loader:
        images, labels = images.to(device).view(-1, 784), labels.to(device)
        loss = criterion(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.item()
    print("epoch", epoch + 1, "loss", loss_sum / len(train_loader))

model.eval()
with torch.no_grad():
    correct = 0
    for images, labels in test_loader:
        images, labels = images.to(device).view(-1, 784), labels.to(device)
        correct += (model(images).argmax(1) == labels).sum().item()
    print("accuracy", correct / len(test_data))

plt.figure(figsize=(10, 4))
for i in range(10):
    image, label = test_data[i]
    with torch.no_grad():
        predicted = model(image.view(1, 784).to(device)).argmax(1).item()
    plt.subplot(2, 5, i + 1)
    plt.imshow(image.squeeze(), cmap="gray")
    plt.title(f"{label} -> {predicted}")
    plt.axis("off")
plt.show()
