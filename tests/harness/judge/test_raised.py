"""Exceptions with the student's text: which expression raised, in which statement and function; one name or none."""

from __future__ import annotations

import ast
from types import SimpleNamespace
from typing import Any

import pytest

from graders.harness.base.model import Failure, Raised, Where
from graders.harness.base.scene import Scene, Thing
from graders.harness.judge import naming
from graders.harness.judge.crashes import Crash, Rules, explain
from graders.harness.judge.lab import Shared

TEXT = """\
def f(images):
    with torch.no_grad():
        rows = [image.nope(3) for image in images]; rows.more
    return rows

class Net:
    def forward(self, x):
        return self.linear(
            x)
"""
TREE = ast.parse(TEXT)


def text_of(node: ast.AST | None) -> str:
    """Return the text of a part of the tree."""
    return ast.unparse(node) if node else ""


def crash(part: str = "", line: int = 1, values: dict[str, Thing] | None = None) -> Crash:
    """Make the crash of an expression of the text, known by its words, or by its line alone."""
    span = None
    for number, text in enumerate(TEXT.splitlines(), 1):
        if part and part in text:
            line, span = number, (number, text.index(part), number, text.index(part) + len(part))
    return Crash.of(Raised("ValueError", "no", Where("lab.py", line), scene=Scene(span, values or {})), False, TREE)


def test_the_innermost_expression_is_found():
    """With its statement and its function."""
    found = crash("image.nope(3)")
    assert text_of(found.node) == "image.nope(3)"
    assert text_of(found.statement) == "rows = [image.nope(3) for image in images]"
    assert found.function
    assert found.function.name == "f"
    assert text_of(crash("rows.more").statement) == "rows.more"
    assert text_of(crash("self.linear").node) == "self.linear"


def test_a_chain_over_several_lines_is_known_by_its_last_link():
    """Python tells the place of that alone."""
    tree = ast.parse("rows = (\n    images\n    .float()\n    .nope(\n        3)\n)\n")
    links = {(4, 5, 4, 9): "images.float().nope", (4, 5, 5, 10): "images.float().nope(3)", (5, 8, 5, 9): "3"}
    for span, link in links.items():
        raised = Raised("ValueError", "no", Where("lab.py", 4), scene=Scene(span))
        assert text_of(Crash.of(raised, False, tree).node) == link


def test_a_line_alone_tells_statement_and_function():
    """Where the code has no columns, or a statement raised."""
    found = crash(line=4)
    assert found.function is not None
    assert (text_of(found.statement), found.function.name, found.node) == ("return rows", "f", None)
    assert crash(line=6).function is None
    assert crash(line=99).statement is None


def test_what_a_name_stood_for():
    """A name, or an attribute of self; of anything else nobody knows."""
    layer, images = Thing("torch.nn.modules.linear.Linear"), Thing("torch.Tensor", shape=(3, 784))
    found = crash("image.nope(3)", values={"images": images, "self.linear": layer})
    assert found.thing(ast.parse("images", mode="eval").body) is images
    assert found.thing(ast.parse("self.linear", mode="eval").body) is layer
    for text in ("other", "images.shape", "f(images)", "3"):
        assert found.thing(ast.parse(text, mode="eval").body) is None
    assert found.thing(None) is None


@pytest.mark.parametrize("raised", [Raised("E", ""), Raised("E", "", Where("lab.py", 3)), Raised("E", "", None, "f")])
def test_without_a_scene_there_is_little_to_go_by(raised):
    """A worker may tell nothing at all."""
    assert Crash.of(raised, True, None).node is None
    assert Crash.of(raised, False, TREE).kind == "E"


def test_two_rules_that_fit_give_no_name():
    """One mistake by two rules is one."""
    rules = Rules()
    rules.rule("zero", "python")(lambda crash: crash.text == "no")
    assert [named.name for named in explain(rules.mistakes, crash())] == ["zero"]
    rules.rule("zero", "python")(lambda _: True)
    assert [named.name for named in explain(rules.mistakes, crash())] == ["zero"]
    rules.rule("other", "python")(lambda _: {"place": 3})
    assert explain(rules.mistakes, crash()) == ()
    assert explain([], crash()) == ()


def test_a_file_of_a_million_names_is_not_looked_through():
    """Each rule would go through all of it; what is known without the text is known all the same."""
    huge = ast.parse(TEXT + f"x{'.a' * 100}\n" * 300)
    found = Crash.of(Raised("ValueError", "no", Where("lab.py", 3), scene=Scene((3, 0, 3, 4))), False, huge)
    assert (found.module, found.statement, found.kind) == (None, None, "ValueError")


def test_an_exception_is_looked_into_once_however_many_checks_it_stops():
    """A lab that raises on import stops all of them."""
    rules, asked = Rules(), list[Crash]()

    @rules.rule("counted", "python")
    def _counted(crash: Crash) -> bool:
        asked.append(crash)
        return True

    spec = SimpleNamespace(crashes=lambda: rules.mistakes, clues=tuple, places=dict)
    source = SimpleNamespace(parsed=lambda _: TREE, path=SimpleNamespace(name="lab.py"))
    lab: Any = SimpleNamespace(spec=spec, submission=SimpleNamespace(source=source), shared=Shared())
    for text, times in (("no", 1), ("no", 1), ("other", 2)):
        raised = Raised("ValueError", text, Where("lab.py", 3))
        named = naming.name_crash(lab, Failure("raised_at_import", raised=raised))
        assert [one.name for one in named.mistakes] == ["counted"]
        assert len(asked) == times
