import torch
import torch.nn as nn
import torchvision.datasets as dsets
import torchvision.transforms as transforms
from torch.autograd import Variable
import matplotlib.pyplot as plt

train_dataset = dsets.MNIST(root="./data", train=True, transform=transforms.ToTensor(), download=True)
test_dataset = dsets.MNIST(root="./data", train=False, transform=transforms.ToTensor())
train_loader = torch.utils.data.DataLoader(train_dataset, batch_size=100, shuffle=True, drop_last=True)
test_loader = torch.utils.data.DataLoader(test_dataset, batch_size=100)

model = nn.Linear(784, 10)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

for epoch in range(5):
    mean_loss = 0
    for images, labels in train_loader:
        images = Variable(images.view(-1, 784))
        labels = Variable(labels)
        optimizer.zero_grad()
        loss = criterion(model(images), labels)
        loss.backward()
        optimizer.step()
        mean_loss += loss.data[0] / len(train_loader)
    print("epoch %d loss %.4f" % (epoch + 1, mean_loss))

correct = 0
with torch.no_grad():
    for images, labels in test_loader:
        outputs = model(images.view(-1, 784))
        correct += (outputs.argmax(1) == labels).sum().item()
print("accuracy %.2f" % (correct / len(test_dataset)))

image, label = test_dataset[0]
print("label", label, "prediction", model(image.view(-1, 784)).argmax(1).item())
plt.imshow(image[0], cmap="gray")
plt.show()
