"""Has the judge import all of its own code before anything of the submission runs.

Where a submission is walled in by no sandbox, it may write to the grader's files: what the judge imported afterwards
would run in the judge. What is imported late all the same, a part of a library say, has to be as old as the run.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
import time
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from typing import TYPE_CHECKING

import graders.harness
from graders.harness.worker.loading import Written

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

    from graders.harness.judge.spec import LabSpec

CHILD_SIDE = ("graders.harness.worker.", "graders.harness.walls.")  # what of these a judge needs, it has by now

LINUX_ONLY = (".link.nursery", ".link.forked", ".link.cores")


def import_ahead(spec: LabSpec) -> None:
    """Import what judges need, the engine's own and the lab's, and let in nothing that changes from now on."""
    ours = (module.name for module in pkgutil.walk_packages(graders.harness.__path__, f"{graders.harness.__name__}."))
    for name in (*ours, *spec.judges_import):
        if not name.startswith(CHILD_SIDE) and (sys.platform == "linux" or not name.endswith(LINUX_ONLY)):
            importlib.import_module(name)
    sys.meta_path.insert(0, Unchanged(time.time()))


class Unchanged:
    """Finds modules as the finders behind it do, but none whose file was changed or made since `began`."""

    def __init__(self, began: float) -> None:
        self._began = began

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return where a module is. Raises ImportError where that is newer than it may be."""
        others = (finder for finder in sys.meta_path if finder is not self)
        spec = next((found for finder in others if (found := finder.find_spec(name, path, target))), None)
        if spec and spec.origin and self._is_new(spec.origin):
            raise ImportError(f"{spec.origin} was changed while a submission was graded", name=name)
        if spec and spec.origin and spec.cached and type(spec.loader) is SourceFileLoader and self._is_new(spec.cached):
            spec.loader = Written(name, spec.origin)  # another judge may have compiled it: the text is older
        return spec

    def _is_new(self, file: str) -> bool:
        try:
            return Path(file).stat().st_ctime > self._began  # which nobody can set back
        except OSError:  # built in, say
            return False
