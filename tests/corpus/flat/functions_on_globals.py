import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim
from torchvision import datasets, transforms
import matplotlib.pyplot as plt

batch_size = 64
train_loader = torch.utils.data.DataLoader(
    datasets.MNIST("./mnist_data/", train=True, transform=transforms.ToTensor(), download=True),
    batch_size=batch_size, shuffle=True, drop_last=True)
test_dataset = datasets.MNIST("./mnist_data/", train=False, transform=transforms.ToTensor())
test_loader = torch.utils.data.DataLoader(test_dataset, batch_size=batch_size, shuffle=False)


class Net(nn.Module):
    def __init__(self):
        super(Net, self).__init__()
        self.l1 = nn.Linear(784, 10)

    def forward(self, x):
        return self.l1(x)


model = Net()
criterion = nn.CrossEntropyLoss()
optimizer = optim.SGD(model.parameters(), lr=0.1)


def train(epoch):
    model.train()
    total_loss = 0
    for batch_idx, (data, target) in enumerate(train_loader):
        data = data.view(-1, 784)
        optimizer.zero_grad()
        output = model(data)
        loss = criterion(output, target)
        loss.backward()
        optimizer.step()
        total_loss += loss.item()
        if batch_idx % 300 == 0:
            print("Train Epoch: {} [{}/{}] Loss: {:.6f}".format(
                epoch, batch_idx * len(data), len(train_loader.dataset), loss.item()))
    print("Epoch {} average loss {:.6f}".format(epoch, total_loss / len(train_loader)))


def test():
    model.eval()
    correct = 0
    with torch.no_grad():
        for data, target in test_loader:
            output = model(data.view(-1, 784))
            pred = output.max(1, keepdim=True)[1]
            correct += pred.eq(target.view_as(pred)).sum().item()
    print("Test set: Accuracy: {}/{} ({:.0f}%)".format(
        correct, len(test_loader.dataset), 100. * correct / len(test_loader.dataset)))


for epoch in range(1, 10):
    train(epoch)
    test()

image, label = test_dataset[3]
with torch.no_grad():
    print("label", label, "prediction", model(image.view(-1, 784)).max(1)[1].item())
plt.imshow(image.view(28, 28), cmap="gray")
plt.show()
