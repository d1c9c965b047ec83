"""Labs with pieces that hold no work, or that raise: each gets a grade, and alone it costs no other part a point."""

from __future__ import annotations

import ast
import random
from typing import TYPE_CHECKING, Any

from corpus import NAMES
from corpus.degenerate import COMPANIES, PARTS, PIECES, RAISED, degenerate_source
from layers import layered

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pytest

pytest_plugins = ["grading"]

FEW, SOME = 3, 16
Cases = dict[str, Any]


def mixed(cases: Mapping[str, Any]) -> Cases:
    """Return cases in an order that puts no two alike together, so that a sample has some of each."""
    names = sorted(cases)
    random.Random(0).shuffle(names)
    return {name: cases[name] for name in names}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Choose the cases of each layer."""
    kinds: dict[str, Cases] = {"piece": {**PIECES, **RAISED}, "company": COMPANIES}
    for name, cases in kinds.items():
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, layered(mixed(cases), FEW, SOME))


def test_every_piece_takes_a_functions_place() -> None:
    """They are Python, and stand behind the reference's own."""
    for function, body in {**PIECES, **RAISED}.values():
        tree = ast.parse(degenerate_source((function, body)))
        assert [node.name for node in tree.body if isinstance(node, ast.FunctionDef)].count(function) == 2
    assert {function for function, _ in PIECES.values()} == set(NAMES) == set(PARTS)


def expect_grade(report: dict[str, Any]) -> None:
    """Expect a score."""
    void = [(c["name"], c["message"]) for p in report["parts"] for c in p["checks"] if c["status"] == "void"]
    assert (report["status"], void) == ("graded", [])
    assert 0 <= report["score"] <= report["max_score"]


def test_piece_costs_no_other_part(piece: tuple[str, str], grade: Callable[..., dict[str, Any]]) -> None:
    """There is a score, and only the function's own parts may have lost points."""
    report = grade("degenerate", degenerate_source(piece))
    expect_grade(report)
    lost = {part["name"] for part in report["parts"] if part["points"] < part["max_points"]}
    assert lost <= PARTS[piece[0]]


def test_company_is_graded(company: tuple[tuple[str, str], ...], grade: Callable[..., dict[str, Any]]) -> None:
    """There is a score, whatever little there is to examine."""
    expect_grade(grade("degenerate", degenerate_source(*company)))


def test_pieces_that_leave_nothing_to_examine_are_replaced(grade: Callable[..., dict[str, Any]]) -> None:
    """A model with one answer for all, beside digits that are all the same, left `evaluate` no digit to be asked of."""
    names = ("build_model-zero-logits", "load_mnist-same-digit")
    report = grade("degenerate", degenerate_source(*(PIECES[name] for name in names)))
    expect_grade(report)
    points = {part["name"]: part["points"] - part["max_points"] for part in report["parts"]}
    assert points["evaluation"] == 0
    assert points["data"] < 0


def test_one_model_for_all_loses_nothing(grade: Callable[..., dict[str, Any]]) -> None:
    """It is odd and right: what one look has trained is where the next one starts."""
    report = grade("degenerate", degenerate_source(PIECES["build_model-one-for-all"]))
    assert [part["name"] for part in report["parts"] if part["points"] < part["max_points"]] == []
