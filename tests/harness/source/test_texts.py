"""Texts are read once, before anything of them runs, and at any depth that Python itself runs."""

from __future__ import annotations

import os
import sys
import threading

import pytest

from graders.harness.base.errors import Unloadable
from graders.harness.base.model import Where
from graders.harness.source import texts
from graders.harness.source.search import search
from graders.harness.source.source import Source
from graders.harness.source.suspicion import MAX_WHAT

FUNCTION = "def f(x):\n    {}\n\n\ndef g():\n    return sys._getframe()\n"
ELIF = "if x == 0:\n        return 1\n" + "".join(f"    elif x == {n}:\n        return {n}\n" for n in range(900))
# What takes Python a thousand nested calls to walk through, and no trick to write.
DEEP = {
    "sum": FUNCTION.format(f"return {' + '.join(['x'] * 1_200)}"),
    "elif": FUNCTION.format(ELIF),
    "calls": FUNCTION.format(f"return x{'.a()' * 900}"),
    "attributes": FUNCTION.format(f"return x{'.a' * 1_500}"),
    "assigned": "import torch\n" + FUNCTION.format(f"torch{'.a' * 1_500} = 1"),
    "patched": "import torch\n" + FUNCTION.format(f"setattr(torch, 'x', {' + '.join(['x'] * 1_200)})"),
}


def below(frames: int, ask):
    """Return what `ask` does below so many frames: pytest's own are some fifty, a check's many more."""
    return below(frames - 1, ask) if frames else ask()


@pytest.mark.parametrize("name", DEEP)
def test_deep_text_that_python_runs_is_read(tmp_path, name):
    """What stands in it is found, and so is what a person should look at behind it."""
    compile(DEEP[name], "lab.py", "exec")
    (tmp_path / "lab.py").write_text(DEEP[name])
    source = Source.find(tmp_path, "lab.py")
    assert below(400, lambda: source.sites.keys()) == {"f", "g"}
    assert not source.is_unwritten("f")
    assert [s.what for s in source.suspicions if s.kind == "frames"] == ["sys._getframe"]
    patched = [s.what for s in source.suspicions if s.kind == "patched"]
    assert [what[:6] for what in patched] == {"assigned": [".a.a.a"], "patched": ["setatt"]}.get(name, [])


@pytest.mark.parametrize("text", ["x = " + " + ".join(["1"] * 100_000), "x = y" + ".a()" * 100_000])
def test_text_too_deep_for_python_is_told_as_such(tmp_path, text):
    """Python itself does not run it either; each check says the same of it."""
    (tmp_path / "lab.py").write_text(text)
    source = Source.find(tmp_path, "lab.py")
    for _ in range(2):
        with pytest.raises(Unloadable) as caught:
            _ = source.tree
        assert caught.value.failure.key == "unreadable_source"
    assert [suspicion.kind for suspicion in source.suspicions] == ["unsearched"]


def test_long_path_is_looked_at_in_time_that_grows_no_faster_than_it():
    """Each of its names is seen, and none with all that stands before it."""
    text = "\n".join(f"x{'.f_back' * 1_400}" for _ in range(20))
    found = search(text.encode(), "lab.py")
    assert len(found) == 20
    assert all(len(one.what) <= MAX_WHAT for one in found)


@pytest.mark.skipif(sys.platform == "win32", reason="needs pipes")
@pytest.mark.parametrize("put", [os.mkfifo, lambda path: path.write_text("x = 'another text'\n")])
def test_file_that_appears_later_is_not_opened(tmp_path, put):
    """Code may say that it is from a file which it has just made: a pipe that nobody writes into, say."""
    (tmp_path / "lab.py").write_text("def f():\n    return 1\n")
    source = Source.find(tmp_path, "lab.py")
    assert sorted(source.texts.read) == ["lab.py"]
    put(tmp_path / "later.py")
    (tmp_path / "lab.py").unlink()
    put(tmp_path / "lab.py")
    shown = []
    thread = threading.Thread(target=lambda: shown.append(source.line(Where("later.py", 1))), daemon=True)
    thread.start()
    thread.join(10)
    assert shown == [""]
    assert source.line(Where("lab.py", 2)) == "return 1"
    assert source.suspicions == []


def test_modules_below_the_lab_are_read(tmp_path):
    """A line in them can be shown; what a tool has put there, and what is no Python, is left alone."""
    (tmp_path / "lab.py").write_text("x = 1\n")
    for name in ("tools/mine.py", "a/b.py", ".git/c.py", "notes.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("y = 2\n")
    (tmp_path / "large.py").write_bytes(b"#" * (texts.MAX_BYTES + 1))
    source = Source.find(tmp_path, "lab.py")
    assert sorted(source.texts.read) == ["a/b.py", "lab.py", "tools/mine.py"]
    assert source.line(Where("tools/mine.py", 1)) == "y = 2"
    assert Source.find(tmp_path / "lab.py", "lab.py").texts.read == {"lab.py": b"x = 1\n"}


def test_only_so_many_files_are_read(tmp_path):
    """A class may hand in anything."""
    (tmp_path / "lab.py").write_text("x = 1\n")
    for number in range(texts.MAX_FILES + 10):
        (tmp_path / f"m{number:03}.py").write_text("y = 2\n")
    assert len(Source.find(tmp_path, "lab.py").texts.read) == texts.MAX_FILES


@pytest.mark.skipif(sys.platform == "win32", reason="needs links")
def test_links_that_lead_elsewhere_are_not_read(tmp_path):
    """Neither is one that leads nowhere, or to itself, waited for."""
    (tmp_path / "other.py").write_text("secret = 1\n")
    folder = tmp_path / "kim"
    folder.mkdir()
    (folder / "lab.py").write_text("x = 1\n")
    (folder / "a.py").symlink_to(tmp_path / "other.py")
    (folder / "b.py").symlink_to("nothing.py")
    (folder / "c.py").symlink_to("c.py")
    assert list(Source.find(folder, "lab.py").texts.read) == ["lab.py"]
