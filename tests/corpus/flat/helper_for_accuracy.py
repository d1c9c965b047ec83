import torch
import torch.nn as nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms
import matplotlib.pyplot as plt

train_data = datasets.MNIST("data", train=True, transform=transforms.ToTensor(), download=True)
test_data = datasets.MNIST("data", train=False, transform=transforms.ToTensor(), download=True)
train_loader = DataLoader(train_data, batch_size=100, shuffle=True, drop_last=True)

model = nn.Linear(784, 10)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)


def accuracy():
    with torch.no_grad():
        X_test = test_data.data.view(-1, 28 * 28).float() / 255
        preds = model(X_test)
        correct = (torch.argmax(preds, 1) == test_data.targets).float().sum()
        acc = correct / len(test_data)
        print(f"Accuracy: {acc:.2%}")


def show(index):
    image, label = test_data[index]
    with torch.no_grad():
        guess = model(image.view(-1, 28 * 28)).argmax(1).item()
    plt.imshow(image.view(28, 28), cmap="Greys")
    plt.title(f"label {label} prediction {guess}")
    plt.show()


for epoch in range(10):
    total = 0
    for X, Y in train_loader:
        optimizer.zero_grad()
        loss = criterion(model(X.view(-1, 28 * 28)), Y)
        loss.backward()
        optimizer.step()
        total += loss.item()
    print(f"Epoch {epoch + 1}, Loss: {total / len(train_loader):.4f}")
    accuracy()

show(12)
