"""Greek and mathematical names."""
import torch
from matplotlib.figure import Figure
from torch import nn
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
    return torch.flatten(images, 1)


def build_model():
    return torch.nn.Linear(784, 10, bias=True)


def build_criterion():
    def L(z, y):
        Σ = z.logsumexp(dim=1)
        ℓ = Σ - z.gather(1, y[:, None])[:, 0]
        return ℓ.mean()

    return L


def build_optimizer(model, learning_rate=0.1):
    θ, η = model.parameters(), learning_rate
    return torch.optim.SGD(θ, lr=η)


def train_epoch(model, data_loader, criterion, optimizer, device):
    μ, n = 0.0, len(data_loader)
    for χ, ψ in data_loader:
        optimizer.zero_grad()
        λ = criterion(model(flatten_images(χ.to(device))), ψ.to(device))
        λ.backward()
        optimizer.step()
        μ += λ.item() / n
    return μ


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
        scores = model(flatten_images(image.unsqueeze(0).to(device)))
    return scores.argmax(dim=1).item()


def show_prediction(image, label, prediction):
    figure = Figure()
    axes = figure.add_subplot()
    axes.imshow(image.squeeze(0).numpy(), cmap="Greys", interpolation="nearest")
    axes.set_title(f"Label: {label}, Prediction: {prediction}")
    return figure
