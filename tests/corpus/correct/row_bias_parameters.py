"""Weights as [10, 784], the bias as a row."""
import torch
import torch.nn.functional as F
import torchvision
from matplotlib.figure import Figure
from torch.optim import SGD
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


class Scores(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.register_parameter("bias", torch.nn.Parameter(torch.zeros(1, 10)))
        self.register_parameter("weight", torch.nn.Parameter(torch.randn(10, 784) / 28))

    def forward(self, images):
        return torch.mm(images, self.weight.t()).add(self.bias)


def build_model():
    return Scores()


def build_criterion():
    return F.cross_entropy


def build_optimizer(model, learning_rate=0.1):
    groups = [{"params": [parameter]} for _, parameter in model.named_parameters()]
    return SGD(groups, lr=learning_rate)


def train_epoch(model, data_loader, criterion, optimizer, device):
    seen = []
    for images, labels in data_loader:
        for parameter in model.parameters():
            parameter.grad = None
        cost = criterion(model(flatten_images(images.to(device))), labels.to(device))
        cost.backward()
        optimizer.step()
        seen.append(cost.item())
    return sum(seen) / len(seen)


def train(model, data_loader, criterion, optimizer, device, training_epochs=15):
    history = []
    for epoch in range(training_epochs):
        avg_cost = train_epoch(model, data_loader, criterion, optimizer, device)
        print(f"Epoch: {epoch + 1:04d} cost = {avg_cost:.9f}")
        history.append(avg_cost)
    print("Learning finished")
    return history


def evaluate(model, dataset, device):
    before = torch.is_grad_enabled()
    torch.set_grad_enabled(False)
    try:
        counts = 0
        for images, labels in DataLoader(dataset, batch_size=64):
            best = model(flatten_images(images.to(device))).topk(1).indices.squeeze(1)
            counts += int((best.cpu() == labels).sum())
    finally:
        torch.set_grad_enabled(before)
    return counts / len(dataset)


@torch.inference_mode()
def predict(model, image, device):
    return int(model(flatten_images(image[None].to(device)))[0].argmax())


def show_prediction(image, label, prediction):
    figure = Figure()
    axes = figure.add_subplot()
    axes.imshow(image.squeeze(0).numpy(), cmap="Greys", interpolation="nearest")
    axes.set_title(f"Label: {label}, Prediction: {prediction}")
    return figure
