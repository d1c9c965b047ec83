"""Write notebooks, as Jupyter does, and make them of scripts, as learners do: with what they try out between."""

from __future__ import annotations

import ast
import json
from dataclasses import dataclass
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


EXPERIMENTS = (  # cells that learners try things out with; none may cost anything
    "%matplotlib inline\n!pip install -q torch torchvision",
    "from google.colab import drive\ndrive.mount('/content/drive')",
    "%%bash\nnvidia-smi || echo 'no GPU",
    "raise RuntimeError('only an experiment')",
    "trial_set = load_mnist('/content/MNIST', train=True, download=True)\nlen(trial_set)",
    "for trial in range(1000):\n    train_epoch(trial_model, trial_loader, None, None, 'cuda')",
    "trial_model = build_model(\n",
    "import torch\nflatten_images?\n%time trial_rows = flatten_images(torch.rand(2, 1, 28, 28))\ntrial_rows.view(7, 9)",
    "while True:\n    pass",
    "answer = input('Which digit? ')\ndisplay(answer)",
)


@dataclass(frozen=True, slots=True)
class Made:
    """A notebook that was made of a script, and the script's line for each line of a cell of its."""

    text: str
    lines: dict[tuple[int, int], int]


def made_of(script: str) -> Made:
    """Make a notebook of a script: a cell a statement, with its comments, and a text and an experiment behind it."""
    script = script.removeprefix("\ufeff").replace("\r\n", "\n")
    lines, cells, places, before = script.split("\n"), list[Cell](), dict[tuple[int, int], int](), 0
    for number, statement in enumerate(ast.parse(script).body):
        last = statement.end_lineno or 0
        if last > before:  # else it shares a line with the one before
            cells.append("\n".join(lines[before:last]))
            places |= {(len(cells), line - before): line for line in range(before + 1, last + 1)}
            before = last
            cells += [("markdown", "# Some words\n\nand `code`"), EXPERIMENTS[number % len(EXPERIMENTS)]]
    return Made(notebook(*cells, kernelspec={"name": "python3", "language": "python"}), places)
