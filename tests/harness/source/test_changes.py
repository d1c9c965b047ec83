"""What changed between two texts, and which functions that can touch."""

from __future__ import annotations

import ast

import pytest

from graders.harness.source import changes, parsing

BEFORE = '''"""A lab."""
import torch
from torch import nn

SIZE = 28 * 28


class Net(nn.Module):
    pass


def rows(images):
    return images.view(-1, SIZE)


def flatten(images):
    """Flatten."""
    return rows(images)


def train(model, images):
    return model(flatten(images))


def build():
    return Net()
'''
FUNCTIONS = ("flatten", "train", "build")


def names(*edits: tuple[str, str]) -> set[str] | None:
    """Return what changes where each text is replaced by another one."""
    after = BEFORE
    for old, new in edits:
        assert old in after
        after = after.replace(old, new)
    return changes.changed(ast.parse(BEFORE), ast.parse(after))


@pytest.mark.parametrize(
    ("edit", "changed"),
    [
        (("return rows(images)", "return rows(images)  # a remark"), set()),
        (("def flatten(images):\n", "\n\n\ndef flatten(images):\n\n"), set()),
        (("rows(images)\n\n\ndef train", "rows( images )\n\n\ndef train"), set()),
        (('"""Flatten."""', '"""Flatten them."""'), {"flatten"}),
        (("return rows(images)", "return images"), {"flatten"}),
        (("28 * 28", "28 * 28.0"), {"SIZE"}),
        (("28 * 28", "28 + 28"), {"SIZE"}),
        (("    pass", "    x = 1"), {"Net"}),
        (("from torch import nn", "from torch import nn, optim"), {"nn", "optim"}),
        (("def build():", "def make():"), {"build", "make"}),
        (("def build():\n    return Net()\n", ""), {"build"}),
        (("def build():", "@torch.no_grad()\ndef build():"), {"build"}),
        (("def build():\n    return Net()", "def build():\n    return Net()\n\n\ndef build():\n    pass"), {"build"}),
    ],
)
def test_names_that_are_defined_otherwise_have_changed(edit, changed):
    """Layout and remarks change nothing; a value's type, a decorator and a second definition do."""
    assert names(edit) == changed


@pytest.mark.parametrize("line", ["torch.manual_seed(1)", "for _ in range(3):\n    pass", '"""Another text."""'])
def test_statement_without_a_name_may_have_changed_anything(line):
    """It may do whatever it likes to whatever is there."""
    assert names(("SIZE = 28 * 28", f"SIZE = 28 * 28\n{line}")) is None


def test_deep_text_is_compared():
    """A sum of two thousand terms is compared without recursion."""
    long = "x = " + " + ".join(["1"] * 2000)
    before, after = (parsing.parse(text.encode(), "lab.py") for text in (long, f"{long} + 2"))
    assert changes.changed(before, before) == set()
    assert changes.changed(before, after) == {"x"}


@pytest.mark.parametrize(
    ("name", "touched"),
    [
        ("flatten", {"flatten"}),  # what uses it has a part of its own
        ("rows", {"flatten"}),
        ("SIZE", {"flatten"}),  # by rows
        ("Net", {"build"}),
        ("nn", {"build"}),
        ("gone", set()),
    ],
)
def test_helpers_touch_the_functions_that_use_them(name, touched):
    """Be it by other helpers; a function of the contract touches no other."""
    assert changes.touched(ast.parse(BEFORE), {name}, FUNCTIONS) == touched
