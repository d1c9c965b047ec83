"""What a person should look at in a submission's text."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from graders.harness.base.model import Suspicion, Where
from graders.harness.source import suspicion
from graders.harness.source.search import search
from graders.harness.source.source import Source
from graders.harness.source.texts import MAX_FILES

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
        ("import sys as s\ng = s._getframe\ng()", "frames"),
        ("from sys import modules as m", "hooks"),
        ("import sys as s\nt = s\nt.modules['torch']", "hooks"),
        ("import os as o\np = o\nq = p\nq.kill(1, 9)", "processes"),
        ("getattr(sys, '_get' + 'frame')()", "dynamic"),
        ("getattr(sys, name)", "dynamic"),
        ("getattr(os, 'kill')(1, 9)", "processes"),
        ("vars(sys)[name]", "dynamic"),
        ("sys.__dict__[name]", "dynamic"),
        ("name = '_getframe'", "frames"),
        ("t = torch\nt.equal = yes", "patched"),
        ("f.__globals__['x']", "frames"),
        ("object.__subclasses__()", "objects"),
        ("open('/dev/tty', 'w')", "system"),
        ("importlib.import_module(name)", "dynamic"),
        ("x" + ".a" * 900 + "\nsys._getframe()", "frames"),
    ],
)
def test_way_to_beat_a_grader_stands_out(text, kind):
    """Each known way is found, with its line."""
    found = search(f"import gc, os, sys, torch\nimport numpy as np\n\n{text}\n".encode(), "lab.py")
    assert kind in {s.kind for s in found}
    assert all(s.where is not None and s.where.line >= 4 for s in found)


# Two import `builtins` under its own name, one puts a stream of its own in stdout's place.
TOUCHING = {"star_imports": ["builtin"], "star_import_of_torch": ["builtin"], "stdout_wrapped_anew": ["patched"]}


@pytest.mark.parametrize("path", HONEST, ids=[path.stem for path in HONEST])
def test_honest_work_does_not_stand_out(path):
    """None of the correct submissions is suspected, but for those that touch what all the process shares."""
    found = search(path.read_bytes(), path.name)
    assert [s.kind for s in found] == TOUCHING.get(path.stem, [])


def test_every_kind_has_words():
    """Whatever stands out can be said, in every language: the messages name each kind."""
    tables = (suspicion.MODULES, suspicion.NAMES, suspicion.ATTRIBUTES, suspicion.CALLS, suspicion.EVENTS)
    kinds = {kind for table in tables for kind in table.values()} | {"patched", "lies", "environment", "unsearched"}
    for language in ("en", "ko"):
        text = (ROOT / "graders" / "harness" / "messages" / language / "engine.toml").read_text(encoding="utf-8")
        assert {kind for kind in kinds if f"\nsuspicion_{kind} = " not in text} == set()


def found_in(folder: Path) -> list[Suspicion]:
    """Return what stands out in a submission."""
    return Source.find(folder, "lab.py").suspicions


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    """Return a folder with a lab that nobody need look at."""
    (tmp_path / "lab.py").write_text("x = 1\n")
    return tmp_path


def test_modules_in_subfolders_are_searched_too(lab):
    """Python imports from there as well; what an editor or Python itself keeps is no lab."""
    for place in ("deep/er", ".hidden", "__pycache__"):
        (lab / place).mkdir(parents=True)
        (lab / place / "other.py").write_text("\nimport ctypes\n")
    assert found_in(lab) == [Suspicion("native", "import ctypes", Where("deep/er/other.py", 2))]


def test_what_was_not_searched_is_told(lab):
    """A file too large, a file too many, compiled code, a link, a text too deep to be parsed."""
    (lab / "large.py").write_text("#" * (3 * 2**20))
    (lab / "fast.so").write_bytes(b"x")
    (lab / "linked.py").symlink_to(lab / "lab.py")
    (lab / "nested.py").write_text("x = " + "-" * 50_000 + "1\n")
    found = found_in(lab)
    assert {one.kind for one in found} == {"unsearched"}
    said = " ".join(one.what for one in found)
    assert all(name in said for name in ("large.py", "fast.so", "linked.py", "nested.py")), said


def test_files_without_end_are_told_and_not_read(lab):
    """Of thousands of files, in one folder or in one within the other, the first are read."""
    for number in range(3_000):
        (lab / f"m{number}.py").write_text("import ctypes\n" if number < 40 else "")
    assert {one.kind for one in found_in(lab)} == {"native", "unsearched"}
    assert len(Source.find(lab, "lab.py").texts.read) == MAX_FILES


def test_a_file_that_rewrites_itself_is_told_as_it_was(lab):
    """What is told is what was there before anything ran."""
    (lab / "lab.py").write_text("import ctypes\n")
    source = Source.find(lab, "lab.py")
    assert source.texts
    (lab / "lab.py").write_text("x = 1\n")
    assert [one.kind for one in source.suspicions] == ["native"]


def test_a_flood_hides_nothing():
    """The rarest kinds come first, within a kind the rarest words; how many are left out is told."""
    flood = [Suspicion("hooks", "sys.modules", Where("lab.py", line)) for line in range(1, 500)]
    guilty = Suspicion("frames", "sys._getframe", Where("lab.py", 777))
    other = Suspicion("hooks", "sys.settrace", Where("lab.py", 778))
    told = suspicion.ranked([*flood, guilty, other])
    assert told[:2] == (guilty, other)
    assert len(told) == suspicion.MAX_EACH + 2
    assert told[-1] == Suspicion("unsearched", "480 more: hooks")


def test_a_text_full_of_deep_paths_takes_no_longer_than_one_of_short_ones():
    """However deep a path is, each of its names is looked at once."""

    def seconds(depth: int) -> float:
        text = ("x" + ".a" * depth + "\n") * (90_000 // depth)
        began = time.process_time()
        search(text.encode(), "lab.py")
        return time.process_time() - began

    assert seconds(900) < 10 * seconds(9)
