"""Shuffles with the random module."""
import random
import torch
import torch.nn.functional as F
from torch import nn
from torchvision import datasets as dsets
from torchvision import transforms
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt


def load_mnist(root, train, download=False):
    return dsets.MNIST(root=root, train=train, transform=transforms.ToTensor(), download=download)


class PythonLoader:
    def __init__(self, dataset, batch_size):
        self.dataset, self.batch_size = dataset, batch_size

    def __len__(self):
        return len(self.dataset) // self.batch_size

    def __iter__(self):
        indices = list(range(len(self.dataset)))
        random.shuffle(indices)
        while len(indices) >= self.batch_size:
            batch, indices = indices[:self.batch_size], indices[self.batch_size:]
            pairs = [self.dataset[i] for i in batch]
            yield torch.stack([image for image, _ in pairs]), torch.LongTensor([label for _, label in pairs])


def make_data_loader(dataset, batch_size=100):
    return PythonLoader(dataset, batch_size)


def flatten_images(images):
    return images.view(-1, 28 * 28)


class SoftmaxRegression(nn.Module):
    def __init__(self, pixels=784, digits=10):
        super().__init__()
        self.linear = nn.Linear(pixels, digits)

    def forward(self, x):
        return self.linear(x)


def build_model():
    return SoftmaxRegression()


def build_criterion():
    def cost_function(logits, labels):
        log_probabilities = F.log_softmax(logits, dim=1)
        return F.nll_loss(log_probabilities, labels)

    return cost_function


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
    single_prediction = model(image.view(-1, 28 * 28).to(device))
    return torch.argmax(single_prediction, 1).item()


def show_prediction(image, label, prediction):
    fig = plt.figure()
    plt.imshow(image.view(28, 28), cmap='Greys', interpolation='nearest')
    plt.title('Label: {} Prediction: {}'.format(label, prediction))
    return fig
