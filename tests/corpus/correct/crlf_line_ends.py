"""Saved with CRLF line ends."""
import torch
from matplotlib.figure import Figure
from torch.utils.data import DataLoader
from torch.utils.data import Dataset
from torchvision.datasets import MNIST


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


def flatten_images(images):
    return images.reshape(images.shape[0], 784)


class Model(torch.nn.Module):
    def __init__(self):
        torch.nn.Module.__init__(self)
        self.weights = torch.nn.ParameterDict({
            "W": torch.nn.Parameter(torch.zeros(784, 10)),
            "b": torch.nn.Parameter(torch.zeros(10)),
        })

    def forward(self, x):
        return torch.addmm(self.weights["b"], x, self.weights["W"])


def build_model():
    return Model()


class StableCrossEntropy:
    def __call__(self, logits, labels):
        shifted = logits - logits.max(dim=1, keepdim=True).values
        log_normalizer = shifted.exp().sum(dim=1).log()
        return (log_normalizer - shifted[torch.arange(len(labels)), labels]).mean()


def build_criterion():
    return StableCrossEntropy()


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


def evaluate(model, dataset, device):
    correct = 0
    with torch.no_grad():
        for images, labels in DataLoader(dataset, batch_size=256):
            guesses = model(flatten_images(images.to(device))).argmax(dim=1)
            correct += (guesses == labels.to(device)).sum().item()
    return correct / len(dataset)


def predict(model, image, device):
    with torch.no_grad():
        logits = model(flatten_images(image.reshape(1, 1, 28, 28).to(device))).squeeze(0).tolist()
    return logits.index(max(logits))


def show_prediction(image, label, prediction):
    figure = Figure()
    axes = figure.add_subplot()
    axes.imshow(image.squeeze(0).numpy(), cmap="Greys", interpolation="nearest")
    axes.set_title(f"Label: {label}, Prediction: {prediction}")
    return figure
