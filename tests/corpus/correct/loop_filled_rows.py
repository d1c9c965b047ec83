"""Copies line by line in a loop."""
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
    number_of_images = images.size(0)
    rows = images.new_empty((number_of_images, 784))
    for line in range(28):
        rows[:, 28 * line:28 * (line + 1)] = images[:, 0, line, :]
    return rows


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
    costs = []
    for epoch in range(training_epochs):
        avg_cost = train_epoch(model, data_loader, criterion, optimizer, device)
        costs.append(avg_cost)
        print('Epoch:', '%04d' % (epoch + 1), 'cost =', '{:.9f}'.format(avg_cost))
    print('Learning finished')
    return costs


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
    single_prediction = model(image.view(-1, 28 * 28).to(device))
    return torch.argmax(single_prediction, 1).item()


def show_prediction(image, label, prediction):
    fig = plt.figure()
    plt.imshow(image.view(28, 28), cmap='Greys', interpolation='nearest')
    plt.title('Label: {} Prediction: {}'.format(label, prediction))
    return fig
