import torch
import torch.nn as nn
import torchvision.datasets as dsets
import torchvision.transforms as transforms
from torch.utils.data import DataLoader
import matplotlib.pyplot as plt
import random
import time

start = time.time()
device = torch.device("cpu")
epochs, batch_size = 15, 100

mnist_train = dsets.MNIST(root="MNIST_data/", train=True, transform=transforms.ToTensor(), download=True)
mnist_test = dsets.MNIST(root="MNIST_data/", train=False, transform=transforms.ToTensor(), download=True)
mnist_train
data_loader = DataLoader(dataset=mnist_train, batch_size=batch_size, shuffle=True, drop_last=True)

linear = nn.Linear(784, 10, bias=True)
criterion = nn.CrossEntropyLoss()
optim = torch.optim.SGD(linear.parameters(), lr=0.1)

for epoch in range(epochs):
    avg_loss = 0
    total_batch = len(data_loader)
    for x, y in data_loader:
        x = x.view(-1, 28 * 28)
        optim.zero_grad()
        loss = criterion(linear(x), y)
        loss.backward()
        optim.step()
        avg_loss += loss / total_batch
    print(epoch, loss, avg_loss)
print("걸린 시간", time.time() - start)

with torch.no_grad():
    x_test = mnist_test.data.view(-1, 28 * 28).float() / 255
    y_test = mnist_test.targets
    accuracy = (linear(x_test).argmax(1) == y_test).float().mean()
    print("accuracy:", accuracy)

for _ in range(3):
    r = random.randint(0, len(mnist_test) - 1)
    with torch.no_grad():
        answer = linear(x_test[r].view(1, -1))
    print("label:", y_test[r])
    print("prediction:", torch.argmax(answer, 1))
    plt.imshow(x_test[r].view(28, 28), cmap="Greys", interpolation="nearest")
    plt.show()
