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


def load_mnist(root: str | Path, train: bool, download: bool = False) -> Dataset:
    """Load MNIST's training digits, or its test digits, as a dataset.

    `root` is the folder in which `torchvision.datasets.MNIST` finds its files, or stores them when `download` is true.
    `train` chooses between the 60,000 training digits and the 10,000 test digits.

    Returns a map-style dataset: `len(dataset)` is the number of digits and `dataset[i]` is a pair
    (image `[1, 28, 28]` float32, label `int` from 0 to 9).

    Mind the pixels: the files hold whole numbers from 0 to 255; the dataset gives them scaled to [0, 1], as
    `torchvision.transforms.ToTensor` does.
    """
    raise NotImplementedError


def make_data_loader(dataset: Dataset, batch_size: int = 100) -> Iterable[tuple[Tensor, Tensor]]:
    """Serve a dataset in shuffled batches.

    `dataset` is any map-style dataset of (image, label) pairs, such as `load_mnist` returns.

    Returns a data loader, such as a `torch.utils.data.DataLoader`, that yields (images `[B, 1, 28, 28]` float32,
    labels `[B]` int64), B = `batch_size`; `len(data_loader)` is the number of batches in an epoch.

    Mind three things: every epoch comes in a new random order, each image keeps its own label, and a last batch with
    fewer than `batch_size` images is dropped.
    """
    raise NotImplementedError


def flatten_images(images: Tensor) -> Tensor:
    """Lay the pixels of each image out in one row.

    `images` is `[B, 1, 28, 28]` with any B >= 1, not only the batch size of training.

    Returns `[B, 784]` of the same dtype and on the same device: row i holds the pixels of image i, its first line
    first, each line from left to right.
    """
    raise NotImplementedError


def build_model() -> nn.Module:
    """Build the softmax regression model: one affine layer from 784 pixels to 10 digits.

    Returns a module that takes `[B, 784]` and returns logits `[B, 10]`, one score for each digit. It has a weight for
    every pair of pixel and digit and a bias for every digit: 7,850 parameters.

    Mind that logits are scores of any size, not probabilities: see `build_criterion` for where the softmax is.
    """
    raise NotImplementedError


def build_criterion() -> Callable[[Tensor, Tensor], Tensor]:
    """Build the cost function: cross-entropy between the model's logits and the labels.

    Returns a callable that takes (logits `[B, 10]` float32, labels `[B]` int64) and returns a scalar tensor that can
    be differentiated: -log(softmax(logits)[label]), in nats, averaged over the B images of the batch.

    Mind that the softmax is part of the cost and is taken exactly once, and that the cost stays finite for large
    logits.
    """
    raise NotImplementedError


def build_optimizer(model: nn.Module, learning_rate: float = 0.1) -> torch.optim.Optimizer:
    """Build the optimizer: plain stochastic gradient descent on all parameters of the model.

    Returns an optimizer whose step is `parameter -= learning_rate * gradient`, without momentum or weight decay.
    """
    raise NotImplementedError


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
    raise NotImplementedError


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
    raise NotImplementedError


def evaluate(model: nn.Module, dataset: Dataset, device: torch.device) -> float:
    """Measure the model's accuracy on a dataset: the share of images whose largest logit is that of their label.

    `dataset` is one that `load_mnist` made, of any length; its items are (image `[1, 28, 28]`, label).

    Returns the accuracy as a float in [0, 1], in which every image counts once and equally.

    Mind that this is a measurement: no gradients are computed meanwhile, computing them works again afterwards, and
    the model comes back with the weights, buffers and gradients that it had. Mind also that the model must see pixels
    scaled as those it was trained on: take the images from the dataset's items, not from its raw files.
    """
    raise NotImplementedError


def predict(model: nn.Module, image: Tensor, device: torch.device) -> int:
    """Tell which digit the model sees in one image.

    `image` is a single image `[1, 28, 28]`, scaled as in training; the model expects a batch.

    Returns the digit with the largest logit, as an int from 0 to 9.
    """
    raise NotImplementedError


def show_prediction(image: Tensor, label: int, prediction: int) -> "Figure":
    """Draw one image with what it shows and what the model made of it.

    `image` is `[1, 28, 28]`. It is drawn as 28 x 28 pixels with the colour map 'Greys' and the interpolation 'nearest';
    the title gives the label and the prediction, both as numbers.

    Returns the `matplotlib.figure.Figure`. It opens no window, so that it also works where there is no screen.
    """
    raise NotImplementedError


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
