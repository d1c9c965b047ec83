"""while, next, and a closure for each batch."""
import torch
import torch.nn.functional as F
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


class BatchServer:
    def __init__(self, dataset, batch_size):
        self.dataset = dataset
        self.batch_size = batch_size

    def __len__(self):
        return len(self.dataset) // self.batch_size

    def __iter__(self):
        order = torch.randperm(len(self.dataset)).tolist()
        for k in range(len(self)):
            chosen = [self.dataset[i] for i in order[k * self.batch_size:(k + 1) * self.batch_size]]
            images, labels = zip(*chosen)
            yield torch.stack(images), torch.tensor(labels, dtype=torch.int64)


def make_data_loader(dataset, batch_size=100):
    return BatchServer(dataset, batch_size)


def flatten_images(images):
    return torch.stack([image.reshape(-1) for image in images])


def build_model():
    return torch.nn.Linear(784, 10, bias=True)


def build_criterion():
    return F.cross_entropy


def build_optimizer(model, learning_rate=0.1):
    parameters = list(model.parameters())
    return optim.SGD(parameters, learning_rate, momentum=0, weight_decay=0)


def train_epoch(model, data_loader, criterion, optimizer, device):
    costs = []
    iterator = iter(data_loader)
    while True:
        try:
            images, labels = next(iterator)
        except StopIteration:
            break
        images = flatten_images(images).to(device, non_blocking=True)
        labels = labels.to(device, non_blocking=True)

        def closure():
            optimizer.zero_grad()
            cost = criterion(model(images), labels)
            cost.backward()
            costs.append(cost.item())
            return cost

        closure()
        optimizer.step()
    return sum(costs) / len(costs)


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
