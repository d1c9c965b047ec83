"""No newline at the end, blanks at line ends."""
import torch
from matplotlib.figure import Figure
from torch import nn
from torch.func import functional_call
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


def make_data_loader(dataset, batch_size=100):   
    return DataLoader(dataset=dataset, batch_size=batch_size, shuffle=True, drop_last=True)


def flatten_images(images):   
    return images.view(-1, 28 * 28)


def build_model():   
    return torch.nn.Linear(784, 10, bias=True)


def build_criterion():   
    return nn.CrossEntropyLoss()


def build_optimizer(model, learning_rate=0.1):   
    return torch.optim.SGD(model.parameters(), lr=learning_rate)


def train_epoch(model, data_loader, criterion, optimizer, device):   
    total = torch.zeros((), device=device)
    for images, labels in data_loader:   
        optimizer.zero_grad()
        cost = criterion(model(flatten_images(images.to(device))), labels.to(device))
        cost.backward()
        optimizer.step()
        total += cost.detach()
    return float(total / len(data_loader))


def train(model, data_loader, criterion, optimizer, device, training_epochs=15):   
    history = []
    for epoch in range(training_epochs):   
        avg_cost = train_epoch(model, data_loader, criterion, optimizer, device)
        print(f"Epoch: {epoch + 1:04d} cost = {avg_cost:.9f}")
        history.append(avg_cost)
    print("Learning finished")
    return history


def evaluate(model, dataset, device):   
    state = {name: tensor.detach() for name, tensor in model.state_dict().items()}
    correct = torch.zeros((), dtype=torch.int64, device=device)
    with torch.no_grad():   
        for images, labels in DataLoader(dataset, batch_size=200):   
            logits = functional_call(model, state, (flatten_images(images.to(device)),))
            correct += torch.count_nonzero(logits.argmax(dim=1) == labels.to(device))
    return correct.item() / len(dataset)


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