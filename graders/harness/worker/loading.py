"""Has the submission's files run as they are written. Child side.

Python would rather run what lies compiled in `__pycache__`, and that may be something else than the file beside it.
"""

from __future__ import annotations

import importlib.util
import sys
from functools import lru_cache
from importlib.machinery import (
    BYTECODE_SUFFIXES,
    EXTENSION_SUFFIXES,
    SOURCE_SUFFIXES,
    ExtensionFileLoader,
    FileFinder,
    SourceFileLoader,
    SourcelessFileLoader,
)
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import CodeType


class Written(SourceFileLoader):
    """Loads a file's text, whatever is kept of it."""

    def get_code(self, fullname: str) -> CodeType:
        """Compile the text."""
        path = self.get_filename(fullname)
        return self.source_to_code(self.get_data(path), path)


def only_as_written(root: Path, but: Sequence[str]) -> None:
    """Have everything below a folder imported as it is written, but not what lies in the folders `but`."""

    def finder(folder: str) -> FileFinder:
        if not Path(folder).is_relative_to(root) or folder.startswith(tuple(but)):
            raise ImportError
        kinds = (Written, SOURCE_SUFFIXES), (ExtensionFileLoader, EXTENSION_SUFFIXES)
        return FileFinder(folder, *kinds, (SourcelessFileLoader, BYTECODE_SUFFIXES))

    sys.path_hooks.insert(0, finder)
    sys.path_importer_cache.pop(str(root), None)


def import_file(name: str, path: Path, begin: Callable[[ModuleType], None]) -> None:
    """Import a file under a name, whatever the file's is; `begin` gets the module before anything of it runs.

    Where another file beside it has that name, it may import that. Raises what it raises.
    """
    loader = Written(name, str(path))
    spec = importlib.util.spec_from_file_location(name, path, loader=loader)
    assert spec is not None  # a loader was given
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    begin(module)
    if path.stem != name and path.with_name(f"{name}.py").is_file():
        del sys.modules[name]
    loader.exec_module(module)
    sys.modules[name] = module  # probes ask this one, whatever the submission has put there


def import_text(name: str, text: str) -> ModuleType:
    """Import a text under a name."""
    module = ModuleType(name)
    sys.modules[name] = module
    exec(compiled(name, text), module.__dict__)
    return module


@lru_cache(maxsize=64)
def compiled(name: str, text: str) -> CodeType:
    """Return a text's code. Raises SyntaxError."""
    return compile(text, f"<{name}>", "exec")
