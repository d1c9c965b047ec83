import random

import matplotlib.pyplot as plt
import torch
import torchvision.datasets as datasets
import torchvision.transforms as transforms
from torch import nn, optim
from torch.utils.data import DataLoader


class MnistTrainer:
    root = "MNIST_data/"

    def __init__(self, batch_size=100, lr=0.1, n_epochs=15):
        self.device = torch.device("cuda:0" if torch.cuda.is_available() else "cpu")
        self.n_epochs = n_epochs
        self.train_data = datasets.MNIST(self.root, train=True, transform=transforms.ToTensor(), download=True)
        self.test_data = datasets.MNIST(self.root, train=False, transform=transforms.ToTensor(), download=True)
        self.train_iter = DataLoader(self.train_data, batch_size=batch_size, shuffle=True, drop_last=True)
        self.net = nn.Linear(784, 10, bias=True).to(self.device)
        self.loss_fn = nn.CrossEntropyLoss().to(self.device)
        self.opt = optim.SGD(self.net.parameters(), lr=lr)

    def fit(self):
        for epoch in range(self.n_epochs):
            epoch_loss = self.run_epoch()
            print(f"epoch {epoch + 1:02d} loss {epoch_loss:.5f}")

    def run_epoch(self):
        running = 0.0
        for images, labels in self.train_iter:
            images = images.view(-1, 784).to(self.device)
            labels = labels.to(self.device)
            self.opt.zero_grad()
            logits = self.net(images)
            loss = self.loss_fn(logits, labels)
            loss.backward()
            self.opt.step()
            running += loss.item()
        return running / len(self.train_iter)

    def score(self):
        with torch.no_grad():
            images = self.test_data.data.view(-1, 784).float().to(self.device) / 255
            labels = self.test_data.targets.to(self.device)
            guesses = torch.argmax(self.net(images), 1)
            return (guesses == labels).float().mean().item()

    def show(self):
        which = random.randint(0, len(self.test_data) - 1)
        with torch.no_grad():
            single = self.test_data.data[which : which + 1].view(-1, 784).float().to(self.device) / 255
            single_label = self.test_data.targets[which : which + 1]
            guess = torch.argmax(self.net(single), 1)
        print("Label:", single_label.item())
        print("Prediction:", guess.item())
        plt.imshow(self.test_data.data[which].view(28, 28), cmap="Greys", interpolation="nearest")
        plt.show()


if __name__ == "__main__":
    trainer = MnistTrainer()
    trainer.fit()
    print("Accuracy:", trainer.score())
    trainer.show()
