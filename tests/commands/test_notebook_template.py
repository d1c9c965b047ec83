"""The notebook's form of the template says what the script's form says, and runs where notebooks run."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

import nbformat
import pytest

from graders.commands.teacher import template
from graders.commands.teacher.notebook import NOTEBOOK, RUN, Repository, make_notebook, repository_of, write_notebook
from graders.commands.teacher.script import GRADED, HELPFUL, REFERENCE, TEMPLATE
from graders.harness.base.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

SOLUTION = ("SGD", "Linear", "CrossEntropyLoss", "zero_grad", "backward", "no_grad", "imshow", "randperm", "drop_last")


def cells(text: str, kind: str) -> list[str]:
    """Return what a notebook's cells of a kind say."""
    nb: Any = nbformat  # whose functions have no types
    return [cell.source for cell in nb.reads(text, as_version=4).cells if cell.cell_type == kind]


def python(text: str) -> str:
    """Return a notebook's code, its magics left out with the line that they are all of."""
    code = "\n\n".join(cells(text, "code"))
    return re.sub(r"(?m)^( *)%.*$", r"\1pass", code)


def functions(source: str) -> dict[str, ast.FunctionDef]:
    """Return the functions at the top level of `source` by name."""
    return {node.name: node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)}


@pytest.fixture(scope="module")
def notebook() -> str:
    """Read the notebook's text."""
    return NOTEBOOK.read_text(encoding="utf-8")


def test_notebook_is_what_the_generator_makes_of_the_reference(tmp_path: Path) -> None:
    """The notebook in the repository is the one made from the reference; if not, run `python -m graders template`."""
    assert template.main(["--target", str(tmp_path / "lab.py")]) == 0
    assert (tmp_path / "lab.ipynb").read_bytes() == NOTEBOOK.read_bytes()
    assert (tmp_path / "lab.py").read_bytes() == TEMPLATE.read_bytes()


@pytest.mark.parametrize("name", GRADED)
def test_both_forms_ask_for_the_same(name: str, notebook: str) -> None:
    """A graded function stands in the notebook, in a cell of its own, to the letter as it stands in the script."""
    script = TEMPLATE.read_text(encoding="utf-8")
    asked = ast.get_source_segment(script, functions(script)[name])
    assert [cell for cell in cells(notebook, "code") if f"def {name}(" in cell] == [asked]


@pytest.mark.parametrize("name", GRADED)
def test_text_above_a_function_is_its_docstring(name: str, notebook: str) -> None:
    """Each function's text has the words of its docstring."""
    docstring = ast.get_docstring(functions(python(notebook))[name])
    assert f"## {name}\n\n{docstring}" in cells(notebook, "markdown")


def test_both_forms_ask_for_nothing_else(notebook: str) -> None:
    """No function is in one form alone, but for what only serves the script's `main`."""
    assert list(functions(python(notebook))) == list(GRADED)


def test_imports_are_those_that_the_cells_need(notebook: str) -> None:
    """Whatever a cell names is imported or made above it, and nothing is imported that only the script needs."""
    tree = ast.parse(python(notebook))
    imported = {
        (alias.asname or alias.name).partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for alias in node.names
    }
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert imported - used <= {*HELPFUL, "Figure"}
    assert not imported & {"argparse", "sys"}


def test_given_cells_do_what_main_does() -> None:
    """The last cells call the functions that the script's `main` calls, in its order; `%grade` ends them."""

    def called(source: str) -> list[str]:
        calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
        names = [(node.lineno, node.func.id) for node in calls if isinstance(node.func, ast.Name)]
        return [name for _, name in sorted(names) if name in GRADED]

    script = REFERENCE.read_text(encoding="utf-8")
    main = ast.get_source_segment(script, functions(script)["main"]) or ""
    given = "\n".join(re.sub(r"(?m)^%.*$", "", text) for text in RUN[1::2])
    assert list(dict.fromkeys(called(given))) == ["load_mnist", *called(main)]  # which load_digits calls there
    assert RUN[-1].strip() == "%grade"


@pytest.mark.parametrize("word", SOLUTION)
def test_solution_is_not_given_away(word: str, notebook: str) -> None:
    """The calls that solve the lab stand nowhere in the notebook."""
    assert word in REFERENCE.read_text(encoding="utf-8")
    assert word not in notebook


def test_a_repository_gets_a_button_and_installs_from_there() -> None:
    """With a repository, the first text opens it in Colab and the first cell installs from it; without, neither."""
    source = REFERENCE.read_text(encoding="utf-8")
    with_one = make_notebook(source, Repository("kim/lab-7-2", "spring"))
    without = make_notebook(source)
    badge = (
        "[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]"
        "(https://colab.research.google.com/github/kim/lab-7-2/blob/spring/student_template/lab.ipynb)"
    )
    assert cells(with_one, "markdown")[0].startswith(badge)
    assert '%pip install -q "git+https://github.com/kim/lab-7-2@spring"' in cells(with_one, "code")[0]
    assert "colab.research" not in without
    assert "github" not in without
    assert cells(with_one, "markdown")[1:] == cells(without, "markdown")[1:]
    assert cells(with_one, "code")[1:] == cells(without, "code")[1:]


@pytest.mark.parametrize("given", ["kim", "https://github.com/kim/lab", "kim/lab/x", 'kim/"lab', "김/lab"])
def test_no_address_of_a_repository_is_refused(given: str) -> None:
    """What is no OWNER/NAME would make a button that leads nowhere."""
    import argparse

    with pytest.raises(ConfigurationError, match="give OWNER/NAME"):
        repository_of(argparse.Namespace(repository=given, branch="main"))


def test_same_reference_gives_the_same_bytes(tmp_path: Path) -> None:
    """Nothing in the notebook is drawn or dated, so that a change to it is one of the reference."""
    write_notebook(REFERENCE, tmp_path / "one.ipynb")
    write_notebook(REFERENCE, tmp_path / "two.ipynb")
    assert (tmp_path / "one.ipynb").read_bytes() == (tmp_path / "two.ipynb").read_bytes()
