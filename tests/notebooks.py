"""Write notebooks, as Jupyter and Colab do."""

from __future__ import annotations

import json
from typing import Any

Cell = str | tuple[str, str]  # code, or the type of the cell and its text


def notebook(*cells: Cell, **metadata: Any) -> str:
    """Return a notebook of these cells as the text of a file."""
    typed = [cell if isinstance(cell, tuple) else ("code", cell) for cell in cells]
    made = [_cell(kind, text) for kind, text in typed]
    return json.dumps({"cells": made, "metadata": metadata, "nbformat": 4, "nbformat_minor": 4}, indent=1)


def _cell(kind: str, text: str) -> dict[str, Any]:
    of_code: dict[str, Any] = {"execution_count": None, "outputs": []} if kind == "code" else {}
    return {"cell_type": kind, "metadata": {}, "source": text.splitlines(keepends=True), **of_code}
