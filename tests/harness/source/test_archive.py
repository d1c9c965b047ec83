"""Submissions in archives, and folders with odd things in them: graded, or refused with a line that says why."""

from __future__ import annotations

import io
import os
import stat
import sys
import tarfile
import zipfile
from typing import TYPE_CHECKING

import pytest

from graders.harness.base.errors import Unloadable
from graders.harness.base.model import Word
from graders.harness.source import archive
from graders.harness.source.source import Source

if TYPE_CHECKING:
    from pathlib import Path

LAB = b"def f():\n    return 1\n"
each_ending = pytest.mark.parametrize("ending", [".zip", ".tar.gz"])
MODES = {".tar": "w", ".tar.gz": "w:gz", ".tgz": "w:gz", ".tar.bz2": "w:bz2", ".tbz2": "w:bz2", ".tbz": "w:bz2"}
MODES |= {".tar.xz": "w:xz", ".txz": "w:xz"}
posix = pytest.mark.skipif(sys.platform == "win32", reason="needs links and pipes")


def pack(path: Path, files: dict[str, bytes]) -> Path:
    """Write an archive of these files."""
    if path.name.endswith(".zip"):
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
            for name, content in files.items():
                zipped = zipfile.ZipInfo("lab")
                zipped.filename = name  # which may be empty
                packed.writestr(zipped, content, zipfile.ZIP_DEFLATED)
    else:
        mode = next(mode for ending, mode in MODES.items() if path.name.endswith(ending))
        with tarfile.open(path, mode) as packed:  # type: ignore[call-overload]  # one of its modes
            for name, content in files.items():
                entry = tarfile.TarInfo(name)
                entry.size = len(content)
                packed.addfile(entry, io.BytesIO(content))
    return path


def refusal(path: Path) -> str:
    """Return why a submission cannot be loaded: the message's key and text."""
    with pytest.raises(Unloadable) as caught:
        _ = Source.find(path, "lab.py").tree
    failure = caught.value.failure
    text = failure.params.get("text", "")
    return f"{failure.key}: {text.key if isinstance(text, Word) else text}"


@pytest.mark.parametrize("ending", archive.ENDINGS)
@pytest.mark.parametrize("prefix", ["", "lab-7-2/", "a/b/"])
def test_archive_is_graded_like_a_folder(tmp_path, ending, prefix):
    """lab.py may lie at the top of an archive or in its only folder; what systems add is left out."""
    files = {f"{prefix}lab.py": LAB, f"{prefix}.git/config": b"x", f"{prefix}__pycache__/x.pyc": b""}
    files["__MACOSX/._lab.py"] = b"\0"
    source = Source.find(pack(tmp_path / f"kim{ending}", files), "lab.py")
    assert list(source.sites) == ["f"]
    assert sorted(p.name for p in source.visible.rglob("*") if p.is_file()) == ["lab.py"]


@each_ending
@pytest.mark.parametrize("name", ["../lab.py", "/tmp/lab.py", "a/../../lab.py", "..\\lab.py", "C:\\lab.py"])
def test_name_that_leads_out_is_refused(tmp_path, ending, name):
    """Nothing is written outside of the folder; the message names the entry."""
    (tmp_path / "in").mkdir()
    given = pack(tmp_path / "in" / f"kim{ending}", {name: LAB})
    assert refusal(given) == "unusable_archive: archive_leads_out"
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == [given.name]


@each_ending
@pytest.mark.parametrize("name", ["", ".", "./", "./.", "a/" * 1_400 + "b.py", "a/" * 1_400])
def test_entry_that_no_lab_needs_is_left_out(tmp_path, ending, name):
    """It has no name, or lies in folders that could not even be made; the lab beside it is graded."""
    path = tmp_path / f"kim{ending}"
    source = Source.find(pack(path, {"lab.py": LAB, name: b""}), "lab.py")
    assert list(source.sites) == ["f"]
    alone = Source.find(pack(tmp_path / f"alone{ending}", {name: b""}), "lab.py")
    with pytest.raises(Unloadable) as caught:
        _ = alone.tree
    assert caught.value.failure.key == "no_file"


@each_ending
def test_bomb_is_refused(tmp_path, ending):
    """What unpacks to more than any lab has is not unpacked."""
    assert "archive_too_large" in refusal(pack(tmp_path / f"kim{ending}", {"lab.py": LAB, "big": bytes(70 * 2**20)}))


def test_zip_that_lies_about_its_size_is_refused(tmp_path):
    """The bytes that come out count, not those that the directory promises."""
    path = pack(tmp_path / "kim.zip", {"big": bytes(70 * 2**20), "lab.py": LAB})
    size = (70 * 2**20).to_bytes(4, "little")
    path.write_bytes(path.read_bytes().replace(size, (10).to_bytes(4, "little")))
    assert refusal(path).startswith("unusable_archive")


@each_ending
def test_too_many_files_are_refused(tmp_path, ending):
    """Two thousand files are no lab."""
    files = {f"f{number}": b"" for number in range(archive.MAX_FILES + 1)}
    assert "archive_too_large" in refusal(pack(tmp_path / f"kim{ending}", files))


@each_ending
@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no zip", b"\x1f\x8b no gzip", LAB])
def test_broken_archive_is_refused(tmp_path, ending, content):
    """A file that only has an archive's name is the submission's fault, not ours."""
    path = tmp_path / f"kim{ending}"
    path.write_bytes(content)
    assert refusal(path) == "unusable_archive: archive_broken"


@posix
def test_links_in_archives_are_left_out(tmp_path):
    """A link could show what lies elsewhere on the judge's machine."""
    with tarfile.open(tmp_path / "kim.tar.gz", "w:gz") as packed:
        for name, kind in (("lab.py", tarfile.SYMTYPE), ("x", tarfile.LNKTYPE), ("pipe", tarfile.FIFOTYPE)):
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = kind, "/etc/passwd"
            packed.addfile(entry)
    linked = zipfile.ZipInfo("lab.py")
    linked.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "kim.zip", "w") as packed:
        packed.writestr(linked, "/etc/passwd")
    assert refusal(tmp_path / "kim.tar.gz").startswith("no_file")
    assert refusal(tmp_path / "kim.zip").startswith("no_file")


@posix
def test_link_to_another_lab_is_refused(tmp_path):
    """A lab.py that is a link to somebody else's, the reference say, is no submission."""
    (tmp_path / "reference").mkdir()
    (tmp_path / "reference" / "lab.py").write_bytes(LAB)
    (tmp_path / "kim").mkdir()
    (tmp_path / "kim" / "lab.py").symlink_to("../reference/lab.py")
    assert refusal(tmp_path / "kim").startswith("link_outside")


@posix
def test_link_inside_the_folder_is_followed(tmp_path):
    """Within the submission, links do no harm."""
    (tmp_path / "mine.py").write_bytes(LAB)
    (tmp_path / "lab.py").symlink_to("mine.py")
    assert list(Source.find(tmp_path, "lab.py").sites) == ["f"]


@posix
def test_named_pipe_is_no_file(tmp_path):
    """A pipe in the place of lab.py would hold the judge up for ever."""
    os.mkfifo(tmp_path / "lab.py")
    os.mkfifo(tmp_path / "other.py")
    source = Source.find(tmp_path, "lab.py")
    assert refusal(tmp_path).startswith("no_plain_file")
    assert source.suspicions == []


@pytest.mark.parametrize(
    ("content", "key"),
    [(b"x = '\xff\xfe'\n", "not_utf8"), (b"#" * (10 * 2**20), "source_too_large"), (b"x = 1\0", "syntax_error")],
    ids=["no-utf-8", "10-MB", "null"],
)
def test_odd_source_gets_a_clear_line(tmp_path, content, key):
    """Sources that are no text, or too much of it, are said to be so."""
    (tmp_path / "lab.py").write_bytes(content)
    assert refusal(tmp_path).startswith(key)
