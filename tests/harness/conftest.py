"""A lab made for tests, workers for it that start fast, and pytest in a process of its own."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import textwrap
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pytest

from graders.harness.base.limits import Limits
from graders.harness.base.model import CheckResult, PartResult, Report, Status
from graders.harness.base.rows import Key, Row
from graders.harness.judge.submission import Submission
from graders.harness.link.launcher import Launcher, Target, transport_for
from graders.harness.link.transport import WorkerGone
from graders.harness.source.source import Source
from graders.harness.walls.plan import Maker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

ROOT = Path(__file__).parents[2]
PROBES = """
import torch
def double(value): return value * 2
def kind(value): return type(value).__name__
"""
STANDINS = """
def helper(): return "stand-in"
"""
LONG = 60.0  # seconds that no test here ever takes; only a hang has a shorter limit


@dataclass
class Bench:
    """A submission with its launcher at hand."""

    submission: Submission
    launcher: Launcher

    def call(self, function: str, *args: object, **options: Any) -> Any:
        """Call a function of the submission and return the evidence."""
        return self.submission.call(function, *args, **options)


def bench(folder: Path, text: str, make: Callable[..., Any], limits: Limits, file: str = "lab.py") -> Bench:
    """Write `text` as a lab beside some probes, and return the submission; the contract has f and g."""
    folder.mkdir(parents=True, exist_ok=True)
    lab, probes = folder / file, folder / "probes" / "probes.py"
    lab.write_text(textwrap.dedent(text), encoding="utf-8")
    probes.parent.mkdir()
    probes.write_text(PROBES, encoding="utf-8")
    standins = probes.with_name("standins.py")
    standins.write_text(STANDINS, encoding="utf-8")
    source = Source.find(folder, "lab.py", ("f", "g"))
    path, visible = source.run_from
    launcher = Launcher(Target(path, probes, visible, standins=standins), limits, make)
    return Bench(Submission(source, launcher, limits), launcher)


@pytest.fixture(scope="module")
def open_lab(nursery_socket: Path | None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Bench]]:
    """Return a function that opens a submission with a worker; all are closed at the module's end.

    Each has a keeper that looks through all of /proc twice a second: hundreds of them leave no time for anything else.
    """
    opened = []

    def make(
        text: str,
        *,
        call_seconds: float = LONG,
        memory: int = 0,
        disk: int = 0,
        processes: int = 0,
        fresh: bool = False,
        isolation: str = "process",
        way: Callable[..., Any] | None = None,
        file: str = "lab.py",
        import_seconds: float = LONG,
        **files: str,
    ) -> Bench:
        folder = tmp_path_factory.mktemp("lab")
        for name, content in files.items():
            (folder / f"{name}.py").write_text(content, encoding="utf-8")
        level, maker = ("sandbox", Maker.BUBBLEWRAP) if isolation == "bubblewrap" else (isolation, Maker.NAMESPACES)
        way = way or partial(transport_for, level, nursery=None if fresh else nursery_socket, maker=maker)
        limits = Limits(LONG * 2, call_seconds, memory, import_seconds, disk, processes)
        opened.append(bench(folder, text, way, limits, file))
        return opened[-1]

    yield make
    for each in opened:
        each.submission.close()


@dataclass
class Script:
    """What a made-up worker answers to "load" and "call"; an exception is raised instead."""

    call: Any = None
    load: Any = field(default_factory=lambda: {"functions": {"f": ["lab.py", 1], "g": ["lab.py", 4]}, "stdout": ""})
    started: int = 0
    asked: list[dict[str, Any]] = field(default_factory=list)
    limits: list[float] = field(default_factory=list)


class Scripted:
    """A transport without a worker behind it."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._sent: list[dict[str, Any]] = []
        script.started += 1

    def send(self, header: dict[str, Any], arrays: list[Any]) -> None:
        """Keep the request."""
        self._sent.append(header)
        self._script.asked.append(header)

    def receive(self, seconds: float) -> Any:
        """Give the scripted answer to the oldest request."""
        request = self._sent.pop(0)
        self._script.limits.append(seconds)
        answer = {"prepare": {"torch": "2"}, "load": self._script.load, "call": self._script.call}[request["op"]]
        if isinstance(answer, WorkerGone):
            raise answer
        return {"id": request["id"], **answer}, []

    def close(self) -> None:
        """Do nothing."""


@pytest.fixture
def open_script(tmp_path: Path) -> Callable[..., Bench]:
    """Return a function that opens a submission whose worker answers by a script."""

    def make(script: Script, text: str = "def f():\n    return 1\n\ndef g():\n    return 2\n") -> Bench:
        return bench(tmp_path / f"lab{len(list(tmp_path.iterdir()))}", text, lambda *_: Scripted(script), Limits())

    return make


@pytest.fixture
def script() -> Callable[..., Script]:
    """Return the class of scripts."""
    return Script


@pytest.fixture(scope="session")
def good_reply() -> dict[str, Any]:
    """Return a reply to "call" as an honest worker writes it."""
    line = {"name": "view", "where": ["lab.py", 2], "count": 1, "shapes": [[3, 1]], "dtypes": ["torch.float32"]}
    transcript = [{**line, "grad_enabled": True, "tracks": False, "low": 0.0, "high": 1.0}]
    return {"value": 1, "stdout": "", "transcript": transcript, "grad_enabled": True}


# ---- reports


@pytest.fixture
def make_check() -> Callable[..., CheckResult]:
    """Return a function that makes a check's result; `said` are its rows by their keys."""

    def make(
        name: str = "test_a",
        part: str = "alpha",
        status: Status = Status.PASSED,
        said: Mapping[str, str] = MappingProxyType({}),
        **rest: Any,
    ) -> CheckResult:
        rows = tuple(Row(Key(key), text) for key, text in said.items())
        return CheckResult(name, part, status, **{"title": f"title of {name}", "rows": rows, **rest})

    return make


@pytest.fixture
def make_report() -> Callable[..., Report]:
    """Return a function that makes a report of some checks, a part each part's name."""

    def make(*checks: CheckResult, titles: dict[str, str] | None = None, **changes: Any) -> Report:
        names = dict.fromkeys(check.part for check in checks)
        parts = []
        for name in names:
            own = tuple(check for check in checks if check.part == name)
            lost = [check.status for check in own if check.status is not Status.PASSED]
            status = lost[0] if lost else Status.PASSED
            title = (titles or {}).get(name, name)
            parts.append(PartResult(name, title, status, 0.0 if lost else 10.0, 10.0, own))
        values = {
            "lab": "tiny",
            "title": "Tiny lab",
            "submission": "somewhere",
            "status": "graded",
            "score": sum(part.points for part in parts),
            "max_score": 10.0 * len(parts),
            "isolation": "process",
            "data": None,
            "seed": 0,
            "duration_s": 1.234,
            "versions": {"python": "3"},
            "parts": tuple(parts),
            "checks_in_rubric": len(checks),
        }
        return Report(**{**values, **changes})

    return make


# ---- pytest in a process of its own

ENVIRONMENT_DROPPED = (
    *("PYTEST_ADDOPTS", "PYTEST_CURRENT_TEST", "FORCE_COLOR", "PY_COLORS", "NO_COLOR", "COLUMNS"),
    *("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "GITLAB_CI", "GRADING_SEED"),  # these tests may themselves run there
)


@pytest.fixture(scope="session")
def run_pytest(judges: Path | None) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Return a function that runs pytest in the repository (or `cwd`), without a cache unless asked for one.

    It runs in a fork of a process that has imported it already, unless it is to be `fresh`.
    """

    def run(
        *arguments: object,
        cwd: Path = ROOT,
        cache: bool = False,
        environment: Mapping[str, str] = MappingProxyType({}),
        fresh: bool = False,
    ) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if name not in ENVIRONMENT_DROPPED}
        fixed = {"COLUMNS": "120", "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        fixed["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # importing plugins that nobody asked for takes a second
        options = [] if cache else ["-p", "no:cacheprovider"]
        words, variables = [*map(str, arguments), *options], {**kept, **fixed, **environment}
        if judges is not None and not fresh:
            from graders.harness.link import nursery

            code, output = nursery.run_pytest(judges, cwd, variables, words)
            return subprocess.CompletedProcess(words, code, output, "")
        return subprocess.run(
            [sys.executable, "-m", "pytest", *words],
            cwd=cwd,
            env=variables,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )

    return run


TINY_RUBRIC = """
[lab]
name = "tiny"
file = "lab.py"
[parts.alpha]
points = 6
functions = ["f"]
[parts.alpha.checks]
test_first = 1
test_second = 2
[parts.beta]
points = 4
[parts.beta.checks]
test_third = 1
"""
TINY_MESSAGES = """
[lab]
title = "Tiny lab"
[parts]
alpha = "알파"
beta = "beta"
[checks.test_first]
title = "first title"
why = "first why"
hint = "first hint"
[checks.test_second]
title = "second title"
[checks.test_third]
title = "third title"
[failures.odd]
expected = "an even number"
got = "{got}"
"""
TINY_CONFTEST = """
from pathlib import Path
from graders.harness.judge.spec import LabSpec
FOLDER = Path(__file__).parent
def pytest_lab(config):
    return LabSpec(FOLDER, FOLDER.parent / "submission", {}, draw=DRAW)
"""
TINY_CHECKS = """
import pytest
from graders.harness.base.errors import CheckFailed, Unwritten
from graders.harness.base.model import Failure, Where
pytestmark = pytest.mark.part("{part}")
def odd(got=3, line=1):
    raise CheckFailed(Failure("odd", {{"got": got}}, "f(1)", Where("lab.py", line)))
"""


@pytest.fixture
def tiny_lab(
    tmp_path: Path, run_pytest: Callable[..., subprocess.CompletedProcess[str]]
) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Return a function that grades with a lab of three checks whose bodies are given; no worker is started."""

    def grade(
        *options: object, first: str = "pass", second: str = "pass", third: str = "pass", draw: str = "None", **run: Any
    ) -> Any:
        lab, submission = tmp_path / "checks", tmp_path / "submission"
        with contextlib.suppress(FileExistsError):
            (lab / "messages" / "en").mkdir(parents=True)
            submission.mkdir()
        (submission / "lab.py").write_text("def f(x):\n    return x\n", encoding="utf-8")
        (lab / "rubric.toml").write_text(TINY_RUBRIC, encoding="utf-8")
        (lab / "messages" / "en" / "lab.toml").write_text(TINY_MESSAGES, encoding="utf-8")
        (lab / "conftest.py").write_text(f"{TINY_CONFTEST}DRAW = {draw}\n", encoding="utf-8")
        (lab / "child").mkdir(exist_ok=True)
        (lab / "child" / "probes.py").write_text("", encoding="utf-8")
        for part, checks in {"alpha": {"first": first, "second": second}, "beta": {"third": third}}.items():
            bodies = "".join(f"\ndef test_{name}():\n    {body}\n" for name, body in checks.items())
            text = TINY_CHECKS.format(part=part) + bodies
            (lab / f"test_{part}.py").write_text(text, encoding="utf-8")
        return run_pytest(lab, "-p", "graders.harness.plugin", "--isolation", "none", *options, **run)

    return grade
