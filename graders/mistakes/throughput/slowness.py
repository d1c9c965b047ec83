"""What makes a right epoch slow: work that the lesson's loop does not do, read off the transcript of a short epoch.

Nothing here is timed. A reason is told only beside a speed that was measured, and only where it is the only one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from graders.harness.judge.clues import Clue
from graders.measuring import inputs, measure
from graders.mistakes.ideas import Idea

if TYPE_CHECKING:
    from collections.abc import Callable

    from graders.harness.base.model import TorchCall
    from graders.measuring.pieces import Lab

SPEED = ("test_training_keeps_up_with_the_lesson",)
FORWARD = {"linear", "matmul", "__matmul__", "__rmatmul__", "mm", "addmm", "einsum", "conv2d"}
WAITS_FOR_THE_DEVICE = {"item", "__float__", "tolist", "cpu", "numpy", "__int__", "__bool__"}
COPIES = {"clone", "__deepcopy__"}
PIXELS, DIGITS = 784, 10
IMAGES, WEIGHTS = inputs.STEP_BATCH * PIXELS, PIXELS * DIGITS  # numbers in the images of a batch, and in the weights


@dataclass(frozen=True, slots=True)
class Epoch:
    """A short epoch's transcript and printed lines; whether there is a GPU, where waiting for it costs time."""

    calls: tuple[TorchCall, ...]
    printed: int
    has_gpu: bool

    def a_batch(self, wanted: Callable[[TorchCall], bool]) -> float:
        """Return how many calls of a kind there are for each batch."""
        return sum(call.count for call in self.calls if wanted(call)) / measure.STEPS


def look(lab: Lab) -> Epoch:
    """Watch an epoch of a few small batches."""
    seen = measure.trained(lab, "train_epoch", observe=True).evidence
    has_gpu = lab.probe("device_name", "cuda", of="").value is not None
    return Epoch(seen.transcript, len(seen.stdout.splitlines()), has_gpu)


WORK = Clue(SPEED, look)


def _is_forward(call: TorchCall) -> bool:
    """Tell whether a call takes a batch's images through weights."""
    sizes = {int(np.prod(shape)) for shape in call.shapes}
    return call.name in FORWARD and {IMAGES, WEIGHTS} <= sizes


def _training(call: TorchCall) -> bool:
    return _is_forward(call) and call.grad_enabled


@WORK.mistake("slow-forward-twice", Idea.TRAINING)
def _forward_twice(seen: Epoch) -> bool:
    return seen.a_batch(_training) >= 2


@WORK.mistake("slow-tests-meanwhile", Idea.TRAINING)
def _tests_meanwhile(seen: Epoch) -> bool:
    return seen.a_batch(_training) < 2 and seen.a_batch(_is_forward) - seen.a_batch(_training) >= 1


@WORK.mistake("slow-backward-twice", Idea.GRADIENT)
def _backward_twice(seen: Epoch) -> bool:
    once = seen.a_batch(_training) < 2
    return once and seen.a_batch(lambda call: call.name in ("backward", "grad")) >= 2


@WORK.mistake("slow-image-by-image", Idea.SHAPES)
def _image_by_image(seen: Epoch) -> bool:
    """Recognise a line that makes a call for each image, and none of its tensors is a whole batch or all images."""
    whole = {inputs.STEP_BATCH, inputs.STEP_BATCH * measure.STEPS}
    singly = [call for call in seen.calls if not whole & {shape[0] for shape in call.shapes if shape}]
    return any(call.count >= inputs.STEP_BATCH * measure.STEPS and _has_image(call) for call in singly)


def _has_image(call: TorchCall) -> bool:
    return any(int(np.prod(shape)) in (PIXELS, DIGITS) for shape in call.shapes)


@WORK.mistake("slow-double-precision", Idea.SHAPES)
def _double(seen: Epoch) -> bool:
    """Recognise products in float64: twice the bytes for digits that nobody needs."""
    return any("float64" in dtype for call in seen.calls if call.name in FORWARD for dtype in call.dtypes)


@WORK.mistake("slow-prints-every-batch", Idea.TRAINING)
def _prints(seen: Epoch) -> bool:
    return seen.printed >= measure.STEPS


@WORK.mistake("slow-copies", Idea.TRAINING)
def _copies(seen: Epoch) -> bool:
    return seen.a_batch(lambda call: call.name in COPIES) >= 1


@WORK.mistake("slow-waits-for-the-gpu", Idea.TRAINING)
def _waits(seen: Epoch) -> bool:
    """Recognise a number fetched in every batch: the GPU stands idle while Python reads it."""
    return seen.has_gpu and seen.a_batch(lambda call: call.name in WAITS_FOR_THE_DEVICE) >= 1


CLUES = (WORK,)
