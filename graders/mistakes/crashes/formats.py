"""Misconceptions about formats: `:.9f` of what is no number, more fields than values."""

from __future__ import annotations

import ast
import re

from graders.harness.judge.crashes import Crash, Rules
from graders.mistakes.ideas import Idea

from .reading import UNCALLED, code, formatted, kind_of, short

RULES = Rules()


def _kind(crash: Crash) -> str | None:
    """Return the kind of value that a format was not made for."""
    for pattern in (
        r"unsupported format string passed to ([\w.-]+)\.__format__",
        r"Unknown format code '.' for object of type '([\w.]+)'",
        r"(?:must be|format: a) (?:a )?(?:real )?number(?: is required)?, not ([\w.]+)",
        r"%. format: .* is required, not ([\w.]+)",
    ):
        if said := re.search(pattern, crash.text):
            return short(said[1])
    return None


@RULES.rule("format-of-no-number", Idea.PYTHON)
def _no_number(crash: Crash) -> dict[str, object] | bool:
    """Recognise `{costs:.9f}` with a list, or a text, for costs."""
    kind = _kind(crash)
    if (
        crash.kind not in ("TypeError", "ValueError")
        or kind is None
        or kind in (*UNCALLED, "NoneType", "type", "generator")
    ):
        return False
    values = [value for value, _ in formatted(crash)]
    known = [value for value in values if kind_of(crash, value) == kind]
    found = known or [value for value in values if kind_of(crash, value) is None]
    if kind in ("int", "float") or not found:
        return False
    return {"code": code(found[0]), "kind": kind} if len({code(value) for value in found}) == 1 else False


@RULES.rule("fraction-formatted-as-whole", Idea.PYTHON)
def _whole(crash: Crash) -> dict[str, object] | bool:
    """Recognise `{cost:d}`."""
    said = re.search(r"Unknown format code '([bcdoxX])' for object of type 'float'", crash.text)
    return {"letter": said[1]} if crash.kind == "ValueError" and said and any(formatted(crash)) else False


def _left_outside(crash: Crash) -> str | None:
    """Return the values behind the first that % was to put into a text, where it stands alone and they lack."""
    node = crash.node
    if crash.kind != "TypeError" or "enough arguments for format string" not in crash.text:
        return None
    if not isinstance(node, ast.BinOp) or not isinstance(node.left, ast.Constant) or isinstance(node.right, ast.Tuple):
        return None
    fields = len(re.findall(r"%[^%a-zA-Z]*[a-zA-Z]", str(node.left.value).replace("%%", "")))
    for around in ast.walk(crash.statement or ast.Pass()):
        items = around.args if isinstance(around, ast.Call) else around.elts if isinstance(around, ast.Tuple) else []
        place = next((place for place, item in enumerate(items) if item is node), None)
        if place is not None and 1 < fields == len(items) - place:
            return ", ".join(code(item) for item in items[place + 1 :])
    return None


@RULES.rule("format-values-not-together", Idea.PYTHON)
def _apart(crash: Crash) -> dict[str, object] | bool:
    """Recognise `"%d %f" % epoch, cost`, where % takes the first value alone."""
    outside = _left_outside(crash)
    return {"code": outside} if outside else False


@RULES.rule("format-fields-miscounted", Idea.PYTHON)
def _miscounted(crash: Crash) -> dict[str, object] | bool:
    """Recognise as many fields in a text as there are no values for, or the other way round."""
    said = crash.text
    by_format = crash.kind == "IndexError" and "positional args" in said and isinstance(crash.node, ast.Call)
    by_percent = crash.kind == "TypeError" and (
        "arguments converted during string formatting" in said or "enough arguments for format string" in said
    )
    remainder = isinstance(crash.node, ast.BinOp) and isinstance(crash.node.op, ast.Mod)
    return bool(by_format or (by_percent and remainder and not _left_outside(crash)))
