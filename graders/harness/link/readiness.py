"""What a nursery has done before it forks, so that none of its forks need do it. Never anything of a submission's."""

from __future__ import annotations

import contextlib
import gc
import importlib
from pathlib import Path
from typing import TYPE_CHECKING

from graders.harness.base import packed
from graders.harness.base.errors import ConfigurationError
from graders.harness.worker import loading
from graders.harness.worker.worker import PACKAGE

if TYPE_CHECKING:
    from collections.abc import Iterable


def get_ready(names: Iterable[str]) -> None:
    """Import modules, and call a function where one is named behind its module: `package.module:function`.

    `package.module:function=text` calls it with that text. What cannot be imported, or read, is left to the forks,
    which tell somebody who can read it.
    """
    for name in names:
        module, _, function = name.partition(":")
        with contextlib.suppress(ImportError, ConfigurationError):
            imported = importlib.import_module(module)
            function, _, text = function.partition("=")
            if function:
                getattr(imported, function)(*filter(None, [text]))
    gc.freeze()  # what there is now stays, so no fork's collector need look at it (nor have its pages copied)


def compile_ahead(path: str) -> None:
    """Compile a module that workers are sent as a text; what is no Python is left to them."""
    with contextlib.suppress(OSError, SyntaxError):
        name, text = packed.module(Path(path))
        loading.compiled(f"{PACKAGE}.{name}", text)
