"""Misconceptions about what `train` prints, to the letter."""

from __future__ import annotations

import itertools
import re
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from graders.harness.judge import expect
from graders.harness.judge.clues import Clue, NoClue
from graders.measuring import measure
from graders.mistakes.ideas import Idea

from .train import EPOCHS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from graders.measuring.pieces import Lab

FINISHED = "Learning finished"


@dataclass(frozen=True, slots=True, eq=False)
class Printed:
    """What a training of three epochs printed, and the costs that there were."""

    text: str
    costs: tuple[float, ...]
    returned: tuple[float, ...]  # what was returned, where that was a list of numbers

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

    def frames(self, numbers: list[str], costs: list[str], rough: Callable[[str], str]) -> set[str]:
        """Return what stands around these numbers and costs in the lines. Raises NoClue where they are not in."""
        if len(self.epoch_lines) != len(numbers):
            raise NoClue
        pairs = zip(self.epoch_lines, numbers, costs, strict=True)
        return {_frame(rough(line), number, rough(cost)) for line, number, cost in pairs}


def _rough(text: str) -> str:
    """Return a line with its decimals cut to five, so that float32 and float64 print alike; their number stays."""
    return re.sub(r"(\d+\.\d{1,5})(\d*)", lambda found: f"{found[1]}{'#' * len(found[2])}", text)


def _rougher(text: str) -> str:
    """Return a line with its decimals cut to five, however many there were."""
    return re.sub(r"(\d+\.\d{1,5})\d*", r"\1", text)


def _frame(line: str, number: str, cost: str) -> str:
    before, found, after = line.rpartition(cost)
    padded = r"(?<=\s)" if number.startswith(" ") else r"(?<!\d)"  # the space before a number is none of its own
    match = re.search(rf"{padded}{re.escape(number)}(?!\d)", before)
    if not found or match is None or re.match(r"[\d#]", after) or re.search(r"[\d.]$", before):
        raise NoClue
    return f"{before[: match.start()]}{{}}{before[match.end() :]}{{}}{after}"


def look_printed(lab: Lab) -> Printed:
    """Read what a training of three epochs prints. Raises NoClue where it has not begun."""
    seen = measure.trained(lab, "train", epochs=EPOCHS)
    if measure.is_generator(seen.evidence):
        raise NoClue
    costs = tuple(epoch.cost for epoch in seen.expected)
    value = seen.evidence.value
    numbers = [expect.as_number(one) for one in value] if isinstance(value, list) else []
    return Printed(seen.evidence.stdout, costs, tuple(number for number in numbers if number is not None))


def _wide(form: str, number: float) -> str:
    return format(number, form)


def right(number: int, cost: float) -> str:
    """Return an epoch's line as the lesson prints it."""
    return f"Epoch: {number:04d} cost = {cost:.9f}"


FRAME = "Epoch: {} cost = {}"
# A line is made of four things, each of which may be otherwise: where the count starts, how number and cost are
# written, what stands around them. The first entry of each is right and has no name.
STARTS = {"": (0,), "epochs-counted-from-zero": (-1,), "epochs-counted-from-two": (1,)}
NUMBERS = {
    "": (partial(_wide, "04d"),),
    "epoch-number-without-zeros": (partial(_wide, "d"),),
    "epoch-number-of-other-width": tuple(partial(_wide, form) for form in ("02d", "03d", "05d", "2d", "3d", "4d")),
}
COSTS = {
    "": ((partial(_wide, ".9f"), _rough),),
    "cost-of-other-decimals": (
        *((partial(_wide, f".{places}f"), _rough) for places in (*range(1, 9), *range(10, 16))),
        (partial(_wide, ".16f"), _rougher),  # as Python prints it, with as many as it takes
    ),
}
FRAMES = ("", "spaces-differ", "words-differ")
FAMILIES = (STARTS, NUMBERS, COSTS, FRAMES)
SLIPS = sorted(name for family in FAMILIES for name in family if name)


def _frame_name(frame: str) -> str:
    """Return what is wrong with what stands around the numbers: nothing, only spaces and signs, or the words."""
    if frame == FRAME:
        return ""
    return "spaces-differ" if _letters(frame) == _letters(FRAME) else "words-differ"


def _letters(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isalnum())


def _formed(seen: Printed, *names: str) -> bool:
    """Tell whether the lines are the lesson's but for just these slips."""

    def chosen(family: Any) -> Any:
        return family[next((name for name in names if name in family), "")]

    wanted = next((name for name in FRAMES if name in names), "")
    for start, number, (cost, rough) in itertools.product(*map(chosen, (STARTS, NUMBERS, COSTS))):
        numbers = [number(n + start) for n in range(1, EPOCHS + 1)]
        with suppress(NoClue):  # these are not the numbers and costs of the lines
            frames = seen.frames(numbers, list(map(cost, seen.costs)), rough)
            if rough is _rougher and _formed_exactly(seen, numbers):
                continue
            if len(frames) == 1 and _frame_name(frames.pop()) == wanted:
                return True
    return False


def _formed_exactly(seen: Printed, numbers: list[str]) -> bool:
    """Tell whether the costs have nine decimals."""
    with suppress(NoClue):
        return bool(seen.frames(numbers, [f"{cost:.9f}" for cost in seen.costs], _rough))
    return False


def _two_slips(seen: Printed) -> Iterator[tuple[str, str]]:
    for pair in itertools.combinations(SLIPS, 2):
        if not any(set(pair) <= set(family) for family in FAMILIES) and _formed(seen, *pair):
            yield pair


LINES = Clue(("test_training_prints_a_line_an_epoch",), look_printed, _two_slips)
END = Clue(("test_training_says_when_it_is_finished",), look_printed)


def _one_slip(name: str, seen: Printed) -> bool:
    return _formed(seen, name)


for _name in SLIPS:
    LINES.mistake(_name, Idea.TRAINING)(partial(_one_slip, _name))


@LINES.mistake("epoch-lines-missing", Idea.TRAINING)
def _silent(seen: Printed) -> bool:
    """Recognise an output without any number."""
    return not re.search(r"\d", seen.text) and not _literal(seen)


@LINES.mistake("epoch-lines-run-together", Idea.TRAINING)
def _joined(seen: Printed) -> bool:
    """Recognise the right texts, in their order, that are no lines: something else stands before or behind them."""
    text = _rough(seen.text)
    wanted = [_rough(right(n, cost)) for n, cost in enumerate(seen.costs, 1)]
    once = all(len(re.findall(rf"{re.escape(line)}(?!#)", text)) == 1 for line in wanted)
    return once and not set(wanted) <= set(map(_rough, seen.lines))


@LINES.mistake("line-not-filled-in", Idea.TRAINING)
def _literal(seen: Printed) -> bool:
    """Recognise the fields of a text in the place of their values, as they stand without the f before the quote."""
    return bool(seen.epoch_lines) and all("{" in line for line in seen.epoch_lines)


@LINES.mistake("only-the-last-epoch-printed", Idea.TRAINING)
def _last_only(seen: Printed) -> bool:
    return seen.has([right(EPOCHS, seen.costs[-1])])


# Which other numbers stand in lines that are right in form, by the costs of the epochs.
NUMBERS_PRINTED: dict[str, Callable[[Sequence[float]], list[float]]] = {
    "sum-of-costs-printed": lambda costs: list(itertools.accumulate(costs)),
    "mean-of-costs-printed": lambda costs: [sum(costs[:n]) / n for n in range(1, len(costs) + 1)],
    "cost-of-the-first-epoch-printed": lambda costs: [costs[0]] * len(costs),
    "cost-divided-by-epochs": lambda costs: [cost / len(costs) for cost in costs],
}


def _alike(numbers: Sequence[float], wanted: Sequence[float]) -> bool:
    """Tell whether numbers are as many and the same within float32's rounding."""
    near = (abs(a - b) <= measure.COST_ATOL for a, b in zip(numbers, wanted, strict=False))
    return len(numbers) == len(wanted) and all(near)


def _printed_numbers(seen: Printed) -> list[float]:
    """Return the numbers of lines that are right in form, one an epoch, in order. Raises NoClue where they are not."""
    found = [re.fullmatch(r"Epoch: (\d{4}) cost = (-?\d+\.\d{9}|nan)", line) for line in seen.epoch_lines]
    pairs = [(int(match[1]), float(match[2])) for match in found if match]
    if [number for number, _ in pairs] != list(range(1, EPOCHS + 1)) or len(pairs) != len(found):
        raise NoClue
    return [number for _, number in pairs]


def _other_numbers(name: str, seen: Printed) -> bool:
    """Tell whether the lines show what a formula makes of the costs. Sums that are returned, too, are another slip."""
    numbers, returned_sums = _printed_numbers(seen), list(itertools.accumulate(seen.costs))
    never_reset = name == "sum-of-costs-printed" and _alike(seen.returned, returned_sums)
    return _alike(numbers, NUMBERS_PRINTED[name](seen.costs)) and not _alike(numbers, seen.costs) and not never_reset


for _name in NUMBERS_PRINTED:
    LINES.mistake(_name, Idea.TRAINING)(partial(_other_numbers, _name))


@LINES.mistake("sum-never-reset", Idea.TRAINING)
def _sums(seen: Printed) -> bool:
    """Recognise sums that are printed and returned alike."""
    sums = list(itertools.accumulate(seen.costs))
    return _alike(_printed_numbers(seen), sums) and _alike(seen.returned, sums)


@LINES.mistake("another-number-printed", Idea.TRAINING)
def _another(seen: Printed) -> bool:
    """Recognise numbers that are not the costs, though these are returned, and are nothing that has a name."""
    numbers = _printed_numbers(seen)
    named = any(_alike(numbers, formula(seen.costs)) for formula in NUMBERS_PRINTED.values())
    return _alike(seen.returned, seen.costs) and not _alike(numbers, seen.costs) and not named


@LINES.mistake("epoch-lines-for-every-batch", Idea.TRAINING)
def _too_often(seen: Printed) -> bool:
    """Recognise a line for every batch of every epoch, with or without those of the epochs."""
    return len(seen.epoch_lines) in (EPOCHS * measure.STEPS, EPOCHS * (measure.STEPS + 1))


@END.mistake("end-not-said", Idea.TRAINING)
def _unsaid(seen: Printed) -> bool:
    return not any("finish" in line.lower() for line in seen.lines)


@END.mistake("end-said-otherwise", Idea.TRAINING)
def _otherwise(seen: Printed) -> bool:
    return "finish" in seen.text.lower() and FINISHED not in seen.text


@END.mistake("end-not-on-its-own-line", Idea.TRAINING)
def _glued(seen: Printed) -> bool:
    return FINISHED in seen.text and FINISHED not in seen.lines


@END.mistake("end-said-too-early", Idea.TRAINING)
def _before(seen: Printed) -> bool:
    """Recognise the right line, once, with an epoch's line behind it."""
    found = [number for number, line in enumerate(seen.lines) if line == FINISHED]
    return len(found) == 1 and any(map(_is_epoch_line, seen.lines[found[0] + 1 :]))


def _is_epoch_line(line: str) -> bool:
    return bool(re.fullmatch(r"Epoch: \d{4} cost = \d+\.\d{9}", line))


@END.mistake("end-said-every-epoch", Idea.TRAINING)
def _repeated(seen: Printed) -> bool:
    return seen.lines.count(FINISHED) == EPOCHS


CLUES = (LINES, END)
