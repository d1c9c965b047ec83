"""Misconceptions about what is compared with the labels: the digit of each image, and nothing else.

What is compared with the wrong thing is hardly ever equal, so that the numbers alone, all of them 0, tell little: the
transcript has to show what met the labels, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from graders.harness.judge.clues import Clue
from graders.measuring import arranged
from graders.mistakes.formulas import batchwise
from graders.mistakes.ideas import Idea

from . import accuracy

if TYPE_CHECKING:
    from graders.harness.base.model import TorchCall
    from graders.measuring.pieces import Lab

EQUALS = ("eq", "__eq__")
LARGEST = ("max", "amax", "topk")  # give the largest values, whatever else
WHOLE = ("int64", "int32", "uint8")


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """The examinations, and the torch calls of one of them."""

    exams: list[accuracy.Exam]
    calls: tuple[TorchCall, ...]

    def names(self) -> set[str]:
        """Return the names of all calls."""
        return {call.name for call in self.calls}

    def comparisons(self) -> list[TorchCall]:
        """Return the comparisons of two tensors."""
        return [call for call in self.calls if call.name in EQUALS and len(call.shapes) == 2]


def look(lab: Lab) -> Compared:
    """Examine as for the numbers, and once with an observer."""
    seen = arranged.evaluated(lab, arranged.agreeing, observe=True)
    return Compared(lab.seen(accuracy.look), seen.evidence.transcript)


CALLS = Clue(accuracy.VALUES, look)


@CALLS.mistake("argmax-over-everything", Idea.SHAPES)
def _one_place(seen: Compared) -> bool:
    """Recognise a single number that is compared with all the labels: the place of the largest logit in a batch."""
    alone = any(() in call.shapes and any(len(shape) == 1 for shape in call.shapes) for call in seen.comparisons())
    ways = [partial(batchwise.by_batches, batchwise.one_place_in_all, n) for n in (*accuracy.BATCHES, accuracy.ALL)]
    return "argmax" in seen.names() and alone and any(_give(seen.exams, way) for way in ways)


def _give(exams: list[accuracy.Exam], answer: accuracy.Answer) -> bool:
    """Tell whether the shares of these answers are what was said."""
    shares = [float(np.mean(answer(exam.logits(_same), exam.split.labels.astype(np.int64)))) for exam in exams]
    said = [exam.said for exam in exams]
    return bool(np.allclose(shares, said, rtol=0, atol=accuracy.ATOL))


def _same(images: accuracy.Pixels) -> accuracy.Pixels:
    return images


@CALLS.mistake("largest-score-compared", Idea.EVALUATION)
def _scores(seen: Compared) -> bool:
    """Recognise the largest scores in the digits' place: numbers with fractions, none of which is a label."""
    nothing = all(exam.said == 0 for exam in seen.exams)
    largest = any(name in seen.names() for name in LARGEST) and "argmax" not in seen.names()
    return nothing and largest and any(map(_of_scores, seen.comparisons()))


def _of_scores(call: TorchCall) -> bool:
    """Tell whether a row of numbers with fractions met a row of whole ones."""
    whole = [dtype.removeprefix("torch.") in WHOLE for dtype in call.dtypes]
    return sorted(whole) == [False, True] and call.shapes[0] == call.shapes[1]


CLUES = (CALLS,)
