import random

import matplotlib.pyplot as plt
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision.datasets import MNIST
from torchvision.transforms import ToTensor

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
train_ds = MNIST("data", train=True, transform=ToTensor(), download=True)
test_ds = MNIST("data", train=False, transform=ToTensor(), download=True)
train_dl = DataLoader(train_ds, batch_size=100, shuffle=True, drop_last=True)
test_dl = DataLoader(test_ds, batch_size=100)

model = nn.Linear(784, 10).to(device)
loss_fn = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

history = {"loss": [], "acc": []}
log = []
for epoch in range(15):
    running = 0.0
    for x, y in train_dl:
        optimizer.zero_grad()
        loss = loss_fn(model(x.view(-1, 784).to(device)), y.to(device))
        loss.backward()
        optimizer.step()
        running += loss.item()
    history["loss"].append(running / len(train_dl))

    right = 0
    with torch.no_grad():
        for x, y in test_dl:
            right += (model(x.view(-1, 784).to(device)).argmax(1) == y.to(device)).sum().item()
    history["acc"].append(right / len(test_ds))
    log.append((epoch + 1, history["loss"][-1], history["acc"][-1]))
    print(history["loss"][-1], history["acc"][-1])

plt.plot(history["loss"])
plt.show()
print(log[-1])
with torch.no_grad():
    i = random.randrange(len(test_ds))
    image, label = test_ds[i]
    guess = model(image.view(1, 784).to(device)).argmax(1).item()
print("Label:", label, "Prediction:", guess)
plt.imshow(image[0], cmap="Greys", interpolation="nearest")
plt.show()
