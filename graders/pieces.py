"""The lab's pieces as a check needs them: the student's own where they are sound, a correct stand-in where not.

One mistake then costs one part: a wrong `flatten_images` is graded in `reshape` and replaced everywhere else.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numpy as np

from . import oracle, soundness
from .answers import expect_form
from .harness.errors import CheckFailed, StandinLacks, Unloadable, Unwritten
from .harness.grading import Notes
from .harness.model import Evidence, Folder, Handle, Named, TensorValue
from .idx import Split, root_files

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from .harness.submission import Submission

T = TypeVar("T")
# Which of the student's functions another one may call on its way.
NEEDS = {
    "build_model": ("flatten_images",),
    "train_epoch": ("flatten_images",),
    "train": ("flatten_images", "train_epoch"),
    "evaluate": ("flatten_images", "make_data_loader"),
    "predict": ("flatten_images",),
}


def root_of(name: str, train: Split, test: Split) -> Folder:
    """Return a root in torchvision's layout, called `name`."""
    files = {file: np.frombuffer(content, np.uint8) for file, content in root_files(train, test).items()}
    return Folder(name, files)


def first_of(split: Split) -> Split:
    """Return a split with a single digit, the fewest that files can hold, for where nobody looks."""
    return Split(split.images[:1], split.labels[:1])


@dataclass(slots=True)
class Shared:
    """What the checks of one run share: which functions are sound, and how many roots there were."""

    sound: dict[str, bool] = field(default_factory=dict)
    seen: dict[object, object] = field(default_factory=dict)  # by what looked
    explained: dict[object, tuple[Named, ...]] = field(default_factory=dict)  # by clue
    roots: int = 0


@dataclass(frozen=True, slots=True)
class Lab:
    """One check's view of a submission."""

    submission: Submission
    seed: int
    notes: Notes
    shared: Shared

    # ---- asking

    def call(
        self,
        function: str,
        *args: object,
        asked: str = "",
        observe: bool = False,
        keep: bool = False,
        **kwargs: object,
    ) -> Evidence:
        """Call a function of the student's, with stand-ins for what it needs and is unsound.

        With `keep`, what it returns stays in the worker, whatever it is, and the evidence holds its handle.
        """
        self.require(function)
        standins = self._standins(function)
        return self.submission.call(
            function, *args, asked=asked, seed=self.seed, observe=observe, keep=keep, standins=standins, **kwargs
        )

    def probe(
        self, name: str, *args: object, of: str, asked: str = "", keep: bool = False, bare: bool = False
    ) -> Evidence:
        """Measure what the student's function `of` returned earlier; `bare` where the time of it counts."""
        standins = self._standins(of)
        # Of a function that is not asked again there is nothing to measure but its stand-in.
        owner = "" if self.submission.refuses(of) else of
        seen = self.submission.probe(
            name, *args, function=owner, asked=asked, seed=None if bare else self.seed, keep=keep, standins=standins
        )
        return seen if keep else expect_form(name, args, seen)

    def sound(self, function: str) -> bool:
        """Tell whether a function does what later parts need of it. Raises Unloadable."""
        if function not in self.shared.sound:
            self.shared.sound[function] = self._is_sound(function)
        return self.shared.sound[function]

    def _is_sound(self, function: str) -> bool:
        lab = replace(self, notes=Notes())  # what is asked here is no business of the check's
        while True:
            try:
                soundness.OF[function](lab)
            except Unloadable:
                raise
            except StandinLacks as lacks:
                if lacks.function in lab.notes.own:
                    return False
                lab.notes.keep(lacks.function)
            except (CheckFailed, Unwritten):
                return False
            else:
                return True

    def _standins(self, function: str) -> list[str]:
        names = [name for name in NEEDS.get(function, ()) if not self.sound(name)]
        self.notes.standins.update(names)
        return names

    def seen(self, look: Callable[[Lab], T]) -> T:
        """Return what a look at the submission shows; the same look is taken once a run. Raises what it raises."""
        if look not in self.shared.seen:
            self.shared.seen[look] = look(self)
        return cast("T", self.shared.seen[look])

    def require(self, *functions: str) -> None:
        """Raise Unwritten for the first of these functions that is not written yet."""
        for function in functions:
            if self.submission.source.is_unwritten(function):
                raise Unwritten(function)

    # ---- pieces

    def piece(self, function: str, *args: object, asked: str = "") -> Handle:
        """Return what a builder of the student's builds, or what its stand-in does."""
        if function not in self.notes.own and not self.sound(function):
            self.notes.standins.add(function)
            return self.standin(function, *args)
        value = self.call(function, *args, asked=asked, keep=True).value
        assert isinstance(value, Handle)  # a sound builder was seen to return one
        return value

    def standin(self, function: str, *args: object) -> Handle:
        """Return what the stand-in of a builder builds."""
        built = self.submission.standin(function, *args, seed=self.seed).value
        assert isinstance(built, Handle)
        return built

    def made(self, probe: str, *args: object) -> Handle:
        """Return what a probe builds: of no function of the student's, so that no function's death refuses it."""
        value = self.probe(probe, *args, of="", keep=True).value
        assert isinstance(value, Handle)
        return value

    def model(self, spread: float = 0.0) -> Handle:
        """Return a model; with `spread`, one whose parameters got normal noise of that size."""
        model = self.piece("build_model")
        self.settle(model)
        if spread:
            self.probe("stir", model, self.seed, spread, of="build_model")
        return model

    def settle(self, model: Handle) -> None:
        """Have a model's parameters there, also those of lazy layers."""
        self.probe("settle", model, of="build_model")

    def affine(self, model: Handle) -> oracle.Affine:
        """Return a model's weights and bias as its answers show them."""
        weights, bias = cast("tuple[TensorValue, TensorValue]", self.probe("affine", model, of="build_model").value)
        return oracle.Affine(weights.array.astype(float), bias.array.astype(float))

    def optimizer(self, model: Handle, learning_rate: float) -> Handle:
        """Return an optimizer for a model."""
        return self.piece("build_optimizer", model, learning_rate)

    def criterion(self) -> Handle:
        """Return a criterion."""
        return self.piece("build_criterion")

    def data_loader(self, dataset: Handle, batch_size: int) -> Handle:
        """Return a data loader over a data set."""
        return self.piece("make_data_loader", dataset, batch_size)

    def doubled_criterion(self) -> Handle:
        """Return a criterion of the judge's that costs twice the mean cross-entropy."""
        return self.made("doubled_criterion")

    def tagging_criterion(self) -> Handle:
        """Return a criterion of the judge's, the mean cross-entropy, that knows which of its graphs are alive."""
        return self.made("tagging_criterion")

    def noting_criterion(self) -> Handle:
        """Return a criterion of the judge's, the mean cross-entropy, that notes its costs."""
        return self.made("noting_criterion")

    def device(self, name: str = "cpu") -> Handle:
        """Return a torch.device."""
        return self.made("device", name)

    def fixed_loader(self, images: NDArray[Any], labels: NDArray[Any], batch_size: int) -> Handle:
        """Return a data loader that serves these images `[N, 1, 28, 28]` in this order."""
        return self.made("fixed_loader", TensorValue.of(images), TensorValue.of(labels), batch_size)

    # ---- data

    def root(self, train: Split, test: Split) -> Folder:
        """Return a root in torchvision's layout; the student's function gets its path."""
        return root_of(self.empty_root().name, train, test)

    def empty_root(self) -> Folder:
        """Return a root that has no digits."""
        self.shared.roots += 1
        return Folder(f"root{self.shared.roots}")

    def dataset(self, split: Split, train: bool = False) -> Handle:
        """Return a data set that serves `split`, loaded as its test digits or, with `train`, as its training digits."""
        root = self.root(split, first_of(split)) if train else self.root(first_of(split), split)
        return self.piece("load_mnist", root, train, asked=f"load_mnist(root, train={train})")

    def pairs(self, split: Split) -> Handle:
        """Return the digits of `split` as a plain list of (image, label) pairs."""
        images = (split.images[:, None] / 255).astype("float32")
        return self.made("pairs", TensorValue.of(images), TensorValue.of(split.labels.astype("int64")))
