"""An optimizer of its own that inherits from torch's."""
import torch
import torch.nn.functional as F
from matplotlib.figure import Figure
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets as dsets
from torchvision import transforms


def load_mnist(root, train, download=False):
    return dsets.MNIST(root=root, train=train, transform=transforms.ToTensor(), download=download)


def collate_digits(items):
    images = torch.stack([image for image, label in items], dim=0)
    labels = torch.as_tensor([label for image, label in items], dtype=torch.long)
    return images, labels


def make_data_loader(dataset, batch_size=100):
    return DataLoader(dataset, batch_size=batch_size, shuffle=True, drop_last=True, collate_fn=collate_digits)


def flatten_images(images):
    return torch.flatten(images, 1)


class Affine(nn.Module):
    def __init__(self):
        super().__init__()
        self.W = nn.Parameter(torch.zeros(784, 10))
        self.b = nn.Parameter(torch.zeros(10))

    def forward(self, x):
        return x @ self.W + self.b


def build_model():
    return Affine()


def build_criterion():
    def cost_function(logits, labels):
        log_probabilities = F.log_softmax(logits, dim=1)
        return F.nll_loss(log_probabilities, labels)

    return cost_function


class PlainSGD(torch.optim.Optimizer):
    def __init__(self, parameters, lr):
        super().__init__(parameters, {"lr": lr})

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    parameter.add_(parameter.grad, alpha=-group["lr"])


def build_optimizer(model, learning_rate=0.1):
    return PlainSGD(model.parameters(), lr=learning_rate)


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


@torch.inference_mode()
def evaluate(model, dataset, device):
    hits = [
        model(flatten_images(images.to(device))).argmax(-1).eq(labels.to(device))
        for images, labels in DataLoader(dataset, batch_size=500)
    ]
    return torch.cat(hits).double().mean().item()


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
