import random
import torch
import torch.nn as nn
import torchvision.datasets as dset
import torchvision.transforms as transforms
from torch.utils.data import DataLoader
import matplotlib.pyplot as plt

batch_size = 128
n_epochs = 10

mnist_train = dset.MNIST(root="data", train=True, transform=transforms.ToTensor(), download=True)
mnist_test = dset.MNIST(root="data", train=False, transform=transforms.ToTensor(), download=True)
train_loader = DataLoader(mnist_train, batch_size=batch_size, shuffle=True, drop_last=True)
test_loader = DataLoader(mnist_test, batch_size=batch_size, shuffle=False)

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
linear = nn.Linear(784, 10, bias=True).to(device)
nn.init.normal_(linear.weight, std=0.01)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(linear.parameters(), lr=0.1)

for epoch in range(n_epochs):
    running_loss = 0.0
    for i, (imgs, labels) in enumerate(train_loader):
        imgs = imgs.view(imgs.size(0), -1).to(device)
        labels = labels.to(device)

        outputs = linear(imgs)
        loss = criterion(outputs, labels)

        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

        running_loss += loss.item()
        if i % 200 == 199:
            print("step", i + 1, "loss", loss.item())
    print("epoch", epoch + 1, "average loss", running_loss / len(train_loader))

linear.eval()
correct = 0
total = 0
with torch.no_grad():
    for imgs, labels in test_loader:
        imgs = imgs.view(imgs.size(0), -1).to(device)
        labels = labels.to(device)
        outputs = linear(imgs)
        _, predicted = torch.max(outputs, 1)
        total += labels.size(0)
        correct += (predicted == labels).sum().item()
print("test accuracy: %.2f %%" % (100 * correct / total))

pick = random.randint(0, len(mnist_test) - 1)
image, label = mnist_test[pick]
with torch.no_grad():
    answer = linear(image.view(-1, 784).to(device)).argmax(dim=1).item()
print("label", label, "prediction", answer)
plt.imshow(image.view(28, 28), cmap="Greys")
plt.show()
