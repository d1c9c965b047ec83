"""Submissions that are alike: copies are found whatever was changed at no cost, and honest work is left alone."""

from __future__ import annotations

import ast
import random
import re
from functools import cache
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pytest
from corpus import CORRECT, correct_sources, reference_source
from notebooks import notebook

from graders.commands.teacher.overview import alike
from graders.commands.teacher.overview.marks import DTYPE, MOST, marks
from graders.spec import SPEC

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FLAT = CORRECT.with_name("flat")
SAME_HAND = {"weights_by_hand"}  # as parameters_by_hand: they are alike, and found to be
WORDS = ("alpha", "beta", "gamma", "delta", "omega", "kappa", "sigma", "theta")


@cache
def class_of_scripts() -> dict[str, bytes]:
    """Return the marks of flat scripts, each of its own hand."""
    return {path.stem: marks(path) for path in sorted(FLAT.glob("*.py")) if path.stem not in SAME_HAND}


@cache
def original() -> str:
    """Return a lab from which a copy is made."""
    return (CORRECT / "type_hinted.py").read_text(encoding="utf-8")


def of_text(folder: Path, text: str, name: str = "lab.py") -> bytes:
    """Return the marks of a submission with this text."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return marks(folder)


def found_in_class(*copies: bytes) -> list[set[int]]:
    """Return the groups that are found among some submissions in the class of scripts, counted from the first copy."""
    others = list(class_of_scripts().values())
    groups = alike.groups([*others, *copies])
    return [{member - len(others) for member in group.members} for group in groups]


# ---- what a copy may look like


class Renaming(ast.NodeTransformer):
    """Gives other names to all that a text defines, but for the contract's functions."""

    def __init__(self, tree: ast.Module) -> None:
        kept = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
        stored = [n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
        given = [n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)]
        names = sorted({*stored, *given} - kept - {"self"})
        self._names = {name: f"{WORDS[number % len(WORDS)]}_{number}" for number, name in enumerate(names)}

    def visit_Name(self, node: ast.Name) -> ast.Name:
        """Rename a variable."""
        return ast.Name(self._names.get(node.id, node.id), node.ctx)

    def visit_arg(self, node: ast.arg) -> ast.arg:
        """Rename an argument, and take its annotation away."""
        return ast.arg(self._names.get(node.arg, node.arg))


def renamed(text: str) -> str:
    """Return a text with other names, without comments and annotations of arguments, in another layout."""
    tree = ast.parse(text)
    return ast.unparse(ast.fix_missing_locations(Renaming(tree).visit(tree)))


def reordered(text: str) -> str:
    """Return a text with its functions in another order."""
    tree = ast.parse(text)
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    rest = [node for node in tree.body if not isinstance(node, ast.FunctionDef)]
    random.Random(0).shuffle(functions)
    return ast.unparse(ast.Module([*rest, *functions], []))


def commented(text: str) -> str:
    """Return a text with a comment of its own at each line, other docstrings, and other quotes."""
    lines = [f"{line}  # {number}" if line.endswith(")") else line for number, line in enumerate(text.splitlines())]
    return re.sub(r'"""[^"]*"""', '"""My own words."""', "\n".join(lines)).replace("'", '"')


def told_otherwise(text: str) -> str:
    """Return a text that prints something else, and spells modules otherwise."""
    return text.replace("Learning finished", "Done, at last").replace("nn.", "torch.nn.")


CHANGES: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "other names": renamed,
    "another order": reordered,
    "other comments": commented,
    "other texts": told_otherwise,
    "all of it": lambda text: reordered(renamed(told_otherwise(commented(text)))),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_copy_is_found(tmp_path: Path, change: str) -> None:
    """Among forty scripts of others, the two are the only ones that are named."""
    copy = CHANGES[change](original())
    assert found_in_class(of_text(tmp_path / "a", original()), of_text(tmp_path / "b", copy)) == [{0, 1}]


def test_a_copy_in_a_notebook_is_found(tmp_path: Path) -> None:
    """Its cells hold what the other's file does, and one that is no Python besides."""
    cells = ("%matplotlib inline\nimport torch", renamed(original()), "this is no Python (")
    own = of_text(tmp_path / "b", notebook(*cells), "lab.ipynb")
    assert found_in_class(of_text(tmp_path / "a", original()), own) == [{0, 1}]


def test_a_half_that_was_copied_is_found(tmp_path: Path) -> None:
    """The rest of it is a script of another's."""
    functions = ast.parse(renamed(original())).body
    rest = (FLAT / "ten_pictures.py").read_text(encoding="utf-8")
    text = f"{rest}\n{ast.unparse(ast.Module(functions[len(functions) // 3 :], []))}"
    found = found_in_class(of_text(tmp_path / "a", original()), of_text(tmp_path / "b", text))
    assert any({0, 1} <= group for group in found)


def test_three_that_worked_together_are_one_group(tmp_path: Path) -> None:
    """The closest two of them are said."""
    texts = [original(), renamed(original()), reordered(original())]
    each = [of_text(tmp_path / str(number), text) for number, text in enumerate(texts)]
    groups = alike.groups([*class_of_scripts().values(), *each])
    assert [len(group.members) for group in groups] == [3]
    assert groups[0].share > 0.9
    assert set(groups[0].closest) <= set(groups[0].members)


# ---- what is no copy


def test_scripts_of_many_hands_are_not_alike() -> None:
    """Forty ways to write the lesson: no two are named."""
    assert list(alike.alike(list(class_of_scripts().values()))) == []


def test_what_many_wrote_the_same_way_counts_for_nothing(tmp_path: Path) -> None:
    """Eight of forty-eight have the same: they have it from a page that all of them read."""
    each = [of_text(tmp_path / str(number), original()) for number in range(8)]
    assert found_in_class(*each) == []


def test_what_was_given_counts_for_nothing(tmp_path: Path) -> None:
    """The template has no code of a student's; nor has one who has only filled in the plainest lines."""
    template = SPEC.default_submission / "lab.py"
    assert marks(template) == b""
    text = template.read_text(encoding="utf-8").replace("    raise NotImplementedError\n", "    return None\n")
    assert len(of_text(tmp_path / "a", text)) < 4 * 20


@pytest.mark.sample
def test_of_correct_labs_only_those_made_from_one_another_are_alike() -> None:
    """Nearly all that are named have a third of their statements in common, word for word, and few are named."""
    paths = list(correct_sources().values())
    pairs = list(alike.alike([marks(path) for path in paths]))
    statements = {number: _statements(paths[number]) for pair in pairs for number in pair[:2]}
    shared = [len(statements[a] & statements[b]) / min(len(statements[a]), len(statements[b])) for a, b, _ in pairs]
    assert sorted(shared)[len(shared) // 20] > 1 / 3
    assert len(pairs) < 0.02 * len(list(combinations(paths, 2)))


def _statements(path: Path) -> set[str]:
    tree = ast.parse(path.read_bytes())
    return {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.stmt) and not _is_text(node)}


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


# ---- marks


@pytest.mark.parametrize(
    "text",
    [
        "",
        "def f(:",
        "\x00",
        "(" * 500_000,
        "x = " + "-" * 200_000 + "1",
        "f'{" * 300,
        "\ud800".encode("utf-8", "replace").decode(),
    ],
)
def test_hostile_texts_have_marks_or_none(tmp_path: Path, text: str) -> None:
    """Nothing is raised, whatever a file holds."""
    assert len(of_text(tmp_path / "a", text)) <= 4 * MOST


def test_what_is_not_there_has_no_marks(tmp_path: Path) -> None:
    """Nor an archive that is none, nor a folder without a lab."""
    (tmp_path / "a.zip").write_bytes(b"no archive")
    (tmp_path / "empty").mkdir()
    assert [marks(tmp_path / name) for name in ("nothing", "a.zip", "empty")] == [b"", b"", b""]


def test_marks_are_few_and_sorted() -> None:
    """However long a text is."""
    found = marks(CORRECT.parents[2] / "reference" / "lab.py")
    values = np.frombuffer(found, DTYPE)
    assert 0 < len(values) <= MOST
    assert (np.diff(values.astype(np.int64)) > 0).all()
    assert len(reference_source()) > 4 * len(found)


def test_nobody_is_compared_in_an_empty_class() -> None:
    """Nor with those who have no code."""
    assert alike.groups([]) == alike.groups([b"", b""]) == []
