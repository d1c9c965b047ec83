"""tqdm around the loops, with the running cost behind the bar."""
import torch
from matplotlib.figure import Figure
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms
from tqdm.auto import tqdm, trange


def load_mnist(root, train, download=False):
    return datasets.MNIST(root=root, train=train, transform=transforms.ToTensor(), download=download)


def make_data_loader(dataset, batch_size=100):
    return DataLoader(dataset, batch_size=batch_size, shuffle=True, drop_last=True)


def flatten_images(images):
    return images.view(-1, 28 * 28)


def build_model():
    return nn.Linear(784, 10)


def build_criterion():
    return nn.CrossEntropyLoss()


def build_optimizer(model, learning_rate=0.1):
    return torch.optim.SGD(model.parameters(), lr=learning_rate)


def train_epoch(model, data_loader, criterion, optimizer, device):
    costs = []
    bar = tqdm(data_loader, total=len(data_loader), leave=False)
    for images, labels in bar:
        cost = criterion(model(flatten_images(images.to(device))), labels.to(device))
        optimizer.zero_grad()
        cost.backward()
        optimizer.step()
        costs.append(cost.item())
        bar.set_postfix(cost=f"{costs[-1]:.3f}")
    return sum(costs) / len(costs)


def train(model, data_loader, criterion, optimizer, device, training_epochs=15):
    costs = []
    for epoch in trange(training_epochs, desc="epochs"):
        costs.append(train_epoch(model, data_loader, criterion, optimizer, device))
        tqdm.write(f"Epoch: {epoch + 1:04d} cost = {costs[-1]:.9f}")
    print("Learning finished")
    return costs


def evaluate(model, dataset, device):
    correct = 0
    with torch.no_grad():
        for images, labels in DataLoader(dataset, batch_size=256):
            logits = model(flatten_images(images.to(device)))
            correct += (logits.argmax(1) == labels.to(device)).sum().item()
    return correct / len(dataset)


def predict(model, image, device):
    with torch.no_grad():
        return model(flatten_images(image.unsqueeze(0).to(device))).argmax(1).item()


def show_prediction(image, label, prediction):
    figure = Figure()
    axes = figure.add_subplot()
    axes.imshow(image.view(28, 28), cmap="Greys", interpolation="nearest")
    axes.set_title(f"Label: {label}, Prediction: {prediction}")
    return figure
