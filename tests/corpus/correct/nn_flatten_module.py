"""Flattens with nn.Flatten."""
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets as dsets
from torchvision import transforms


def load_mnist(root, train, download=False):
    return dsets.MNIST(root=root, train=train, transform=transforms.ToTensor(), download=download)


def make_data_loader(dataset, batch_size=100):
    return DataLoader(dataset=dataset, batch_size=batch_size, shuffle=True, drop_last=True)


def flatten_images(images):
    return nn.Flatten()(images)


def build_model():
    return torch.nn.Linear(784, 10, bias=True)


def build_criterion():
    return nn.CrossEntropyLoss()


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


@torch.no_grad()
def evaluate(model, dataset, device):
    items = [dataset[i] for i in range(len(dataset))]
    X_test = torch.stack([image for image, _ in items]).to(device)
    Y_test = torch.tensor([label for _, label in items]).to(device)
    prediction = model(flatten_images(X_test))
    correct_prediction = torch.argmax(prediction, 1) == Y_test
    accuracy = correct_prediction.float().mean()
    return accuracy.item()


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
