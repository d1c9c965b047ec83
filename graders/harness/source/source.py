"""What a submission's file says before anything of it runs: its functions, which are unwritten, where they are."""

from __future__ import annotations

import os
import unicodedata
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graders.harness.base.errors import ConfigurationError, Unloadable
from graders.harness.base.made import Made
from graders.harness.base.model import Failure, Where, Word
from graders.harness.base.rows import Excerpt

from . import archive, cells, definitions, parsing, reading, slips
from .handed import Handed
from .likely import Contract
from .located import Located, called, locate
from .notebooks import is_notebook
from .reading import Reading
from .sites import similar_to, sites_in
from .texts import Texts

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from tempfile import TemporaryDirectory

    from graders.harness.base.model import Suspicion
    from graders.harness.base.outlined import Outline

    from .sites import Site

MAX_LINE = 160  # characters of a line that is shown
AROUND = 3  # lines shown before and after a place


@dataclass(frozen=True)
class Source:
    """A submission's file, read but not run. `name` is how the person at the keyboard called it.

    What is run of it need not be its own text. Places are those of what is run; `told` translates one, and the lines
    that are shown are those that were handed in.
    """

    name: str
    path: Path
    visible: Path  # what the code may see: the folder that was given, or the one file
    problem: Failure | None = None  # why there is nothing to read
    unpacked: TemporaryDirectory[str] | None = None  # lives as long as this does
    given: Path | None = None
    beside: str | None = None  # the name of a notebook that lies beside it and is not graded
    found_at: str | None = None  # its path in what was handed in, where that is not the one that is asked for
    functions: tuple[str, ...] = ()  # of the contract
    outline: Callable[[], Outline | None] | None = None  # what makes these of a file without them

    @classmethod
    def find(
        cls,
        given: Path,
        file: str,
        functions: Iterable[str] = (),
        outline: Callable[[], Outline | None] | None = None,
    ) -> Source:
        """Find the file to grade: `given` itself, or the only lab below the folder or archive `given`.

        Raises ConfigurationError where there is nothing at `given`. Whatever else is there is a submission; where it
        cannot be read, that shows when its text is asked for.
        """
        name = _decoded(os.fspath(given))
        if not os.path.lexists(given):
            raise ConfigurationError(f"--submission {name}: there is no such file or folder")
        contract = Contract(file, tuple(functions), outline)
        try:
            found = locate(given, contract)
        except (OSError, RuntimeError) as error:  # Python 3.11 and 3.12 raise the latter for links in circles
            problem = slips.no_plain_file(given) or slips.unreadable(given.name, error)
            found = Located(given.absolute(), given.absolute(), problem)
        name = "/".join((name.rstrip("/"), *map(_decoded, found.inside))) if found.inside else name
        about: dict[str, Any] = {
            "beside": found.beside,
            "found_at": found.told,
            "functions": contract.functions,
            "outline": outline,
        }
        return cls(name, found.path, found.visible, found.problem, found.unpacked, given, **about)

    def owner(self, file: str) -> str:
        """Return whose submission it is, by name: the folder's, the archive's, or the file's unless it is `file`'s.

        It is the name as it was given, whatever a link of that name leads to.
        """
        given = self.given or self.path
        if given.is_dir():
            name = called(given)
        elif archive.is_archive(given):
            name = _decoded(archive.stem(given))
        else:
            name = _decoded(given.stem) if given.stem.lower() != Path(file).stem else called(given.absolute().parent)
        return unicodedata.normalize("NFC", name)

    def close(self) -> None:
        """Remove what was unpacked or laid out, which nobody can run or read from then on."""
        # Not left to the process's end: one that was forked from a nursery ends without what Python does then.
        for holder in (self.unpacked, self.__dict__.get("_staged")):
            if holder is not None:
                holder.cleanup()

    @property
    def in_cells(self) -> bool:
        """Whether it is a notebook."""
        return is_notebook(self.path)

    @property
    def tree(self) -> ast.Module:
        """The parsed text that is run. Raises Unloadable where the file is missing, unreadable or no Python."""
        if isinstance(self._reading, Failure):
            raise Unloadable(self._reading)
        return self._reading.tree

    @cached_property
    def _reading(self) -> Reading | Failure:
        """What is run, or what is wrong with the file; reading it anew for every check would take as long each time."""
        if isinstance(self._own, Failure):
            return self._own
        if isinstance(self._pieces, Failure):
            return self._pieces
        outline = self.outline() if self.outline else None
        if self.in_cells:
            return cells.read(self._pieces, self.path.name, self.functions, outline)
        return reading.read(self._own, self.path.name, self._pieces, outline)

    @cached_property
    def _pieces(self) -> Handed | Failure:
        """The file as it was handed in, or why there is nothing in it."""
        if isinstance(self._own, Failure):
            return self._own
        return cells.handed(self._own, self.path.name) if self.in_cells else Handed.whole(self._own)

    @property
    def _handed(self) -> Handed:
        """The file as it was handed in, with what each line that is run was made of."""
        if isinstance(self._reading, Reading):
            return self._reading.handed
        return Handed() if isinstance(self._pieces, Failure) else self._pieces

    def parsed(self, file: str) -> ast.Module | None:
        """Return the tree of the submission's file, or of one beside it; None where there is none of that name."""
        if file == self.path.name:
            return None if isinstance(self._reading, Failure) else self._reading.tree
        try:
            return parsing.parse(self.texts.read[file], file)
        except (KeyError, SyntaxError, ValueError, RecursionError, MemoryError):
            return None

    @cached_property
    def _own(self) -> bytes | Failure:
        """What the file holds, or why it cannot be read."""
        return self.problem or reading.content_of(self.path, called(self.given or self.path.parent))

    @cached_property
    def texts(self) -> Texts:
        """The Python of the submission that can be run; to be asked for before any of it is."""
        if isinstance(self._own, Failure):
            return Texts()  # what lies beside no lab is none's
        text = self._reading.text if isinstance(self._reading, Reading) else b"" if self.in_cells else self._own
        return Texts.of(self.path, text, self.path.parent if self.visible != self.path else None)

    @cached_property
    def _staged(self) -> TemporaryDirectory[str] | None:
        """Where what is run lies, with the Python beside it, if that is not the file itself."""
        own = isinstance(self._reading, Failure) or self._reading.text == self._own
        return None if own else reading.stage(self.texts.read)

    @property
    def run_from(self) -> tuple[Path, Path]:
        """The file that is run, and what the code may see."""
        if self._staged is None:
            return self.path, self.visible
        folder = Path(self._staged.name).resolve()
        return folder / self.path.name, folder

    @property
    def remarks(self) -> tuple[Word, ...]:
        """How the file was read, where that is not as it stands, and which notebook beside it was not read."""
        found = [Word("found_at", {"file": self.found_at})] if self.found_at else []
        passed_over = [Word("passed_over", {"file": self.path.name, "notebook": self.beside})] if self.beside else []
        return (*found, *passed_over, *(self._reading.remarks if isinstance(self._reading, Reading) else ()))

    @property
    def suspicions(self) -> list[Suspicion]:
        """What a person should look at, in the file and in those beside it."""
        return [one for one in self.texts.suspicions() if not self.is_glue(one.where)]

    def is_glue(self, where: Where | None) -> bool:
        """Tell whether a place in what is run is among the lab's own lines, which stand below the student's."""
        if where is None or where.file != self.path.name or isinstance(self._reading, Failure):
            return False
        return self._reading.is_glue(where.line)

    @cached_property
    def sites(self) -> dict[str, Site]:
        """The functions defined at the top level; the last definition of a name counts, as it does in Python."""
        return sites_in(self.tree)

    @property
    def is_outlined(self) -> bool:
        """Whether the functions that are asked for were made of the file's statements."""
        return not isinstance(self._reading, Failure) and self._reading.outlined is not None

    def looked_for(self, function: str) -> str | None:
        """Return the key of the word that says what was looked for, where a function could not be made of the file."""
        made = None if isinstance(self._reading, Failure) else self._reading.outlined
        return made.missing.get(function) if made else None

    def needed_by(self, where: Where | None) -> str | None:
        """Return the function that a notebook's line outside functions is run for, where it is known."""
        known = self._reading.needed_by if isinstance(self._reading, Reading) else {}
        above = [line for line in known if where and where.file == self.path.name and line <= where.line]
        return known[max(above)] if above else None

    @property
    def made(self) -> Iterator[Made]:
        """The functions that were made of the file's statements, each with the lines that it was made of."""
        for name in [name for name in self.functions if name in self.sites] if self.is_outlined else []:
            lines = self._handed.lines(self.sites[name].lines)
            yield Made(name, tuple(replace(line, text=_shown(line.text)) for line in lines))

    def is_unwritten(self, function: str) -> bool:
        """Tell whether the body of `function` is only a docstring and `raise NotImplementedError`, pass or `...`."""
        return function in self.sites and self.sites[function].unwritten

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
        return similar_to(function, self.sites.keys() - set(known))

    def told(self, where: Where | None) -> Where | None:
        """Return a place in what is run as its place in what was handed in."""
        return self._handed.told(where) if where and where.file == self.path.name else where

    def line(self, where: Where | None) -> str:
        """Return the text of the student's line at `where`, or nothing."""
        lines, number = self._around(where)
        return _shown(lines[number - 1].strip()) if 0 < number <= len(lines) else ""

    def excerpt(self, where: Where | None) -> Excerpt | None:
        """Return the student's lines around `where`, or None where there are none."""
        lines, number = self._around(where)
        if not 0 < number <= len(lines):
            return None
        first = max(0, number - 1 - AROUND)
        return Excerpt(first + 1, tuple(_shown(line) for line in lines[first : number + AROUND]))

    def _around(self, where: Where | None) -> tuple[Sequence[str], int]:
        """Return the lines that were handed in together with the one at `where`, and its number among them."""
        if where is None:
            return (), 0
        if where.file == self.path.name:
            return self._handed.around(where.line)
        # The worker names the file, so it may name any; nothing is opened for it.
        return self.texts.read.get(where.file, b"").decode("utf-8", "replace").splitlines(), where.line


def _shown(line: str) -> str:
    line = line[: 4 * MAX_LINE]  # somebody's may have two million letters, and some that are not shown
    return "".join(c for c in line.expandtabs(4) if c.isprintable())[:MAX_LINE]


def _decoded(name: str) -> str:
    """Return a path or a part of one as text that can be encoded: names from old archives are not always UTF-8."""
    return os.fsencode(name).decode("utf-8", "replace")
