import torch
import torch.nn as nn
from torch.utils.data import Dataset, DataLoader
import torchvision
import torchvision.transforms as transforms
import matplotlib.pyplot as plt


class Digits(Dataset):
    """torchvision의 MNIST를 감싼 데이터셋"""

    def __init__(self, train):
        self.mnist = torchvision.datasets.MNIST("MNIST_data/", train=train, download=True)
        self.to_tensor = transforms.ToTensor()

    def __len__(self):
        return len(self.mnist)

    def __getitem__(self, index):
        image, label = self.mnist[index]
        return self.to_tensor(image), label


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(784, 10)

    def forward(self, x):
        return self.layer(x)


device = torch.device("cuda:0" if torch.cuda.is_available() else "cpu")
train_set = Digits(train=True)
test_set = Digits(train=False)
train_loader = DataLoader(train_set, batch_size=100, shuffle=True, drop_last=True, num_workers=0)
test_loader = DataLoader(test_set, batch_size=100, shuffle=False)

model = Model().to(device)
criterion = nn.CrossEntropyLoss().to(device)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

for epoch in range(5):
    average = 0
    for image, label in train_loader:
        image = image.flatten(1).to(device)
        label = label.to(device)
        optimizer.zero_grad()
        out = model(image)
        loss = criterion(out, label)
        loss.backward()
        optimizer.step()
        average += loss.detach() / len(train_loader)
    print("epoch", epoch, "loss", average.item())

correct = 0
with torch.no_grad():
    for image, label in test_loader:
        out = model(image.flatten(1).to(device))
        correct += (out.argmax(1) == label.to(device)).sum()
print("accuracy:", (correct / len(test_set)).item())

image, label = test_set[100]
guess = model(image.flatten(1).to(device)).argmax(1).item()
plt.imshow(image[0], cmap="gray")
plt.xlabel("label %d, guess %d" % (label, guess))
plt.show()
