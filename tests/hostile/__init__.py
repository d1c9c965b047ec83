"""Submissions that try to get points for work not done, or to harm the machine: one attack each."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

REFERENCE = Path(__file__).resolve().parents[2] / "reference" / "lab.py"
MODULES = "atexit, builtins, ctypes, gc, json, os, signal, socket, subprocess, sys, threading, time"
IMPORTS = f"import {MODULES}\nimport numpy as np\n"


@dataclass(frozen=True, slots=True)
class Attack:
    """One attack: the reference with some functions replaced, and code run on import.

    `most` is the highest honest score of each part that is attacked: what the same work gets without the trick. All
    other parts keep their full marks, but for `also`, which lose points by consequence.
    """

    name: str
    kind: str
    most: Mapping[str, float]
    functions: Mapping[str, str] = field(default_factory=dict)  # name: new definition
    top: str = ""  # run before the functions are defined
    files: Mapping[str, str] = field(default_factory=dict)
    also: tuple[str, ...] = ()
    looked_at: bool = True  # whether the report says that a person should look
    told: str = ""  # a kind of suspicion that the report has to name
    slow: bool = False  # waits for a time limit
    seed: int | None = None  # of its grading, where it has to be one that nobody knows
    gains: str = ""  # the level at which it gets more; SECURITY.md names it and says why


def source_of(attack: Attack) -> str:
    """Make the submission's text."""
    text = REFERENCE.read_text(encoding="utf-8")
    lines = text.splitlines(keepends=True)
    nodes = {node.name: node for node in ast.parse(text).body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    for name in sorted(attack.functions, key=lambda name: -nodes[name].lineno):
        node = nodes[name]
        lines[node.lineno - 1 : node.end_lineno] = [attack.functions[name].strip("\n") + "\n"]
    first = nodes["Digits"].lineno - 1
    lines.insert(first, f"{IMPORTS}{attack.top}\n\n" if attack.top or attack.functions else "")
    return "".join(lines)
