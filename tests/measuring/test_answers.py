"""What a probe answers is looked at before anybody relies on it."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graders.harness.base.errors import CheckFailed
from graders.harness.base.model import Evidence, Handle, TensorValue
from graders.harness.judge.forms import expect_form
from graders.measuring.answers import FORMS

WEIGHTS, BIAS = (TensorValue.of(np.zeros(shape, np.float32)) for shape in ((10, 784), (10,)))
HANDLE = Handle(1, 1, ())
RIGHT: dict[str, tuple[list[Any], Any]] = {
    "items": ([0, [3, 4]], [(WEIGHTS, 1), (WEIGHTS, 2)]),
    "pictures": ([0, 3], (3, [WEIGHTS])),
    "epochs": ([0, 2], [[(WEIGHTS, BIAS)], []]),
    "parameters": ([0], [([10, 784], True), ([], False)]),
    "logits_of_two_starts": ([0, 0, 0.3, WEIGHTS], [WEIGHTS, None]),
    "affine": ([0], (WEIGHTS, BIAS)),
    "started": ([0], (WEIGHTS, BIAS)),
    "state": ([0], {"weight": WEIGHTS}),
    "condition": ([0], ({"weight": WEIGHTS}, [([10, 784], True)])),
    "examined": ([0], ((WEIGHTS, BIAS), ({"weight": WEIGHTS}, [([10, 784], True)]))),
    "costs": ([0, WEIGHTS, BIAS], [1.0] * 10),
    "figure": ([0], {"images": [WEIGHTS], "shades": [], "cmaps": ["Greys"], "interpolations": [], "titles": ["7"]}),
    "optimizer_steps": ([0, 0, [1.0]], [[WEIGHTS, BIAS], [WEIGHTS, BIAS]]),
    "optimized": ([0, 0], (2, 0)),
    "tags_alive": ([0], [(0, 3)]),
    "exhausted": ([0], 3),
    "fetches": ([0], 0),
    "costs_noted": ([0], [2.3]),
    "orders_noted": ([0], [[0, 2, 1], [1, 0, 2]]),
    "epoch_elsewhere": ([0] * 7, (0.5, WEIGHTS, [])),
    "answer_elsewhere": ([0] * 5, (0.9, [])),
    "happened": ([0], []),
    "layers": ([0], ["Linear"]),
    "loose": ([0], [[10]]),
    "watched": ([0], (HANDLE, HANDLE, HANDLE)),
    "notes": ([0], ["step"]),
    "fetching": ([0], [("map", 3)]),
    "device_name": (["cuda"], None),
}
ODD = (True, -0.5, b"", (), [None], [[None]] * 7, [WEIGHTS], {"": None}, {"images": 1}, (BIAS, WEIGHTS), [(1,)], HANDLE)


def evidence(value: object) -> Evidence:
    """Return evidence with that value."""
    return Evidence("f()", value, None, None, "", (), True)


@pytest.mark.parametrize("name", FORMS)
def test_right_answer_passes_and_odd_ones_are_the_submissions_fault(name: str) -> None:
    """No check has to be ready for what no probe answers."""
    sent, value = RIGHT[name]
    assert expect_form(FORMS, name, sent, evidence(value)).value is value
    for odd in ODD:
        with pytest.raises(CheckFailed):
            expect_form(FORMS, name, sent, evidence(odd))


@pytest.mark.parametrize("name", [name for name, form in FORMS.items() if form.count])
def test_answer_with_too_few_is_the_submissions_fault(name: str) -> None:
    """Nobody looks for what is not there."""
    sent, value = RIGHT[name]
    with pytest.raises(CheckFailed):
        expect_form(FORMS, name, sent, evidence(value[:-1]))


def test_parameters_whose_shapes_change_are_the_submissions_fault() -> None:
    """Steps can be told only of parameters that stay what they are."""
    with pytest.raises(CheckFailed):
        expect_form(FORMS, "optimizer_steps", [0, 0, [1.0]], evidence([[WEIGHTS], [BIAS]]))


def test_forms_are_those_of_probes() -> None:
    """Every name is that of a probe, else its form would never be looked at."""
    text = (Path(__file__).parents[2] / "graders" / "child" / "probes.py").read_text(encoding="utf-8")
    tree = ast.parse(text)
    own = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    taken = {alias.name for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert set(FORMS) <= own | taken
