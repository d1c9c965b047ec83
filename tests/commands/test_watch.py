"""`python -m graders watch`: every save is graded, what the change can touch first."""

from __future__ import annotations

import contextlib
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from graders.commands import judging, watch
from graders.commands.saves import saves
from graders.harness.base.errors import ConfigurationError
from graders.harness.base.model import CheckResult, PartResult, Report, Status, Where
from graders.harness.base.rows import Key, Row
from graders.harness.judge.rubric import load_rubric
from graders.harness.render import sequence
from graders.harness.render.tame import tame
from graders.spec import SPEC

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = (ROOT / "student_template" / "lab.py").read_text(encoding="utf-8")
REFERENCE = (ROOT / "reference" / "lab.py").read_text(encoding="utf-8")
RUBRIC = load_rubric(SPEC.folder / "rubric.toml", SPEC.thresholds, SPEC.tiers)
PATIENCE = 120  # seconds for what takes 5 where nothing else runs


# ---- what is told, with judges that are scripted


def report(*wrong: str, parts: Sequence[str] = (), unloadable: bool = False) -> bytes:
    """Return a record as a judge writes it: of all parts or some, of which some are wrong, or of a file that is."""
    done = [
        PartResult(
            part.name,
            part.name,
            Status.FAILED if part.name in wrong else Status.PASSED,
            0.0 if part.name in wrong else part.points,
            part.points,
            checks=tuple(
                CheckResult(
                    name,
                    part.name,
                    Status.FAILED if part.name in wrong or unloadable else Status.PASSED,
                    rows=(Row(Key.GOT, f"5 in {part.name}"),),
                    where=Where("lab.py", 3),
                    title=name,
                    unloadable=unloadable,
                )
                for name in part.checks
            ),
        )
        for part in RUBRIC.parts
        if not parts or part.name in parts
    ]
    made = Report(
        lab="lab",
        title="Lab",
        submission="lab.py",
        status="partial" if parts else "graded",
        score=None if parts else sum(part.points for part in done),
        max_score=100.0,
        isolation="process",
        data=None,
        seed=0,
        duration_s=1.0,
        versions={},
        parts=tuple(done),
        checks_in_rubric=sum(len(part.checks) for part in RUBRIC.parts),
    )
    return sequence.render(tame(made)).encode()


class Scripted:
    """A judge that writes what it was given, the end of it not before `go` is set, and knows whether it was ended."""

    def __init__(self, first: bytes, rest: bytes = b"", code: int = 0) -> None:
        self.ended, self.go, self._code = False, threading.Event(), code
        reading, self._writing = os.pipe()
        self.stdout = os.fdopen(reading, "rb")
        os.write(self._writing, first)
        threading.Thread(target=self._write, args=(rest,), daemon=True).start()

    def _write(self, rest: bytes) -> None:
        assert self.go.wait(PATIENCE)
        os.write(self._writing, rest)
        os.close(self._writing)

    def end(self) -> None:
        """Note it."""
        self.ended = True
        self.go.set()

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit code."""
        return self._code


class Desk:
    """A student's desk: a watch whose judges are scripted, the file, and what was printed."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any, **options: Any) -> None:
        self.file, self.judges, self.arguments = folder / "lab.py", list[Scripted](), list[list[str]]()
        self._scripts: queue.Queue[Scripted] = queue.Queue()
        self._capsys = capsys
        given = {"path": folder, "language": "en", "grading_seed": "0", "isolation": "auto", "timing": False}
        self.watch = watch.Watch(
            Namespace(**{**given, "mnist_root": None, "rubric": SPEC.folder / "rubric.toml", **options}), SPEC
        )
        monkeypatch.setattr(judging, "start", self._start)

    def _start(self, arguments: list[str], *_: object) -> Scripted:
        self.arguments.append(arguments)
        self.judges.append(self._scripts.get_nowait())
        return self.judges[-1]

    def save(self, text: str, judge: Scripted | None = None, waits: bool = True) -> str:
        """Save a text, have it looked at by that judge, and return what is printed until the judge has ended."""
        self.file.write_text(text, encoding="utf-8")
        return self.look(judge, waits)

    def look(self, judge: Scripted | None = None, waits: bool = True) -> str:
        """Have the watch look."""
        if judge:
            self._scripts.put(judge)
        self.watch.look(saved=True)
        if waits and judge:
            judge.go.set()
            self.wait()
        return self.printed()

    def wait(self) -> None:
        """Wait until the judge's last report is told."""
        assert self.watch._running is not None
        self.watch._running.wait(PATIENCE)

    def printed(self) -> str:
        """Return what was printed since it was last asked, without the time of the day."""
        return re.sub(r"(?m)^\d\d:\d\d:\d\d  ", "", self._capsys.readouterr().out)

    def first(self) -> str:
        """Return what the last judge was told to begin with."""
        return self.arguments[-1][self.arguments[-1].index("--first") + 1]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> Desk:
    """Return a desk with nothing on it."""
    return Desk(tmp_path, monkeypatch, capsys)


@pytest.fixture
def begun(desk: Desk) -> Desk:
    """Return a desk on which the reference was graded, with one part wrong."""
    desk.save(REFERENCE, Scripted(report("loss")))
    return desk


WITH_A_SUM = REFERENCE.replace("return nn.CrossEntropyLoss()", 'return nn.CrossEntropyLoss(reduction="sum")')


def test_first_grading_is_told_in_full(desk):
    """What is to fix, the table, and what is left out."""
    text = desk.save(REFERENCE, Scripted(report("loss")))
    assert text.startswith("grading lab.py …\n")
    assert "5 in loss" in text
    assert re.search(r"(?m)^total +88\.0 / 100$", text)
    assert "Speed is left out here" in text
    assert desk.first() == ""


def test_what_the_change_can_touch_comes_first(begun):
    """The parts whose functions have changed are told of, then what the others have to say, then the total."""
    judge = Scripted(report(parts=["loss"]), report("model"))
    text = begun.save(WITH_A_SUM, judge)
    head, table, rest = (part.strip() for part in re.split("(?=better)|(?=So far)", text, maxsplit=2))
    assert head == "lab.py was saved, with changes in build_criterion: grading it …"
    assert re.search(r"(?m)^loss +0\.0 -> 12\.0 / 12  5/5$", table)
    assert "total" not in table
    assert "So far this is loss alone; the rest is being graded …" in rest
    assert "worse   model: test_any_batch" in rest
    assert "5 in model" in rest
    assert re.search(r"(?m)^total +88\.0 -> 92\.0 / 100$", rest)
    assert begun.first() == "loss"


@pytest.mark.parametrize(
    ("old", "new", "first"),
    [
        ("return nn.CrossEntropyLoss()", "return nn.NLLLoss()", "loss"),
        ("class ShuffledBatches:", "class ShuffledBatches:\n    seed = 0\n", "loader"),
        ("BATCH_SIZE = ", "BATCH_SIZE = 1 + ", ""),
        ("import torch\n", "import torch\ntorch.manual_seed(1)\n", ""),
        ("from torch import Tensor, nn\n", "from torch import nn, Tensor\n", ""),
    ],
)
def test_parts_that_a_change_can_touch(desk, old, new, first):
    """Those of the functions that changed, or that use a helper which did; none where it can be most or all."""
    before = REFERENCE.replace("class ShuffledBatches", "BATCH_SIZE = 100\n\n\nclass ShuffledBatches")
    desk.save(before, Scripted(report()))
    assert old in before
    desk.save(before.replace(old, new), Scripted(report()))
    assert desk.first() == first


def test_nothing_better_or_worse_is_said(begun):
    """So that nobody looks for it."""
    assert begun.save(REFERENCE + "\n# a remark\n", Scripted(report("loss"))).endswith(
        "Nothing is better or worse than before.\n\n"
    )


def test_same_text_is_not_graded_again(begun):
    """A save without a change is told, and costs nothing."""
    assert begun.save(REFERENCE) == "Nothing in lab.py has changed.\n\n"


def test_a_save_ends_the_grading_of_the_text_before(begun):
    """The newest text wins: of the other one nothing is told any more, and its judge is ended."""
    old, new = Scripted(report(parts=["loss"]), report()), Scripted(report("model", "loss"))
    begun.save(WITH_A_SUM, old, waits=False)
    text = begun.save(REFERENCE.replace("lr=", "lr=2*"), new)
    assert old.ended
    old.go.set()
    assert not new.ended
    assert re.search(r"(?m)^total +88\.0 -> 80\.0 / 100$", text)
    assert "100.0 / 100" not in text + begun.printed()


def test_file_that_is_half_written_is_told_once_and_forgotten(begun):
    """Neither does it count as worse, nor what comes after it as better."""
    text = begun.save("def flatten_images(:\n", Scripted(report(unloadable=True), code=1))
    assert "Your file cannot be loaded" in text
    assert "total" not in text
    assert text.endswith("Waiting for the next save.\n\n")
    text = begun.save(WITH_A_SUM, Scripted(report(parts=["loss"]), report()))
    assert "better  loss: test_cost_of_one_image_is_its_cross_entropy;" in text
    assert begun.first() == "loss"


def test_file_that_raises_on_import_is_told_once(begun):
    """The first parts tell it, and the others have nothing to add."""
    judge = Scripted(report(parts=["loss"], unloadable=True), report(unloadable=True))
    text = begun.save(WITH_A_SUM, judge)
    assert text.count("Your file cannot be loaded") == 1


def test_file_that_is_gone_is_waited_for(begun):
    """It is said once; when it is there again, it is graded."""
    begun.file.unlink()
    assert begun.look() == f"{begun.file} is not there: waiting until it is.\n\n"
    assert begun.look() == ""
    assert "total" in begun.save(REFERENCE, Scripted(report()))


def test_folder_without_a_lab_is_waited_in(desk):
    """Nothing is graded; a file that may be meant for it is, since that says what is wrong with it."""
    assert desk.look() == f"{desk.file} is not there: waiting until it is.\n\n"
    desk.file.with_name("lab7.py").write_text(REFERENCE, encoding="utf-8")
    assert "Your file cannot be loaded" in desk.look(Scripted(report(unloadable=True)))


def test_helpers_beside_the_lab_may_change_anything(begun):
    """All parts are graded in one go."""
    begun.file.with_name("helper.py").write_text("x = 1\n", encoding="utf-8")
    text = begun.look(Scripted(report("loss")))
    assert text.startswith("lab.py was saved: grading it …\n")
    assert begun.first() == ""


def test_judge_that_fails_is_told(begun):
    """Whatever it said last; the watch goes on."""
    text = begun.save(WITH_A_SUM, Scripted(b"ERROR: rubric.toml: lab.name: is missing\n", code=judging.USAGE))
    assert "The grader left no report; its last words:\n\nrubric.toml: lab.name: is missing\n" in text
    assert "total" in begun.save(REFERENCE, Scripted(report()))


def test_options_are_passed_on(tmp_path, monkeypatch, capsys):
    """As `pytest graders` takes them."""
    options = {"language": "ko", "grading_seed": "7", "isolation": "process", "timing": True, "mnist_root": Path("m")}
    desk = Desk(tmp_path, monkeypatch, capsys, **options)
    assert "채점 중 …" in desk.save(REFERENCE, Scripted(report("loss")))
    given = " ".join(desk.arguments[0])
    assert "--language ko --grading-seed 7 --isolation process -p benchmark" in given
    assert f"--mnist-root {Path.cwd() / 'm'}" in given


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere"], "nowhere: there is no such file or folder"),
        (["--grading-seed", "x"], "--grading-seed x: a seed is a whole number from 0 to 9007199254740992, or random"),
        (["--language", "xx"], "--language xx: there are no messages in it; there are in: en, ko"),
        (["--rubric", "nowhere.toml"], "nowhere.toml: cannot be read (No such file or directory)"),
    ],
)
def test_wrong_option_is_one_line(arguments, said):
    """Before anything is started."""
    with pytest.raises(ConfigurationError) as caught:
        watch.main(arguments)
    assert str(caught.value) == said


# ---- what counts as a save


@pytest.fixture
def watched() -> Iterator[Callable[[Path], queue.Queue[bool]]]:
    """Return a function that has a path watched, and returns what is noticed there."""
    stop = threading.Event()

    def begin(path: Path) -> queue.Queue[bool]:
        noticed: queue.Queue[bool] = queue.Queue()

        def run() -> None:
            for saved in saves(path):
                noticed.put(saved)
                if stop.is_set():
                    return

        threading.Thread(target=run, daemon=True).start()
        assert [noticed.get(timeout=PATIENCE), noticed.get(timeout=PATIENCE)] == [False, False]  # now it is watched
        return noticed

    yield begin
    stop.set()


def renamed(path: Path, text: str = "x = 1\n") -> None:
    """Save as editors do, by way of another file."""
    path.with_name(f".{path.name}.new").write_text(text, encoding="utf-8")
    path.with_name(f".{path.name}.new").replace(path)


@pytest.mark.parametrize("name", ["lab.py", "lab.ipynb", "inner/helper.py"])
def test_saves_in_a_folder_are_noticed(tmp_path, watched, name):
    """Labs, notebooks, and files beside them."""
    (tmp_path / "inner").mkdir()
    noticed = watched(tmp_path)
    renamed(tmp_path / name)
    assert noticed.get(timeout=PATIENCE)


def test_saves_of_a_file_are_noticed(tmp_path, watched):
    """Those of others beside it are none, nor are an editor's own files and caches."""
    (tmp_path / "lab.py").touch()
    (tmp_path / "__pycache__").mkdir()
    noticed, folder = watched(tmp_path / "lab.py"), watched(tmp_path)
    for name in (".lab.py.swp", "lab.py~", "4913", "MNIST.gz", "__pycache__/lab.cpython-311.pyc", ".#lab.py"):
        (tmp_path / name).touch()
    (tmp_path / "other.py").touch()
    assert folder.get(timeout=PATIENCE)
    renamed(tmp_path / "lab.py")
    assert noticed.get(timeout=PATIENCE)
    assert noticed.empty()


def test_folder_that_is_made_anew_is_watched_again(tmp_path, watched):
    """As by a checkout of another branch: whatever is saved in it is there when somebody looks the next time."""
    folder = tmp_path / "lab"
    folder.mkdir()
    noticed = watched(folder)
    folder.rmdir()
    assert noticed.get(timeout=PATIENCE) is False
    folder.mkdir()
    assert noticed.get(timeout=PATIENCE) is False
    for name in ("lab.py", "helper.py"):
        time.sleep(1)  # by then it is watched, so that the second one at the latest is a save in the new folder
        renamed(folder / name)
    while not noticed.get(timeout=PATIENCE):
        pass


# ---- the program as it is used


class Program:
    """A watch in a process of its own, and what it prints, line by line."""

    def __init__(self, folder: Path, *options: object, **environment: str) -> None:
        variables = {**os.environ, "COLUMNS": "100", "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1", **environment}
        command = [sys.executable, "-m", "graders", "watch", str(folder), *map(str, options)]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self._lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with contextlib.suppress(OSError):  # a test has closed it
            for line in self.process.stdout:
                self._lines.put(line)

    def until(self, pattern: str) -> str:
        """Return what is printed from now until a line like that."""
        said = ""
        while not re.search(pattern, said, re.MULTILINE):
            said += self._lines.get(timeout=PATIENCE)
        return said

    def family(self) -> list[psutil.Process]:
        """Return all processes that it has started, and that these have."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def end(self, number: int) -> int:
        """Send a signal and return the exit code."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Callable[..., Program]]:
    """Return a function that watches a lab in a process of its own, which is killed in the end where it still runs."""
    started: list[Program] = []

    def start(text: str, *options: object, **environment: str) -> Program:
        (tmp_path / "lab.py").write_text(text, encoding="utf-8")
        started.append(Program(tmp_path, *options, **environment))
        return started[-1]

    yield start
    for each in started:
        each.process.kill()


def left(family: Sequence[psutil.Process]) -> list[psutil.Process]:
    """Return which of them are there after a while; what nobody has buried yet has ended, too."""
    until = time.monotonic() + PATIENCE
    while (there := [each for each in family if _runs(each)]) and time.monotonic() < until:
        time.sleep(0.05)
    return there


def _runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


WRITTEN = "    return images.reshape(-1, 28 * 28)\n"
UNWRITTEN = re.compile(r'(?s)(def flatten_images.*?""".*?"""\n)    raise NotImplementedError[^\n]*\n')
ENDLESS = "    while True:\n        pass\n"


def written(body: str) -> str:
    """Return the template with a body for flatten_images."""
    text, count = UNWRITTEN.subn(lambda found: found[1] + body, TEMPLATE)
    assert count == 1
    return text


def test_a_student_saves_and_sees(program, tmp_path):
    """From the template to a function written; a text that never ends gives way to the next; Ctrl-C leaves nothing."""
    watching = program(TEMPLATE)
    assert "write load_mnist" in watching.until("^total  ")
    (tmp_path / "lab.py").write_text(written(ENDLESS), encoding="utf-8")
    assert "changes in flatten_images" in watching.until("was saved")
    renamed(tmp_path / "lab.py", written(WRITTEN))
    part = watching.until("So far this is reshape alone")
    assert re.search(r"^reshape +0\.0 -> 14\.0 / 14  4/4$", part, re.MULTILINE), part
    assert re.search(r"^total +0\.0 -> 14\.0 / 100$", watching.until("^total  "), re.MULTILINE)
    renamed(tmp_path / "lab.py", written(ENDLESS))
    watching.until("was saved")
    family = watching.family()
    assert len(family) >= 2 or sys.platform != "linux"
    assert watching.end(signal.SIGINT) == 0
    assert left(family) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize("number", ["SIGHUP", "SIGTERM", "SIGKILL"])
@pytest.mark.sample
def test_other_ends_leave_nothing_either(program, number):
    """Be it the terminal that is closed, or whoever kills the program alone while a function never ends."""
    watching = program(written(ENDLESS), "--isolation", "process")
    watching.until("grading lab.py")
    time.sleep(1)  # whatever has been started by then, torch's import included
    family = watching.family()
    code = watching.end(signal.Signals[number])
    assert code == (-signal.SIGKILL if number == "SIGKILL" else 128 + signal.Signals[number])
    assert left(family) == []


@pytest.mark.sample
def test_reader_that_goes_away_ends_it(program, tmp_path):
    """As `head` does."""
    watching = program(TEMPLATE)
    watching.until("^total  ")
    family = watching.family()
    os.close(watching.process.stdout.fileno())
    (tmp_path / "lab.py").write_text(written(WRITTEN), encoding="utf-8")
    assert watching.process.wait(PATIENCE) == 128 + signal.SIGTERM
    assert left(family) == []
