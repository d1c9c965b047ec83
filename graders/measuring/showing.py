"""What the page's pictures are drawn of, noted by checks on their way where somebody will look at them.

No verdict hangs on anything here: what a submission does not answer is not shown. Judge side, NumPy only.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Concatenate, ParamSpec, cast

import numpy as np

from graders.harness.base.errors import CheckFailed, ConfigurationError, StaleHandle, Unwritten
from graders.harness.base.model import TensorValue
from graders.harness.judge import faults

from . import inputs, measure, oracle

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from graders.digits.idx import Split

    from .pieces import Lab

P = ParamSpec("P")
STEPS, BATCH = 50, 20  # of the epoch whose costs are shown: the cost falls to four tenths, and it takes 20 ms
MISREAD = 10  # digits shown
# Three digits as a matrix printer has them, 7 x 5 dots, for a picture in which a scrambled pixel shows.
DOTS = {
    2: ("01110", "10001", "00001", "00110", "01000", "10000", "11111"),
    4: ("00010", "00110", "01010", "10010", "11111", "00010", "00010"),
    7: ("11111", "00001", "00010", "00100", "01000", "01000", "01000"),
}
DOT = 3  # pixels a side


def _harmless(show: Callable[Concatenate[Lab, P], None]) -> Callable[Concatenate[Lab, P], None]:
    """Have a function note exhibits only where they are wanted, and a fault in it cost no more than its picture."""

    @functools.wraps(show)
    def shown(lab: Lab, /, *args: P.args, **kwargs: P.kwargs) -> None:
        if not lab.notes.wanted:
            return
        try:
            show(lab, *args, **kwargs)
        except (StaleHandle, ConfigurationError):
            raise
        except Exception as error:
            faults.tell(faults.PictureFault, f"there is nothing for the picture {show.__name__}: {{fault}}", error)

    return shown


@_harmless
def costs(lab: Lab, digits: Split) -> None:
    """Note the cost of each batch of one epoch of the student's `train_epoch`, and the oracle's on the same batches."""
    size = STEPS * BATCH
    images = (digits.images[:size, None] / np.float32(255)).astype(np.float32)
    labels = digits.labels[:size].astype(np.int64)
    try:
        lab.ready("train_epoch", "build_optimizer")
        (model, start), criterion = lab.known_model(), lab.noting_criterion()
        pieces = lab.fixed_loader(images, labels, BATCH), criterion, lab.optimizer(model, measure.LEARNING_RATE)
        lab.call("train_epoch", model, *pieces, lab.device())
        noted = cast("list[float]", lab.probe("costs_noted", criterion, of="train_epoch").value)
    except (CheckFailed, Unwritten):
        return
    truth = oracle.train(start, inputs.batched(images, labels, BATCH), measure.LEARNING_RATE).costs
    if len(noted) == len(truth):
        lab.notes.exhibit("costs", yours=np.asarray(noted, np.float32), oracle=np.asarray(truth, np.float32))


@_harmless
def weights(lab: Lab, model: oracle.Affine) -> None:
    """Note what a trained model's weights look like, a picture a digit, as shares of the largest in 127 steps."""
    found = model.weights
    largest = np.abs(found).max()
    if np.isfinite(largest) and largest > 0:
        lab.notes.exhibit("weights", weights=np.rint(found / largest * 127).astype(np.int8).reshape(10, 28, 28))


@_harmless
def answers(lab: Lab, logits: NDArray[np.float64], digits: Split) -> None:
    """Note how often each digit got which answer, and the digits that were misread with most conviction.

    `logits` are a trained model's of these digits, `[N, 10]`.
    """
    if not np.isfinite(logits).all():
        return
    given = logits.argmax(axis=1)
    counts = np.zeros((10, 10), np.int32)
    np.add.at(counts, (digits.labels, given), 1)
    lab.notes.exhibit("confusion", counts=counts)
    wrong = np.flatnonzero(given != digits.labels)
    surprise = oracle.cross_entropies(logits, digits.labels)[wrong]
    worst = wrong[np.argsort(-surprise, kind="stable")[:MISREAD]]
    if len(worst):
        columns = {"labels": digits.labels[worst], "answers": given[worst].astype(np.uint8)}
        lab.notes.exhibit("misread", images=digits.images[worst], **columns)


@_harmless
def reshape(lab: Lab) -> None:
    """Note three digits and what `flatten_images` makes of them, where their pixels do not stay in place."""
    images = np.stack([_dotted(rows) for rows in DOTS.values()])
    try:
        value = measure.flattened(lab, images[:, None] / np.float32(255)).value
    except (CheckFailed, Unwritten):
        return
    if not isinstance(value, TensorValue) or value.array.size != images.size:
        return
    rows = np.nan_to_num(value.array.astype(np.float64).reshape(images.shape)) * 255
    seen = np.rint(rows.clip(0, 255)).astype(np.uint8)
    if not np.array_equal(seen, images):
        lab.notes.exhibit("reshape", images=images, rows=seen)


def _dotted(rows: tuple[str, ...]) -> NDArray[np.uint8]:
    """Return a digit of dots in the middle of 28 x 28 pixels."""
    dots = np.asarray([[int(dot) for dot in row] for row in rows], np.uint8) * 255
    large = np.kron(dots, np.ones((DOT, DOT), np.uint8))
    top, left = (28 - large.shape[0]) // 2, (28 - large.shape[1]) // 2
    image = np.zeros((28, 28), np.uint8)
    image[top : top + large.shape[0], left : left + large.shape[1]] = large
    return image
