"""`python -m graders batch`: a whole class, stopped at any moment, and gone on with."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import psutil
import pytest
from doubling_lab import CLASS, RIGHT

from graders.commands import judging
from graders.commands.teacher import batch
from graders.commands.teacher.grades.keys import ALL_PARTS, Key
from graders.commands.teacher.grades.results import Outcome
from graders.commands.teacher.grades.store import Gradebook
from graders.harness.base.files import BYTE_ORDER_MARK
from graders.spec import SPEC

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from graders.harness.judge.spec import LabSpec

pytest_plugins = ["doubling_lab"]

PATIENCE = 90  # seconds for what takes two where nothing else runs
PROGRAM = Path(__file__).parent / "runs" / "batch_program.py"
ROOT = Path(__file__).parents[2]
SLEEPS = "import time\ntime.sleep(1000)\n"


class Desk:
    """A teacher's desk: a class's folder, where reports go, and a folder of the run's own temporary files."""

    def __init__(self, folder: Path, lab: Path) -> None:
        self.folder, self.lab = folder, lab
        self.temporary = folder / "temporary"
        (folder / "class").mkdir()
        self.temporary.mkdir()

    def hands_in(self, **texts: str) -> None:
        """Write files into the class's folder."""
        for name, text in texts.items():
            (self.folder / "class" / f"{name}.py").write_text(text, encoding="utf-8")

    def start(self, *options: str) -> subprocess.Popen[str]:
        """Start a run in the desk's folder, with paths as somebody types them there."""
        variables = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(self.temporary)}
        variables.pop("CI", None)
        return subprocess.Popen(
            [sys.executable, str(PROGRAM), str(self.lab), "class", "--report-dir", "out", *options],
            cwd=self.folder, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def run(self, *options: str) -> tuple[int, str, str]:
        """Run to the end; returns the exit code and both outputs."""
        process = self.start(*options)
        out, err = process.communicate(timeout=PATIENCE)
        return process.returncode, out, err

    def until(self, seen: Callable[[], bool]) -> None:
        """Wait until something is seen."""
        end = time.monotonic() + PATIENCE
        while not seen():
            assert time.monotonic() < end
            time.sleep(0.05)

    @property
    def log(self) -> str:
        """What the log says."""
        path = self.folder / "out" / "batch.log"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    @property
    def reports(self) -> dict[str, Any]:
        """Return the scores of the reports."""
        paths = (self.folder / "out").glob("*/report.json")
        return {path.parent.name: json.loads(path.read_text(encoding="utf-8"))["score"] for path in paths}

    def nothing_is_left(self) -> None:
        """Fail where processes or temporary files are left."""
        self.until(lambda: not [p for p in psutil.process_iter() if self._has(p)])
        assert list(self.temporary.iterdir()) == []

    def _has(self, process: psutil.Process) -> bool:
        try:
            return str(self.temporary) in " ".join([*process.cmdline(), process.cwd(), *process.environ().values()])
        except psutil.Error:
            return False


@pytest.fixture
def desk(tmp_path: Path, doubling: LabSpec) -> Desk:
    """Return a desk for the second lab."""
    return Desk(tmp_path, doubling.folder.parent)


QUICKLY = ("--no-page", "-p", "no:benchmark", "--isolation", "process")


def test_every_entry_has_its_line(desk: Desk) -> None:
    """With points, or with what it is; the exit code is 0 where every hand-in has a grade."""
    desk.hands_in(**CLASS, broken="x = (\n")
    (desk.folder / "class" / "marks.csv").write_text("who,what\n", encoding="utf-8")
    code, out, err = desk.run(*QUICKLY, "--jobs", "2")
    said = out.splitlines()
    assert said[:6] == [
        "broken  0 / 10  not loadable: the file is no valid Python: '(' was never closed",
        "off  4 / 10", "right  10 / 10", "tripled  4 / 10", "unwritten  4 / 10", "wrong-total  6 / 10",
    ]  # fmt: skip
    assert [line.partition("  ")[0] for line in said[6:]] == ["marks.csv"]
    assert code == 0, err
    assert sorted(path.name for path in (desk.folder / "out").iterdir()) == sorted(
        [*CLASS, "broken", "batch.log", "gradebook.sqlite", "index.html"]
    )
    with Gradebook.open(desk.folder / "out") as book:
        seed = book.fact("seed")
    for path in (desk.folder / "out").glob("*/report.json"):  # the teacher's; students are given pages
        assert str(json.loads(path.read_text(encoding="utf-8"))["seed"]) == seed
    assert seed is not None
    assert seed not in out + err + (desk.folder / "out" / "index.html").read_text(encoding="utf-8")
    desk.nothing_is_left()


def test_second_run_grades_nothing_and_starts_nothing(desk: Desk) -> None:
    """Neither a nursery, nor a judge; what it prints is the same list."""
    desk.hands_in(right=RIGHT)
    _, out, _ = desk.run(*QUICKLY)
    before = {path: path.stat().st_mtime_ns for path in (desk.folder / "out").glob("*/*")}
    code = (
        "import sys, importlib; sys.path.insert(0, sys.argv[1])\n"
        "from graders.commands import judging\n"
        "from graders.commands.teacher import batch\n"
        "def fail(*_): raise AssertionError('started')\n"
        "judging.nurseries = judging.start = fail\n"
        "code = batch.main(sys.argv[2:], importlib.import_module('doubling.spec').SPEC)\n"
        "assert 'torch' not in sys.modules and 'pytest' not in sys.modules\n"
        "assert 'matplotlib' not in sys.modules and 'rich' not in sys.modules\n"
        "sys.exit(code)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(desk.lab), "class", "--report-dir", "out", *QUICKLY],
        cwd=desk.folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, out), done.stderr
    assert before == {path: path.stat().st_mtime_ns for path in (desk.folder / "out").glob("*/*")}


@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.sample)])
def test_a_signal_stops_it_and_the_next_run_goes_on(desk: Desk, number: signal.Signals) -> None:
    """Within seconds: no process, no file, no traceback; what is graded stays, and a line resumes."""
    desk.hands_in(a=RIGHT, z=RIGHT + SLEEPS)
    process = desk.start(*QUICKLY, "--jobs", "2")
    desk.until(lambda: "a: 10 / 10" in desk.log and "z: judging" in desk.log)
    process.send_signal(number)
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 128 + number
    assert "Traceback" not in err
    assert err.splitlines()[-2:] == [
        "Stopped. What is graded stays; this goes on with the rest:",
        f"  python -m graders batch class --report-dir out {' '.join(QUICKLY)} --jobs 2",
    ]
    desk.nothing_is_left()
    desk.hands_in(z=RIGHT)
    code, out, _ = desk.run(*QUICKLY, "--jobs", "2")
    assert (code, out) == (0, "a  10 / 10\nz  10 / 10\n")
    assert desk.log.count("a: judging") == 1


@pytest.mark.sample
def test_second_signal_ends_it_at_once(desk: Desk) -> None:
    """Even where something hangs; on Linux nothing is left of it either."""
    desk.hands_in(z=RIGHT + SLEEPS)
    process = desk.start(*QUICKLY)
    desk.until(lambda: "z: judging" in desk.log)
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=PATIENCE)
    assert process.returncode in (128 + signal.SIGINT, 128 + signal.SIGTERM)
    desk.nothing_is_left()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has nurseries")
def test_what_tries_sandboxes_leaves_nothing_either(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ended while a sandbox is tried, a run leaves the trial's folder to the nursery, which removes its own."""
    held: list[Path] = []
    monkeypatch.setattr(tempfile, "tempdir", str(desk.temporary))

    def finds_none(scratch: Path) -> tuple[None, str]:
        held.append(scratch)
        return None, ""

    monkeypatch.setattr(judging, "find_maker", finds_none)
    with judging.nurseries(SPEC) as warm:
        assert warm.judges is not None
        assert held == [warm.judges.parent]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has nurseries")
@pytest.mark.parametrize("moment", ["Path.mkdir", "_start"])
def test_second_signal_before_there_is_a_nursery_leaves_no_folder_for_it(tmp_path: Path, moment: str) -> None:
    """Whoever ends the run removes what no process is there to remove."""
    program = (
        "from pathlib import Path\n"
        "from graders.commands.teacher.runs.ending import Ending\n"
        "from graders.harness.link import nursery\n"
        "mkdir = Path.mkdir\n"
        "def end(*given, **named):\n"
        f"    {moment!r} == 'Path.mkdir' and mkdir(*given, **named)\n"
        "    Ending._leave(15)\n"
        f"nursery.{moment} = end\n"
        "with nursery.nursery(nursery.Kind.JUDGES, []):\n"
        "    pass\n"
    )
    variables = {**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", program], env=variables, check=False)
    assert done.returncode == 128 + signal.SIGTERM
    assert list(tmp_path.iterdir()) == []


@pytest.mark.sample
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has nurseries, whose judges have leases")
def test_killed_run_leaves_nothing_and_is_gone_on_with(desk: Desk) -> None:
    """Judges and nurseries end by their leases; at most what was in flight is judged again."""
    desk.hands_in(a=RIGHT, z=RIGHT + SLEEPS)
    process = desk.start(*QUICKLY, "--jobs", "2")
    desk.until(lambda: "a: 10 / 10" in desk.log and "z: judging" in desk.log)
    time.sleep(1.0)  # into the judge's own work
    process.kill()
    process.communicate(timeout=PATIENCE)
    desk.nothing_is_left()
    desk.hands_in(z=RIGHT)
    code, out, _ = desk.run(*QUICKLY)
    assert (code, out) == (0, "a  10 / 10\nz  10 / 10\n")
    assert desk.log.count("a: judging") == 1


@pytest.mark.sample
def test_limit_of_a_submission(desk: Desk) -> None:
    """Whoever takes longer has a line and no grade, and the exit code says so."""
    desk.hands_in(slow=RIGHT + SLEEPS)
    text = (desk.lab / "doubling" / "rubric.toml").read_text(encoding="utf-8")
    (desk.folder / "mine.toml").write_text(f"{text}\n[limits]\nsubmission_seconds = 3\n", encoding="utf-8")
    code, out, _ = desk.run(*QUICKLY, "--rubric", "mine.toml")
    assert re.fullmatch(r"slow  timed out: ended after \d+ s, which is longer than a submission may take\n", out)
    assert (code, desk.reports) == (3, {})
    desk.nothing_is_left()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--language", "xx"], "--language xx: there are no messages in it; there are in: en, ko"),
        (["--rubric", "none.toml"], "/none.toml: cannot be read (No such file or directory)"),
        (["--no-throughput", "--rubric", "old.toml"], "--without throughput: there is no such part; there are: loss"),
        (
            ["--mnist-root", "none"],
            "/none does not exist, or may not be entered. Give the folder that contains MNIST/raw.",
        ),
        (["--report-dir", "."], "is the class's folder, in which each report would be a submission"),
        (["--report-dir", "lab.py"], "lab.py: cannot be written (File exists)"),
    ],
)
def test_what_is_wrong_for_everybody_is_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Any, options: Sequence[str], said: str
) -> None:
    """Before any submission is judged, and with pytest's exit code for it; paths are where the teacher stands."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(judging, "nurseries", lambda _: pytest.fail("started"))
    (tmp_path / "lab.py").write_text("", encoding="utf-8")
    old = '[lab]\nname = "x"\nfile = "lab.py"\n[parts.loss]\npoints = 1\n[parts.loss.checks]\ntest_x = 1\n'
    thresholds = "\n".join(f"{name} = {low}" for name, (low, _) in SPEC.thresholds.items())
    (tmp_path / "old.toml").write_text(
        f"{old}[thresholds]\n{thresholds}\n[tiers]\nthroughput = [[1.0, 1.0]]\n", encoding="utf-8"
    )
    assert batch.main([".", "--report-dir", "out", *options]) == 4
    seen = capsys.readouterr()
    (line,) = seen.err.splitlines()
    assert line.startswith("graders batch: ")
    assert said in line
    assert seen.out == ""


def test_wrong_usage_is_pytests_exit_code(capsys: Any) -> None:
    """As for an option that `pytest graders` refuses."""
    with pytest.raises(SystemExit) as caught:
        batch.main([".", "--report-dir", "out", "--jobs", "0"])
    assert caught.value.code == 4
    assert capsys.readouterr().err.endswith("argument --jobs: 0: at least 1\n")


@pytest.mark.sample
def test_reports_below_the_class_are_nobodys(desk: Desk) -> None:
    """Twice."""
    desk.hands_in(right=RIGHT)
    for _ in range(2):
        code, out, err = desk.run(*QUICKLY, "--report-dir", "class/out")
        assert code == 0, err
        assert out.splitlines()[0] == "right  10 / 10"
        assert not any("10" in line for line in out.splitlines()[1:])


def test_disk_that_is_full_is_told_before(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Any) -> None:
    """Not in the middle of the night."""
    (tmp_path / "lab.py").write_text(RIGHT, encoding="utf-8")
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=2**20))
    assert batch.main([str(tmp_path), "--report-dir", str(tmp_path / "out")]) == 4
    assert re.search(r"out: has 1 MiB left; this class needs \d+$", capsys.readouterr().err.strip())


def test_what_a_run_takes_care_of_before_and_after_its_gradings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whom a shorter limit has ended is to be judged again; a new table in Korean is one that Excel reads."""
    monkeypatch.setattr(batch._Run, "_grade", lambda *_: None)
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "ben.py").write_text(RIGHT, encoding="utf-8")
    limited = (SPEC.folder / "rubric.toml").read_text(encoding="utf-8")
    (tmp_path / "r.toml").write_text(limited.replace("submission_seconds = 600", "submission_seconds = 900"), "utf-8")
    out, table = tmp_path / "out", tmp_path / "t.csv"
    out.mkdir()
    with Gradebook.open(out) as book:
        book.record("ben", Key("s", "r", "p", "g", {}), None, Outcome.TIMED_OUT, seconds=600.2)
    options = ["--isolation", "process", "--language", "ko", "--rubric", str(tmp_path / "r.toml"), "--csv", str(table)]
    assert batch.main([str(tmp_path / "class"), "--report-dir", str(out), *options]) == batch.UNGRADED
    with Gradebook.open(out) as book:
        (ben,) = book.results()
        assert ben.again == {ALL_PARTS}
    assert table.read_text(encoding="utf-8").startswith(f"{BYTE_ORDER_MARK}Student,")
