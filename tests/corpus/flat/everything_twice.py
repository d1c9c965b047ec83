import torch
import torch.nn as nn
import torchvision.datasets as dsets
import torchvision.transforms as transforms
import matplotlib.pyplot as plt

train_data = dsets.MNIST("MNIST_data/", train=True, transform=transforms.ToTensor(), download=True)
test_data = dsets.MNIST("MNIST_data/", train=False, transform=transforms.ToTensor(), download=True)
train_loader = torch.utils.data.DataLoader(train_data, batch_size=100, shuffle=True, drop_last=True)
test_loader = torch.utils.data.DataLoader(test_data, batch_size=100)

linear = nn.Linear(784, 10)
optimizer = torch.optim.SGD(linear.parameters(), lr=0.01)

# 학습률을 바꿔서 다시 시도
linear = nn.Linear(784, 10, bias=True)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(linear.parameters(), lr=0.1)

for epoch in range(15):
    avg_cost = 0
    train_right = 0
    for X, Y in train_loader:
        X = X.view(-1, 784)
        out = linear(X)
        cost = criterion(out, Y)
        optimizer.zero_grad()
        cost.backward()
        optimizer.step()
        avg_cost += cost.item() / len(train_loader)
        train_right += (out.argmax(1) == Y).sum().item()
    train_accuracy = train_right / len(train_data)
    print(f"epoch {epoch + 1}: cost {avg_cost:.4f}, train accuracy {train_accuracy:.4f}")

test_right = 0
with torch.no_grad():
    for X, Y in test_loader:
        out = linear(X.view(-1, 784))
        test_right += (out.argmax(1) == Y).sum().item()
test_accuracy = test_right / len(test_data)
print(f"test accuracy {test_accuracy:.4f}")

image, label = test_data[9]
with torch.no_grad():
    digit = torch.argmax(linear(image.view(-1, 784))).item()
print(f"label {label}, prediction {digit}")
plt.imshow(image.view(28, 28), cmap="Greys")
plt.show()
