"""Grading on macOS and Windows, as far as Linux can tell: `elsewhere` says what is pretended and what is not."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest
from corpus import reference_source

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="pretends, on Linux, to be elsewhere")

each_system = pytest.mark.parametrize("system", [pytest.param("darwin", marks=pytest.mark.sample), "win32"])
TESTS = Path(__file__).parents[1]
RUBRIC = TESTS.parent / "graders" / "rubric.toml"
CALL_SECONDS = 15  # no honest call takes as long; the hang does
PATIENCE = 300  # seconds for a class of two, which takes 10 where nothing else runs
GONE_SECONDS = 10  # for a killed process
HANGS = """

def flatten_images(images):
    import os
    import subprocess
    import time

    assert list(Path(os.environ["MPLCONFIGDIR"]).glob("fontlist-*.json"))
    child = subprocess.Popen(["sleep", "300"])
    Path({note!r}).write_text(str(child.pid))
    time.sleep(600)
"""
TASKKILL = """#!{python} -I
# What Windows' program of that name does with these options.
import sys

import psutil

options, pid = sys.argv[1:-1], int(sys.argv[-1])
assert options == ["/F", "/T", "/PID"], options
worker = psutil.Process(pid)
for process in [*worker.children(recursive=True), worker]:
    process.kill()
"""


def there(system: str, folder: Path) -> dict[str, str]:
    """Return an environment in which Python's programs pretend to be there, and write `folder`/log."""
    start = f"import elsewhere\nelsewhere.pretend({system!r}, {str(folder / 'log')!r})\n"
    (folder / "sitecustomize.py").write_text(start, encoding="utf-8")
    (folder / "bin").mkdir()
    if system == "win32":
        taskkill = folder / "bin" / "taskkill"
        taskkill.write_text(TASKKILL.format(python=sys.executable), encoding="utf-8")
        taskkill.chmod(0o755)
    programs = os.pathsep.join([str(folder / "bin"), os.environ["PATH"]])
    return {**os.environ, "CI": "", "PATH": programs, "PYTHONPATH": os.pathsep.join([str(folder), str(TESTS)])}


def write_class(folder: Path) -> Path:
    """Write a class of two, of whom one hangs, having started a process, whose number is then in `folder`/child."""
    (folder / "class").mkdir()
    (folder / "class" / "right.py").write_text(reference_source(), encoding="utf-8")
    hangs = reference_source() + HANGS.format(note=str(folder / "child"))
    (folder / "class" / "hangs.py").write_text(hangs, encoding="utf-8")
    return folder / "class"


def eventually_gone(pid: int) -> bool:
    """Tell whether a process has ended, or does soon; one that nobody buries has ended, too."""
    until = time.monotonic() + GONE_SECONDS
    while time.monotonic() < until:
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.05)
    return False


def ran(folder: Path) -> set[str]:
    """Return the names of our modules that ran there."""
    return set((folder / "log").read_text(encoding="utf-8").split())


def failed(report: dict[str, Any]) -> list[tuple[str, str]]:
    """Return part and message of each check that did not pass, but for the timing, which is switched off."""
    checks = [(part["name"], check) for part in report["parts"] for check in part["checks"]]
    lost = [(part, check) for part, check in checks if check["status"] not in ("passed", "skipped")]
    return [(part, check["message"].rpartition("\n")[2]) for part, check in lost]


@each_system
def test_class_is_graded_there(tmp_path, system):
    """Correct work has full marks; a hang is ended with what it started, and costs its part alone."""
    limits = re.sub(r"\bcall_seconds = \d+", f"call_seconds = {CALL_SECONDS}", RUBRIC.read_text(encoding="utf-8"))
    (tmp_path / "rubric.toml").write_text(limits, encoding="utf-8")
    options = ["--report-dir", str(tmp_path), "--rubric", str(tmp_path / "rubric.toml")]
    options += ["-p", "no:benchmark", "--no-page"]
    command = [sys.executable, "-m", "graders", "batch", str(write_class(tmp_path)), *options]
    environment = there(system, tmp_path)
    done = subprocess.run(
        command, cwd=TESTS.parent, env=environment, capture_output=True, text=True, check=False, timeout=PATIENCE
    )
    assert done.returncode == 0, done.stdout + done.stderr
    reports = [json.loads((tmp_path / name / "report.json").read_text("utf-8")) for name in ("right", "hangs")]
    assert {"batch", "transport", "worker"} <= ran(tmp_path)
    assert [(r["isolation"], r["unsandboxed"]) for r in reports] == [("process", f"{system} has none")] * 2
    right, hangs = reports
    assert (failed(right), right["score"]) == ([], right["max_score"])
    assert set(failed(hangs)) == {("reshape", f"got: no answer within {CALL_SECONDS} s")}
    assert eventually_gone(int((tmp_path / "child").read_text()))


@each_system
def test_processes_are_timed_and_stopped_there(tmp_path, system):
    """The tests of process trees pass there, too."""
    command = [sys.executable, "-m", "pytest", "harness/timing/test_process_tree.py", "-p", "no:cacheprovider"]
    command += ["--assert=plain"]  # pytest would rewrite our plugin, and run it here
    environment = there(system, tmp_path)
    done = subprocess.run(command, cwd=TESTS, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "process_tree" in ran(tmp_path)


@pytest.mark.whole
@each_system
def test_saves_are_graded_there(tmp_path, system):
    """Each in a judge started for it, which a later save ends, and the end of it all, with the workers that it has."""
    lab, said = tmp_path / "labs" / "lab.py", tmp_path / "said"
    lab.parent.mkdir()
    lab.write_text(reference_source(), encoding="utf-8")
    environment = {**there(system, tmp_path), "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", "graders", "watch", str(lab.parent)]
    with (
        said.open("wb") as output,
        subprocess.Popen(command, cwd=TESTS.parent, env=environment, stdout=output) as watch,
    ):
        try:
            expect_lines(said, r"^total +95\.0 / 95", 1)
            lab.write_text(reference_source() + HANGS.format(note=str(tmp_path / "child")), encoding="utf-8")
            until = time.monotonic() + PATIENCE
            while not (tmp_path / "child").exists() and time.monotonic() < until:
                time.sleep(0.05)
            hanging = psutil.Process(watch.pid).children(recursive=True)
            lab.write_text(reference_source() + "\nX = 1\n", encoding="utf-8")
            expect_lines(said, r"^total +95\.0 / 95", 2)
            assert all(eventually_gone(process.pid) for process in hanging)
            watch.send_signal(signal.SIGINT)
            assert watch.wait(PATIENCE) == 0
        finally:
            watch.kill()
    assert {"watch", "judging", "worker"} <= ran(tmp_path)
    assert "nursery" not in ran(tmp_path)


def expect_lines(file: Path, pattern: str, count: int) -> None:
    """Wait until a file has so many lines like that."""
    until = time.monotonic() + PATIENCE
    while len(re.findall(pattern, file.read_text(encoding="utf-8"), re.MULTILINE)) < count:
        assert time.monotonic() < until, file.read_text(encoding="utf-8")
        time.sleep(0.05)
