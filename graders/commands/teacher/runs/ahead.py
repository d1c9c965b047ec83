"""What all submissions share is looked at before the first one: rubric, language, data, sandbox, folders, disk."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from graders.harness.base.errors import ConfigurationError
from graders.harness.judge.asked import expect_there
from graders.harness.judge.catalogue import expect_whole
from graders.harness.judge.messages import Messages
from graders.harness.judge.rubric import load_rubric
from graders.harness.walls.levels import choose
from graders.harness.walls.plan import Maker

if TYPE_CHECKING:
    from collections.abc import Collection

    from graders.harness.judge.rubric import Rubric
    from graders.harness.judge.spec import LabSpec
    from graders.harness.walls.levels import Chosen

OVERVIEW = Path(__file__).parents[1] / "overview" / "messages"  # the words of the class's page
OUT_MEGABYTES, A_REPORT = 64, 0.5  # for the gradebook and its log; for each student's report and page
A_JUDGE = 128  # for what is unpacked and written while a submission is judged


@dataclass(frozen=True, slots=True)
class Shared:
    """What holds for every submission of a run. `data` names what checks are asked with, "mnist" say; "" where none."""

    rubric: Rubric
    messages: Messages
    chosen: Chosen
    data: str

    def said(self, students: int) -> str:
        """Return what was found, in a line."""
        say, why = self.messages.text, self.chosen.unsandboxed
        level = say(
            "runs", f"isolation_{self.chosen.isolation}", why=say("runs", "unsandboxed", why=why) if why else ""
        )
        line = say("runs", "checked", students=students, isolation=level, data=say("runs", "data", data=self.data))
        return line if self.data else line.rpartition(";")[0]


def shared(
    spec: LabSpec,
    rubric: Path,
    language: str,
    isolation: str,
    mnist_root: Path | None,
    without: Collection[str],
    *,
    private: Path | None = None,
    elsewhere: bool = False,
) -> Shared:
    """Find what all submissions share. Raises ConfigurationError, in one line, for what cannot be used.

    Where they are judged `elsewhere`, the sandbox is to be had there, unless it is not asked for.
    """
    read = load_rubric(rubric, spec.thresholds, spec.tiers).without(without)
    messages = Messages.of_lab(spec.folder, language, private=private)
    expect_whole(spec.folder, private, OVERVIEW)
    expect_there(read, rubric, spec, private)
    chosen = choose(isolation, os.environ, Maker.NAMESPACES if elsewhere else None)
    return Shared(read, messages, chosen, spec.data(read, mnist_root) if spec.data else "")


def expect_folders(folder: Path, out: Path) -> None:
    """Make the folder of reports. Raises ConfigurationError where it cannot be written, or is the class's own."""
    if not folder.is_dir():
        raise ConfigurationError(f"{folder} is no folder")
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):
            pass
    except OSError as error:
        raise ConfigurationError(f"--report-dir {out}: cannot be written ({error.strerror})") from None
    if out.samefile(folder):
        raise ConfigurationError(
            f"--report-dir {out}: is the class's folder, in which each report would be a submission"
        )


def expect_room(out: Path, students: int, jobs: int) -> None:
    """Raise ConfigurationError where the disk has too little room for the reports, or for judging."""
    for place, megabytes in (
        (out, OUT_MEGABYTES + A_REPORT * students),
        (Path(tempfile.gettempdir()), A_JUDGE * min(students, jobs)),
    ):
        free = shutil.disk_usage(place).free / 2**20
        if free < megabytes:
            raise ConfigurationError(f"{place}: has {free:,.0f} MiB left; this class needs {megabytes:,.0f}")
