import random

import matplotlib.pyplot as plt
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader
from torchvision import datasets, transforms


class Softmax회귀:
    """MNIST를 분류하는 소프트맥스 회귀"""

    def __init__(self, epochs=15):
        self.epochs = epochs
        self.layer = nn.Linear(784, 10).to(self.device)
        self.optim = torch.optim.SGD(self.layer.parameters(), lr=0.1)

    @property
    def device(self):
        return "cuda" if torch.cuda.is_available() else "cpu"

    def load(self, batch=100):
        pixels = transforms.ToTensor()
        self.train_data = datasets.MNIST("MNIST_data/", train=True, transform=pixels, download=True)
        self.test_data = datasets.MNIST("MNIST_data/", train=False, transform=pixels, download=True)
        self.loader = DataLoader(self.train_data, batch_size=batch, shuffle=True, drop_last=True)
        return self

    def fit(self):
        self.history = []
        for epoch in range(self.epochs):
            cost_sum = 0
            for x, y in self.loader:
                cost = F.cross_entropy(self.layer(x.view(-1, 784).to(self.device)), y.to(self.device))
                self.optim.zero_grad()
                cost.backward()
                self.optim.step()
                cost_sum += cost.item()
            self.history.append(cost_sum / len(self.loader))
            print("에포크:", epoch + 1, "비용:", self.history[-1])
        return self

    @torch.no_grad()
    def test(self):
        x = self.test_data.data.view(-1, 784).float().to(self.device) / 255
        hits = self.layer(x).argmax(dim=1) == self.test_data.targets.to(self.device)
        print("비용:", self.history[-1], "정확도:", hits.float().mean().item())

    def show(self):
        r = random.randint(0, len(self.test_data) - 1)
        x = self.test_data.data[r : r + 1].view(-1, 784).float().to(self.device) / 255
        print("레이블:", self.test_data.targets[r].item())
        print("예측:", self.layer(x).argmax(dim=1).item())
        plt.imshow(self.test_data.data[r], cmap="Greys", interpolation="nearest")
        plt.show()
        return self


model = Softmax회귀().load().fit()
model.test()
model.show()
