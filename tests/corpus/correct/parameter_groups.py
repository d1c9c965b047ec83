"""A parameter group for every parameter."""
import numpy as np
import torch
import torch.nn.functional as F
import torchvision
from matplotlib.figure import Figure
from torch.optim import SGD
from torch.utils.data import DataLoader


def load_mnist(root, train, download=False):
    mnist = torchvision.datasets.MNIST(root, train=train, download=download)
    images = mnist.data.unsqueeze(1) / 255
    return list(zip(images, mnist.targets.tolist()))


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


def build_criterion():
    return lambda logits, labels: -(F.one_hot(labels, 10) * torch.log_softmax(logits, 1)).sum(1).mean()


def build_optimizer(model, learning_rate=0.1):
    groups = [{"params": [parameter]} for _, parameter in model.named_parameters()]
    return SGD(groups, lr=learning_rate)


def train_epoch(model, data_loader, criterion, optimizer, device):
    optimizer.zero_grad()
    costs = []
    for images, labels in data_loader:
        images, labels = images.to(device), labels.to(device)
        cost = criterion(model(flatten_images(images)), labels)
        cost.backward()
        optimizer.step()
        optimizer.zero_grad()
        costs.append(float(cost.detach()))
    return sum(costs) / len(costs)


def train(model, data_loader, criterion, optimizer, device, training_epochs=15):
    history = []
    for epoch in range(training_epochs):
        avg_cost = train_epoch(model, data_loader, criterion, optimizer, device)
        print(f"Epoch: {epoch + 1:04d} cost = {avg_cost:.9f}")
        history.append(avg_cost)
    print("Learning finished")
    return history


def evaluate(model, dataset, device):
    right = 0
    with torch.no_grad():
        for index in range(len(dataset)):
            image, label = dataset[index]
            scores = model(flatten_images(image.unsqueeze(0).to(device)))
            if scores.argmax().item() == label:
                right += 1
    return right / len(dataset)


def predict(model, image, device):
    with torch.no_grad():
        scores = model(flatten_images(image.unsqueeze(0).to(device)))
    return scores.argmax(dim=1).item()


def show_prediction(image, label, prediction):
    fig = Figure(figsize=(5, 5), dpi=80)
    ax = fig.add_axes([0.1, 0.1, 0.8, 0.8])
    ax.imshow(np.asarray(image.cpu()).reshape(28, 28), interpolation="nearest", cmap="Greys", vmin=0, vmax=1)
    ax.set_title("Label: " + str(label) + "\nPrediction: " + str(prediction))
    ax.axis("off")
    return fig
