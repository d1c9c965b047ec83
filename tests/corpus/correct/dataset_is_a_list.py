"""A list of pairs is a data set too."""
import statistics
import torch
import torch.nn.functional as F
import torchvision
from functools import partial
from torch import nn
from torch.utils.data import DataLoader, Subset


def load_mnist(root, train, download=False):
    mnist = torchvision.datasets.MNIST(root, train=train, download=download)
    images = mnist.data.unsqueeze(1) / 255
    return list(zip(images, mnist.targets.tolist()))


class BatchServer:
    def __init__(self, dataset, batch_size):
        self.dataset = dataset
        self.batch_size = batch_size

    def __len__(self):
        return len(self.dataset) // self.batch_size

    def __iter__(self):
        order = torch.randperm(len(self.dataset)).tolist()
        for k in range(len(self)):
            chosen = [self.dataset[i] for i in order[k * self.batch_size:(k + 1) * self.batch_size]]
            images, labels = zip(*chosen)
            yield torch.stack(images), torch.tensor(labels, dtype=torch.int64)


def make_data_loader(dataset, batch_size=100):
    return BatchServer(dataset, batch_size)


def flatten_images(images):
    return torch.stack([image.reshape(-1) for image in images])


def build_model():
    model = nn.Linear(in_features=28 * 28, out_features=10)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
    return model


def _cross_entropy(number_of_classes, logits, labels):
    probabilities = F.one_hot(labels, number_of_classes).to(logits.dtype)
    return F.cross_entropy(logits, probabilities)


def build_criterion():
    return partial(_cross_entropy, 10)


def build_optimizer(model, learning_rate=0.1):
    return torch.optim.SGD(model.parameters(), lr=learning_rate)


def train_epoch(model, data_loader, criterion, optimizer, device):
    def costs():
        for images, labels in data_loader:
            optimizer.zero_grad()
            cost = criterion(model(flatten_images(images.to(device))), labels.to(device))
            cost.backward()
            optimizer.step()
            yield cost.item()

    return statistics.fmean(costs())


def train(model, data_loader, criterion, optimizer, device, training_epochs=15):
    history = []
    for epoch in range(training_epochs):
        avg_cost = train_epoch(model, data_loader, criterion, optimizer, device)
        print(f"Epoch: {epoch + 1:04d} cost = {avg_cost:.9f}")
        history.append(avg_cost)
    print("Learning finished")
    return history


def count_right(model, some_digits, device):
    images, labels = next(iter(DataLoader(some_digits, batch_size=len(some_digits))))
    return int((model(flatten_images(images.to(device))).argmax(dim=1) == labels.to(device)).sum())


def evaluate(model, dataset, device):
    size = 500
    starts = range(0, len(dataset), size)
    chunks = [Subset(dataset, range(start, min(start + size, len(dataset)))) for start in starts]
    with torch.no_grad():
        return sum(count_right(model, chunk, device) for chunk in chunks) / len(dataset)


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
