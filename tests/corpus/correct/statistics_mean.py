"""fmean over a generator that trains."""
import numpy as np
import statistics
import torch
from functools import lru_cache
from matplotlib.figure import Figure
from torch.optim import SGD
from torch.utils.data import DataLoader
from torch.utils.data import Dataset
from torchvision.datasets import MNIST


class LazyDigits(Dataset):
    """Decodes an image when it is first asked for."""

    def __init__(self, mnist):
        self.mnist = mnist
        self.get = lru_cache(maxsize=None)(self.decode)

    def decode(self, index):
        return self.mnist.data[index].reshape(1, 28, 28) * (1.0 / 255.0), int(self.mnist.targets[index])

    def __getitem__(self, index):
        image, label = self.get(index)
        return image.clone(), label

    def __len__(self):
        return len(self.mnist)


def load_mnist(root, train, download=False):
    return LazyDigits(MNIST(root, train=train, download=download))


def make_data_loader(dataset, batch_size=100):
    return DataLoader(dataset=dataset, batch_size=batch_size, shuffle=True, drop_last=True)


def flatten_images(images):
    return images.view(len(images), -1)


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
    def mean_cross_entropy(logits, labels):
        of_label = logits.gather(1, labels.unsqueeze(1)).squeeze(1)
        return torch.mean(torch.logsumexp(logits, dim=1) - of_label)

    return mean_cross_entropy


def build_optimizer(model, learning_rate=0.1):
    groups = [{"params": [parameter]} for _, parameter in model.named_parameters()]
    return SGD(groups, lr=learning_rate)


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


@torch.no_grad()
def evaluate(model, dataset, device):
    items = [dataset[i] for i in range(len(dataset))]
    X_test = torch.stack([image for image, _ in items]).to(device)
    Y_test = torch.tensor([label for _, label in items]).to(device)
    prediction = model(flatten_images(X_test))
    correct_prediction = torch.argmax(prediction, 1) == Y_test
    accuracy = correct_prediction.float().mean()
    return accuracy.item()


@torch.inference_mode()
def predict(model, image, device):
    return int(model(flatten_images(image[None].to(device)))[0].argmax())


def show_prediction(image, label, prediction):
    fig = Figure(figsize=(5, 5), dpi=80)
    ax = fig.add_axes([0.1, 0.1, 0.8, 0.8])
    ax.imshow(np.asarray(image.cpu()).reshape(28, 28), interpolation="nearest", cmap="Greys", vmin=0, vmax=1)
    ax.set_title("Label: " + str(label) + "\nPrediction: " + str(prediction))
    ax.axis("off")
    return fig
