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
from graders.mistakes.formulas import decimals
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

    def frames(self, numbers: list[str], places: Sequence[int]) -> set[str]:
        """Return what stands around these numbers and the costs in the lines. Raises NoClue where they are not in."""
        if len(self.epoch_lines) != len(numbers):
            raise NoClue
        costs = zip(self.epoch_lines, numbers, self.costs, strict=True)
        return {_frame(line, number, _span_of(line, cost, places)) for line, number, cost in costs}


DECIMAL = re.compile(r"(?<![\d.])\d+\.(\d+)")


def _is_cost(text: str, cost: float) -> bool:
    """Tell whether a decimal is a cost, as float32 or float64 gives it, rounded to as many places as it has."""
    places = len(text.partition(".")[2])
    return decimals.is_of(float(text), cost, places, measure.COST_ATOL)


def _span_of(line: str, cost: float, places: Sequence[int]) -> tuple[int, int]:
    """Return where a line has a cost, the last time, in so many decimals. Raises NoClue where it has not."""
    found = [one for one in DECIMAL.finditer(line) if len(one[1]) in places and _is_cost(one[0], cost)]
    if not found:
        raise NoClue
    return found[-1].span()


def _frame(line: str, number: str, cost: tuple[int, int]) -> str:
    before, after = line[: cost[0]], line[cost[1] :]
    padded = r"(?<=\s)" if number.startswith(" ") else r"(?<!\d)"  # the space before a number is none of its own
    match = re.search(rf"{padded}{re.escape(number)}(?!\d)", before)
    if match is None:
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


LINE = re.compile(r"Epoch: (\d{4}) cost = (\d+\.\d{9})(?!\d)")


def _is_right(line: re.Match[str] | None, number: int, cost: float) -> bool:
    """Tell whether an epoch's line is the lesson's."""
    return line is not None and int(line[1]) == number and _is_cost(line[2], cost)


FRAME = "Epoch: {} cost = {}"
# A line is made of four things, each of which may be otherwise: where the count starts, how number and cost are
# written, what stands around them. The first entry of each is right and has no name.
STARTS = {"": (0,), "epochs-counted-from-zero": (-1,), "epochs-counted-from-two": (1,)}
NUMBERS = {
    "": (partial(_wide, "04d"),),
    "epoch-number-without-zeros": (partial(_wide, "d"),),
    "epoch-number-of-other-width": tuple(partial(_wide, form) for form in ("02d", "03d", "05d", "2d", "3d", "4d")),
}
LESSONS_PLACES = (9,)
COSTS = {
    "": (LESSONS_PLACES,),
    # The last are of a number as Python prints it, with as many decimals as it takes.
    "cost-of-other-decimals": (*((places,) for places in (*range(1, 9), *range(10, 16))), range(5, 20)),
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
    for start, number, places in itertools.product(*map(chosen, (STARTS, NUMBERS, COSTS))):
        numbers = [number(n + start) for n in range(1, EPOCHS + 1)]
        with suppress(NoClue):  # these are not the numbers and costs of the lines
            frames = seen.frames(numbers, places)
            if len(places) > 1 and _formed_exactly(seen, numbers):
                continue
            if len(frames) == 1 and _frame_name(frames.pop()) == wanted:
                return True
    return False


def _formed_exactly(seen: Printed, numbers: list[str]) -> bool:
    """Tell whether the costs have nine decimals."""
    with suppress(NoClue):
        return bool(seen.frames(numbers, LESSONS_PLACES))
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
    found, lines = list(LINE.finditer(seen.text)), [LINE.fullmatch(line) for line in seen.lines]
    wanted = list(enumerate(seen.costs, 1))
    once = all(sum(_is_right(one, *right) for one in found) == 1 for right in wanted)
    return once and not all(any(_is_right(line, *right) for line in lines) for right in wanted)


@LINES.mistake("line-not-filled-in", Idea.TRAINING)
def _literal(seen: Printed) -> bool:
    """Recognise the fields of a text in the place of their values, as they stand without the f before the quote."""
    return bool(seen.epoch_lines) and all("{" in line for line in seen.epoch_lines)


@LINES.mistake("only-the-last-epoch-printed", Idea.TRAINING)
def _last_only(seen: Printed) -> bool:
    lines = [LINE.fullmatch(line) for line in seen.epoch_lines]
    return len(lines) == 1 and _is_right(lines[0], EPOCHS, seen.costs[-1])


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
    return LINE.fullmatch(line) is not None


@END.mistake("end-said-every-epoch", Idea.TRAINING)
def _repeated(seen: Printed) -> bool:
    return seen.lines.count(FINISHED) == EPOCHS


CLUES = (LINES, END)
