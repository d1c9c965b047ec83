"""The workers of one grading: one import of torch for all of them, where the system can fork."""

from __future__ import annotations

import os
import sys
import tempfile
from functools import partial
from typing import TYPE_CHECKING

import psutil
import pytest

from graders.harness.base.errors import CheckFailed
from graders.harness.link.workers import Workers
from graders.harness.walls.levels import Chosen
from graders.harness.walls.plan import Maker

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs a nursery")
LAB = "import os\ndef parents(): return os.getppid()\ndef dies(): os._exit(3)\n"


@pytest.fixture
def workers() -> Iterator[Workers]:
    """Return the workers of a grading in processes."""
    made = Workers(Chosen("process"), ["numpy", "torch"], None, False)
    yield made
    made.close()


def nurseries() -> list[psutil.Process]:
    """Return the nurseries that this process has started."""
    return [each for each in psutil.Process().children() if "nursery" in _command(each)]


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:  # another test's, which has ended
        return ""


def test_all_workers_come_from_one_nursery(workers, open_lab):
    """The second submission's worker, and the one that takes the place of a dead one, are forks as well."""
    before = nurseries()
    labs = [open_lab(LAB, way=workers.make), open_lab(LAB, way=workers.make)]
    for lab in labs:
        assert lab.call("parents").value
        with pytest.raises(CheckFailed):
            lab.call("dies")
        assert lab.call("parents").value
    (nursery,) = [each for each in nurseries() if each not in before]
    assert {psutil.Process(lab.launcher.pid).ppid() for lab in labs} == {nursery.pid}
    workers.close()
    assert not nursery.is_running()


def test_nobody_waits_for_an_import_that_nobody_needs(workers, open_lab, tmp_path, monkeypatch):
    """A grading that ends while torch is being imported ends everything at once, and leaves nothing."""
    lab = open_lab(LAB, way=workers.make)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    lab.launcher.start()
    socket, (scratch,) = workers.nursery, tmp_path.glob("grading-*")
    assert socket is not None
    assert socket.exists()
    workers.close()
    lab.submission.close()
    assert not socket.parent.exists()
    assert not scratch.exists()


def test_a_nursery_can_be_asked_however_deep_its_folder_lies(workers, open_lab, tmp_path, monkeypatch):
    """An address of a socket has room for 107 bytes, which a system's folder for temporary files can exceed."""
    deep = tmp_path.joinpath(*["folder" * 10] * 3)
    deep.mkdir(parents=True)
    monkeypatch.setattr(tempfile, "tempdir", str(deep))
    lab = open_lab(LAB, way=workers.make)
    assert lab.call("parents").value
    assert workers.nursery is not None
    assert workers.nursery.is_relative_to(deep)
    assert psutil.Process(lab.launcher.pid).ppid() in {each.pid for each in nurseries()}


def test_workers_start_for_themselves_where_the_nursery_is_gone(workers, open_lab):
    """It is a help, not a need: the kernel may have ended it for its memory."""
    before = nurseries()
    assert workers.nursery is not None
    (nursery,) = [each for each in nurseries() if each not in before]
    nursery.kill()
    nursery.wait()
    lab = open_lab(LAB, way=workers.make)
    assert lab.call("parents").value
    assert psutil.Process(lab.launcher.pid).ppid() == os.getpid()


@pytest.mark.parametrize(
    "make",
    [
        partial(Workers, Chosen("process"), ["torch"], None, True),
        partial(Workers, Chosen("none"), ["torch"], None, False),
        partial(Workers, Chosen("sandbox", Maker.BUBBLEWRAP), ["torch"], None, False),
    ],
    ids=["fresh", "none", "bubblewrap"],
)
def test_no_nursery_starts_where_it_is_of_no_use(make):
    """Where workers are to be fresh, are none, or are programs of bubblewrap's."""
    assert make().nursery is None
