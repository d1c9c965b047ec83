"""Misconceptions about evaluation that stop it: which words PyTorch has for them, and what it says of ten digits."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from graders.digits.idx import Split
from graders.harness.base.errors import CheckFailed
from graders.harness.judge import expect
from graders.harness.judge.clues import Clue
from graders.measuring import arranged, inputs
from graders.mistakes.ideas import Idea

from .accuracy import ATOL, VALUES, Exam

if TYPE_CHECKING:
    from graders.measuring.pieces import Lab

TEN = 10  # digits of an examination in which logits are a square
ALL_CHECKS = (
    *VALUES,
    "test_no_gradients_are_tracked_meanwhile",
    "test_gradients_work_again_afterwards",
    "test_model_comes_back_as_it_was",
)


@dataclass(frozen=True, slots=True, eq=False)
class Stopped:
    """What it raised over an ordinary examination, and one of ten digits, where logits are a square."""

    text: str
    ten: Exam | None


def look(lab: Lab) -> Stopped:
    """Examine with ordinary digits, which fails, and with ten."""
    try:
        arranged.evaluated(lab, arranged.agreeing)
        text = ""
    except CheckFailed as failed:
        text = str(failed.failure.params.get("text", ""))
    try:
        return Stopped(text, _exam_of_ten(lab))
    except CheckFailed:
        return Stopped(text, None)


def _exam_of_ten(lab: Lab) -> Exam:
    """Ask about ten digits, seven of them labelled as a maximum over the wrong axis answers."""
    images = np.rint(inputs.random_images(lab.seed + 31, TEN)[:, 0] * 255).astype(np.uint8)
    # The same seed builds the same model as the one that will be evaluated.
    answers = lab.known_model(arranged.SPREAD)[1].logits(images / 255).argmax(axis=0)
    right = np.arange(TEN) < 7
    labels = np.where(right, answers, (answers + 1) % 10).astype(np.uint8)

    def choose(_pool: arranged.Pool) -> arranged.Arrangement:
        return arranged.Arrangement(Split(images, labels), right)

    seen = arranged.evaluated(lab, choose)
    return Exam(seen.model, seen.split, expect.number(seen.evidence))


STOP = Clue(ALL_CHECKS, look)


@STOP.mistake("argmax-over-the-batch", Idea.SHAPES)
def _wrong_axis(seen: Stopped) -> bool:
    """Recognise ten answers for any number of labels, and with ten of them the numbers of the wrong axis."""
    if seen.ten is None or not re.search(r"size of tensor a \(10\) must match .* tensor b", seen.text):
        return False
    logits = seen.ten.model.logits(seen.ten.split.images / 255)
    return abs(float(np.mean(logits.argmax(axis=0) == seen.ten.split.labels)) - seen.ten.said) <= ATOL


CLUES = (STOP,)
