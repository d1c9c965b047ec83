"""Clears the gradients on the model."""
import numpy as np
import torch
from collections import OrderedDict
from torch import nn
from torch import optim
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


def collate_digits(items):
    images = torch.stack([image for image, label in items], dim=0)
    labels = torch.as_tensor([label for image, label in items], dtype=torch.long)
    return images, labels


def make_data_loader(dataset, batch_size=100):
    return DataLoader(dataset, batch_size=batch_size, shuffle=True, drop_last=True, collate_fn=collate_digits)


def flatten_images(images):
    return images.reshape(images.shape[0], 784)


def build_model():
    return nn.Sequential(OrderedDict([("softmax_regression", nn.Linear(784, 10))]))


def build_criterion():
    return torch.nn.CrossEntropyLoss(reduction="mean")


def build_optimizer(model, learning_rate=0.1):
    parameters = list(model.parameters())
    return optim.SGD(parameters, learning_rate, momentum=0, weight_decay=0)


def train_epoch(model, data_loader, criterion, optimizer, device):
    costs = []
    for images, labels in data_loader:
        model.zero_grad()
        cost = criterion(model(flatten_images(images.to(device))), labels.to(device))
        cost.backward()
        optimizer.step()
        costs.append(cost.detach().cpu().numpy())
    return float(np.mean(costs))


def train(model, data_loader, criterion, optimizer, device, training_epochs=15):
    costs = []
    for epoch in range(training_epochs):
        avg_cost = train_epoch(model, data_loader, criterion, optimizer, device)
        costs.append(avg_cost)
        print('Epoch:', '%04d' % (epoch + 1), 'cost =', '{:.9f}'.format(avg_cost))
    print('Learning finished')
    return costs


def evaluate(model, dataset, device):
    images = np.stack([np.asarray(dataset[i][0]) for i in range(len(dataset))])
    labels = np.array([dataset[i][1] for i in range(len(dataset))])
    with torch.no_grad():
        logits = model(flatten_images(torch.from_numpy(images).to(device))).cpu().numpy()
    return float(np.mean(logits.argmax(axis=1) == labels))


def predict(model, image, device):
    with torch.no_grad():
        logits = model(flatten_images(image.reshape(1, 1, 28, 28).to(device))).squeeze(0).tolist()
    return logits.index(max(logits))


def show_prediction(image, label, prediction):
    import matplotlib.pyplot as plt

    fig, ax = plt.subplots(figsize=(3, 3))
    ax.imshow(image[0], cmap=plt.get_cmap("Greys"), interpolation="nearest")
    ax.set(title="label %d - prediction %d" % (label, prediction), xticks=[], yticks=[])
    plt.close(fig)
    return fig
