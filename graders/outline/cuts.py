"""Cuts functions out of a script: what ran before a statement, by stretches, and what of it is needed."""

from __future__ import annotations

import ast
import builtins
import copy
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from . import flow
from .slices import Slice

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from .roles import Roles

BUILTINS = frozenset(dir(builtins))


# Stands before the names of a function's parameters in what is written into it, until the script's own names are known.
GIVEN = "given_"


# A script that never says what `device` is says so in one part, though every part of it asks for it.
DEVICE, WHERE_UNDEFINED = "device", "train_epoch"


class NotFoundError(Exception):
    """Raised where a role is not there; the text is the key of the sentence that says what was looked for."""


@dataclass
class Cut:
    """Statements that were cut out, the names that they need from elsewhere, and which of the given ones they read."""

    body: list[ast.stmt]
    open: set[str]

    def closed(self, key: str) -> Cut:
        """Return it if it needs nothing from elsewhere. Raises NotFoundError with the key otherwise."""
        if self.open:
            raise NotFoundError(key)
        return self


@dataclass
class Cutter:
    """Knows what of a script stands at the top of the text that is made, for all functions: imports, definitions."""

    roles: Roles
    settled: set[str] = field(default_factory=set)
    reshaping: list[ast.stmt] | None = None  # the loop's statements that reshape its images, once they are found
    lasting: list[ast.stmt] = field(default_factory=list)  # what gives names a value that live on between epochs
    predicted: set[str] | None = None  # which digits the one prediction is made of
    examined: set[int] = field(default_factory=set)  # the lines of what leads to the accuracy

    @cached_property
    def same_as_model(self) -> set[str]:
        """The names that stand for the model."""
        script, model = self.roles.script, self.roles.model
        if model is None:
            return set()
        return {model} | {name for name in script.bindings if script.alias(name) == script.alias(model)}

    def expect_model(self) -> str:
        """Return the model's name. Raises NotFoundError where none was found."""
        if self.roles.model is None:
            raise NotFoundError("looked_for_model")
        return self.roles.model

    @property
    def around(self) -> ast.stmt | None:
        """The loop over the epochs, or the one over batches where that stands alone."""
        return self.roles.epochs or self.roles.loop

    # ---- stretches

    def before(self, statement: ast.stmt | None) -> list[ast.stmt]:
        """Return the statements that run before one, those around it left out."""
        if statement is None:
            return list(self.roles.script.statements)
        found: list[ast.stmt] = []
        for part in [statement, *self.roles.script.around(statement)]:
            block = self._block(part)
            found = block[: _place(block, part)] + found
        return found

    def until(self, statement: ast.stmt) -> list[ast.stmt]:
        """Return the statements that run up to one, that one included."""
        return [*self.before(statement), statement]

    def _block(self, statement: ast.stmt) -> list[ast.stmt]:
        outer = self.roles.script.outer.get(id(statement))
        blocks = flow.blocks(outer) if outer is not None else [self.roles.script.statements]
        return next(block for block in blocks if any(part is statement for part in block))

    def stretches(self, goal: ast.stmt) -> list[tuple[list[ast.stmt], bool]]:
        """Return what runs up to a statement of the examination, the nearest first, and whether it is one of its own.

        The loop over the epochs is no part of it, nor what asks which epoch it is.
        """
        script, epochs = self.roles.script, self.around
        path = [goal, *script.around(goal)]
        if epochs is None:
            given = self.same_as_model | self.roles.datasets.keys() | self.roles.devices
            before = [s for s in self.before(path[-1]) if not (isinstance(s, ast.Assign) and flow.target(s) in given)]
            return [([*before, path[-1]], True)]
        if any(part is epochs for part in path):
            inner = path[: next(i for i, part in enumerate(path) if part is epochs)]
            passed: list[ast.stmt] = []
            while len(inner) > 1 and self._asks_for_epoch(inner[-1]):
                passed = self.earlier(inner[-1]) + passed
                inner = inner[:-1]
            earlier = passed + self.earlier(inner[-1])
            trained = next((i for i, part in enumerate(earlier) if self._trains(part)), -1)
            nearest = [*earlier[trained + 1 :], inner[-1]]
            return [(nearest, True), (earlier[: trained + 1], False), (self.before(epochs), False)]
        top, loop = path[-1], script.top(epochs)
        statements = script.statements
        start, end = _place(statements, loop), _place(statements, top)
        if end <= start:
            return [(statements[: end + 1], True)]
        return [(statements[start + 1 : end + 1], True), (self.before(epochs), False)]

    def _trains(self, statement: ast.stmt) -> bool:
        return any(part is self.roles.loop for part in flow.every([statement]))

    def earlier(self, statement: ast.stmt) -> list[ast.stmt]:
        """Return the statements of its own block that run before one."""
        block = self._block(statement)
        return block[: _place(block, statement)]

    def _asks_for_epoch(self, statement: ast.stmt) -> bool:
        counted = flow.binds(self.roles.epochs) if self.roles.epochs else set()
        return isinstance(statement, ast.If) and bool(flow.reads(statement.test) & counted)

    # ---- cuts

    def cut(
        self,
        stretches: Iterable[tuple[Sequence[ast.stmt], bool]],
        given: Collection[str],
        needed: Collection[str] = (),
        goals: Collection[int] = (),
        instead: Mapping[int, list[ast.stmt]] | None = None,
        left_out: Collection[int] = (),
    ) -> Cut:
        """Return what of some stretches, the nearest first, is needed."""
        nobodys = self.settled | (BUILTINS - self.roles.script.bindings.keys())
        slicing = Slice(given, nobodys, set(needed), goals, left_out, instead or {})
        body: list[ast.stmt] = []
        for statements, live in stretches:
            body = slicing.take(statements, live) + body
        unknown = slicing.needed - set(given) - nobodys
        return Cut(body, unknown & self.roles.script.bindings.keys() - flow.all_bound(body))

    @cached_property
    def undefined(self) -> set[str]:
        """The names that the script reads and gives no value: what happens to them is the script's own fault."""
        return flow.reads(*self.roles.script.statements) - self.roles.script.bindings.keys() - BUILTINS

    def function(
        self, name: str, parameters: str, body: list[ast.stmt], line: int, given: Mapping[str, str] | None = None
    ) -> ast.FunctionDef:
        """Return a function of the contract; the script's own names for what it is given are bound first.

        Its parameters have the contract's names, unless the script has one for something else, or for nothing at all.
        """
        read = flow.reads(*body)
        bound = [
            assign(own, value, line) for own, value in (given or {}).items() if own in read and GIVEN + own != value
        ]
        made = ast.parse(f"def {name}({parameters}):\n    pass").body[0]
        assert isinstance(made, ast.FunctionDef)
        names, taken = {}, self.undefined | flow.all_bound(body)
        if DEVICE in self.undefined & read and name != WHERE_UNDEFINED:
            has_one = any(parameter.arg == DEVICE for parameter in made.args.args)
            bound.append(assign(DEVICE, GIVEN + DEVICE if has_one else "flat_device()", line))
        made.body = copy.deepcopy([*bound, *body])
        for parameter in made.args.args:
            own = f"{parameter.arg}_given" if parameter.arg in taken else parameter.arg
            names[GIVEN + parameter.arg] = parameter.arg = own
        _renamed(made.body, names)
        made.lineno = line
        return made


def _place(block: Sequence[ast.stmt], statement: ast.stmt) -> int:
    return next(index for index, part in enumerate(block) if part is statement)


def assign(name: str, value: ast.expr | str, line: int) -> ast.stmt:
    """Return an assignment that counts as written in a line of the script."""
    node = ast.parse(value, mode="eval").body if isinstance(value, str) else copy.deepcopy(value)
    return at_line(ast.Assign([ast.Name(name, ast.Store())], node), line)


def returned(value: ast.expr | str, line: int) -> ast.stmt:
    """Return a return statement that counts as written in a line of the script."""
    return at_line(ast.Return(ast.parse(value, mode="eval").body if isinstance(value, str) else value), line)


def at_line(statement: ast.stmt, line: int) -> ast.stmt:
    """Have a statement count as written in a line of the script."""
    for node in ast.walk(statement):
        if "lineno" in node._attributes:
            node.lineno, node.col_offset = line, 0  # type: ignore[attr-defined]  # it has one
            node.end_lineno, node.end_col_offset = line, 0  # type: ignore[attr-defined]  # the same
    return statement


def placed(made: ast.expr, at: ast.AST) -> ast.expr:
    """Have an expression count as written where something stands, but for what is in it of the script's."""
    for node in ast.walk(made):
        if not hasattr(node, "lineno"):
            ast.copy_location(node, at)
    return made


def _renamed(body: list[ast.stmt], names: Mapping[str, str]) -> None:
    for node in (part for statement in body for part in ast.walk(statement)):
        if isinstance(node, ast.Name) and node.id in names:
            node.id = names[node.id]
