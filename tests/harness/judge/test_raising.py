"""What an exception of student code tells, in words."""

from __future__ import annotations

import pytest

from graders.harness.base.errors import CheckFailed
from graders.harness.base.model import Failure, Raised
from graders.harness.base.rows import Key
from graders.harness.judge.grading import Grading, Options
from graders.harness.judge.messages import Messages
from graders.harness.judge.notes import Notes
from graders.harness.judge.raising import failure_of
from graders.harness.walls.levels import Chosen
from graders.spec import SPEC


def got(language: str, kind: str, text: str) -> str:
    """Return what a message says that came of an exception."""
    failure = failure_of(Raised(kind, text), "f()", None)
    return Messages.of_lab(SPEC.folder, language).entry("failures", failure.key, failure.params)["got"]


@pytest.mark.parametrize(
    ("language", "kind", "told"),
    [
        ("en", "ValueError", "it raised ValueError"),
        ("en", "SystemExit", "it left Python (SystemExit)"),
        ("ko", "ValueError", "ValueError 오류가 났어요"),
        ("ko", "SystemExit", "Python을 끝내 버렸어요 (SystemExit)"),
    ],
)
def test_exception_without_a_text_has_no_colon(language, kind, told):
    """After a colon something has to come."""
    assert got(language, kind, "") == told


@pytest.mark.parametrize("text", ["sizes:", "(a: )"])
def test_text_is_told_as_it_is(text):
    """What a student wrote may end in a colon, or laugh: to shorten it would hide what differs."""
    options = Options(SPEC.default_submission, SPEC.folder / "rubric.toml", Chosen("none"), "en", 0)
    grading = Grading(SPEC, options)
    failures = Failure("plain", {"expected": "sizes", "got": text}), failure_of(Raised("ValueError", text), "f()", None)
    for failure in failures:
        told = grading.judge("test_cost_of_one_image_is_its_cross_entropy", "loss", CheckFailed(failure), Notes(), 0.0)
        assert next(row.text for row in told.rows if row.key is Key.GOT).endswith(text)
