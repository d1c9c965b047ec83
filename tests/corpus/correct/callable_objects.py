"""Objects that can be called, in the place of functions."""
import torch
from matplotlib.figure import Figure
from torch import nn
from torch.utils.data import DataLoader
from torch.utils.data import Dataset
from torchvision.datasets import MNIST


class Evaluate:
    def __init__(self, batch_size):
        self.batch_size = batch_size

    def __call__(self, model, dataset, device):
        correct = 0
        with torch.no_grad():
            for images, labels in DataLoader(dataset, batch_size=self.batch_size):
                correct += (model(flatten_images(images.to(device))).argmax(dim=1) == labels.to(device)).sum().item()
        return correct / len(dataset)


class Predict:
    def __call__(self, model, image, device):
        with torch.no_grad():
            return model(flatten_images(image.unsqueeze(0).to(device))).argmax().item()


class MnistDataset(Dataset):
    def __init__(self, mnist):
        self.x = mnist.data.float().div(255.0).unsqueeze(1)
        self.y = mnist.targets

    def __len__(self):
        return self.x.shape[0]

    def __getitem__(self, i):
        return self.x[i], self.y[i].item()


def load_mnist(root, train, download=False):
    return MnistDataset(MNIST(root=root, train=train, download=download))


def make_data_loader(dataset, batch_size=100):
    return DataLoader(dataset=dataset, batch_size=batch_size, shuffle=True, drop_last=True)


flatten_images = torch.nn.Flatten()


def build_model():
    return torch.nn.Linear(784, 10, bias=True)


build_criterion = torch.nn.CrossEntropyLoss  # calling the class builds the criterion


def build_optimizer(model, learning_rate=0.1):
    return torch.optim.SGD(model.parameters(), lr=learning_rate)


def train_epoch(model, data_loader, criterion, optimizer, device):
    total, batches = 0.0, 0
    for images, labels in data_loader:
        logits = model(flatten_images(images.to(device)))
        loss = criterion(logits, labels.to(device))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
        batches += 1
    return total / batches


def train(model, data_loader, criterion, optimizer, device, training_epochs=15):
    history = []
    for epoch in range(training_epochs):
        avg_cost = train_epoch(model, data_loader, criterion, optimizer, device)
        print(f"Epoch: {epoch + 1:04d} cost = {avg_cost:.9f}")
        history.append(avg_cost)
    print("Learning finished")
    return history


evaluate = Evaluate(batch_size=512)


predict = Predict()


def show_prediction(image, label, prediction):
    figure = Figure()
    axes = figure.add_subplot()
    axes.imshow(image.squeeze(0).numpy(), cmap="Greys", interpolation="nearest")
    axes.set_title(f"Label: {label}, Prediction: {prediction}")
    return figure
