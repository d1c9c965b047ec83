"""What walls a worker gets: the level of isolation, what can be seen inside, how much may be used.

Judge side. The walls themselves are built beside the worker, by `confine`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from graders.harness.base import cache
from graders.harness.base.errors import ConfigurationError

from .plan import Excess, Maker, Plan

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graders.harness.base.limits import Limits

PACKAGE = Path(__file__).parents[2]
ENGINE = PACKAGE / "harness"
CHILD_SIDE = ("worker",)  # rooms of the engine that a worker's process imports
BUILDERS = ("walls",)  # what builds the walls: loaded by then, but for bubblewrap, which starts Python anew
PROGRAM = {Maker.NAMESPACES: "", Maker.BUBBLEWRAP: "bwrap"}
FONTS = "matplotlib"  # matplotlib's folder in the worker's own
EXCESS = {excess.code: excess.value for excess in Excess}
TRY_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Walls:
    """How every worker of one submission is walled in. `submission` is the folder or the one file that it can see."""

    sandbox: bool
    submission: Path
    limits: Limits
    maker: Maker = Maker.NAMESPACES

    def plan(self, folder: str) -> Plan:
        """Return the plan for one worker, whose own folder is `folder`."""
        bubblewrap = _program(self.maker) if self.sandbox else ""
        rooms = CHILD_SIDE + (BUILDERS if bubblewrap else ())
        packages = [PACKAGE / "__init__.py", ENGINE / "__init__.py"]
        shown = [self.submission, *packages, *(ENGINE / room for room in rooms)]
        return Plan(
            sandbox=self.sandbox,
            folder=folder,
            shown=[str(path) for path in shown],
            hidden=[str(path) for path in _not_for_it(self.submission)],
            memory=self.limits.memory_megabytes,
            disk=self.limits.disk_megabytes,
            processes=self.limits.processes,
            copied={f"{FONTS}/{path.name}": str(path) for path in font_list()},
            bubblewrap=bubblewrap,
        )


def _program(maker: Maker) -> str:
    """Return the path of the program that makes sandboxes, "" where none is needed or it is not installed."""
    return shutil.which(PROGRAM[maker]) or "" if PROGRAM[maker] else ""


def _not_for_it(submission: Path) -> list[Path]:
    """Return what a sandbox does not show, wherever it lies: the judge's modules, and in a checkout all the rest."""
    root = PACKAGE.parent
    folders = [path for path in root.iterdir() if path.is_dir() and not (path / "pyvenv.cfg").exists()]
    ours = folders if (root / "pyproject.toml").is_file() else [PACKAGE]
    return [folder for folder in ours if not submission.is_relative_to(folder)]


def confined_folder(plan: Plan) -> str:
    """Return the path of the worker's own folder as the worker sees it."""
    return plan.inside if plan.sandbox else plan.folder


def font_list() -> list[Path]:
    """Return matplotlib's list of fonts, made once a version: it takes a second, and each worker's folder is new.

    It is kept where no student code runs. Where it cannot be made, workers make their own.
    """
    folder = cache.folder() / f"{FONTS}-{metadata.version('matplotlib')}"
    if not folder.is_dir():
        _make_font_list(folder)
    return sorted(folder.glob("fontlist-*.json"))


def _make_font_list(folder: Path) -> None:
    command = [sys.executable, "-I", "-c", "import matplotlib.font_manager"]
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as fresh:
            variables = {**os.environ, "MPLCONFIGDIR": fresh}
            subprocess.run(command, env=variables, capture_output=True, check=False, timeout=60)
            Path(fresh).rename(folder)
            Path(fresh).mkdir()  # for its own removal
    except (OSError, subprocess.TimeoutExpired):
        return


def find_maker(scratch: Path | None = None) -> tuple[Maker | None, str]:
    """Return what can make sandboxes here: we, else bubblewrap; or None and the reasons why neither can.

    We come first: a worker forked from a nursery can be put into our sandbox, bubblewrap starts a new one. `scratch` is
    a folder that somebody else removes, should this process be ended meanwhile.
    """
    if sys.platform != "linux":
        return None, f"{sys.platform} has none"
    reasons = []
    for maker in Maker:
        problem = problem_of(maker, scratch)
        if not problem:
            return maker, ""
        reasons.append(f"{maker}: {problem}")
    return None, "; ".join(reasons)


def problem_of(maker: Maker, scratch: Path | None = None) -> str:
    """Return why this maker makes no sandbox here, in the system's words, or nothing where it does."""
    bubblewrap = _program(maker)
    if PROGRAM[maker] and not bubblewrap:
        return "not installed"
    with tempfile.TemporaryDirectory(prefix="grading-", dir=scratch) as folder:
        plan = Plan(True, folder, [str(PACKAGE)], [], 0, 16, 0, {}, bubblewrap)
        code = f"import sys; sys.path.insert(0, {str(PACKAGE.parent)!r}); from {__package__} import confine; "
        command = [sys.executable, "-I", "-c", f"{code}confine.try_sandbox(sys.argv[1])", plan.to_json()]
        try:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=TRY_SECONDS
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return type(error).__name__
    return "" if done.returncode == 0 else done.stderr.decode(errors="replace").strip()[-200:] or "it did not start"


@dataclass(frozen=True, slots=True)
class Chosen:
    """The level of isolation that an option stands for; `unsandboxed` says why "auto" is no sandbox, if so."""

    isolation: str
    maker: Maker = Maker.NAMESPACES
    unsandboxed: str = ""


def choose(isolation: str, variables: Mapping[str, str], known: Maker | None = None) -> Chosen:
    """Return the level that an option stands for. `known` makes sandboxes here, as somebody has tried.

    Raises ConfigurationError where the sandbox is asked for and cannot be had, and where "auto" would take less than
    that in continuous integration, whose grades somebody relies on.
    """
    if isolation not in ("auto", "sandbox"):
        return Chosen(isolation)
    maker, problem = (known, "") if known else find_maker()
    if maker:
        return Chosen("sandbox", maker)
    in_ci = variables.get("CI", "").lower() not in ("", "0", "false")
    if isolation == "auto" and not in_ci:
        return Chosen("process", unsandboxed=problem)
    wanted = "with CI set, auto means the sandbox" if isolation == "auto" else "the sandbox"
    raise ConfigurationError(
        f"--isolation {isolation}: {wanted}, which cannot be had here ({problem}). "
        "To grade without it, say --isolation process; SECURITY.md tells what that does not promise."
    )
