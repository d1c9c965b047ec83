"""The accuracy is the trace of the confusion matrix."""
import torch
import torchvision
from matplotlib.figure import Figure
from torch import nn
from torch.utils.data import DataLoader


class MNIST(torchvision.datasets.MNIST):  # torchvision names the folder after the class
    """MNIST without the detour over PIL."""

    def __getitem__(self, index):
        image = self.data[index].to(torch.float32) / 255
        return image[None], int(self.targets[index])


def load_mnist(root, train, download=False):
    return MNIST(str(root), train=bool(train), download=download)


def make_data_loader(dataset, batch_size=100):
    return DataLoader(dataset=dataset, batch_size=batch_size, shuffle=True, drop_last=True)


def flatten_images(images):
    return images.view(-1, 28 * 28)


def build_model():
    return torch.nn.Linear(784, 10, bias=True)


def build_criterion():
    return nn.CrossEntropyLoss()


def build_optimizer(model, learning_rate=0.1):
    return torch.optim.SGD(model.parameters(), lr=learning_rate)


def train_epoch(model, data_loader, criterion, optimizer, device):
    avg_cost = 0
    total_batch = len(data_loader)
    for X, Y in data_loader:
        X = flatten_images(X).to(device)
        Y = Y.to(device)

        optimizer.zero_grad()
        hypothesis = model(X)
        cost = criterion(hypothesis, Y)
        cost.backward()
        optimizer.step()

        avg_cost += cost.item() / total_batch
    return avg_cost


def train(model, data_loader, criterion, optimizer, device, training_epochs=15):
    history = []
    for epoch in range(training_epochs):
        avg_cost = train_epoch(model, data_loader, criterion, optimizer, device)
        print(f"Epoch: {epoch + 1:04d} cost = {avg_cost:.9f}")
        history.append(avg_cost)
    print("Learning finished")
    return history


def confusion_matrix(model, dataset, device):
    matrix = torch.zeros(10, 10, dtype=torch.int64)
    with torch.no_grad():
        for images, labels in DataLoader(dataset, batch_size=1000):
            guessed = model(flatten_images(images.to(device))).argmax(dim=1).cpu()
            matrix += torch.bincount(10 * labels + guessed, minlength=100).reshape(10, 10)
    return matrix


def evaluate(model, dataset, device):
    matrix = confusion_matrix(model, dataset, device)
    return matrix.trace().item() / matrix.sum().item()


def predict(model, image, device):
    with torch.no_grad():
        scores = model(flatten_images(image.unsqueeze(0).to(device)))
    return scores.argmax(dim=1).item()


def show_prediction(image, label, prediction):
    figure = Figure()
    axes = figure.add_subplot()
    axes.imshow(image.squeeze(0).numpy(), cmap="Greys", interpolation="nearest")
    axes.set_title(f"Label: {label}, Prediction: {prediction}")
    return figure
