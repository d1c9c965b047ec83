"""Mutants of the reference: each loses points, or is listed with the reason why it keeps the contract."""

from __future__ import annotations

import ast
import tomllib
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from corpus import reference_source
from corpus.mutants import GIVEN, OPERATORS, Mutant, mutants
from layers import layered

if TYPE_CHECKING:
    from collections.abc import Callable

pytest_plugins = ["grading"]

LIST = Path(__file__).resolve().parents[1] / "corpus" / "equivalent_mutants.toml"
FEWEST = 400
KINDS = ("equivalent", "cuda_only")  # of reasons why a mutant gets full marks


def listed() -> list[tuple[str, str]]:
    """Return the mutants that get full marks, each with the reason."""
    kinds = tomllib.loads(LIST.read_text(encoding="utf-8"))
    return [(name, group["reason"]) for kind in KINDS for group in kinds[kind] for name in group["mutants"]]


LISTED = [name for name, _ in listed()]
KILLED = {name: mutant for name, mutant in mutants().items() if name not in set(LISTED)}
SPARED = {name: mutants()[name] for name in LISTED if name in mutants()}


def graded_part(source: str) -> ast.Module:
    """Return the submission above what is given, parsed and without docstrings and annotations."""
    tree = ast.parse(source.partition(GIVEN)[0])
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.returns = None
        if isinstance(node, ast.arg):
            node.annotation = None
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node):
            node.body = node.body[1:]
    return tree


def untouchable(source: str) -> list[str]:
    """Return all that no mutant may change: docstrings, annotations, and what is given."""
    nodes = list(ast.walk(ast.parse(source)))
    definitions = [node for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module)]
    annotations = [node.annotation for node in nodes if isinstance(node, ast.arg) and node.annotation]
    annotations += [node.returns for node in nodes if isinstance(node, ast.FunctionDef) and node.returns]
    docstrings = [ast.get_docstring(node) or "" for node in definitions]
    return [*docstrings, *map(ast.unparse, annotations), source.partition(GIVEN)[2]]


def test_every_mutant_is_another_program_that_compiles():
    """All mutants compile, and each differs from the reference and from all others in what is graded."""
    sources = [reference_source(), *(mutant.source for mutant in mutants().values())]
    assert len(mutants()) >= FEWEST
    assert len({ast.dump(graded_part(source)) for source in sources}) == len(sources)
    for name, mutant in mutants().items():
        compile(mutant.source, name, "exec", dont_inherit=True)


def test_mutants_leave_words_and_given_code_alone():
    """Docstrings, annotations and what is given are the reference's in every mutant."""
    kept = untouchable(reference_source())
    assert [name for name, mutant in mutants().items() if untouchable(mutant.source) != kept] == []


def test_every_operator_makes_mutants_whose_names_say_so():
    """No operator is idle, and a mutant's name has its function, its operator and what the slip looks like."""
    assert {mutant.operator for mutant in mutants().values()} == set(OPERATORS)
    for name, mutant in mutants().items():
        function, operator, shown = name.split(":", 2)
        assert (mutant.name, mutant.operator) == (name, operator)
        assert function
        assert shown


def test_the_list_of_survivors_is_fresh():
    """Every listed mutant exists, is listed once, and has a sentence for its reason."""
    assert [name for name, count in Counter(LISTED).items() if count > 1 or name not in mutants()] == []
    reasons = [reason for _, reason in listed()]
    assert [reason for reason in reasons if not (reason.endswith(".") and len(reason.split()) > 4)] == []


def lost(report: dict[str, Any]) -> float:
    """Return how many points a submission lost; a grade there must be."""
    assert report["status"] == "graded", report["status"]
    return float(report["max_score"] - report["score"])


@pytest.mark.parametrize("killed", layered(KILLED, few=2, some=6))
def test_a_mutant_loses_points(killed: Mutant, grade: Callable[..., dict[str, Any]]) -> None:
    """A slip that breaks the contract costs points."""
    assert lost(grade("mutant", killed.source)) > 0


@pytest.mark.parametrize("spared", layered(SPARED, few=1, some=2))
def test_a_mutant_that_keeps_the_contract_loses_nothing(spared: Mutant, grade: Callable[..., dict[str, Any]]) -> None:
    """A change that the contract allows costs nothing, so the list names no mutant that is killed."""
    assert lost(grade("mutant", spared.source)) == 0
