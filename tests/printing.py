"""What a script prints, whatever was made of it: small scripts, run right here."""

from __future__ import annotations

import contextlib
import io
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ast


def printed(tree: ast.Module) -> str:
    """Return what a script prints."""
    said = io.StringIO()
    scope: dict[str, Any] = {"__name__": "__main__"}
    with contextlib.redirect_stdout(said):
        exec(compile(tree, "<script>", "exec"), scope)
    return said.getvalue()
