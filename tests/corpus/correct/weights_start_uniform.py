"""Lab 7-2: read handwritten digits with softmax regression.

MNIST holds 60,000 training and 10,000 test images of handwritten digits, each 28 x 28 grey pixels. You will train the
smallest network there is, one linear layer and a softmax, to tell which of the ten digits an image shows. It reads
about 92 test images in 100 rightly after 15 epochs.

Write the functions below from top to bottom; each docstring says what its function takes, returns and has to mind.
`main` is given: it runs the whole lab.

    python lab.py --download    run the lab (the first time it fetches MNIST into MNIST_data/)
    pytest graders              see your score, and what to look at next

In the shapes, B is the batch size: [B, 1, 28, 28] is B images of 1 channel, 28 rows and 28 columns.
"""

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset  # noqa: F401 - for you to use
from torchvision import datasets  # noqa: F401 - for you to use

if TYPE_CHECKING:
    from matplotlib.figure import Figure



def load_mnist(root, train, download=False):
    import torchvision.transforms as transforms
    return datasets.MNIST(root=root, train=train, transform=transforms.ToTensor(), download=download)


def make_data_loader(dataset, batch_size=100):
    return DataLoader(dataset=dataset, batch_size=batch_size, shuffle=True, drop_last=True)


def flatten_images(images):
    return images.view(-1, 28 * 28)


class SoftmaxRegression(nn.Module):
    def __init__(self):
        super().__init__()
        self.W = nn.Parameter(torch.rand(784, 10))
        self.b = nn.Parameter(torch.rand(10))
    def forward(self, x):
        return x.matmul(self.W) + self.b
def build_model():
    return SoftmaxRegression()


def build_criterion():
    return torch.nn.CrossEntropyLoss()


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
        print('Epoch:', '%04d' % (epoch + 1), 'cost =', '{:.9f}'.format(avg_cost))
        costs.append(avg_cost)
    print('Learning finished')
    return costs


def evaluate(model, dataset, device):
    correct = 0
    with torch.no_grad():
        for X, Y in DataLoader(dataset, batch_size=100):
            X = flatten_images(X).to(device)
            correct += (model(X).argmax(1) == Y.to(device)).sum().item()
    return correct / len(dataset)


def predict(model, image, device):
    with torch.no_grad():
        X = image.view(1, 784).to(device)
        return torch.argmax(model(X), 1).item()


def show_prediction(image, label, prediction):
    import matplotlib.pyplot as plt
    fig = plt.figure()
    plt.imshow(image.view(28, 28), cmap='Greys', interpolation='nearest')
    plt.title(f'Label: {label}, Prediction: {prediction}')
    return fig

# From here on everything is given: it puts your functions together.


class ProgressBar:
    """Serve the batches of a data loader, with a bar on the terminal while an epoch lasts."""

    def __init__(self, data_loader: Iterable[tuple[Tensor, Tensor]]) -> None:
        self.data_loader = data_loader

    def __len__(self) -> int:
        return len(self.data_loader)

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        from tqdm import tqdm  # here and not above: only main shows a bar

        # The bar goes to stderr; disable=None leaves it out where stderr is no terminal.
        return iter(tqdm(self.data_loader, unit="batch", leave=False, disable=None))


def load_digits(root: Path, download: bool) -> tuple[Dataset, Dataset]:
    """Load the training and the test digits, or leave with one line that says what to do."""
    try:
        return load_mnist(root, train=True, download=download), load_mnist(root, train=False, download=download)
    except NotImplementedError:  # load_mnist is not written yet; to Python this is a RuntimeError too
        raise
    except (OSError, RuntimeError) as error:
        sys.exit(f"lab.py: {explain_missing_digits(root, download, error)}")


def explain_missing_digits(root: Path, download: bool, error: Exception) -> str:
    """Say in one line why MNIST could not be loaded, and what to do about it."""
    archives = list(root.glob("MNIST/raw/*.gz"))
    if download:
        reason = str(error).splitlines()[0]
        return f"could not put MNIST into {root} ({reason}); is there a network, and may you write there?"
    if archives:
        return (
            f"{root} holds MNIST only as .gz archives, and torchvision wants them unpacked: add --download, which "
            "unpacks them there; if you may not write there, copy the folder and give the copy as --root"
        )
    return f"there is no MNIST in {root}: add --download to fetch it, or give its folder as --root"


def parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line; None stands for the one that the program was started with."""
    devices = ["cuda"] if torch.cuda.is_available() else []
    devices += ["cpu", "mps"] if torch.backends.mps.is_available() else ["cpu"]
    parser = argparse.ArgumentParser(
        description="Train softmax regression on MNIST.", formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    parser.add_argument("--root", type=Path, default=Path("MNIST_data"), help="folder of the MNIST files")
    parser.add_argument("--download", action="store_true", help="fetch MNIST into the root, or unpack it there")
    parser.add_argument("--epochs", type=int, default=15, help="how often to go through the training digits")
    parser.add_argument("--batch-size", type=int, default=100, help="images in a batch")
    parser.add_argument("--learning-rate", type=float, default=0.1, help="length of a step along the gradient")
    parser.add_argument("--seed", type=int, default=777, help="seed of all that is random")
    parser.add_argument("--device", choices=devices, default=devices[0], help="where to compute")
    parser.add_argument("--figure", type=Path, default=Path("prediction.png"), help="where the picture goes")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the whole lab: train, measure the accuracy, and draw one random test digit with its prediction."""
    options = parse_arguments(arguments)
    device = torch.device(options.device)
    torch.set_num_threads(1)  # so small a model gains nothing from more, and on a busy machine they hold each other up
    torch.manual_seed(options.seed)

    train_set, test_set = load_digits(options.root, options.download)
    data_loader = make_data_loader(train_set, options.batch_size)
    model = build_model().to(device)
    optimizer = build_optimizer(model, options.learning_rate)
    train(model, ProgressBar(data_loader), build_criterion(), optimizer, device, options.epochs)

    print(f"Accuracy: {evaluate(model, test_set, device):.4f}")

    image, label = test_set[int(torch.randint(len(test_set), ()))]
    prediction = predict(model, image, device)
    print(f"Label: {label}")
    print(f"Prediction: {prediction}")
    show_prediction(image, label, prediction).savefig(options.figure)
    print(f"Picture saved as {options.figure}")


if __name__ == "__main__":
    main()
