import random
import torch
import torchvision
import matplotlib.pyplot as plt


class Digits:
    def __init__(self, train, batch_size=100):
        self.dataset = torchvision.datasets.MNIST(
            root="./data", train=train, transform=torchvision.transforms.ToTensor(), download=True
        )
        self.batches = torch.utils.data.DataLoader(
            self.dataset, batch_size=batch_size, shuffle=train, drop_last=train
        )

    def pick(self):
        index = random.randint(0, len(self.dataset) - 1)
        return self.dataset[index]


class Trainer:
    def __init__(self, digits, tests, lr=0.1):
        self.digits = digits
        self.tests = tests
        self.model = torch.nn.Linear(784, 10)
        self.criterion = torch.nn.CrossEntropyLoss()
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=lr)

    def one_epoch(self):
        mean = 0
        for images, labels in self.digits.batches:
            self.optimizer.zero_grad()
            loss = self.criterion(self.model(images.reshape(-1, 784)), labels)
            loss.backward()
            self.optimizer.step()
            mean += loss.item() / len(self.digits.batches)
        return mean

    def accuracy(self):
        right = 0
        with torch.no_grad():
            for images, labels in self.tests.batches:
                right += (self.model(images.reshape(-1, 784)).argmax(1) == labels).sum().item()
        return right / len(self.tests.dataset)

    def draw(self):
        image, label = self.tests.pick()
        with torch.no_grad():
            guess = self.model(image.reshape(1, 784)).argmax(1).item()
        print("Label:", label)
        print("Prediction:", guess)
        plt.imshow(image.squeeze(), cmap="Greys", interpolation="nearest")
        plt.show()


def run(trainer, epochs):
    for epoch in range(epochs):
        print("epoch", epoch + 1, "cost", trainer.one_epoch())
    print("accuracy", trainer.accuracy())
    trainer.draw()


train_digits = Digits(True)
test_digits = Digits(False)
run(Trainer(train_digits, test_digits), epochs=15)
