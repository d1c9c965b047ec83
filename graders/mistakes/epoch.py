"""Misconceptions about one epoch of training: what each makes of the weights, from the same start and batches.

The order of a loop's operations is read off the notes of a watched run. A name is given where the loop in that order,
with at most one slip more, leaves just the weights that were seen.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, cast

import numpy as np

from graders import inputs, measure, oracle
from graders.harness.errors import CheckFailed

from .catalogue import NO_MATCH, Clue, Idea
from .loops import Loop, clipped, relu_first, shifted, shortened, sigmoid_first, softmax_first, times

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from graders.harness.model import Evidence, Handle
    from graders.pieces import Lab

WEIGHTS = ("test_one_batch_is_one_step_down_its_gradient", "test_every_batch_starts_from_a_fresh_gradient")
COSTS = ("test_epoch_returns_the_mean_of_the_batch_costs", "test_epoch_uses_the_criterion_it_is_given")
OPERATIONS = ("zero", "forward", "backward", "step")


@dataclass(frozen=True, slots=True, eq=False)
class Watched:
    """A watched epoch: the notes, what it raised, the model before and after, and what it was given."""

    notes: tuple[str, ...]
    raised: str
    evidence: Evidence | None
    start: oracle.Affine
    end: oracle.Affine
    batches: list[tuple[NDArray[np.float32], NDArray[np.int64]]]

    @property
    def unmoved(self) -> bool:
        """Whether the model is exactly as it was."""
        return np.array_equal(self.start.weights, self.end.weights) and np.array_equal(self.start.bias, self.end.bias)

    def order(self) -> Loop:
        """Return the loop whose order of operations was noted. Raises ValueError where it changed, or broke off."""
        if self.raised:
            raise ValueError("the loop broke off")
        first = self.notes.index("forward")
        groups = _groups([note for note in self.notes if note in OPERATIONS])
        scripts = set(groups[:-1])
        if len(scripts) > 1:
            raise ValueError("the loop changes its order")
        before = _operations(self.notes[: self.notes.index("batch")])
        inside = _operations(self.notes[self.notes.index("batch") : first])
        # What a loop does before its forward pass, such as `zero`, is noted at the end of the batch before.
        script = scripts.pop() if scripts else (*groups[0], *inside)
        return Loop(script=script, before=(*before, *inside), last=groups[-1])

    def left_by(self, loop: Loop) -> bool:
        """Tell whether a loop leaves the weights that were seen."""
        return self.ended_at(loop.run(self.start, self.batches, measure.LEARNING_RATE).model)

    def ended_at(self, model: oracle.Affine) -> bool:
        """Tell whether a model has the weights that were seen in the end."""
        near = partial(np.allclose, rtol=1e-4, atol=measure.WEIGHT_ATOL)
        return bool(near(model.weights, self.end.weights) and near(model.bias, self.end.bias))


def _operations(notes: Sequence[str]) -> tuple[str, ...]:
    return tuple(note for note in notes if note in OPERATIONS)


def _groups(notes: list[str]) -> list[tuple[str, ...]]:
    """Split notes at each forward pass; what comes before the first one is left out."""
    starts = [index for index, note in enumerate(notes) if note == "forward"]
    return [tuple(notes[a:b]) for a, b in zip(starts, [*starts[1:], len(notes)], strict=True)]


def watch(
    lab: Lab, function: str, *many: int, steps: int = measure.STEPS, rate: float = measure.LEARNING_RATE
) -> Watched:
    """Train with a student's function and note what the loop does."""
    batches = inputs.training_batches(lab.seed, steps)
    images, labels = (np.concatenate(column) for column in zip(*batches, strict=True))
    model = lab.model()
    start, optimizer = lab.affine(model), lab.optimizer(model, rate)
    given = (model, lab.fixed_loader(images, labels, inputs.STEP_BATCH), lab.criterion(), optimizer)
    loader, criterion, noted = cast("tuple[Handle, ...]", lab.probe("watched", *given, of="").value)
    evidence, raised = None, ""
    try:
        evidence = lab.call(function, model, loader, criterion, optimizer, lab.device(), *many)
    except CheckFailed as failed:
        raised = str(failed.failure.params.get("text", ""))
    notes = tuple(cast("list[str]", lab.probe("notes", noted, of="").value))
    return Watched(notes, raised, evidence, start, lab.affine(model), batches)


def look(lab: Lab) -> Watched:
    """Watch an epoch."""
    return watch(lab, "train_epoch")


# ---- slips beside the order of operations


def _without(first: int, last: int) -> Loop:
    return Loop(batches=lambda batches: batches[first : len(batches) - last])


SLIPS: dict[str, tuple[Loop, ...]] = {
    "batches-skipped": (
        _without(1, 0),
        _without(0, 1),
        Loop(batches=lambda batches: batches[::2]),
        Loop(batches=lambda batches: batches[1::2]),
        Loop(batches=lambda batches: batches[: len(batches) // 2]),
    ),
    "loop-left-after-one-batch": (Loop(batches=lambda batches: batches[:1]),),
    "only-the-last-batch-trained": (Loop(batches=lambda batches: batches[-1:]),),
    "batches-repeated": (Loop(batches=lambda batches: [*batches, *batches]),),
    "pixels-changed-in-training": (
        Loop(images=times(1 / 255)),
        Loop(images=times(255)),
        Loop(images=lambda images: (images - 0.1307) / 0.3081),
        Loop(images=lambda images: images * 2 - 1),
        Loop(images=lambda images: 1 - images),
        Loop(images=lambda images: images.swapaxes(-1, -2)),
    ),
    "labels-shifted-in-training": tuple(Loop(labels=shifted(k)) for k in range(1, 10)),
    "softmax-twice-in-training": (Loop(gradient=softmax_first),),
    "activation-in-training": (Loop(gradient=relu_first), Loop(gradient=sigmoid_first)),
    "gradient-clipped": (
        *(Loop(limit=clipped(bound)) for bound in (0.001, 0.01, 0.05, 0.1)),
        *(Loop(limit=shortened(norm)) for norm in (0.01, 0.1, 0.25, 0.5, 1.0, 2.0)),
    ),
    "gradient-scaled": tuple(
        Loop(limit=times(factor))
        for factor in (
            1 / measure.STEPS,
            1 / inputs.STEP_BATCH,
            1 / (measure.STEPS * inputs.STEP_BATCH),
            measure.STEPS,
            inputs.STEP_BATCH,
            0.5,
            0.1,
            0.01,
            10,
            -1,
        )
    ),
    "model-reset": (Loop(start=np.zeros_like), Loop(start=np.ones_like)),
}


PAIRED = 3  # variants of each slip that are tried beside another: 400 loops take a third of a second


def order_names(loop: Loop) -> frozenset[str]:
    """Return what is wrong with a loop's order of operations, in the catalogue's names."""
    script, found = loop.script, set()
    after = _behind(loop)
    zeroes, steps, backwards = (script.count(note) for note in ("zero", "step", "backward"))
    if zeroes == 0:
        found.add("zero-grad-once-an-epoch" if "zero" in (*loop.before, *after) else "zero-grad-forgotten")
    found |= {name for name, wrong in _miscounts(steps, backwards, "step" in after).items() if wrong}
    if steps and backwards and script.index("step") < script.index("backward"):
        found.add("step-before-backward")
    elif zeroes and steps and backwards and "zero" in script[script.index("backward") : script.index("step")]:
        found.add("gradient-thrown-away")
    return frozenset(found)


def _behind(loop: Loop) -> tuple[str, ...]:
    """Return what is done after the last batch: what its notes have beyond the script."""
    last = loop.last or loop.script
    same = next((i for i, (a, b) in enumerate(zip(last, loop.script, strict=False)) if a != b), None)
    return last[min(len(last), len(loop.script)) if same is None else same :]


def _miscounts(steps: int, backwards: int, step_at_end: bool) -> dict[str, bool]:
    return {
        "no-backward": backwards == 0,
        "backward-twice": backwards > 1,
        "steps-repeated": steps > 1,
        "step-once-an-epoch": steps == 0 and step_at_end,
        "no-step": steps == 0 and not step_at_end,
    }


NAMES_OF_ORDERS = (
    "zero-grad-forgotten", "zero-grad-once-an-epoch", "gradient-thrown-away", "step-before-backward", "no-step",
    "no-backward", "backward-twice", "steps-repeated", "step-once-an-epoch",
)  # fmt: skip


def _in_order(name: str, seen: Watched) -> bool:
    """Tell whether the order alone explains the weights, and only this is wrong with it."""
    loop = seen.order()
    return order_names(loop) == {name} and seen.left_by(loop)


def slips(seen: Watched) -> bool:
    """Tell whether one slip beside the order explains the weights."""
    try:
        return any(_slipped(name, seen) for name in SLIPS)
    except NO_MATCH:
        return False


def _slipped(name: str, seen: Watched) -> bool:
    """Tell whether one slip beside a right order explains the weights."""
    loop = seen.order()
    if order_names(loop) or seen.left_by(loop):
        return False
    return any(seen.left_by(loop.with_(slip)) for slip in SLIPS[name])


def _pairs(seen: Watched) -> Iterator[tuple[str, str]]:
    """Yield two faults of the order, or one with a slip, or two slips."""
    try:
        loop = seen.order()
    except ValueError:
        return
    names = sorted(order_names(loop))
    if len(names) == 2 and seen.left_by(loop):
        yield names[0], names[1]
    if seen.left_by(loop) or len(names) > 1:
        return
    for name, slips in SLIPS.items():
        others = names or [other for other in SLIPS if other < name]
        for other in others:
            beside = (Loop(),) if names else SLIPS[other][:PAIRED]
            if any(seen.left_by(loop.with_(slip).with_(more)) for slip in slips[:PAIRED] for more in beside):
                yield name, other


EPOCH = Clue(WEIGHTS, look, _pairs)

for _name in NAMES_OF_ORDERS:
    EPOCH.mistake(_name, Idea.GRADIENT if "zero" in _name or "backward" in _name else Idea.DESCENT)(
        partial(_in_order, _name)
    )
for _name in SLIPS:
    EPOCH.mistake(_name, Idea.TRAINING)(partial(_slipped, _name))


# ---- what leaves the given model alone, or stops


@EPOCH.mistake("another-model-trained", Idea.TRAINING)
def _another_model(seen: Watched) -> bool:
    """Recognise a loop that never asks the model that it was given."""
    return seen.unmoved and "forward" not in seen.notes and "cost" in seen.notes and not seen.raised


@EPOCH.mistake("step-every-second-batch", Idea.DESCENT)
def _every_second(seen: Watched) -> bool:
    """Recognise a loop that alternates between stepping and not."""
    groups = [tuple(note for note in group if note in OPERATIONS) for group in _groups(list(seen.notes))]
    stepping = ["step" in group for group in groups]
    alternating = all(a != b for a, b in itertools.pairwise(stepping))
    with_step = Loop(batches=lambda batches: [b for b, stepped in zip(batches, stepping, strict=True) if stepped])
    return alternating and seen.left_by(with_step)


RAISED = Clue((*WEIGHTS, *COSTS, "test_epoch_returns_a_float_without_a_graph"), look)


@RAISED.mistake("graph-cut", Idea.GRADIENT)
def _cut(seen: Watched) -> bool:
    """Recognise backward() on a cost without a graph, though the model and the criterion build one."""
    return "does not require grad and does not have a grad_fn" in seen.raised and seen.unmoved


@RAISED.mistake("images-not-flattened", Idea.SHAPES)
def _unflattened(seen: Watched) -> bool:
    """Recognise images that went into the model as they are: 25 images of 28 rows of 28 pixels, for 784 inputs."""
    rows = inputs.STEP_BATCH * 28
    return f"mat1 and mat2 shapes cannot be multiplied ({rows}x28 and 784x10)" in seen.raised


@RAISED.mistake("backward-over-a-freed-graph", Idea.GRADIENT)
def _freed(seen: Watched) -> bool:
    return "Trying to backward through the graph a second time" in seen.raised


CLUES = (EPOCH, RAISED)
