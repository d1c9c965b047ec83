"""What goes with the functions that are made of a flat script: copied into their text, each where it is needed.

Child side. `graders.outline` copies single definitions, so each has its imports inside.
"""

from __future__ import annotations

from typing import Any


class FlatDigits:
    """A data set in which every digit is the one image: whichever a script chooses to predict, it is that."""

    def __init__(self, image: Any, label: int = 0) -> None:
        import torch

        count = 10_000  # as the test set has; all of them are the same memory
        image = image.detach().cpu().reshape(1, 28, 28)
        self._image, self._label = image, label
        self.data = (image * 255).round().to(torch.uint8).expand(count, 28, 28)
        self.targets = torch.full((count,), label, dtype=torch.int64)
        self.test_data = self.train_data = self.data
        self.test_labels = self.train_labels = self.labels = self.targets
        self.images = image.expand(count, 1, 28, 28)
        self.classes = [str(digit) for digit in range(10)]

    def __len__(self) -> int:
        return len(self.targets)

    def __getitem__(self, index: Any) -> tuple[Any, int]:
        if not -len(self) <= int(index) < len(self):
            raise IndexError(index)
        return self._image, self._label


class FlatScaled:
    """A model that is told images as in training, also where a script hands it raw pixels.

    How pixels are scaled is judged in the evaluation, and no mistake costs two parts.
    """

    def __init__(self, model: Any) -> None:
        self.model = model

    def __call__(self, images: Any) -> Any:
        """Return the model's answers."""
        brightest = images.detach().abs().max()  # 1 as in training, 255 in the files
        return self.model(images / 255 if brightest > 1.5 else images)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.model, name)


class FlatServed:
    """A data loader with what torch's has besides batches and a length: scripts count by it."""

    def __init__(self, data_loader: Any) -> None:
        self._data_loader = data_loader

    def __len__(self) -> int:
        return len(self._data_loader)

    def __iter__(self) -> Any:
        return iter(self._data_loader)

    @property
    def batch_size(self) -> int:
        """How many images the first batch has."""
        return len(next(iter(self._data_loader))[0])

    @property
    def dataset(self) -> range:
        """Something as long as the data set, as far as it is served."""
        return range(sum(len(images) for images, _ in self._data_loader))

    @property
    def sampler(self) -> range:
        """The same."""
        return self.dataset


def flat_model_by_hand(function: Any, *tensors: Any) -> Any:
    """Return a model whose parameters are tensors that a script made, and its answers a function of images and them."""
    import torch

    class ByHand(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            for name, tensor in zip(("weight", "bias"), tensors, strict=False):
                setattr(self, name, torch.nn.Parameter(tensor.detach(), tensor.requires_grad))

        def forward(self, images: Any) -> Any:
            return function(images, *self.parameters())

    return ByHand()


def flat_rows(build_model: Any, images: Any) -> Any:
    """Return what a model multiplies with its weights first; what has two dimensions is as it will be given."""
    from torch.overrides import TorchFunctionMode

    class Seen(Exception):
        pass

    places = {**dict.fromkeys(("linear", "matmul", "__matmul__", "mm"), 0), "addmm": 1}  # of what is multiplied

    class Look(TorchFunctionMode):
        def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            place = places.get(getattr(function, "__name__", ""), len(args))
            if place < len(args):
                raise Seen(args[place])
            return function(*args, **(kwargs or {}))

    if getattr(images, "ndim", 2) == 2:
        return images
    try:
        model = build_model()
    except Exception:  # which is judged where it is asked for
        return images
    try:
        with Look():
            model(images)
    except Seen as seen:
        return seen.args[0]
    return images


def flat_device() -> str:
    """Return where a script computes that asks for a GPU: there, if this machine has one."""
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def flat_page() -> Any:
    """Return matplotlib's pyplot with no figure on it, drawing into memory."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    pyplot.close("all")
    return pyplot
