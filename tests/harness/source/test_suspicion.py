"""What a person should look at in a submission's text."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from graders.harness.source.suspicion import suspicions

ROOT = Path(__file__).parents[3]
HONEST = [ROOT / "reference" / "lab.py", *sorted((ROOT / "tests" / "corpus" / "correct").glob("*.py"))]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("torch.equal = yes", "patched"),
        ("np.testing.assert_allclose = yes", "patched"),
        ("setattr(torch, name, yes)", "patched"),
        ("del torch.nn.functional.relu", "patched"),
        ("import builtins", "builtin"),
        ("import ctypes", "native"),
        ("from ctypes import string_at", "native"),
        ("sys._getframe(1)", "frames"),
        ("frame.f_back.f_locals", "frames"),
        ("from sys import _getframe", "frames"),
        ("gc.get_objects()", "objects"),
        ("open('/proc/self/maps')", "system"),
        ("os.getppid()", "system"),
        ("os.fork()", "processes"),
        ("import subprocess", "processes"),
        ("os._exit(0)", "ends"),
        ("from os import _exit", "ends"),
        ("import socket", "network"),
        ("import urllib.request", "network"),
        ("os.environ.get('GITHUB_ACTIONS')", "environment"),
        ("'PYTEST_CURRENT_TEST' in os.environ", "environment"),
        ("from graders import standins", "grader"),
        ("import pytest", "grader"),
        ("sys.modules['torch']", "hooks"),
        ("sys.settrace(f)", "hooks"),
        ("os.write(3, b'')", "descriptors"),
        ("class A:\n    def __eq__(self, other): return True", "lies"),
        ("class A:\n    @property\n    def shape(self): return (1,)", "lies"),
        ("exec('x')", "dynamic"),
        ("__import__('x')", "dynamic"),
    ],
)
def test_way_to_beat_a_grader_stands_out(text, kind):
    """Each known way is found, with its line."""
    found = suspicions(ast.parse(f"import gc, os, sys, torch\nimport numpy as np\n\n{text}\n"), "lab.py")
    assert kind in {s.kind for s in found}
    assert all(s.where is not None and s.where.line >= 4 for s in found)


# Two import `builtins` under its own name, one puts a stream of its own in stdout's place.
TOUCHING = {"star_imports": ["builtin"], "star_import_of_torch": ["builtin"], "stdout_wrapped_anew": ["patched"]}


@pytest.mark.parametrize("path", HONEST, ids=[path.stem for path in HONEST])
def test_honest_work_does_not_stand_out(path):
    """None of the correct submissions is suspected, but for those that touch what all the process shares."""
    found = suspicions(ast.parse(path.read_bytes()), path.name)
    assert [s.kind for s in found] == TOUCHING.get(path.stem, [])


def test_every_kind_has_words():
    """Whatever stands out can be said, in every language: the messages name each kind."""
    from graders.harness.source import suspicion

    tables = (suspicion.MODULES, suspicion.NAMES, suspicion.ATTRIBUTES, suspicion.CALLS)
    kinds = {kind for table in tables for kind in table.values()} | {"patched", "lies", "environment"}
    for language in ("en", "ko"):
        text = (ROOT / "graders" / "harness" / "messages" / language / "engine.toml").read_text(encoding="utf-8")
        assert {kind for kind in kinds if f"\nsuspicion_{kind} = " not in text} == set()
