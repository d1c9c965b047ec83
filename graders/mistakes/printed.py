"""Misconceptions about what `train` prints, to the letter."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from graders import measure

from .catalogue import Clue, Idea
from .train import EPOCHS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graders.pieces import Lab

FINISHED = "Learning finished"


@dataclass(frozen=True, slots=True, eq=False)
class Printed:
    """What a training of three epochs printed, and the costs that there were."""

    text: str
    costs: tuple[float, ...]

    @property
    def lines(self) -> list[str]:
        """The lines that are not empty."""
        return [line.strip() for line in self.text.splitlines() if line.strip()]

    @property
    def epoch_lines(self) -> list[str]:
        """The lines that are not about the end."""
        return [line for line in self.lines if "finish" not in line.lower()]

    def has(self, lines: list[str]) -> bool:
        """Tell whether the epochs' lines are these, to the letter."""
        return list(map(_rough, lines)) == list(map(_rough, self.epoch_lines))


def _rough(text: str) -> str:
    """Return a line with its decimals cut to five, so that float32 and float64 print alike; their number stays."""
    return re.sub(r"(\d+\.\d{1,5})(\d*)", lambda found: f"{found[1]}{'#' * len(found[2])}", text)


def look_printed(lab: Lab) -> Printed:
    """Read what a training of three epochs prints."""
    seen = measure.trained(lab, "train", epochs=EPOCHS)
    return Printed(seen.evidence.stdout, tuple(epoch.cost for epoch in seen.expected))


def _wide(form: str, number: float) -> str:
    return format(number, form)


def right(number: int, cost: float) -> str:
    """Return an epoch's line as the lesson prints it."""
    return f"Epoch: {number:04d} cost = {cost:.9f}"


# A line is made of four things, each of which may be otherwise: where the count starts, how number and cost are
# written, what stands around them. The first entry of each is right and has no name.
STARTS = {"": (0,), "epochs-counted-from-zero": (-1,)}
NUMBERS = {
    "": (partial(_wide, "04d"),),
    "epoch-number-without-zeros": (partial(_wide, "d"),),
    "epoch-number-of-other-width": tuple(partial(_wide, form) for form in ("02d", "03d", "05d", "2d", "4d")),
}
COSTS = {
    "": (partial(_wide, ".9f"),),
    "cost-of-other-decimals": (*(partial(_wide, f".{places}f") for places in range(1, 9)), partial(_wide, "")),
}
FRAMES = {
    "": ("Epoch: {} cost = {}",),
    "spaces-differ": (
        "Epoch: {}, cost = {}",
        "Epoch: {} cost={}",
        "Epoch:{} cost = {}",
        "Epoch {} cost = {}",
        "Epoch: {} cost: {}",
        "Epoch: {} cost {}",
        "Epoch: {}  cost = {}",
        "Epoch: {} Cost = {}",
        "epoch: {} cost = {}",
    ),
}
SLIPS = sorted(name for family in (STARTS, NUMBERS, COSTS, FRAMES) for name in family if name)


def _formed(seen: Printed, *names: str) -> bool:
    """Tell whether the lines are the lesson's but for just these slips."""

    def chosen(family: Any) -> Any:
        return family[next((name for name in names if name in family), "")]

    for start, number, cost, frame in itertools.product(*map(chosen, (STARTS, NUMBERS, COSTS, FRAMES))):
        lines = [frame.format(number(n + start), cost(c)) for n, c in enumerate(seen.costs, 1)]
        if seen.has(lines):
            return True
    return False


def _two_slips(seen: Printed) -> Iterator[tuple[str, str]]:
    for pair in itertools.combinations(SLIPS, 2):
        if not any(set(pair) <= family.keys() for family in (STARTS, NUMBERS, COSTS, FRAMES)) and _formed(seen, *pair):
            yield pair


LINES = Clue(("test_training_prints_a_line_an_epoch",), look_printed, _two_slips)
END = Clue(("test_training_says_when_it_is_finished",), look_printed)


def _one_slip(name: str, seen: Printed) -> bool:
    return _formed(seen, name)


for _name in SLIPS:
    LINES.mistake(_name, Idea.TRAINING)(partial(_one_slip, _name))


@LINES.mistake("epoch-lines-missing", Idea.TRAINING)
def _silent(seen: Printed) -> bool:
    return not seen.epoch_lines


@LINES.mistake("only-the-last-epoch-printed", Idea.TRAINING)
def _last_only(seen: Printed) -> bool:
    return seen.has([right(EPOCHS, seen.costs[-1])])


@LINES.mistake("sum-of-costs-printed", Idea.TRAINING)
def _sums(seen: Printed) -> bool:
    return seen.has([right(n, sum(seen.costs[:n])) for n in range(1, EPOCHS + 1)])


@LINES.mistake("epoch-lines-for-every-batch", Idea.TRAINING)
def _too_often(seen: Printed) -> bool:
    """Recognise a line for every batch of every epoch, with or without those of the epochs."""
    return len(seen.epoch_lines) in (EPOCHS * measure.STEPS, EPOCHS * (measure.STEPS + 1))


@END.mistake("end-not-said", Idea.TRAINING)
def _unsaid(seen: Printed) -> bool:
    return not any("finish" in line.lower() for line in seen.lines)


@END.mistake("end-said-otherwise", Idea.TRAINING)
def _otherwise(seen: Printed) -> bool:
    said = [line for line in seen.lines if "finish" in line.lower()]
    return bool(said) and FINISHED not in said


@END.mistake("end-said-every-epoch", Idea.TRAINING)
def _repeated(seen: Printed) -> bool:
    return seen.lines.count(FINISHED) == EPOCHS


CLUES = (LINES, END)
