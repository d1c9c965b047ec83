"""With torchvision.transforms.v2."""
import torch
from matplotlib.figure import Figure
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets
from torchvision.transforms import v2


def load_mnist(root, train, download=False):
    to_float = v2.Compose([v2.ToImage(), v2.ToDtype(torch.float32, scale=True), v2.ToPureTensor()])
    return datasets.MNIST(root, train=train, transform=to_float, download=download)


def make_data_loader(dataset, batch_size=100):
    return DataLoader(dataset=dataset, batch_size=batch_size, shuffle=True, drop_last=True)


def flatten_images(images):
    return torch.flatten(images, 1)


class SoftmaxRegression(nn.Module):
    def __init__(self, pixels=784, digits=10):
        super().__init__()
        self.linear = nn.Linear(pixels, digits)

    def forward(self, x):
        return self.linear(x)


def build_model():
    return SoftmaxRegression()


def build_criterion():
    return nn.CrossEntropyLoss()


def build_optimizer(model, learning_rate=0.1):
    return torch.optim.SGD(model.parameters(), lr=learning_rate)


def train_epoch(model, data_loader, criterion, optimizer, device):
    total, batches = 0.0, 0
    for images, labels in data_loader:
        logits = model(flatten_images(images.to(device)))
        loss = criterion(logits, labels.to(device))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
        batches += 1
    return total / batches


def train(model, data_loader, criterion, optimizer, device, training_epochs=15):
    history = []
    for epoch in range(training_epochs):
        avg_cost = train_epoch(model, data_loader, criterion, optimizer, device)
        print(f"Epoch: {epoch + 1:04d} cost = {avg_cost:.9f}")
        history.append(avg_cost)
    print("Learning finished")
    return history


@torch.inference_mode()
def evaluate(model, dataset, device):
    hits = [
        model(flatten_images(images.to(device))).argmax(-1).eq(labels.to(device))
        for images, labels in DataLoader(dataset, batch_size=500)
    ]
    return torch.cat(hits).double().mean().item()


def predict(model, image, device):
    with torch.no_grad():
        scores = model(flatten_images(image.unsqueeze(0).to(device)))
    return scores.argmax(dim=1).item()


def show_prediction(image, label, prediction):
    figure = Figure()
    axes = figure.add_subplot()
    axes.imshow(image.squeeze(0).numpy(), cmap="Greys", interpolation="nearest")
    axes.set_title(f"Label: {label}, Prediction: {prediction}")
    return figure


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
