import random
import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim
import torchvision.datasets as dsets
import torchvision.transforms as transforms
from torch.utils.data import DataLoader
import matplotlib.pyplot as plt

mnist_train = dsets.MNIST(root="MNIST_data/", train=True, transform=transforms.ToTensor(), download=True)
mnist_test = dsets.MNIST(root="MNIST_data/", train=False, transform=transforms.ToTensor(), download=True)
data_loader = DataLoader(dataset=mnist_train, batch_size=100, shuffle=True, drop_last=True)

for X, Y in data_loader:
    print(X.shape, Y.shape)  # 모양 확인

model = nn.Linear(784, 10, bias=True)
criterion = nn.CrossEntropyLoss()
optimizer = optim.SGD(model.parameters(), lr=0.1)

for epoch in range(15):
    avg_cost = 0
    total_batch = len(data_loader)
    for X, Y in data_loader:
        X = X.view(-1, 28 * 28)
        hypothesis = model(X)
        cost = criterion(hypothesis, Y)
        optimizer.zero_grad()
        cost.backward()
        optimizer.step()
        avg_cost += cost / total_batch
    print(f"Epoch: {(epoch + 1):04d}   cost: {avg_cost:.9f}")

with torch.no_grad():
    X_test = mnist_test.data.view(-1, 28 * 28).float() / 255
    prediction = model(X_test)
    accuracy = (torch.argmax(prediction, 1) == mnist_test.targets).float().mean()
    print("Accuracy:", accuracy.item())

    r = random.randint(0, len(mnist_test) - 1)
    single_prediction = model(X_test[r : r + 1])
    print("Label: ", mnist_test.targets[r].item())
    print("Prediction: ", torch.argmax(single_prediction, 1).item())
    plt.imshow(mnist_test.data[r], cmap="Greys", interpolation="nearest")
    plt.show()

# ---- 지난 시간 복습: 작은 데이터로 소프트맥스 회귀 ----
x_data = torch.FloatTensor([[1, 2, 1, 1], [2, 1, 3, 2], [3, 1, 3, 4], [4, 1, 5, 5]])
y_data = torch.LongTensor([2, 2, 1, 0])
small = nn.Linear(4, 3)
small_optimizer = optim.SGD(small.parameters(), lr=0.1)
for epoch in range(200):
    prediction = small(x_data)
    cost = F.cross_entropy(prediction, y_data)
    small_optimizer.zero_grad()
    cost.backward()
    small_optimizer.step()
    if epoch % 100 == 0:
        print("Epoch {:4d} Cost: {:.6f}".format(epoch, cost.item()))
