"""Everything is one class; the functions only ask it."""
import torch
from matplotlib.figure import Figure
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms


class Lab:
    PIXELS, DIGITS = 784, 10

    def __init__(self):
        self.transform = transforms.ToTensor()
        self.history = []

    def load(self, root, train, download):
        return datasets.MNIST(root, train=train, transform=self.transform, download=download)

    def loader(self, dataset, batch_size):
        return DataLoader(dataset, batch_size=batch_size, shuffle=True, drop_last=True)

    def flatten(self, images):
        return images.reshape(-1, self.PIXELS)

    def model(self):
        return nn.Linear(self.PIXELS, self.DIGITS)

    def criterion(self):
        return self.cost

    def cost(self, logits, labels):
        return nn.functional.cross_entropy(logits, labels)

    def optimizer(self, model, learning_rate):
        return torch.optim.SGD(model.parameters(), lr=learning_rate)

    def logits(self, model, images, device):
        return model(self.flatten(images.to(device)))

    def epoch(self, model, data_loader, criterion, optimizer, device):
        costs = []
        for images, labels in data_loader:
            optimizer.zero_grad()
            cost = criterion(self.logits(model, images, device), labels.to(device))
            cost.backward()
            optimizer.step()
            costs.append(cost.item())
        return sum(costs) / len(costs)

    def train(self, model, data_loader, criterion, optimizer, device, training_epochs):
        self.history = []
        for number in range(1, training_epochs + 1):
            self.history.append(self.epoch(model, data_loader, criterion, optimizer, device))
            print(f"Epoch: {number:04} cost = {self.history[-1]:.9f}")
        print("Learning finished")
        return list(self.history)

    @torch.no_grad()
    def evaluate(self, model, dataset, device):
        right = 0
        for images, labels in DataLoader(dataset, batch_size=100):
            right += (self.logits(model, images, device).argmax(dim=1).cpu() == labels).sum().item()
        return right / len(dataset)

    @torch.no_grad()
    def predict(self, model, image, device):
        return self.logits(model, image.unsqueeze(0), device).argmax(dim=1).item()

    def show(self, image, label, prediction):
        figure = Figure(figsize=(4, 4))
        axes = figure.subplots()
        axes.imshow(image.squeeze(0), cmap="Greys", interpolation="nearest")
        axes.set_title(f"Label: {label}\nPrediction: {prediction}")
        return figure


LAB = Lab()


def load_mnist(root, train, download=False):
    return LAB.load(root, train, download)


def make_data_loader(dataset, batch_size=100):
    return LAB.loader(dataset, batch_size)


def flatten_images(images):
    return LAB.flatten(images)


def build_model():
    return LAB.model()


def build_criterion():
    return LAB.criterion()


def build_optimizer(model, learning_rate=0.1):
    return LAB.optimizer(model, learning_rate)


def train_epoch(model, data_loader, criterion, optimizer, device):
    return LAB.epoch(model, data_loader, criterion, optimizer, device)


def train(model, data_loader, criterion, optimizer, device, training_epochs=15):
    return LAB.train(model, data_loader, criterion, optimizer, device, training_epochs)


def evaluate(model, dataset, device):
    return LAB.evaluate(model, dataset, device)


def predict(model, image, device):
    return LAB.predict(model, image, device)


def show_prediction(image, label, prediction):
    return LAB.show(image, label, prediction)
