"""The last entry of a list is what was put there, as long as one statement tells and nobody may have changed it."""

from __future__ import annotations

import ast

import pytest

from graders.outline import entries
from graders.outline.script import Script

KNOWN = {  # what is printed, and what it is
    "a = []\nfor i in range(3):\n    a.append(f(i))\n    print(a[-1])": ["f(i)"],
    "a = []\nfor i in range(3):\n    a.append(f(i))\nprint(a[-1])": ["f(i)"],
    "a = []\na.append((x, y))\nprint(a[-1])": ["x", "y"],
    "a = []\na.append([x, y])\nprint(a[-1][1])": ["y"],
    "a = []\na.append({'loss': x, 'acc': y})\nprint(a[-1]['acc'])": ["y"],
    "h = {'loss': [], 'acc': []}\nh['loss'].append(x)\nh['acc'].append(y)\nprint(h['acc'][-1])": ["y"],
    "a = []\nif x:\n    a.append(y)\n    print(a[-1])": ["y"],
    "a = []\nb = []\na.append(x)\nb.append((a[-1], y))\nprint(b[-1])": ["x", "y"],
    "a = []\na.append(x)\nplt.plot(a)\nprint(a[-1])": ["x"],
}
UNKNOWN = [  # what is printed stays as it is
    "a = []\na.append(x)\nprint(a[0])",
    "a = []\na.append(x)\nprint(a)",
    "a = []\na.append(x)\na.append(y)\nprint(a[-1])",
    "a = []\na.append(x)\na.sort()\nprint(a[-1])",
    "a = []\na.append(x)\nchange(a)\nprint(a[-1])",
    "a = []\na.append(x)\na = a[:-1]\nprint(a[-1])",
    "a = []\na.append(x)\na += y\nprint(a[-1])",
    "a = []\na.append(x)\na[-1] = y\nprint(a[-1])",
    "a = []\na.append(x)\nb = a.pop()\nprint(a[-1])",
    "a = []\ndef f():\n    a.append(y)\na.append(x)\nf()\nprint(a[-1])",
    "a = []\nif x:\n    a.append(y)\nprint(a[-1])",
    "a = []\nfor i in range(3):\n    print(a[-1])\n    a.append(i)",
    "a = []\na.append(x)\nprint(a[-1][0])",
    "a = []\na.append({'loss': x})\nprint(a[-1]['acc'])",
    "h = {'loss': [], 'acc': []}\nh['loss'].append(x)\nh.update(y)\nprint(h['loss'][-1])",
    "print(a[-1])",
]


def values(text: str) -> list[str]:
    """Return what the values are that a script prints last."""
    script = Script(ast.parse(text).body)
    telling = [s for s in script.every if isinstance(s, ast.Expr) and ast.unparse(s).startswith("print")][-1]
    assert isinstance(telling.value, ast.Call)
    return [ast.unparse(value) for value, _ in entries.told(script, telling, telling.value.args[0])]


@pytest.mark.parametrize("text", KNOWN)
def test_last_entry_is_what_was_put_there(text: str) -> None:
    assert values(text) == KNOWN[text]


@pytest.mark.parametrize("text", UNKNOWN)
def test_what_may_be_another_stays_as_it_is(text: str) -> None:
    assert [f"print({value})" for value in values(text)] == [text.splitlines()[-1 - text.endswith("(i)")].strip()]
