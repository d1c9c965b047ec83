"""cross_entropy with probabilities for targets."""
import torch
import torch.nn.functional as F
from functools import partial
from torch.utils.data import DataLoader
from torch.utils.data import Dataset
from torchvision.datasets import MNIST
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt


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
    return images.view(len(images), -1)


def build_model():
    return torch.nn.Linear(784, 10, bias=True)


def _cross_entropy(number_of_classes, logits, labels):
    probabilities = F.one_hot(labels, number_of_classes).to(logits.dtype)
    return F.cross_entropy(logits, probabilities)


def build_criterion():
    return partial(_cross_entropy, 10)


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
    with torch.no_grad():
        probabilities = F.softmax(model(flatten_images(torch.stack([image]).to(device))), dim=1)
        confidence, digit = probabilities.max(dim=1)
    return int(digit)


def show_prediction(image, label, prediction):
    fig = plt.figure()
    plt.imshow(image.view(28, 28), cmap='Greys', interpolation='nearest')
    plt.title('Label: {} Prediction: {}'.format(label, prediction))
    return fig
