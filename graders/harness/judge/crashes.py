"""What an exception and the student's text tell together: the expression that raised, and what stood around it.

The rules that know exceptions are a lab's (`LabSpec.crashes`). One that fits gives its mistake's name; where two do, no
name is given.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from graders.harness.base.scene import Scene

from .clues import entering, named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from graders.harness.base.model import Named, Raised
    from graders.harness.base.scene import Thing

    from .clues import Explains, Mistake

AT_IMPORT = (  # keys of failures
    *("raised_at_import", "unknown_at_import", "called_at_import", "module_missing"),
    *("raised_in_cell", "unknown_in_cell"),
)
NAMED = ("raised", *AT_IMPORT)  # the others say more than Python does already
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
MAX_NODES = 20_000  # of a file that is looked through, by each rule from one end to the other; a lab has 3,000


@dataclass(frozen=True, slots=True)
class Crash:
    """An exception that student code raised. Trees are None where the worker, or the text, does not tell.

    `module` is the student's file, `function` the function or method around the line that raised, `statement` the
    innermost statement there, and `node` the innermost expression that was being worked out.
    """

    kind: str  # the exception's type: "TypeError"
    text: str  # what it says
    at_import: bool
    scene: Scene
    module: ast.Module | None = None
    function: ast.FunctionDef | ast.AsyncFunctionDef | None = None
    statement: ast.stmt | None = None
    node: ast.expr | None = None

    @classmethod
    def of(cls, raised: Raised, at_import: bool, module: ast.Module | None) -> Crash:
        """Return an exception with the places of a file's tree that it names."""
        scene = raised.scene or Scene()
        module = None if module is None or _is_huge(module) else module
        if module is None or raised.where is None:
            return cls(raised.type_name, raised.text, at_import, scene, module)
        span = scene.span or (raised.where.line, 0, raised.where.line, 0)
        around = list(_around(module, span))
        functions = [node for node in around if isinstance(node, FUNCTIONS)]
        statements = [node for node in around if isinstance(node, ast.stmt)]
        exact = [node for node in around if isinstance(node, ast.expr) and _span(node) == scene.span]
        if not exact and scene.span is not None:  # of a chain over several lines Python tells the last link alone
            links = [node for node in around if isinstance(node, (ast.Attribute, ast.Call))]
            exact = [node for node in links if _span(node)[2:] == scene.span[2:]]
        return cls(
            raised.type_name,
            raised.text,
            at_import,
            scene,
            module,
            functions[-1] if functions else None,
            statements[-1] if statements else None,
            exact[-1] if exact else None,
        )

    def thing(self, node: ast.AST | None) -> Thing | None:
        """Return what an expression stood for, where it is a name or an attribute of self."""
        if isinstance(node, ast.Name):
            return self.scene.values.get(node.id)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
            return self.scene.values.get(f"self.{node.attr}")
        return None


@dataclass
class Rules:
    """Rules by which exceptions are known: each looks at a Crash, and tells whether its mistake has caused it."""

    mistakes: list[Mistake] = field(default_factory=list)

    def rule(self, name: str, idea: str) -> Callable[[Explains], Explains]:
        """Enter a function as what knows the mistake `name`."""
        return entering(self.mistakes, name, idea)


def explain(rules: Iterable[Mistake], crash: Crash) -> tuple[Named, ...]:
    """Return the one mistake that has caused an exception; nothing where there is none, or more than one might have."""
    try:
        found = {one.name: one for rule in rules if (one := named(rule, crash)) is not None}
    except RecursionError:  # an expression of a thousand terms, which Python itself can run
        return ()
    return tuple(found.values()) if len(found) == 1 else ()


def _is_huge(module: ast.Module) -> bool:
    return next(islice(ast.walk(module), MAX_NODES, None), None) is not None


def _span(node: ast.expr | ast.stmt) -> tuple[int, int, int, int]:
    return node.lineno, node.col_offset, node.end_lineno or node.lineno, node.end_col_offset or 0


def _around(module: ast.Module, span: tuple[int, int, int, int]) -> Iterator[ast.AST]:
    """Yield the nodes of a tree that a place lies in, outermost first; without recursion, however deep it is."""
    (line, column, end_line, end_column), left = span, list[ast.AST]([module])
    while left:
        node = left.pop()
        for child in ast.iter_child_nodes(node):
            if not isinstance(child, (ast.expr, ast.stmt)):
                left.append(child)  # arguments, say, which have no place of their own
                continue
            first, last = (child.lineno, child.col_offset), _span(child)[2:]
            # Where no expression is told, a line is looked for, and lies in whatever has part in it.
            if end_column == 0:
                inside = first[0] <= line <= last[0]
            else:
                inside = first <= (line, column) and (end_line, end_column) <= last
            if inside:
                yield child
                left.append(child)
