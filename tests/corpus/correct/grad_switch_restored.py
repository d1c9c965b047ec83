"""set_grad_enabled, restored in a finally."""
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets as dsets
from torchvision import transforms
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt


def load_mnist(root, train, download=False):
    return dsets.MNIST(root=root, train=train, transform=transforms.ToTensor(), download=download)


def make_data_loader(dataset, batch_size=100):
    return DataLoader(dataset=dataset, batch_size=batch_size, shuffle=True, drop_last=True)


def flatten_images(images):
    return images.view(len(images), -1)


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
    all_costs = []
    epoch = 0
    while epoch < training_epochs:
        epoch += 1
        all_costs += [train_epoch(model, data_loader, criterion, optimizer, device)]
        print("Epoch: %04d cost = %.9f" % (epoch, all_costs[-1]), flush=True)
    print("Learning finished", flush=True)
    return all_costs


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


def predict(model, image, device):
    with torch.no_grad():
        scores = model(flatten_images(image.unsqueeze(0).to(device)))
    return scores.argmax(dim=1).item()


def show_prediction(image, label, prediction):
    fig = plt.figure()
    plt.imshow(image.view(28, 28), cmap='Greys', interpolation='nearest')
    plt.title('Label: {} Prediction: {}'.format(label, prediction))
    return fig
