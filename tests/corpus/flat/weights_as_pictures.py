import torch
import torch.nn as nn
import torchvision.datasets as dsets
import torchvision.transforms as transforms
import matplotlib.pyplot as plt

mnist_train = dsets.MNIST("../data", train=True, transform=transforms.ToTensor(), download=True)
mnist_test = dsets.MNIST("../data", train=False, transform=transforms.ToTensor(), download=True)
train_loader = torch.utils.data.DataLoader(mnist_train, batch_size=64, shuffle=True, drop_last=True)
test_loader = torch.utils.data.DataLoader(mnist_test, batch_size=64)

model = nn.Linear(28 * 28, 10)
loss_fn = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

for epoch in range(10):
    loss_sum = 0
    for X, Y in train_loader:
        X = X.view(-1, 28 * 28)
        optimizer.zero_grad()
        loss = loss_fn(model(X), Y)
        loss.backward()
        optimizer.step()
        loss_sum += loss.item()
    print("epoch", epoch + 1, loss_sum / len(train_loader))

correct = 0
with torch.no_grad():
    for X, Y in test_loader:
        correct += (model(X.view(-1, 28 * 28)).argmax(1) == Y).sum().item()
print("accuracy", correct / len(mnist_test))

# 학습된 가중치를 그림으로
weights = model.weight.detach().numpy().reshape(10, 28, 28)
for digit in range(10):
    plt.subplot(2, 5, digit + 1)
    plt.imshow(weights[digit], cmap="gray")
    plt.title(f"digit {digit}")
plt.show()
