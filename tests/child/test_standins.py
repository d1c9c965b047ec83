"""A stand-in takes a wrong piece's place; what it lacks is nobody's fault but that piece's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from corpus import reference_source

from graders.spec import SPEC

if TYPE_CHECKING:
    from collections.abc import Callable

pytest_plugins = ["grading"]

# A data set and a model with attributes of their own, which later functions use: both are right.
COUNTED = (
    ("        self.labels = labels  # [N] int64\n", "        self.labels = labels\n        self.count = len(labels)\n"),
    ("    return correct / len(dataset)\n", "    return correct / dataset.count\n"),
)
NAMED_LAYER = (
    (
        "    return nn.Linear(28 * 28, 10)\n",
        """\
    class Softmax(nn.Module):
        def __init__(self):
            super().__init__()
            self.linear = nn.Linear(28 * 28, 10)

        def forward(self, images):
            return self.linear(images)

    return Softmax()
""",
    ),
    ("return int(model(flatten_images(images)).argmax())", "return int(model.linear(flatten_images(images)).argmax())"),
)
FLOAT_LABELS = (("int(self.labels[index])", "float(self.labels[index])"),)
RAW_PIXELS = (("mnist.data.unsqueeze(1) / 255", "mnist.data.unsqueeze(1).float()"),)
NO_BIAS = (("self.linear = nn.Linear(28 * 28, 10)", "self.linear = nn.Linear(28 * 28, 10, bias=False)"),)
GRADERS_OWN = ("MnistFiles", "AnyInput", "Lacking")  # what a student never wrote


def graded(grade: Callable[..., dict[str, Any]], name: str, *edits: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    """Grade the reference with edits, each of a text as the ones before have left it."""
    source = reference_source()
    for some in edits:
        for old, new in some:
            assert source.count(old) == 1
            source = source.replace(old, new)
    return grade(name, source)


def lost(report: dict[str, Any]) -> set[str]:
    """Return the parts that lost points."""
    return {part["name"] for part in report["parts"] if part["points"] < part["max_points"]}


def checks(report: dict[str, Any], part: str) -> list[dict[str, Any]]:
    """Return the checks of a part."""
    return next(found["checks"] for found in report["parts"] if found["name"] == part)


def test_stand_ins_are_a_right_submission(grade: Callable[..., dict[str, Any]]) -> None:
    """They have full marks: a fault that a check meets with them is none of a submission's."""
    report = grade("correct", SPEC.folder / "child" / SPEC.correct)
    assert (report["status"], lost(report)) == ("graded", set())


def test_attributes_of_ones_own_are_allowed(grade: Callable[..., dict[str, Any]]) -> None:
    """Right pieces with attributes of their own lose nothing."""
    assert lost(graded(grade, "own attributes", COUNTED, NAMED_LAYER)) == set()


@pytest.mark.parametrize(
    ("edits", "part"),
    [((COUNTED, FLOAT_LABELS), "data"), ((NAMED_LAYER, NO_BIAS), "model")],
    ids=["dataset", "model"],
)
def test_attribute_that_a_stand_in_lacks_costs_nothing(
    grade: Callable[..., dict[str, Any]], edits: tuple[Any, ...], part: str
) -> None:
    """Where a stand-in lacks what a student's own piece has, a later part is asked with that piece."""
    assert lost(graded(grade, "wrong piece", *edits)) == {part}


def test_what_only_the_wrong_piece_could_tell_is_blocked(grade: Callable[..., dict[str, Any]]) -> None:
    """A check that fails with the wrong piece, and cannot be asked without it, waits for it."""
    report = graded(grade, "raw pixels", COUNTED, RAW_PIXELS)
    statuses = {check["status"] for check in checks(report, "evaluation")}
    assert statuses == {"passed", "blocked"}
    said = [check["message"] for check in checks(report, "evaluation") if check["status"] == "blocked"]
    assert all("load_mnist" in message for message in said)
    assert [word for word in GRADERS_OWN for message in said if word in message] == []


def test_forged_lack_is_no_way_out(grade: Callable[..., dict[str, Any]]) -> None:
    """Who raises what seems to be a stand-in's loses the check, and no other function is blamed for it."""
    forged = (
        "    was_training = model.training\n",
        "    error = AttributeError('x')\n    error.standin = 'load_mnist'\n    raise error\n",
    )
    report = graded(grade, "forged", (forged,))
    assert (report["status"], lost(report)) == ("graded", {"evaluation"})
    assert {check["status"] for check in checks(report, "evaluation")} == {"failed"}
