import torch
import torch.nn as nn
import torch.nn.functional as F
import torchvision.datasets as dsets
import torchvision.transforms as transforms
import matplotlib.pyplot as plt
import random

train_data = dsets.MNIST("MNIST_data/", train=True, transform=transforms.ToTensor(), download=True)
test_data = dsets.MNIST("MNIST_data/", train=False, transform=transforms.ToTensor(), download=True)
loader = torch.utils.data.DataLoader(train_data, batch_size=100, shuffle=True, drop_last=True)

W = nn.Linear(784, 10)
nll = nn.NLLLoss()
optimizer = torch.optim.SGD(W.parameters(), lr=0.1)

for epoch in range(10):
    avg = 0
    for X, Y in loader:
        z = W(X.view(-1, 784))
        # 로그 소프트맥스 + NLL = 크로스 엔트로피
        cost = nll(F.log_softmax(z, dim=1), Y)
        optimizer.zero_grad()
        cost.backward()
        optimizer.step()
        avg += cost / len(loader)
    print("epoch: {}, cost: {:.6f}".format(epoch + 1, avg.item()))

with torch.no_grad():
    z = W(test_data.data.view(-1, 784) / 255)
    accuracy = (z.argmax(dim=1) == test_data.targets).float().mean().item()
    print("accuracy: {:.2f}%".format(accuracy * 100))

    r = random.randint(0, len(test_data) - 1)
    image, label = test_data[r]
    probability = F.softmax(W(image.view(-1, 784)), dim=1)
    print("label: {}, prediction: {}".format(label, probability.argmax(1).item()))
    plt.imshow(image.squeeze(0), cmap="Greys")
    plt.show()
