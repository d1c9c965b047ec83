"""What a function does where the model is on another device than the CPU: a GPU, or one that is only pretended.

A failure here needs evidence that only a device can give: a tensor of one device met one of another, or was to become
an array. Whatever else goes wrong may be the pretending's fault, and then nothing was seen.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from graders.harness.base.errors import CheckFailed, StandinLacks, Unloadable, Unwritten
from graders.harness.base.model import Evidence, TensorValue, Word
from graders.harness.judge import expect
from graders.harness.judge.looks import remembered

from . import arranged, inputs, measure, oracle
from .pieces import Lab
from .throughput import affine, drawn_start

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from graders.harness.base.model import Failure, Handle
    from graders.harness.judge.messages import Messages

ASKED = {
    "train_epoch": "train_epoch(model, data_loader, criterion, optimizer, device)",
    "evaluate": "evaluate(model, dataset, device)",
    "predict": "predict(model, image, device)",
}
STEPS = 2
# How torch says that tensors of two devices met, and that one of a GPU's was to become an array.
MET = "Expected all tensors to be on the same device"
NO_ARRAY = "device type tensor to numpy"


@dataclass(frozen=True, slots=True)
class Note:
    """Something noted on a pretended device: a tensor moved there, or back; left on the CPU where others were there.

    Kind `other` is a move to a device that is not the given one.
    """

    kind: str
    dtype: str
    shape: tuple[int, ...]

    @property
    def what(self) -> str:
        """The images or the labels, by the look of it; empty for anything else."""
        if self.dtype == "int64" and len(self.shape) == 1:
            return "labels"
        pixels = self.shape[-2:] == (28, 28) or self.shape[-1:] == (784,)
        return "images" if self.dtype.startswith("float") and pixels else ""


@dataclass(frozen=True, slots=True, eq=False)
class Elsewhere:
    """What a function did elsewhere; `fault` is the key of what was surely wrong, `known` whether anything was seen."""

    evidence: Evidence
    known: bool = False
    fault: str = ""
    notes: tuple[Note, ...] = ()

    @property
    def left(self) -> str:
        """What was left on the CPU: images, labels, or some tensor."""
        return next((note.what for note in self.notes if note.kind == "left"), "") or "some_tensor"

    def noted(self, kind: str, what: str) -> bool:
        """Tell whether that was noted of the images, or of the labels."""
        return any(note.kind == kind and note.what == what for note in self.notes)


@remembered
def elsewhere(lab: Lab, function: str, pretended: bool = False) -> Elsewhere:
    """Ask a function with the model elsewhere: on a GPU where there is one, unless a pretended one is wanted.

    All pieces but the data set are the grader's own, so that no other function's devices are taken for this one's; only
    where the function asks for what the student's model alone has, that one is taken.
    """
    nothing = Elsewhere(Evidence(ASKED[function], None))
    try:
        return _asked(lab, function, pretended, lab.standin)
    except StandinLacks as lacks:
        if lacks.function != "build_model" or not lab.sound("build_model"):
            return nothing
    try:
        seen = _asked(lab, function, pretended, lab.piece)
    except StandinLacks:
        return nothing
    # A model may bring tensors of its own along; images or labels that were left it does not.
    surely = not seen.fault or (seen.fault == "left_behind" and seen.left in ("images", "labels"))
    return seen if surely else nothing


def _asked(lab: Lab, function: str, pretended: bool, build: Callable[[str], Handle]) -> Elsewhere:
    """Ask a function with a model that `build` builds. Raises StandinLacks where that lacks something."""
    lab.require(function)
    nothing = Elsewhere(Evidence(ASKED[function], None))
    if lab.submission.refuses(function):
        return nothing
    place, start = lab.seen(Lab.made, "elsewhere", pretended), drawn_start(np.random.default_rng(lab.seed))
    ask = _epoch if function == "train_epoch" else _answer
    try:
        right, noted = ask(lab, function, place, build("build_model"), start)
    except (Unloadable, StandinLacks):
        raise
    except Unwritten:
        return nothing
    except CheckFailed as failed:
        fault = _fault(failed.failure)
        evidence = replace(nothing.evidence, where=failed.failure.where)
        return Elsewhere(evidence, True, fault, _happened(lab, place, function)) if fault else nothing
    away = right and any(note.kind == "model" for note in noted)
    evidence = replace(nothing.evidence, where=lab.submission.source.where(function))
    return Elsewhere(evidence, right, "model_elsewhere" if away else "", noted)


def _fault(failure: Failure) -> str:
    """Return the key of what only another device brings about, in a line of the student's; empty for all else."""
    kind, text = str(failure.params.get("type")), str(failure.params.get("text"))
    if failure.key != "raised" or failure.where is None:
        return ""
    if kind == "RuntimeError" and MET in text:
        return "left_behind"
    return "array_elsewhere" if kind == "TypeError" and NO_ARRAY in text else ""


def _epoch(
    lab: Lab, function: str, place: Handle, model: Handle, start: NDArray[np.float32]
) -> tuple[bool, tuple[Note, ...]]:
    """Train an epoch; tell whether it came out right. Raises CheckFailed where it did not come to its end."""
    batches = inputs.training_batches(lab.seed, STEPS)
    images, labels = (TensorValue.of(np.concatenate(column)) for column in zip(*batches, strict=True))
    sent = (images, labels, inputs.STEP_BATCH, measure.LEARNING_RATE)
    cost, end, noted = _probe(lab, function, "epoch_elsewhere", place, model, start, *sent)
    wanted = oracle.train(affine(start), batches, measure.LEARNING_RATE)
    near = isinstance(end, TensorValue) and _near(end.array, wanted.model.flat)
    return near and _is(cost, wanted.cost, measure.COST_ATOL), _notes(noted)


def _answer(
    lab: Lab, function: str, place: Handle, model: Handle, start: NDArray[np.float32]
) -> tuple[bool, tuple[Note, ...]]:
    """Ask for an accuracy or a prediction; tell whether it is right. Raises CheckFailed where there is no answer."""
    split, image = inputs.tiny_split(lab.seed, False), inputs.random_images(lab.seed + 40, 1)
    subject = lab.dataset(split) if function == "evaluate" else TensorValue.of(image[0])
    answer, noted = _probe(lab, function, "answer_elsewhere", place, model, start, function, subject)
    logits = affine(start).logits(oracle.flatten(image if function == "predict" else split.images / 255))
    answers = logits.argmax(axis=1)
    wanted = float(answers[0] if function == "predict" else np.mean(answers == split.labels))
    return _is(answer, wanted, arranged.ACCURACY_ATOL), _notes(noted)


def _probe(
    lab: Lab, function: str, probe: str, place: Handle, model: Handle, start: NDArray[np.float32], *sent: object
) -> Any:
    """Ask a probe. A worker that dies of it is no fault of the function's, which is asked for again elsewhere."""
    unsound = [name for name in lab.spec.needs[function] if not lab.sound(name)]
    pieces = (place, model, TensorValue.of(start))
    of, replaced = f"{function} elsewhere", {"flatten_images", *unsound}
    return lab.probe(probe, *pieces, *sent, of=of, asked=ASKED[function], replaced=sorted(replaced)).value


def _happened(lab: Lab, place: Handle, function: str) -> tuple[Note, ...]:
    try:
        return _notes(lab.probe("happened", place, of=f"{function} elsewhere").value)
    except CheckFailed:
        return ()


def _notes(noted: object) -> tuple[Note, ...]:
    found = cast("list[tuple[str, str, list[int]]]", noted)
    return tuple(Note(kind, dtype, tuple(shape)) for kind, dtype, shape in found)


def _is(got: object, wanted: float, atol: float) -> bool:
    number = expect.as_number(got)
    return number is not None and abs(number - wanted) <= atol


def _near(got: NDArray[Any], wanted: NDArray[Any]) -> bool:
    return got.shape == wanted.shape and bool(np.all(np.abs(got - wanted) <= measure.WEIGHT_ATOL))


def expect_device(lab: Lab, function: str, words: Messages) -> None:
    """Expect nothing to be left on the CPU, or to be taken for an array, where the model is elsewhere.

    Where nothing could be seen the report says so.
    """
    seen = elsewhere(lab, function)
    # What is wrong anyway is told where it is judged.
    if not seen.known and (function not in lab.spec.sound() or lab.sound(function)):
        lab.notes.unseen.append(words.text("notes", "device_unseen", function=function))
    expect.that(seen.fault != "left_behind", seen.evidence, "left_behind", left=Word(seen.left))
    expect.that(seen.fault != "array_elsewhere", seen.evidence, "array_elsewhere")
    expect.that(seen.fault != "model_elsewhere", seen.evidence, "model_elsewhere")
