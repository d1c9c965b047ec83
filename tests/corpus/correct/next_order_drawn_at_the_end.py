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

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset
from torchvision import datasets

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Digits(Dataset):
    """Hold all images and labels in memory, decoded and scaled once and not anew in every epoch."""

    def __init__(self, images: Tensor, labels: Tensor) -> None:
        self.images = images  # [N, 1, 28, 28] float32
        self.labels = labels  # [N] int64

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        return self.images[index], int(self.labels[index])  # [1, 28, 28], a number


class ShuffledBatches:
    """Serve digits in shuffled batches, with one look-up a batch where DataLoader makes one an image."""

    def __init__(self, digits: Digits, batch_size: int) -> None:
        self.digits = digits
        self.batch_size = batch_size
        self.order = torch.randperm(len(digits))

    def __len__(self) -> int:
        return len(self.digits) // self.batch_size

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        for rows in self.order.split(self.batch_size)[: len(self)]:
            yield self.digits.images.index_select(0, rows), self.digits.labels.index_select(0, rows)
        self.order = torch.randperm(len(self.digits))  # for the next epoch


def load_mnist(root: str | Path, train: bool, download: bool = False) -> Dataset:
    """Load MNIST's training digits, or its test digits, as a dataset.

    `root` is the folder in which `torchvision.datasets.MNIST` finds its files, or stores them when `download` is true.
    `train` chooses between the 60,000 training digits and the 10,000 test digits.

    Returns a map-style dataset: `len(dataset)` is the number of digits and `dataset[i]` is a pair
    (image `[1, 28, 28]` float32, label `int` from 0 to 9).

    Mind the pixels: the files hold whole numbers from 0 to 255; the dataset gives them scaled to [0, 1], as
    `torchvision.transforms.ToTensor` does.
    """
    mnist = datasets.MNIST(root, train=train, download=download)
    images = mnist.data.unsqueeze(1) / 255  # uint8 [N, 28, 28] -> float32 [N, 1, 28, 28]
    return Digits(images, mnist.targets)


def make_data_loader(dataset: Dataset, batch_size: int = 100) -> Iterable[tuple[Tensor, Tensor]]:
    """Serve a dataset in shuffled batches.

    `dataset` is any map-style dataset of (image, label) pairs, such as `load_mnist` returns.

    Returns a data loader, such as a `torch.utils.data.DataLoader`, that yields (images `[B, 1, 28, 28]` float32,
    labels `[B]` int64), B = `batch_size`; `len(data_loader)` is the number of batches in an epoch.

    Mind three things: every epoch comes in a new random order, each image keeps its own label, and a last batch with
    fewer than `batch_size` images is dropped.
    """
    if isinstance(dataset, Digits):
        return ShuffledBatches(dataset, batch_size)
    return DataLoader(dataset, batch_size=batch_size, shuffle=True, drop_last=True)


def flatten_images(images: Tensor) -> Tensor:
    """Lay the pixels of each image out in one row.

    `images` is `[B, 1, 28, 28]` with any B >= 1, not only the batch size of training.

    Returns `[B, 784]` of the same dtype and on the same device: row i holds the pixels of image i, its first line
    first, each line from left to right.
    """
    return images.flatten(start_dim=1)  # [B, 1, 28, 28] -> [B, 784]


def build_model() -> nn.Module:
    """Build the softmax regression model: one affine layer from 784 pixels to 10 digits.

    Returns a module that takes `[B, 784]` and returns logits `[B, 10]`, one score for each digit. It has a weight for
    every pair of pixel and digit and a bias for every digit: 7,850 parameters.

    Mind that logits are scores of any size, not probabilities: see `build_criterion` for where the softmax is.
    """
    return nn.Linear(28 * 28, 10)


def build_criterion() -> Callable[[Tensor, Tensor], Tensor]:
    """Build the cost function: cross-entropy between the model's logits and the labels.

    Returns a callable that takes (logits `[B, 10]` float32, labels `[B]` int64) and returns a scalar tensor that can
    be differentiated: -log(softmax(logits)[label]), in nats, averaged over the B images of the batch.

    Mind that the softmax is part of the cost and is taken exactly once, and that the cost stays finite for large
    logits.
    """
    return nn.CrossEntropyLoss()


def build_optimizer(model: nn.Module, learning_rate: float = 0.1) -> torch.optim.Optimizer:
    """Build the optimizer: plain stochastic gradient descent on all parameters of the model.

    Returns an optimizer whose step is `parameter -= learning_rate * gradient`, without momentum or weight decay.
    """
    return torch.optim.SGD(model.parameters(), lr=learning_rate)


def train_epoch(
    model: nn.Module,
    data_loader: Iterable[tuple[Tensor, Tensor]],
    criterion: Callable[[Tensor, Tensor], Tensor],
    optimizer: torch.optim.Optimizer,
    device: torch.device,
) -> float:
    """Train the model on every batch of the data loader, once.

    `data_loader` yields (images `[B, 1, 28, 28]`, labels `[B]`) and has a `len()`; the model, which is on `device`
    already, takes the images flattened to `[B, 784]`. Each batch changes the parameters by one step of the optimizer
    along the gradient of that batch's cost.

    Returns the mean of the batch costs, each taken before its step, as a Python float.

    Mind that PyTorch adds new gradients to old ones, that the batches come from the CPU and the model may be elsewhere,
    and that a cost which remembers how it was computed keeps a whole batch in memory.
    """
    costs = []
    for images, labels in data_loader:
        images = flatten_images(images.to(device))  # [B, 1, 28, 28] -> [B, 784]
        labels = labels.to(device)  # [B]

        optimizer.zero_grad()
        cost = criterion(model(images), labels)  # logits [B, 10], labels [B] -> []
        cost.backward()
        optimizer.step()

        costs.append(cost.detach())  # its value without its graph; .item() here would make a GPU wait for every batch
    return torch.stack(costs).mean().item()


def train(
    model: nn.Module,
    data_loader: Iterable[tuple[Tensor, Tensor]],
    criterion: Callable[[Tensor, Tensor], Tensor],
    optimizer: torch.optim.Optimizer,
    device: torch.device,
    training_epochs: int = 15,
) -> list[float]:
    """Train the model for some epochs and report the cost of each.

    After each epoch it prints a line like this, with the epoch's number from 1 in four digits and its mean cost in
    nine decimals:

        Epoch: 0001 cost = 0.535468459

    and after the last epoch:

        Learning finished

    Returns the list of the mean costs, one float for each epoch.
    """
    costs = []
    for epoch in range(1, training_epochs + 1):
        cost = train_epoch(model, data_loader, criterion, optimizer, device)
        print(f"Epoch: {epoch:04d} cost = {cost:.9f}")
        costs.append(cost)
    print("Learning finished")
    return costs


def evaluate(model: nn.Module, dataset: Dataset, device: torch.device) -> float:
    """Measure the model's accuracy on a dataset: the share of images whose largest logit is that of their label.

    `dataset` is one that `load_mnist` made, of any length; its items are (image `[1, 28, 28]`, label).

    Returns the accuracy as a float in [0, 1], in which every image counts once and equally.

    Mind that this is a measurement: no gradients are computed meanwhile, computing them works again afterwards, and
    the model comes back with the weights, buffers and gradients that it had. Mind also that the model must see pixels
    scaled as those it was trained on: take the images from the dataset's items, not from its raw files.
    """
    was_training = model.training
    model.eval()
    correct = 0
    with torch.no_grad():
        for images, labels in DataLoader(dataset, batch_size=1000):  # the incomplete last batch counts too
            logits = model(flatten_images(images.to(device)))  # [B, 10]
            correct += (logits.argmax(dim=1) == labels.to(device)).sum().item()
    model.train(was_training)
    return correct / len(dataset)


def predict(model: nn.Module, image: Tensor, device: torch.device) -> int:
    """Tell which digit the model sees in one image.

    `image` is a single image `[1, 28, 28]`, scaled as in training; the model expects a batch.

    Returns the digit with the largest logit, as an int from 0 to 9.
    """
    with torch.no_grad():
        images = image.unsqueeze(0).to(device)  # [1, 28, 28] -> [1, 1, 28, 28]
        return int(model(flatten_images(images)).argmax())


def show_prediction(image: Tensor, label: int, prediction: int) -> "Figure":
    """Draw one image with what it shows and what the model made of it.

    `image` is `[1, 28, 28]`. It is drawn as 28 x 28 pixels with the colour map 'Greys' and the interpolation 'nearest';
    the title gives the label and the prediction, both as numbers.

    Returns the `matplotlib.figure.Figure`. It opens no window, so that it also works where there is no screen.
    """
    from matplotlib.figure import Figure  # here and not above: it takes 0.7 s to import and training has no use for it

    figure = Figure(figsize=(4, 4))
    axes = figure.subplots()
    axes.imshow(image.reshape(28, 28).cpu().numpy(), cmap="Greys", interpolation="nearest")
    axes.set_title(f"Label: {label}   Prediction: {prediction}")
    return figure
