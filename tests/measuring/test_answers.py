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
MAKERS = {  # whose results stay in the worker: a handle is all that arrives
    *("device", "pairs", "fixed_loader", "bare_loader", "shuffling_loader", "elsewhere", "stage"),
    *("doubled_criterion", "noting_criterion", "tagging_criterion"),
}
BESIDE = {"settle", "parameters_of"}  # probes ask them, and nobody else
RIGHT: dict[str, tuple[list[Any], Any]] = {
    "length": ([0], 250),
    "told_length": ([0], None),
    "raw_logits": ([0, WEIGHTS], WEIGHTS),
    "logits": ([0, WEIGHTS], WEIGHTS),
    "weights_in_use": ([0, 0], WEIGHTS),
    "start": ([0, 0, 0.0], None),
    "stir": ([0, 0, 0.0], None),
    "set_parameters": ([0, BIAS], None),
    "cost": ([0, WEIGHTS, BIAS], 2.3),
    "cost_gradient": ([0, WEIGHTS, BIAS], None),
    "saved": ([0], 9_000),
    "train_epochs": ([0] * 6, None),
    "timed_epoch": ([0, BIAS, BIAS, BIAS], BIAS),
    "whole_epoch": ([0, BIAS, "train_epoch"], (TensorValue.of(np.zeros(7_850)), None)),
    "exhausted": ([0], 8),
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
    "figure": (
        [0],
        {"images": [WEIGHTS], "shades": [], "cmaps": ["Greys"], "interpolations": [], "seen": [1.0], "titles": ["7"]},
    ),
    "optimizer_steps": ([0, 0, [1.0]], [[WEIGHTS, BIAS], [WEIGHTS, BIAS]]),
    "optimized": ([0, 0], (2, 0)),
    "tags_alive": ([0], [(0, 3)]),
    "fetches": ([0, ["a"], [WEIGHTS]], (0, [WEIGHTS])),
    "graphs_made": ([0, 0, 0], (0, 0, 0)),
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
WHATEVER = ("raw_logits", "cost")  # a piece of the submission's answers, with nothing around it
ODD = (True, -0.5, b"", (), [None], [[None]] * 7, [WEIGHTS], {"": None}, {"images": 1}, (BIAS, WEIGHTS), [(1,)], HANDLE)


def evidence(value: object) -> Evidence:
    """Return evidence with that value."""
    return Evidence("f()", value, None, None, "", (), True)


@pytest.mark.parametrize("name", [name for name in FORMS if name not in WHATEVER])
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


def test_every_probe_has_a_form() -> None:
    """Whatever is asked for by name has one, or makes what stays in the worker; no other name has."""
    text = (Path(__file__).parents[2] / "graders" / "child" / "probes.py").read_text(encoding="utf-8")
    tree = ast.parse(text)
    own = {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")}
    taken = {alias.asname for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert set(FORMS) | MAKERS | BESIDE == own | taken - {None}
    assert not set(FORMS) & MAKERS
