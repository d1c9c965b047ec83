"""What compiled code names: modules that it imports, dotted paths, texts. Child side.

It is read from the code that runs, whatever the file says by then, and wherever its text has come from.
"""

from __future__ import annotations

import dis
from types import CodeType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_TEXT = 200  # characters that are told of a text or a path
LOADS = ("LOAD_NAME", "LOAD_GLOBAL", "LOAD_FAST", "LOAD_DEREF", "LOAD_CLASSDEREF", "LOAD_FROM_DICT")
ATTRIBUTES = ("LOAD_ATTR", "LOAD_METHOD")
CHANGES = ("STORE_ATTR", "DELETE_ATTR")
FILLERS = ("PUSH_NULL", "CACHE", "PRECALL", "COPY", "NOP", "EXTENDED_ARG", "STORE_FAST_STORE_FAST")
CO_OPTIMIZED = 1  # a function's code, not a module's or a class body's

Word = tuple[str, str, int]


class Reader:
    """Reads codes of one file: what is met in them as words, each of a kind and with its line.

    Names are told by what they stand for, as far as the code says: what an import has bound, or another name of that.
    """

    def __init__(self) -> None:
        self._known: dict[str, str] = {}
        self._modules: set[str] = set()  # names that an import has bound, and plain other names of those
        self._forget()
        self._module = ""

    def words(self, code: CodeType) -> Iterator[Word]:
        """Yield the words of a code and of all that lies in it, one for each instruction; many have no kind."""
        codes = [code]
        while codes:
            one = codes.pop(0)
            yield from self._words(one)
            inner = [const for const in one.co_consts if type(const) is CodeType]
            in_class = not one.co_flags & CO_OPTIMIZED and one.co_name != "<module>"
            for each in inner if in_class else ():
                yield "method", f"{one.co_name}.{each.co_name}", each.co_firstlineno
            codes += inner

    def _words(self, code: CodeType) -> Iterator[Word]:
        line = code.co_firstlineno
        for at in dis.get_instructions(code):
            line = (at.positions and at.positions.lineno) or line
            name, value = at.opname, at.argval
            if name == "LOAD_CONST":
                self._forget()
                for text in value if type(value) is tuple else (value,):
                    yield "text" if type(text) is str else "", str(text)[:MAX_TEXT] if type(text) is str else "", line
            elif name in CHANGES:
                yield "change" if self._of_module else "", f"{self._path}.{value}"[-MAX_TEXT:], line
                self._forget()
            else:
                yield self._step(name, value), self._path[-MAX_TEXT:], line

    def _step(self, name: str, value: Any) -> str:
        """Follow one instruction that moves names; returns the kind of word that the path now is."""
        if name in ("IMPORT_NAME", "IMPORT_FROM"):
            self._module = value if name == "IMPORT_NAME" else self._module
            whole = name == "IMPORT_NAME" or self._module.endswith(f".{value}")  # the latter for `import a.b as c`
            self._path = self._module if whole else f"{self._module}.{value}"
            self._is_known = self._of_module = self._is_plain = True
            return "import"
        if name in ATTRIBUTES:
            self._path, self._is_plain = f"{self._path}.{value}", False
            return "path"
        if name.startswith("STORE_") and type(value) is str:
            self._bind(value)
        elif name == "STORE_FAST_LOAD_FAST":
            self._bind(value[0])
            self._load(value[1])
        elif name.startswith(LOADS):
            self._load(value[-1] if type(value) is tuple else value)
        elif name not in FILLERS:
            self._forget()
        return ""

    def _load(self, name: str) -> None:
        self._path, self._is_known = self._known.get(name, name), name in self._known
        self._of_module, self._is_plain = name in self._modules, True

    def _bind(self, name: str) -> None:
        """Give a name to what was loaded last, where that is known."""
        if self._is_known:
            first = self._path.partition(".")[0]
            self._known[name] = first if name == first else self._path  # `import a.b` binds a
            if self._of_module and self._is_plain:
                self._modules.add(name)
        self._forget()

    def _forget(self) -> None:
        """Have nothing that was loaded last."""
        self._path = ""
        self._is_known = self._of_module = self._is_plain = False
