"""Computes in double precision inside the model."""
import torch
from matplotlib.figure import Figure
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets as dsets
from torchvision import transforms


def load_mnist(root, train, download=False):
    return dsets.MNIST(root=root, train=train, transform=transforms.ToTensor(), download=download)


def make_data_loader(dataset, batch_size=100):
    return DataLoader(dataset=dataset, batch_size=batch_size, shuffle=True, drop_last=True)


def flatten_images(images):
    return images.reshape(images.shape[0], 784)


class DoubleModel(nn.Module):
    """Keeps its parameters in double precision, and answers in the precision it was asked in."""

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(784, 10, dtype=torch.float64)

    def forward(self, x):
        return self.linear(x.double()).to(x.dtype)


def build_model():
    return DoubleModel()


def build_criterion():
    return nn.CrossEntropyLoss()


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


def main():
    torch.manual_seed(777)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    data_loader = make_data_loader(load_mnist("MNIST_data", train=True, download=True))
    test_set = load_mnist("MNIST_data", train=False, download=True)
    model = build_model().to(device)
    train(model, data_loader, build_criterion(), build_optimizer(model), device)
    print("Accuracy:", evaluate(model, test_set, device))
    image, label = test_set[0]
    show_prediction(image, label, predict(model, image, device)).savefig("prediction.png")


if __name__ == "__main__":
    main()
