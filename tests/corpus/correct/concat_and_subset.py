"""Subset and ConcatDataset."""
import torch
from torch import nn
from torch.utils.data import ConcatDataset, Subset
from torch.utils.data import DataLoader
from torch.utils.data import DataLoader, Subset
from torchvision import datasets, transforms
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt


def load_mnist(root, train, download=False):
    mnist = datasets.MNIST(root, train=train, transform=transforms.ToTensor(), download=download)
    middle = len(mnist) // 2
    return ConcatDataset([Subset(mnist, range(middle)), Subset(mnist, range(middle, len(mnist)))])


def collate_digits(items):
    images = torch.stack([image for image, label in items], dim=0)
    labels = torch.as_tensor([label for image, label in items], dtype=torch.long)
    return images, labels


def make_data_loader(dataset, batch_size=100):
    return DataLoader(dataset, batch_size=batch_size, shuffle=True, drop_last=True, collate_fn=collate_digits)


def flatten_images(images):
    lines = images[:, 0].unbind(dim=1)
    return torch.cat(lines, dim=1)


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
        scores = model(flatten_images(image.unsqueeze(0).to(device)))
    return scores.argmax(dim=1).item()


def show_prediction(image, label, prediction):
    fig = plt.figure()
    plt.imshow(image.view(28, 28), cmap='Greys', interpolation='nearest')
    plt.title('Label: {} Prediction: {}'.format(label, prediction))
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
