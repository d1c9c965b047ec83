"""Stubs are told apart from work by looks of their own, and what honest slips leave is work."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from corpus import BUGS, bug_source
from corpus.stubs import STUBS
from layers import layered

from graders.harness.base.errors import CheckFailed
from graders.harness.judge.grading import Grading, Options
from graders.harness.judge.lab import Shared
from graders.harness.judge.notes import Notes
from graders.harness.walls.levels import Chosen
from graders.measuring import drawn, inputs, predictions, serving
from graders.measuring.pieces import Lab
from graders.spec import SPEC

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


def see_epoch(lab: Lab) -> None:
    """Look for an epoch."""
    serving.expect_epoch(serving.served(lab, inputs.tiny(lab.seed).batch))


def see_picture(lab: Lab) -> None:
    """Look for the image in the figure."""
    seen = drawn.shown(lab)
    drawn.expect_image(lab, seen, drawn.read(lab, seen))


LOOKS: dict[str, Callable[[Lab], None]] = {
    "load_mnist": serving.expect_digits,
    "make_data_loader": see_epoch,
    "predict": predictions.expect_reading,
    "show_prediction": see_picture,
}
# What else stops a look, before it can tell anything: what is returned is of no kind to look at.
STOPS = {"raised", "plain", "unreadable", "no_batches"}
KEYS = {
    "load_mnist": {"no_digits", "strange_digits", "same_digits"},
    "make_data_loader": {"few_served", "strange_batches"},
    "predict": {"answer_always", "answers_by_chance", "answers_without_model"},
    "show_prediction": {"no_picture", "another_picture"},
}
FUNCTIONS = {"data": "load_mnist", "loader": "make_data_loader"}
# Of these nothing reaches the caller, and other checks say so.
LOST = {"dataset-forgotten", "root-ignored", "loader-forgotten"}
SLIPS = {bug.name: bug for bug in BUGS if bug.part in FUNCTIONS and bug.name not in LOST}
STUBBED = {stub.name: stub for stub in STUBS if stub.function in LOOKS}


@contextmanager
def seen(source: str, folder: Path) -> Iterator[Lab]:
    """Return a submission as checks see it."""
    (folder / "lab.py").write_text(source, encoding="utf-8")
    grading = Grading(SPEC, Options(folder, SPEC.folder / "rubric.toml", Chosen("process"), "en", 0))
    try:
        yield Lab(SPEC, grading.submission, 0, Notes(), Shared())
    finally:
        grading.submission.close()


@pytest.mark.parametrize("stub", layered(STUBBED, few=3, some=6))
def test_stub_is_told_from_work(stub: Any, tmp_path: Path) -> None:
    """A constant, chance or the same thing again is no work, and the message says which of them it was."""
    with seen(stub.source, tmp_path) as lab, pytest.raises(CheckFailed) as raised:
        LOOKS[stub.function](lab)
    assert raised.value.failure.key in KEYS[stub.function] | STOPS


@pytest.mark.parametrize("bug", layered(SLIPS, few=2, some=6))
def test_honest_slip_is_work(bug: Any, tmp_path: Path) -> None:
    """Whatever else is wrong with it, digits are served."""
    with seen(bug_source(bug), tmp_path) as lab:
        LOOKS[FUNCTIONS[bug.part]](lab)
