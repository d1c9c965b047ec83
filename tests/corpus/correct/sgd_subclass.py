"""Inherits from SGD to count its steps."""
import torch
import torch.nn.functional as F
import torchvision
from collections import OrderedDict
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
    data_loader = torch.utils.data.DataLoader(dataset=dataset,
                                              batch_size=batch_size,
                                              shuffle=True,
                                              drop_last=True)
    return data_loader


def flatten_images(images):
    return nn.Flatten()(images)


def build_model():
    return nn.Sequential(OrderedDict([("softmax_regression", nn.Linear(784, 10))]))


def build_criterion():
    return torch.nn.CrossEntropyLoss(reduction="mean")


class LoggingSGD(torch.optim.SGD):
    """Counts its steps."""

    steps = 0

    def step(self, closure=None):
        self.steps += 1
        return super().step(closure)


def build_optimizer(model, learning_rate=0.1):
    return LoggingSGD(model.parameters(), lr=learning_rate)


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
    all_costs = []
    epoch = 0
    while epoch < training_epochs:
        epoch += 1
        all_costs += [train_epoch(model, data_loader, criterion, optimizer, device)]
        print("Epoch: %04d cost = %.9f" % (epoch, all_costs[-1]), flush=True)
    print("Learning finished", flush=True)
    return all_costs


def evaluate(model, dataset, device):
    was_training = model.training
    model.eval()
    correct, total = 0, 0
    with torch.no_grad():
        for images, labels in DataLoader(dataset, batch_size=100, shuffle=False, drop_last=False):
            outputs = model(flatten_images(images).to(device))
            _, predicted = torch.max(outputs.data, 1)
            total += labels.size(0)
            correct += (predicted.cpu() == labels).sum().item()
    if was_training:
        model.train()
    return correct / total


def predict(model, image, device):
    with torch.no_grad():
        probabilities = F.softmax(model(flatten_images(torch.stack([image]).to(device))), dim=1)
        confidence, digit = probabilities.max(dim=1)
    return int(digit)


def show_prediction(image, label, prediction):
    import matplotlib.pyplot as plt

    fig, ax = plt.subplots(figsize=(3, 3))
    ax.imshow(image[0], cmap=plt.get_cmap("Greys"), interpolation="nearest")
    ax.set(title="label %d - prediction %d" % (label, prediction), xticks=[], yticks=[])
    plt.close(fig)
    return fig


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
