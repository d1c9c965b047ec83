"""The magic `%grade`: a running notebook's functions graded in the usual worker, the verdict shown below the cell."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from graders.commands import judging, report
from graders.harness.base.errors import ConfigurationError
from graders.harness.judge.messages import Messages
from graders.harness.judge.rubric import load_rubric
from graders.harness.render import terminal
from graders.harness.source import notebooks
from graders.spec import SPEC

from . import asking, history
from .keeping import Keeper
from .verdict import Note, Verdict

if TYPE_CHECKING:
    from IPython.core.interactiveshell import ExecutionInfo, InteractiveShell

    from graders.harness.judge.rubric import Rubric
    from graders.harness.judge.spec import LabSpec

    from .asking import Asked
    from .history import Taken

NAME = "grade"
FILE = "notebook.ipynb"  # where nobody says how the notebook is called
LAST_WORDS = 2_000  # characters of what a grader that failed had to say


def load(shell: InteractiveShell) -> None:
    """Make the magic known to an IPython shell, and begin to import what gradings need."""
    grade = Grade(shell, SPEC, Keeper(SPEC))
    shell.register_magic_function(grade, "line", NAME)  # type: ignore[arg-type]  # IPython's
    shell.events.register("pre_run_cell", grade.note)


def unload(shell: InteractiveShell) -> None:
    """Take the magic away again, with what it has kept warm."""
    magic = shell.magics_manager.magics["line"].pop(NAME, None)
    if isinstance(magic, Grade):
        shell.events.unregister("pre_run_cell", magic.note)
        magic.keeper.close()


class Grade:
    """Grades what a shell has defined, whenever it is called with the line behind `%grade`."""

    __name__ = NAME

    def __init__(self, shell: InteractiveShell, spec: LabSpec, keeper: Keeper) -> None:
        self._shell, self._spec, self.keeper = shell, spec, keeper
        self._ids: dict[int, str] = {}

    def note(self, info: ExecutionInfo) -> None:
        """Note which cell is about to be run, where the notebook's editor tells."""
        if info.store_history and info.cell_id:
            self._ids[self._shell.execution_count] = info.cell_id

    def __call__(self, line: str = "") -> None:
        """Grade, and show the verdict. Raises IPython's UsageError where the line asks for what there is not."""
        from IPython.core.error import UsageError
        from IPython.display import display

        try:
            if asked := asking.understand(line, self._spec, self._rubric):
                display(self._graded(asked))  # type: ignore[no-untyped-call]  # IPython's
        except ConfigurationError as error:
            raise UsageError(str(error)) from None

    @property
    def _rubric(self) -> Rubric:
        return load_rubric(self._spec.folder / "rubric.toml", self._spec.thresholds, self._spec.tiers)

    def _graded(self, asked: Asked) -> Verdict | Note:
        """Grade what there is now; an interruption ends the grading and nothing else."""
        messages = Messages.of_lab(self._spec.folder, asked.language, running=True)
        try:
            taken = history.take(history.Session.of(self._shell, self._ids), self._rubric.functions)
            return self._judged(taken, asked, messages)
        except KeyboardInterrupt:
            return Note(messages.text("magic", "interrupted"))

    def _judged(self, taken: Taken, asked: Asked, messages: Messages) -> Verdict | Note:
        with TemporaryDirectory(prefix="grade-", ignore_cleanup_errors=True) as name:
            folder = Path(name).resolve()
            given = write(taken, folder / "submission", _name(self._shell))
            warm, spec = self.keeper.warm, self._spec
            options = [
                "-p",
                "graders.harness.plugin",
                "--color=no",
                "--running",
                "--report-dir",
                str(folder / "report"),
            ]
            arguments = judging.arguments(given, warm, spec, *options, *asked.options(spec))
            judge = judging.start(arguments, warm, spec)
            try:
                output = (judge.stdout.read() if judge.stdout else b"").decode("utf-8", "replace")
                code = judge.wait()
            except BaseException:
                judge.end()
                raise
            if code == judging.USAGE:
                raise ConfigurationError(judging.refusal(output))
            if not (folder / "report" / "report.json").is_file():
                return Note(f"{messages.text('magic', 'failed')}\n\n{output[-LAST_WORDS:]}")
            untold = ", ".join(taken.untold)
            remarks = (messages.text("magic", "untold", functions=untold),) if untold else ()
            return self._read(folder / "report", messages, remarks)

    def _read(self, folder: Path, messages: Messages, remarks: tuple[str, ...]) -> Verdict:
        graded = report.read(folder / "report.json", self._spec)
        style = terminal.Style(messages.words, sys.stdout.isatty(), shutil.get_terminal_size((100, 24)).columns)
        page = (folder / "report.html").read_text(encoding="utf-8")
        return Verdict(graded.title, page, terminal.render(graded, style), remarks)


def _name(shell: InteractiveShell) -> str:
    """Return the running notebook's name, where Jupyter's server or VS Code tells it."""
    told = Path(os.environ.get("JPY_SESSION_NAME") or str(shell.user_ns.get("__vsc_ipynb_file__", FILE))).name
    return told if told.endswith(".ipynb") else FILE


def write(taken: Taken, folder: Path, name: str) -> Path:
    """Write what was taken as a notebook into a new folder, with the Python that it imports; returns its path."""
    folder.mkdir()
    for file, content in taken.files.items():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_bytes(content)
    empty: dict[str, Any] = {"cell_type": "code", "metadata": {}, "outputs": []}
    cells = [{**empty, "execution_count": number, "source": text} for number, text in taken.cells]
    metadata = {"language_info": {"name": "python"}, notebooks.RUNNING: True}
    notebook = {"nbformat": 4, "nbformat_minor": 4, "metadata": metadata, "cells": cells}
    (folder / name).write_text(json.dumps(notebook), encoding="utf-8")
    return folder / name
