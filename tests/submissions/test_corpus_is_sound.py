"""The corpora are what they say: edits apply, sources compile, names are unique. What they earn is graded elsewhere."""

from __future__ import annotations

import ast
import sys
import warnings
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from corpus import (
    BUGS,
    HALF_DONE,
    NAMES,
    TWO_BUGS,
    Bug,
    HalfDone,
    TwoBugs,
    bug_source,
    correct_sources,
    edit,
    half_done_source,
    reference_source,
    two_bug_source,
)
from corpus.half_done import PARTS

if TYPE_CHECKING:
    from pathlib import Path

BUG_PARTS = ("data", "loader", "reshape", "model", "loss", "training", "evaluation", "prediction")
OWN_FUNCTIONS = {
    "data": ("load_mnist",),
    "loader": ("make_data_loader",),
    "reshape": ("flatten_images",),
    "model": ("build_model",),
    "loss": ("build_criterion",),
    "training": ("build_optimizer", "train_epoch", "train"),
    "evaluation": ("evaluate",),
    "accuracy": ("train_epoch", "train"),
    "prediction": ("predict", "show_prediction"),
}
INSTALLED = {"torch", "torchvision", "numpy", "matplotlib", "tqdm"}  # beside the standard library
FEWEST_BUGS, FEWEST_PAIRS, FEWEST_STYLES, FEWEST_HALF_DONE = 110, 24, 80, 16


def named(case: Bug | TwoBugs | HalfDone) -> str:
    """Name a case in pytest's output."""
    return case.name


def parsed(source: str | bytes, name: str) -> ast.Module:
    """Parse a submission without the warnings that a careless student earns."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(source, name)


def bound_names(tree: ast.Module) -> set[str]:
    """Collect the names that a module binds at its top level."""
    names: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            names |= {leaf.id for target in node.targets for leaf in ast.walk(target) if isinstance(leaf, ast.Name)}
    return names


def imported(tree: ast.Module) -> set[str]:
    """Collect the first names of all modules that a submission imports."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").partition(".")[0])
    return names


def places(bug: Bug) -> list[tuple[int, int]]:
    """Find where in the reference a bug's old texts begin and end."""
    reference = reference_source()
    return [(start := reference.index(old), start + len(old)) for old, _ in bug.edits]


@pytest.mark.parametrize("bug", BUGS, ids=named)
def test_every_bug_is_one_compiling_edit_of_the_reference(bug: Bug):
    """Every bug's edits apply exactly once, change the program and leave one that Python can read."""
    source = bug_source(bug)
    assert source != reference_source()
    assert set(NAMES) <= bound_names(parsed(source, bug.name))


@pytest.mark.parametrize("pair", TWO_BUGS, ids=named)
def test_the_edits_of_two_bugs_do_not_overlap(pair: TwoBugs):
    """Both bugs of a pair exist, change different text, and together leave a program that Python can read."""
    bugs = {bug.name: bug for bug in BUGS}
    spans = sorted(places(bugs[pair.first]) + places(bugs[pair.second]))
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))
    parsed(two_bug_source(pair), pair.name)


def test_names_are_unique_and_the_corpora_are_large():
    """No two cases share a name, every part has its bugs, and no two bugs are the same program."""
    for cases, fewest in ((BUGS, FEWEST_BUGS), (TWO_BUGS, FEWEST_PAIRS), (HALF_DONE, FEWEST_HALF_DONE)):
        assert [name for name, count in Counter(case.name for case in cases).items() if count > 1] == []
        assert len(cases) >= fewest
    assert {bug.part for bug in BUGS} == set(BUG_PARTS)
    assert len({bug_source(bug) for bug in BUGS}) == len(BUGS)
    assert len(correct_sources()) >= FEWEST_STYLES


def test_an_edit_that_does_not_apply_is_named():
    """An old text that is not there, or there twice, is an AssertionError with the name of its case."""
    with pytest.raises(AssertionError, match="my-bug"):
        edit("my-bug", "a = 1\n", (("b = 1", "b = 2"),))
    with pytest.raises(AssertionError, match="my-bug"):
        edit("my-bug", "a = 1\na = 1\n", (("a = 1", "a = 2"),))


@pytest.mark.parametrize("path", correct_sources().values(), ids=correct_sources())
def test_every_correct_submission_defines_the_names(path: Path):
    """A correct submission can be read, binds all names but main, and imports nothing unusual."""
    tree = parsed(path.read_bytes(), path.name)
    assert set(NAMES) <= bound_names(tree)
    assert imported(tree) <= INSTALLED | sys.stdlib_module_names


@pytest.mark.parametrize("case", HALF_DONE, ids=named)
def test_a_half_done_submission_earns_what_it_keeps(case: HalfDone):
    """The full parts are those whose functions are all kept, or none where the file cannot be run."""
    source = half_done_source(case)
    assert set(case.full) | set(case.partial) <= set(PARTS)
    assert not set(case.full) & set(case.partial)
    if case.source is None and not case.edits and not case.cut_after:
        kept = {part: [name in case.keep for name in names] for part, names in OWN_FUNCTIONS.items()}
        assert set(case.full) == {part for part, held in kept.items() if all(held)}
        assert set(case.partial) == {part for part, held in kept.items() if any(held) and not all(held)} - {"accuracy"}
        parsed(source, case.name)
