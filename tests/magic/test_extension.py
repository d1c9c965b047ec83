"""`%grade` in an IPython of the tests' own: what is graded, what is shown, and what becomes of the rest."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from IPython.core.error import UsageError

from graders.commands import judging
from graders.magic import extension
from graders.magic.extension import Grade
from graders.magic.history import Taken
from graders.magic.keeping import Keeper
from graders.spec import SPEC

if TYPE_CHECKING:
    from collections.abc import Callable

    from IPython.core.interactiveshell import InteractiveShell

pytest_plugins = ["grading"]  # nurseries

MIXED = "import math\n\ndef flatten_images(images):\n    return images.reshape(784, -1).T"


@pytest.fixture
def grade(shell: InteractiveShell, warm: judging.Nurseries, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Return a function that runs cells and then `%grade …`, and returns what that shows as text."""
    keeper: Any = SimpleNamespace(warm=warm)
    shell.register_magic_function(Grade(shell, SPEC, keeper), "line", "grade")  # type: ignore[arg-type]  # IPython's

    def grade(*cells: str) -> str:
        for cell in cells[:-1]:
            assert shell.run_cell(cell, store_history=True).success
        capsys.readouterr()
        shell.run_cell(cells[-1], store_history=True).raise_error()
        return capsys.readouterr().out  # where a console has it

    return grade


def test_a_mistake_is_told_with_its_input(grade: Callable[..., str]) -> None:
    """The place is In [n] with the line in it, and an edited cell that was run again is graded as it is now."""
    cells = ["x = 1", "%%time\n" + MIXED, "%grade reshape"]
    assert "In [2], line 5: return images.reshape(784, -1).T" in grade(*cells)
    told = grade("def flatten_images(images):\n    return images.view(len(images), -1)\n%grade flatten_images")
    assert "14.0 / 14  4/4" in told
    assert "In [" not in told


def test_a_cell_that_has_not_been_run_is_asked_for(grade: Callable[..., str]) -> None:
    """A function that is not there is still to be written, or its cell to be run: no mistake is made of it."""
    told = grade(
        "import math", "def build_model():\n    raise NotImplementedError", "%grade --language ko reshape model"
    )
    assert "flatten_images 셀 실행하기" in told
    assert "build_model 작성하기 (In [2] 1번째 줄)" in told
    assert os.sep + "tmp" not in told


@pytest.mark.parametrize("cell", ["from lab import *", "%run lab.py"])
def test_functions_of_a_file_called_lab_are_graded_there(
    grade: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cell: str
) -> None:
    """Submissions are imported under the name `lab`, which must not keep a notebook from importing its own lab.py."""
    monkeypatch.delitem(sys.modules, "lab", raising=False)
    (tmp_path / "lab.py").write_text(f"{MIXED}\n", encoding="utf-8")
    told = grade("x = 1", cell, "%grade reshape")
    assert "lab.py:3: def flatten_images(images):" in told
    assert "10.0 / 14  3/4" in told


def submission_of(given: list[str]) -> Path:
    """Return what a judge was told to grade."""
    return next(Path(one.partition("=")[2]) for one in given if one.startswith("--submission="))


@pytest.fixture
def judge(shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Put something in the place of the judge that does what a test says, and return it."""
    judge = SimpleNamespace(
        stdout=io.BytesIO(b""), wait=lambda: 0, end=lambda: setattr(judge, "ended", True), ended=False
    )

    def start(given: list[str], *_: object) -> SimpleNamespace:
        judge.given = given
        judge.notebook = json.loads(submission_of(given).read_text(encoding="utf-8"))
        return judge

    monkeypatch.setattr(judging, "start", start)
    keeper: Any = SimpleNamespace(warm=judging.COLD)
    judge.grade = lambda line="": Grade(shell, SPEC, keeper)(line)
    return judge


def test_an_interruption_ends_the_grading_and_nothing_else(
    judge: SimpleNamespace, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever is tired of waiting gets the notebook back, with one line and no judge left."""

    def interrupt() -> bytes:
        raise KeyboardInterrupt

    judge.stdout.read = None
    judge.stdout = SimpleNamespace(read=interrupt)
    judge.grade()
    assert judge.ended
    assert capsys.readouterr().out == "Grading was interrupted. Nothing in your notebook has changed.\n"


def test_a_grader_that_fails_is_not_held_against_the_student(
    judge: SimpleNamespace, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where there is no report, that is our fault, and what there was to read is shown."""
    judge.stdout, judge.wait = io.BytesIO(b"INTERNALERROR> no disk"), lambda: 3
    judge.grade()
    assert capsys.readouterr().out == "No grade: the grader failed, not you.\n\nINTERNALERROR> no disk\n"


def test_what_the_grader_refuses_is_told_in_a_line(judge: SimpleNamespace) -> None:
    """An option that only pytest knows to be wrong is no traceback."""
    judge.stdout, judge.wait = io.BytesIO(b"ERROR: /x/rubric.toml: parts: no such key\n"), lambda: judging.USAGE
    with pytest.raises(UsageError, match=r"^/x/rubric.toml: parts: no such key$"):
        judge.grade()


def test_there_is_a_line_for_a_slip(judge: SimpleNamespace) -> None:
    """`%grade nonsense` says what there is, and grades nothing."""
    with pytest.raises(UsageError, match="there is no such part and no such function"):
        judge.grade("nonsense")
    assert not hasattr(judge, "given")


def test_a_cell_of_the_notebook_is_an_input(shell: InteractiveShell, judge: SimpleNamespace) -> None:
    """What is graded has the cells that could be run with their numbers, under the name that the notebook has."""
    shell.user_ns["__vsc_ipynb_file__"] = "/home/kim/my lab.ipynb"
    for cell in ("a = 1", "def f(:", "def flatten_images(i):\n    return i"):
        shell.run_cell(cell, store_history=True)
    judge.grade()
    cells = [(cell["execution_count"], cell["source"]) for cell in judge.notebook["cells"]]
    assert cells == [(1, "a = 1"), (3, "def flatten_images(i):\n    return i")]
    assert submission_of(judge.given).name == "my lab.ipynb"


def test_an_installed_grader_needs_no_checkout(judge: SimpleNamespace) -> None:
    """Colab has the package alone: the conftest that names the plugin stands in checkouts only."""
    judge.grade()
    at = judge.given.index("graders.harness.plugin")
    assert judge.given[at - 1] == "-p"


def test_files_lie_beside_the_notebook(tmp_path: Path) -> None:
    """What the notebook imports is laid beside it, in its folders."""
    path = extension.write(
        Taken(((1, "import a"),), {"a.py": b"x = 1", "b/__init__.py": b""}), tmp_path / "new", "n.ipynb"
    )
    assert sorted(each.relative_to(path.parent).as_posix() for each in path.parent.rglob("*.*")) == [
        "a.py",
        "b/__init__.py",
        "n.ipynb",
    ]


def test_loading_the_extension_makes_the_magic_and_unloading_takes_it(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`%load_ext graders` and `%unload_ext graders`; what was kept warm is ended."""
    closed: list[Keeper] = []
    monkeypatch.setattr(Keeper, "_start", lambda self: None)
    monkeypatch.setattr(Keeper, "close", lambda self: closed.append(self))
    shell.run_line_magic("load_ext", "graders")
    assert isinstance(shell.magics_manager.magics["line"]["grade"], Grade)
    shell.run_line_magic("unload_ext", "graders")
    assert "grade" not in shell.magics_manager.magics["line"]
    assert len(closed) == 1


def test_importing_the_package_does_no_work() -> None:
    """The worker imports `graders`, too: nothing of a notebook's comes with it."""
    code = "import sys, graders; print([m for m in sys.modules if m.startswith(('graders.', 'IPython'))])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_fork_of_the_notebook_ends_nothing_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """A loader's process that ends must not end what the notebook keeps warm."""
    ended: list[str] = []
    monkeypatch.setattr(Keeper, "_start", lambda self: self._running.callback(ended.append, "ended"))
    keeper = Keeper(SPEC)
    owner = os.getpid()
    monkeypatch.setattr(os, "getpid", lambda: owner + 1)
    keeper.close()
    assert ended == []
    monkeypatch.setattr(os, "getpid", lambda: owner)
    keeper.close()
    assert ended == ["ended"]
