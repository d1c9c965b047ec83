"""A comprehension wherever there could be a loop."""
import torch
from matplotlib.figure import Figure
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader
from torchvision.datasets import MNIST


def load_mnist(root, train, download=False):
    mnist = MNIST(root, train=train, download=download)
    return [(image, label) for image, label in zip(mnist.data[:, None].float() / 255, mnist.targets.tolist())]


def make_data_loader(dataset, batch_size=100):
    return DataLoader([*dataset], batch_size, shuffle=True, drop_last=True)


def flatten_images(images):
    return torch.stack([torch.cat([line for line in image[0]]) for image in images])


def build_model():
    return torch.nn.Sequential(*[torch.nn.Linear(inputs, outputs) for inputs, outputs in [(784, 10)]])


def build_criterion():
    return cross_entropy


def build_optimizer(model, learning_rate=0.1):
    return torch.optim.SGD([p for p in model.parameters()], **{key: value for key, value in [("lr", learning_rate)]})


def step(cost, optimizer):
    return [optimizer.zero_grad(), cost.backward(), optimizer.step(), cost.item()][3]


def train_epoch(model, data_loader, criterion, optimizer, device):
    costs = [step(criterion(model(flatten_images(x.to(device))), y.to(device)), optimizer) for x, y in data_loader]
    return sum(costs) / len(costs)


def train(model, data_loader, criterion, optimizer, device, training_epochs=15):
    costs = [
        cost
        for epoch in range(training_epochs)
        for cost in [train_epoch(model, data_loader, criterion, optimizer, device)]
        if print(f"Epoch: {epoch + 1:04d} cost = {cost:.9f}") is None
    ]
    print("Learning finished")
    return costs


def evaluate(model, dataset, device):
    with torch.no_grad():
        right = [
            guess == label
            for images, labels in DataLoader(dataset, 200)
            for guess, label in zip(model(flatten_images(images.to(device))).argmax(1).tolist(), labels.tolist())
        ]
    return sum(right) / len(right)


def predict(model, image, device):
    with torch.no_grad():
        return max((score.item(), -digit) for digit, score in enumerate(model(flatten_images(image[None].to(device)))[0]))[1] * -1


def show_prediction(image, label, prediction):
    figure = Figure()
    axes = figure.subplots()
    axes.imshow([[pixel.item() for pixel in line] for line in image[0]], cmap="Greys", interpolation="nearest")
    axes.set_title(", ".join(f"{name}: {value}" for name, value in {"Label": label, "Prediction": prediction}.items()))
    return figure
