"""Build what Gradescope takes as an autograder: the students' repository with the grader, and how to run it there."""

from __future__ import annotations

import argparse
import shutil
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from graders.harness.base.errors import ConfigurationError
from graders.harness.judge.catalogue import expect_whole
from graders.harness.judge.messages import Messages
from graders.harness.source.released import MANIFEST

from . import course_secrets
from .release import release
from .runs.seeding import given_seed

if TYPE_CHECKING:
    from collections.abc import Sequence

PACKAGE = Path(__file__).parents[2]
HERE = Path(__file__).parent
SCRIPTS = HERE / "gradescope_files"
WHEN = (2020, 1, 1, 0, 0, 0)  # of every file in the archive: the same grader gives the same bytes
RUNS = 0o755 << 16  # how an archive says that a file may be run


def build(
    target: Path, language: str, rubric: Path | None = None, private: Path | None = None, seed: int | None = None
) -> None:
    """Write the archive `target`: with another rubric than the usual one, with a teacher's own checks, where given.

    It grades by `seed`, or by one that is drawn for it.

    Raises ConfigurationError where there is no such language, a message is not whole, or a file cannot be read or
    written.
    """
    Messages.of_lab(PACKAGE, language, private=private)
    expect_whole(PACKAGE, private)
    try:
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch, "autograder")
            release(folder)
            (folder / PACKAGE.name / MANIFEST).unlink()  # it tells of students' changes, and this copy is the teacher's
            for name in ("__init__.py", "course_secrets.py", "on_gradescope.py"):
                path = folder / HERE.relative_to(PACKAGE.parent) / name
                path.parent.mkdir(exist_ok=True)
                shutil.copyfile(HERE / name, path)
            course_secrets.add(folder, rubric, private, seed)
            _pack(folder, target, language)
    except OSError as error:
        raise ConfigurationError(f"{error.filename or target}: {error.strerror}") from None


def _pack(folder: Path, target: Path, language: str) -> None:
    fresh = target.with_name(f"{target.name}.part")
    with zipfile.ZipFile(fresh, "w", zipfile.ZIP_DEFLATED) as archive:
        for script in sorted(SCRIPTS.iterdir()):
            text = script.read_text(encoding="utf-8").replace("LANGUAGE", language)
            _add(archive, script.name, text.encode("utf-8"), RUNS)
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                _add(archive, path.relative_to(folder).as_posix(), path.read_bytes(), 0o644 << 16)
    fresh.replace(target)


def _add(archive: zipfile.ZipFile, name: str, content: bytes, rights: int) -> None:
    entry = zipfile.ZipInfo(name, WHEN)
    entry.external_attr, entry.compress_type = rights, zipfile.ZIP_DEFLATED
    archive.writestr(entry, content)


def main(arguments: Sequence[str]) -> int:
    """Run `python -m graders gradescope autograder.zip`."""
    parser = argparse.ArgumentParser(prog="python -m graders gradescope", description=__doc__)
    parser.add_argument("target", type=Path, metavar="autograder.zip", help="what to upload")
    parser.add_argument("--language", default="en", help="the language of messages (default: en)")
    parser.add_argument("--rubric", type=Path, metavar="FILE", help="points and who sees which part")
    parser.add_argument("--private", type=Path, metavar="FOLDER", help="checks of your own")
    parser.add_argument("--grading-seed", metavar="N", help="of every random input (default: one is drawn)")
    options = parser.parse_args(arguments)
    seed = given_seed(options.grading_seed, None)
    build(options.target, options.language, options.rubric, options.private, seed)
    print(f"Upload {options.target} under Configure Autograder; at least 2 GiB of memory serve it well.")
    return 0
