"""NumPy wherever there is no gradient."""
import numpy as np
import torch
import torchvision
from matplotlib.figure import Figure
from torch.utils.data import Dataset


def load_mnist(root, train, download=False):
    decode = lambda picture: torch.from_numpy(np.array(picture, dtype=np.float32)[None] / 255)
    return torchvision.datasets.MNIST(root, train, transform=decode, target_transform=int, download=download)


class NumpyLoader:
    def __init__(self, dataset, batch_size):
        pairs = [dataset[i] for i in range(len(dataset))]
        self.images = np.stack([image.numpy() for image, _ in pairs])
        self.labels = np.array([label for _, label in pairs], dtype=np.int64)
        self.batch_size = batch_size

    def __len__(self):
        return len(self.labels) // self.batch_size

    def __iter__(self):
        order = np.random.permutation(len(self.labels))
        for start in range(0, len(self) * self.batch_size, self.batch_size):
            rows = order[start:start + self.batch_size]
            yield torch.from_numpy(self.images[rows]), torch.from_numpy(self.labels[rows])


def make_data_loader(dataset, batch_size=100):
    return NumpyLoader(dataset, batch_size)


def flatten_images(images):
    rows = images.detach().cpu().numpy().reshape(len(images), 28 * 28)
    return torch.from_numpy(rows).to(images.device)


def build_model():
    return torch.nn.Linear(784, 10, bias=True)


class StableCrossEntropy:
    def __call__(self, logits, labels):
        shifted = logits - logits.max(dim=1, keepdim=True).values
        log_normalizer = shifted.exp().sum(dim=1).log()
        return (log_normalizer - shifted[torch.arange(len(labels)), labels]).mean()


def build_criterion():
    return StableCrossEntropy()


def build_optimizer(model, learning_rate=0.1):
    return torch.optim.SGD(model.parameters(), lr=learning_rate)


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
    history = []
    for epoch in range(training_epochs):
        avg_cost = train_epoch(model, data_loader, criterion, optimizer, device)
        print(f"Epoch: {epoch + 1:04d} cost = {avg_cost:.9f}")
        history.append(avg_cost)
    print("Learning finished")
    return history


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
    fig = Figure(figsize=(5, 5), dpi=80)
    ax = fig.add_axes([0.1, 0.1, 0.8, 0.8])
    ax.imshow(np.asarray(image.cpu()).reshape(28, 28), interpolation="nearest", cmap="Greys", vmin=0, vmax=1)
    ax.set_title("Label: " + str(label) + "\nPrediction: " + str(prediction))
    ax.axis("off")
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
