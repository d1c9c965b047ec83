"""The students' template says what the reference says, and gives nothing of the solution away."""

from __future__ import annotations

import ast
import importlib.util
from typing import Any

import pytest

from graders.commands.teacher.script import (
    GIVEN,
    GRADED,
    REFERENCE,
    TEMPLATE,
    strip_solution,
    write_template,
)

SOLUTION = ("SGD", "Linear", "CrossEntropyLoss", "zero_grad", "backward", "no_grad", "imshow", "randperm", "drop_last")


def definitions(source: str) -> dict[str, Any]:
    """Return the functions and classes at the top level of `source` by name."""
    return {node.name: node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef | ast.ClassDef)}


@pytest.fixture(scope="module")
def reference() -> str:
    """Read the reference's text."""
    return REFERENCE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def template() -> str:
    """Read the template's text."""
    return TEMPLATE.read_text(encoding="utf-8")


def test_template_is_what_the_generator_makes_of_the_reference(tmp_path):
    """The template in the repository is the one made from the reference; if not, run `python -m graders template`."""
    write_template(REFERENCE, tmp_path / "lab.py")
    assert (tmp_path / "lab.py").read_bytes() == TEMPLATE.read_bytes()


@pytest.mark.parametrize("name", GRADED)
def test_graded_function_keeps_signature_and_docstring_only(name, reference, template):
    """A graded function is its signature, its docstring and `raise NotImplementedError`."""
    solved, stub = definitions(reference)[name], definitions(template)[name]
    assert ast.unparse(stub.args) == ast.unparse(solved.args)
    assert ast.unparse(stub.returns) == ast.unparse(solved.returns)
    assert ast.get_docstring(stub, clean=False) == ast.get_docstring(solved, clean=False)
    assert [ast.unparse(line) for line in stub.body[1:]] == ["raise NotImplementedError"]
    assert stub.decorator_list == []


@pytest.mark.parametrize("name", GIVEN)
def test_given_code_stays_to_the_letter(name, reference, template):
    """What is given to the students stands in the template as it stands in the reference."""
    kept = ast.get_source_segment(template, definitions(template)[name])
    assert kept == ast.get_source_segment(reference, definitions(reference)[name])


def test_template_defines_nothing_else(template):
    """Classes and functions that only the solution needs are not in the template."""
    assert set(definitions(template)) == {*GRADED, *GIVEN}


@pytest.mark.parametrize("word", SOLUTION)
def test_solution_is_not_given_away(word, reference, template):
    """The calls that solve the lab stand in the reference and nowhere in the template."""
    assert word in reference
    assert word not in template


def test_template_can_be_imported():
    """The template runs as it is; each function says that it is still to be written."""
    spec = importlib.util.spec_from_file_location("student_template_lab", TEMPLATE)
    assert spec is not None
    assert spec.loader is not None
    lab = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(lab)
    for name in ("torch", "nn", "DataLoader", "datasets"):
        assert hasattr(lab, name)
    with pytest.raises(NotImplementedError):
        lab.build_model()
    with pytest.raises(NotImplementedError):  # and not a message about missing files
        lab.main(["--root", "nowhere"])


def page(build_model: str) -> str:
    """Return a page with all names that the generator asks for, and `build_model` as given."""
    others = [name for name in GRADED if name != "build_model"]
    stubs = [f'def {name}():\n    """Do it."""\n    return 1\n' for name in others]
    return "\n\n".join([build_model, *stubs, *(f"def {name}():\n    pass\n" for name in GIVEN)])


def test_decorators_and_remarks_of_the_solution_go():
    """Decorators, the comments above a graded function and those after its last line are solution too."""
    made = strip_solution(
        page('# a trick\n@trick\ndef build_model(x=1):  # kept\n    """Do it."""\n    a = 1\n    # trick\n')
    )
    assert made.startswith('def build_model(x=1):  # kept\n    """Do it."""\n    raise NotImplementedError\n\n\ndef')
    assert "trick" not in made


def test_graded_function_without_docstring_is_refused():
    """A graded function without a docstring cannot be turned into a task."""
    with pytest.raises(ValueError, match="build_model has no docstring"):
        strip_solution(page("def build_model():\n    return 1\n"))


def test_missing_function_is_refused():
    """A reference that lacks a graded function makes no template."""
    with pytest.raises(ValueError, match="does not define build_model"):
        strip_solution(page("x = 1"))
