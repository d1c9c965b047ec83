"""A training loop that is watched: the order of its operations, what is wrong with it, and what it left behind."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, cast

import numpy as np

from graders.harness.base.errors import CheckFailed
from graders.harness.judge.clues import NoClue
from graders.measuring import inputs, measure, oracle
from graders.mistakes import values
from graders.mistakes.formulas.loops import Loop

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from graders.harness.base.model import Evidence, Handle
    from graders.measuring.pieces import Lab

MAX_OPERATIONS = 40  # between two forward passes; every candidate for a mistake is carried out with all of them
OPERATIONS = ("zero", "forward", "backward", "step")
RATE_SET = "learning-rate-set-in-the-epoch"


@dataclass(frozen=True, slots=True, eq=False)
class Watched:
    """A watched epoch: the notes, what it raised, the model before and after, and what it was given."""

    notes: tuple[str, ...]
    raised: str
    evidence: Evidence | None
    start: oracle.Affine
    end: oracle.Affine
    batches: list[tuple[NDArray[np.float32], NDArray[np.int64]]]
    rate: float

    @property
    def unmoved(self) -> bool:
        """Whether the model is exactly as it was."""
        return np.array_equal(self.start.weights, self.end.weights) and np.array_equal(self.start.bias, self.end.bias)

    @property
    def ran(self) -> bool:
        """Whether the loop came to its end and asked the model."""
        return not self.raised and "forward" in self.notes

    @property
    def own_criterion(self) -> bool:
        """Whether the loop never asked the criterion that it was given."""
        return self.ran and "cost" not in self.notes

    @property
    def own_optimizer(self) -> bool:
        """Whether the model was changed without a step of the optimizer that was given."""
        return self.ran and "step" not in self.notes and not self.unmoved

    @property
    def rates(self) -> tuple[float, ...]:
        """The learning rate of each step, where one is not the one that was asked for."""
        told = [behind for note, behind in itertools.pairwise((*self.notes, "")) if note == "step"]
        rates = tuple(_number(note.removeprefix("rate ")) if note.startswith("rate") else self.rate for note in told)
        return rates if any(note.startswith("rate") for note in told) else ()

    @property
    def faults(self) -> frozenset[str]:
        """What is wrong with the order of operations, in the catalogue's names. Raises as `order` does."""
        found = order_names(self.order()) | ({RATE_SET} if self.rates else set())
        called = self.evidence is not None and any(call.name == "backward" for call in self.evidence.transcript)
        # A backward() that is called and does not reach the criterion's cost starts behind a cut.
        return found - {"no-backward"} | {"graph-cut"} if called and "no-backward" in found else found

    def order(self) -> Loop:
        """Return the loop whose order of operations was noted. Raises NoClue where it changed, broke off, is long."""
        if self.raised or "batch" not in self.notes or "forward" not in self.notes:
            raise NoClue
        first = self.notes.index("forward")
        parts = groups(operations(self.notes))
        scripts = set(parts[:-1])
        if len(scripts) > 1:
            raise NoClue
        before = operations(self.notes[: self.notes.index("batch")])
        inside = operations(self.notes[self.notes.index("batch") : first])
        if max(len(before), len(inside), *map(len, parts)) > MAX_OPERATIONS:
            raise NoClue
        # What a loop does before its forward pass, such as `zero`, is noted at the end of the batch before.
        script = scripts.pop() if scripts else (*parts[0], *inside)
        return Loop(script=script, before=(*before, *inside), last=parts[-1], rates=self.rates)

    def replayed(self) -> Loop:
        """Return the loop that does for each batch just what was noted. Raises NoClue where it is long or broke off."""
        scripts = groups(operations(self.notes))
        first = self.notes.index("forward") if "forward" in self.notes else 0
        before = operations(self.notes[:first])
        if self.raised or len(scripts) != len(self.batches) or max(map(len, (before, *scripts))) > MAX_OPERATIONS:
            raise NoClue
        return Loop(before=before, scripts=tuple(scripts), rates=self.rates)

    def left_by(self, loop: Loop) -> bool:
        """Tell whether a loop leaves the weights that were seen."""
        return self.ended_at(loop.run(self.start, self.batches, self.rate).model)

    def ended_at(self, model: oracle.Affine) -> bool:
        """Tell whether a model has the weights that were seen in the end."""
        if model.weights.shape != self.end.weights.shape or model.bias.shape != self.end.bias.shape:
            return False  # the loop has put others into the model
        near = partial(np.allclose, rtol=1e-4, atol=measure.WEIGHT_ATOL)
        return bool(near(model.weights, self.end.weights) and near(model.bias, self.end.bias))


def _number(text: str) -> float:
    """Return the finite number that a text is. Raises NoClue where it is none."""
    try:
        return values.finite(float(text))
    except ValueError:
        raise NoClue from None


def operations(notes: Sequence[str]) -> tuple[str, ...]:
    """Return the notes that are operations of a loop."""
    return tuple(note for note in notes if note in OPERATIONS)


def groups(notes: Sequence[str]) -> list[tuple[str, ...]]:
    """Split notes at each forward pass; what comes before the first one is left out."""
    starts = [index for index, note in enumerate(notes) if note == "forward"]
    return [tuple(notes[a:b]) for a, b in itertools.pairwise([*starts, len(notes)])]


def watch(
    lab: Lab,
    function: str,
    *many: int,
    steps: int = measure.STEPS,
    rate: float = measure.LEARNING_RATE,
    observe: bool = False,
) -> Watched:
    """Train with a student's function and note what the loop does; with `observe`, in a transcript too."""
    batches = inputs.training_batches(lab.seed, steps)
    images, labels = (np.concatenate(column) for column in zip(*batches, strict=True))
    lab.ready(function, "build_optimizer")
    model, start = lab.known_model()
    optimizer = lab.optimizer(model, rate)
    given = (model, lab.fixed_loader(images, labels, inputs.STEP_BATCH), lab.criterion(), optimizer)
    loader, criterion, noted = cast("tuple[Handle, ...]", lab.probe("watched", *given, of="").value)
    evidence, raised = None, ""
    try:
        evidence = lab.call(function, model, loader, criterion, optimizer, lab.device(), *many, observe=observe)
    except CheckFailed as failed:
        raised = str(failed.failure.params.get("text", ""))
    notes = tuple(cast("list[str]", lab.probe("notes", noted, of="").value))
    return Watched(notes, raised, evidence, start, lab.affine(model), batches, rate)


def look(lab: Lab) -> Watched:
    """Watch an epoch."""
    return watch(lab, "train_epoch", observe=True)


# ---- what is wrong with an order


def order_names(loop: Loop) -> frozenset[str]:
    """Return what is wrong with a loop's order of operations, in the catalogue's names."""
    script, found = loop.script, set()
    after = _behind(loop)
    zeroes, steps, backwards = (script.count(note) for note in ("zero", "step", "backward"))
    if zeroes == 0:
        found.add("zero-grad-once-an-epoch" if "zero" in (*loop.before, *after) else "zero-grad-forgotten")
    if "backward" not in script and "backward" in after:  # and the step, if there is one, has come too late as well
        return frozenset(found | {"backward-once-an-epoch"})
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
