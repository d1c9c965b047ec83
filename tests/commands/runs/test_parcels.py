"""Hand-ins that travel: what a judge finds is what was handed in, whatever that was."""

from __future__ import annotations

import os
import pickle
import stat
from typing import TYPE_CHECKING

import pytest

from graders.commands.teacher.runs import parcels
from graders.commands.teacher.runs.parcels import Parcel, TooLarge
from graders.harness.source import fingerprint

if TYPE_CHECKING:
    from pathlib import Path


def travelled(path: Path, to: Path) -> Path:
    """Send what is at a path somewhere else."""
    to.mkdir()
    parcel: Parcel = pickle.loads(pickle.dumps(Parcel.of(path)))
    return parcel.unpack(to)


def test_file_travels_by_its_name(tmp_path: Path) -> None:
    """Bytes are bytes, and a name may be any."""
    path = tmp_path / "김민수 lab (1).py"
    path.write_bytes(b"\xff\x00print()\r\n")
    found = travelled(path, tmp_path / "there")
    assert (found.name, found.read_bytes()) == (path.name, path.read_bytes())


def test_folder_travels_but_for_tools(tmp_path: Path) -> None:
    """Its fingerprint, by which a grade is known, is the same there."""
    folder = tmp_path / "kim"
    for name in ("lab.py", "helpers/deep/one.py", "data/small.csv", ".git/config", "__pycache__/lab.pyc", "v/x.py"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name, encoding="utf-8")
    (folder / "v" / "pyvenv.cfg").touch()
    (folder / "v" / "lib" / "site-packages").mkdir(parents=True)
    (folder / "empty").mkdir()
    found = travelled(folder, tmp_path / "there")
    assert found.name == "kim"
    assert {path.relative_to(found).as_posix() for path in found.rglob("*") if path.is_file()} >= {
        "lab.py", "helpers/deep/one.py", "data/small.csv",
    }  # fmt: skip
    assert not (found / ".git").exists()
    assert not (found / "__pycache__").exists()
    assert fingerprint.of_path(found) == fingerprint.of_path(folder)


@pytest.mark.skipif(os.name == "nt", reason="who is no administrator makes no links there")
def test_links_and_pipes_travel_as_what_they_are(tmp_path: Path) -> None:
    """A judge refuses them there as it would here; nothing that they lead to goes along."""
    secret = tmp_path / "secret"
    secret.write_text("s", encoding="utf-8")
    folder = tmp_path / "kim"
    folder.mkdir()
    (folder / "lab.py").symlink_to(secret)
    os.mkfifo(folder / "pipe.py")
    found = travelled(folder, tmp_path / "there")
    assert (found / "lab.py").readlink() == secret
    assert stat.S_ISFIFO((found / "pipe.py").lstat().st_mode)
    nowhere = tmp_path / "lee"
    nowhere.symlink_to(tmp_path / "gone")
    assert travelled(nowhere, tmp_path / "elsewhere").is_symlink()
    linked = tmp_path / "park.py"
    linked.symlink_to(secret)
    assert travelled(linked, tmp_path / "third").read_text(encoding="utf-8") == "s"


def test_empty_folder_travels(tmp_path: Path) -> None:
    """It is somebody's, and gets a report that says so."""
    (tmp_path / "kim").mkdir()
    assert list(travelled(tmp_path / "kim", tmp_path / "there").iterdir()) == []


def test_code_goes_first_where_not_all_can(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder full of something else does not keep the lab from being graded."""
    monkeypatch.setattr(parcels, "MAX_BYTES", 100)
    folder = tmp_path / "kim"
    folder.mkdir()
    (folder / "a.dat").write_bytes(b"a" * 60)
    (folder / "lab.py").write_bytes(b"l" * 60)
    found = travelled(folder, tmp_path / "there")
    assert [path.name for path in found.iterdir()] == ["lab.py"]


def test_file_that_is_too_large_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And says so, in a line."""
    monkeypatch.setattr(parcels, "MAX_PARCEL", 2**20)
    path = tmp_path / "kim.zip"
    path.write_bytes(b"z" * 2**21)
    with pytest.raises(TooLarge, match=r"^kim\.zip has 2 MiB; to other machines go 1$"):
        Parcel.of(path)
