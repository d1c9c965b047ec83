"""What a submission's file says before anything of it runs: its functions, which are unwritten, where they are."""

from __future__ import annotations

import ast
import difflib
import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from graders.harness.base.errors import ConfigurationError, Unloadable
from graders.harness.base.model import Excerpt, Failure, Where

from . import archive, definitions, parsing, slips
from .texts import Texts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from graders.harness.base.model import Suspicion

MAX_SOURCE = 2 * 2**20  # bytes; a lab is 10 kB
MAX_LINE = 160  # characters of a line that is shown
AROUND = 3  # lines shown before and after a place


@dataclass(frozen=True, slots=True)
class Site:
    """Where a function of the submission stands, and whether its body is still to be written."""

    line: int  # of its `def`
    return_line: int | None  # of its only return statement, where it has just one
    unwritten: bool
    decorated: bool


@dataclass(frozen=True)
class Source:
    """A submission's file, read but not run. `name` is how the person at the keyboard called it."""

    name: str
    path: Path
    visible: Path  # what the code may see: the folder that was given, or the one file
    problem: Failure | None = None  # why there is nothing to read
    unpacked: TemporaryDirectory[str] | None = None  # lives as long as this does
    around: Path | None = None  # what was given, resolved; `visible` is it or lies inside it

    @classmethod
    def find(cls, given: Path, file: str) -> Source:
        """Find the file to grade: `given` itself, or `file` in the folder or archive `given`.

        A folder that holds nothing but a folder is looked through, as in an archive. Raises ConfigurationError where
        there is nothing at `given`. Whatever else is there is a submission; where it cannot be read, that shows when
        its text is asked for.
        """
        name = os.fsencode(given).decode("utf-8", "replace")  # folder names from old archives are not always UTF-8
        if not os.path.lexists(given):
            raise ConfigurationError(f"--submission {name}: there is no such file or folder")
        try:
            return cls._found(name, given, file)
        except (OSError, RuntimeError) as error:  # Python 3.11 and 3.12 raise the latter for links in circles
            problem = slips.no_plain_file(given) or slips.unreadable(given.name, error)
            return cls(name, given.absolute(), given.absolute(), problem)

    @classmethod
    def _found(cls, name: str, given: Path, file: str) -> Source:
        """Find the file in what is there. Raises OSError or RuntimeError where that cannot be looked into."""
        if given.is_file() and archive.is_archive(given):
            return cls._unpacked(name, given, file)
        around = given.resolve()
        folder = archive.only_folder(around) if given.is_dir() and not os.path.lexists(given / file) else around
        at = folder / file if given.is_dir() else given
        if problem := slips.no_plain_file(at):
            return cls(name, at.absolute(), folder, problem, around=around)
        path = at.resolve()
        outside = not path.is_relative_to(folder)
        problem = Failure("link_outside", {"file": file, "folder": name}) if outside else None
        name = "/".join((name.rstrip("/"), *folder.relative_to(around).parts)) if folder != around else name
        return cls(name, folder / file if outside else path, folder, problem, around=around)

    @classmethod
    def _unpacked(cls, name: str, given: Path, file: str) -> Source:
        """Unpack an archive, or say why it cannot be."""
        holder = TemporaryDirectory(prefix="submission-", ignore_cleanup_errors=True)
        folder, problem = Path(holder.name).resolve(), None
        try:
            folder = archive.unpack(given, folder)
        except archive.Unusable as error:
            problem = Failure("unusable_archive", {"file": given.name, "text": str(error)})
        return cls(name, folder / file, folder, problem, holder)

    def owner(self, file: str) -> str:
        """Return whose submission it is, by name: the folder's, the archive's, or the file's unless it is `file`."""
        if self.unpacked:
            return Path(self.name).name.partition(".")[0]
        if self.path.name != file:
            return self.path.stem
        return self.around.name if self.around and self.around.is_dir() else self.path.parent.name

    @cached_property
    def tree(self) -> ast.Module:
        """The parsed file. Raises Unloadable where it is missing, unreadable or no Python."""
        if isinstance(self._parsed, Failure):
            raise Unloadable(self._parsed)
        return self._parsed

    @cached_property
    def _parsed(self) -> ast.Module | Failure:
        """The parsed file, or what is wrong with it; parsing it anew for every check would take as long each time."""
        content, file = self._own, self.path.name
        if isinstance(content, Failure):
            return content
        if unlike := slips.unlike_python(content, file):
            return unlike
        try:
            tree = parsing.parse(content, file)
        except SyntaxError as error:
            return slips.no_python(error, content, file)
        except (ValueError, RecursionError, MemoryError) as error:
            return Failure("unreadable_source", {"file": file, "text": str(error)})
        return slips.nothing_written(tree, file) or tree

    def parsed(self, file: str) -> ast.Module | None:
        """Return the tree of the submission's file, or of one beside it; None where there is none of that name."""
        if file == self.path.name:
            return None if isinstance(self._parsed, Failure) else self._parsed
        try:
            return parsing.parse(self.texts.read[file], file)
        except (KeyError, SyntaxError, ValueError, RecursionError, MemoryError):
            return None

    @cached_property
    def _own(self) -> bytes | Failure:
        """What the file holds, or why it cannot be read."""
        if self.problem is not None:
            return self.problem
        try:
            if not self.path.is_file():
                return slips.missing(self.path.name, self.path.parent, self.name)
            with self.path.open("rb") as stream:
                content = stream.read(MAX_SOURCE + 1)
        except OSError as error:
            return slips.unreadable(self.path.name, error)
        if len(content) > MAX_SOURCE:
            return Failure("source_too_large", {"file": self.path.name, "limit": MAX_SOURCE // 2**20})
        return content

    @cached_property
    def texts(self) -> Texts:
        """The Python files of the submission; to be asked for before any of them runs."""
        if isinstance(self._own, Failure):
            return Texts()  # what lies beside no lab is none's
        return Texts.of(self.path, self._own, self.path.parent if self.visible != self.path else None)

    @property
    def suspicions(self) -> list[Suspicion]:
        """What a person should look at, in the file and in those beside it."""
        return self.texts.suspicions()

    @cached_property
    def sites(self) -> dict[str, Site]:
        """The functions defined at the top level; the last definition of a name counts, as it does in Python."""
        sites: dict[str, Site] = {}
        for node in self.tree.body:
            for name in _bound_names(node):
                sites.pop(name, None)
            if isinstance(node, ast.FunctionDef):
                sites[node.name] = _site(node)
        return sites

    def is_unwritten(self, function: str) -> bool:
        """Tell whether the body of `function` is only a docstring and `raise NotImplementedError`, pass or `...`."""
        site = self.sites.get(function)
        return site is not None and site.unwritten

    def is_decorated(self, function: str) -> bool:
        """Tell whether a decorator stands above `function`: what it gives back bears the name."""
        site = self.sites.get(function)
        return site is not None and site.decorated

    def is_untouched(self, functions: Iterable[str]) -> bool:
        """Tell whether none of `functions` can be called: the file is no Python, or all are unwritten."""
        try:
            return all(self.is_unwritten(function) for function in functions)
        except Unloadable:
            return True

    def where(self, function: str) -> Where | None:
        """Return the place where `function` begins."""
        site = self.sites.get(function)
        return Where(self.path.name, site.line) if site else None

    def where_returned(self, function: str) -> Where | None:
        """Return the place of a function's only return statement, or where it begins."""
        site = self.sites.get(function)
        return Where(self.path.name, site.return_line or site.line) if site else None

    def where_called(self, said: str) -> Where | None:
        """Return the place of the one function that, as an exception says, was called with wrong arguments."""
        line = definitions.called_wrongly(self.tree, said)
        return Where(self.path.name, line) if line else None

    def similar(self, function: str, known: Iterable[str] = ()) -> str | None:
        """Return the name of a function in the file that looks like a slip of `function` and is no known one."""
        close = difflib.get_close_matches(function, self.sites.keys() - set(known), n=1, cutoff=0.6)
        return close[0] if close else None

    def line(self, where: Where | None) -> str:
        """Return the text of the student's line at `where`, or nothing."""
        lines = self._lines(where) if where else []
        return _shown(lines[where.line - 1].strip()) if where and 0 < where.line <= len(lines) else ""

    def excerpt(self, where: Where | None) -> Excerpt | None:
        """Return the student's lines around `where`, or None where there are none."""
        lines = self._lines(where) if where else []
        if where is None or not 0 < where.line <= len(lines):
            return None
        first = max(0, where.line - 1 - AROUND)
        return Excerpt(first + 1, tuple(_shown(line) for line in lines[first : where.line + AROUND]))

    def _lines(self, where: Where) -> list[str]:
        # The worker names the file, so it may name any; nothing is opened for it.
        return self.texts.read.get(where.file, b"").decode("utf-8", "replace").splitlines()


def _shown(line: str) -> str:
    line = line[: 4 * MAX_LINE]  # somebody's may have two million letters, and some that are not shown
    return "".join(c for c in line.expandtabs(4) if c.isprintable())[:MAX_LINE]


def _bound_names(node: ast.stmt) -> list[str]:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return [node.name]
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return [alias.asname or alias.name for alias in node.names]
    if isinstance(node, (ast.Assign, ast.Delete)):
        targets = node.targets
    else:
        targets = [node.target] if isinstance(node, ast.AnnAssign) else []
    return [name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)]


def _site(node: ast.FunctionDef) -> Site:
    returns = [n.lineno for n in _own_nodes(node) if isinstance(n, ast.Return) and n.value is not None]
    unwritten = not node.decorator_list and all(_is_placeholder(statement) for statement in node.body)
    return Site(node.lineno, returns[0] if len(returns) == 1 else None, unwritten, bool(node.decorator_list))


def _own_nodes(node: ast.AST) -> Iterable[ast.AST]:
    """Walk a function's statements without entering functions and classes inside it, in the order of the text."""
    left = list(ast.iter_child_nodes(node))[::-1]  # no recursion: a sum of a thousand terms is a thousand nodes deep
    while left:
        child = left.pop()
        if not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            yield child
            left += list(ast.iter_child_nodes(child))[::-1]


def _is_placeholder(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Raise):
        raised = statement.exc.func if isinstance(statement.exc, ast.Call) else statement.exc
        return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"
    return isinstance(statement, ast.Pass) or (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    )
