"""The loader has a random generator of its own."""
import sys
import torch
import torch.nn.functional as F
import torchvision
from torch import optim
from torch.utils.data import DataLoader


class MNIST(torchvision.datasets.MNIST):  # torchvision names the folder after the class
    """MNIST without the detour over PIL."""

    def __getitem__(self, index):
        image = self.data[index].to(torch.float32) / 255
        return image[None], int(self.targets[index])


def load_mnist(root, train, download=False):
    return MNIST(str(root), train=bool(train), download=download)


def make_data_loader(dataset, batch_size=100):
    shuffler = torch.Generator()
    shuffler.manual_seed(777)
    return DataLoader(dataset, batch_size, shuffle=True, drop_last=True, num_workers=0, generator=shuffler)


def flatten_images(images):
    return images.view(len(images), -1)


def build_model():
    linear = torch.nn.Linear(784, 10, bias=True)
    torch.nn.init.normal_(linear.weight, std=0.01)
    torch.nn.init.zeros_(linear.bias)
    return linear


def build_criterion():
    return F.cross_entropy


def build_optimizer(model, learning_rate=0.1):
    parameters = list(model.parameters())
    return optim.SGD(parameters, learning_rate, momentum=0, weight_decay=0)


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
    costs = [0.0] * training_epochs
    for number in range(1, training_epochs + 1):
        costs[number - 1] = train_epoch(model, data_loader, criterion, optimizer, device)
        sys.stdout.write("Epoch: " + str(number).zfill(4) + " cost = " + format(costs[number - 1], ".9f") + "\n")
    sys.stdout.write("Learning finished\n")
    sys.stdout.flush()
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
    import matplotlib.pyplot as plt

    fig, ax = plt.subplots(figsize=(3, 3))
    ax.imshow(image[0], cmap=plt.get_cmap("Greys"), interpolation="nearest")
    ax.set(title="label %d - prediction %d" % (label, prediction), xticks=[], yticks=[])
    plt.close(fig)
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
