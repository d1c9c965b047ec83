"""What lies in a course's own copy of the grader and nowhere else: its seed, and checks of the teacher's own."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from graders.harness.base import seeds
from graders.harness.base.errors import ConfigurationError
from graders.harness.judge import private
from graders.harness.judge.asked import expect_there
from graders.harness.judge.rubric import load_rubric
from graders.spec import SPEC

PACKAGE = Path(__file__).parents[2]
ROOT = PACKAGE.parent
SEED, PRIVATE, RUBRIC = "seed", "private", f"{PACKAGE.name}/rubric.toml"
# What a judge's environment is made of: nothing by which somebody else could have it, or pytest, run or obey anything.
KEPT = (
    *("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "USERPROFILE", "LD_LIBRARY_PATH", "CI"),
    *("XDG_CACHE_HOME", "MNIST_ROOT", "CUDA_VISIBLE_DEVICES", "SSL_CERT_FILE", "http_proxy", "https_proxy", "no_proxy"),
)


def add(copy: Path, rubric: Path | None, own: Path | None, seed: int | None) -> None:
    """Add a rubric, own checks and a seed, drawn where none is given, to a course's copy of the grader.

    A rubric that lies beside own checks is the one that counts.

    Raises ConfigurationError for a folder without checks, or a rubric that asks for what nobody wrote, OSError.
    """
    if counts := private.rubric_in(own) or rubric:
        expect_there(load_rubric(counts, SPEC.thresholds, SPEC.tiers), counts, SPEC, own)
    if rubric:
        shutil.copyfile(rubric, copy / RUBRIC)
    if own:
        private.checks(own)
        shutil.copytree(own, copy / PRIVATE, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    (copy / SEED).write_text(f"{seeds.draw() if seed is None else seed}\n", encoding="ascii")


def command(*options: str) -> list[str]:
    """Return the command by which the copy that this module lies in grades, whatever folder it is run in."""
    asked = ["-c", str(ROOT / "pyproject.toml"), str(PACKAGE), "-q", "-p", "no:cacheprovider"]
    own = ["--private", str(ROOT / PRIVATE)] if (ROOT / PRIVATE).is_dir() else []
    return [sys.executable, "-P", "-m", "pytest", *asked, *own, *options]  # -P: nothing of the folder it is run in


def variables() -> dict[str, str]:
    """Return the environment of that command, with the course's seed. Raises ConfigurationError where there is none."""
    kept = {name: value for name, value in os.environ.items() if name in KEPT}
    try:
        return {**kept, seeds.VARIABLE: (ROOT / SEED).read_text(encoding="utf-8-sig").strip()}
    except OSError as error:
        raise ConfigurationError(f"{ROOT / SEED}: cannot be read ({error.strerror})") from None
