"""Show what one more grading costs where everything is imported: requests to the worker, and processor time.

    python benchmarks/grading_cost.py [SUBMISSION] [--gradings 10] [--against CHECKOUT]

Judges and workers are forks, as `batch` has them; rounds are not timed. With --against the same submission is graded by
another checkout as well, whose modules have the same names, by turns. Requests are told apart by what they ask; a
handle is known by what was asked for it. A judge's time is all it takes, its end included; a worker's ends where the
judge gives it up, and has its keeper's and its share of the nursery's in it.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import hashlib
import importlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

ROOT = Path(__file__).resolve().parents[1]
WARM_UPS = 8  # gradings that do not count: a nursery that has forked so often does something for its next forks
OPTIONS = ("-q", "-p", "no:cacheprovider", "--assert=plain", "-p", "no:benchmark", "--no-page")


# ---- in a process for each checkout, which has imported it


class Watching:
    """A plugin of the judge's that counts its requests, or notes what the worker has taken before it is ended."""

    def __init__(self, counting: bool) -> None:
        self._counting = counting
        self._made: dict[int, str] = {}
        self.noted: dict[str, float] = {"requests": 0, "distinct": 0, "worker": 0.0}
        self._asked: set[str] = set()

    def pytest_configure(self, config: Any) -> None:
        """Come between the checks and the worker."""
        from graders.harness.link.launcher import Launcher

        asking = Launcher.request

        def request(launcher: Launcher, header: dict[str, Any], arrays: list[Any], seconds: float) -> Any:
            asked = self._digest(header, arrays)
            self._asked.add(asked)
            self.noted["requests"] += 1
            self.noted["distinct"] = len(self._asked)
            reply, out = asking(launcher, header, arrays, seconds)
            value = reply.get("value")
            if isinstance(value, dict) and value.get("$") == "handle":
                self._made[value["id"]] = asked
            return reply, out

        if self._counting:
            Launcher.request = request  # type: ignore[method-assign]  # counted for this one grading

    def _digest(self, header: dict[str, Any], arrays: list[Any]) -> str:
        digest = hashlib.sha256(json.dumps(self._lasting(header), sort_keys=True).encode())
        for array in arrays:
            digest.update(str((array.dtype, array.shape)).encode() + array.tobytes())
        return digest.hexdigest()

    def _lasting(self, node: Any) -> Any:
        """Return a node without what is a number of its turn."""
        if isinstance(node, list):
            return [self._lasting(item) for item in node]
        if not isinstance(node, dict):
            return node
        if node.get("$") == "handle":
            return self._made.get(node["id"])
        names = {key: item for key, item in node.items() if (node.get("$"), key) != ("folder", "name")}
        return {key: self._lasting(item) for key, item in names.items()}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: Any) -> Generator[None, object, object]:
        """Look at the worker after the last check."""
        done = yield
        from graders.harness.session.fixtures import GRADING
        from graders.harness.timing.process_tree import ProcessTree

        self.noted["worker"] = ProcessTree(session.config.stash[GRADING].submission.pid).cpu_seconds()
        return done


def serve(submission: str) -> None:
    """Answer each line of stdin, which says whether to count, with what a grading in a fork of this process took."""
    sys.path.insert(0, str(Path.cwd()))
    from graders.commands.judging import judges_import
    from graders.harness.link.nursery import Kind, nursery
    from graders.harness.walls.levels import find_maker
    from graders.spec import SPEC

    for module in (*judges_import(SPEC), "graders.harness.timing.process_tree"):
        importlib.import_module(module)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    before = set(_children())
    with nursery(Kind.WORKERS, getattr(SPEC, "workers_ready", SPEC.imports)) as workers:  # older checkouts lack it
        (nurse,) = set(_children()) - before
        known = ["--sandbox-by", maker] if (maker := find_maker()[0]) else []
        given = ["graders", *OPTIONS, *known, "--submission", submission, "--nursery", str(workers)]
        gc.freeze()
        for line in sys.stdin:
            nursing = _own_seconds(nurse)
            noted = _graded(given, counting=json.loads(line))
            noted["worker"] += _own_seconds(nurse) - nursing
            print(json.dumps(noted), flush=True)


def _graded(given: list[str], counting: bool) -> dict[str, float]:
    ours, theirs = os.pipe()
    judge = os.fork()
    if judge == 0:
        watching, code = Watching(counting), 70
        with tempfile.TemporaryDirectory() as folder, Path(os.devnull).open("w") as nowhere:
            with contextlib.redirect_stdout(nowhere):
                code = int(pytest.main([*given, "--report-dir", folder], plugins=[watching]))
            os.write(theirs, json.dumps(watching.noted).encode())
        os._exit(code)
    os.close(theirs)
    _, status, used = os.wait4(judge, 0)
    with os.fdopen(ours, "rb") as stream:
        noted: dict[str, float] = json.loads(stream.read() or b"{}")
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        raise SystemExit(f"the judge ended with {os.waitstatus_to_exitcode(status)}")
    return {**noted, "judge": used.ru_utime + used.ru_stime}


def _children() -> list[int]:
    return [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]


def _own_seconds(pid: int) -> float:
    from graders.harness.timing.process_tree import ProcessTree

    return ProcessTree(pid).cpu_seconds()


# ---- beside them


@contextlib.contextmanager
def serving(checkout: Path, submission: Path) -> Iterator[subprocess.Popen[str]]:
    """Run a process that grades with a checkout."""
    command = [sys.executable, str(Path(__file__).resolve()), str(submission), "--serve"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, cwd=checkout, text=True, **pipes) as process:  # type: ignore[call-overload]  # pipes
        yield process
        assert process.stdin is not None
        process.stdin.close()


def ask(process: subprocess.Popen[str], counting: bool) -> dict[str, float]:
    """Have one grading made; returns what it took."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{json.dumps(counting)}\n")
    process.stdin.flush()
    answer: dict[str, float] = json.loads(process.stdout.readline())
    return answer


def main() -> None:
    """Print a line for each checkout."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("submission", nargs="?", type=Path, default=ROOT / "reference")
    parser.add_argument("--gradings", type=int, default=10, metavar="N", help="that are averaged (default: 10)")
    parser.add_argument("--against", type=Path, metavar="CHECKOUT", help="another checkout to compare with")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        serve(str(given.submission))
        return
    checkouts = [ROOT, *([given.against.resolve()] if given.against else [])]
    taken: list[list[dict[str, float]]] = [[] for _ in checkouts]
    with contextlib.ExitStack() as stack:
        processes = [stack.enter_context(serving(path, given.submission.resolve())) for path in checkouts]
        counted = [ask(process, counting=True) for process in processes]
        for process in processes * WARM_UPS:
            ask(process, counting=False)
        for _ in range(given.gradings):
            for process, noted in zip(processes, taken, strict=True):
                noted.append(ask(process, counting=False))
    print("requests  distinct   judge  worker     sum   least   processor seconds a grading: medians, the least sum")
    for path, count, noted in zip(checkouts, counted, taken, strict=True):
        judge, worker = (statistics.median(one[who] for one in noted) for who in ("judge", "worker"))
        sums = [one["judge"] + one["worker"] for one in noted]
        seconds = "  ".join(f"{number:6.3f}" for number in (judge, worker, statistics.median(sums), min(sums)))
        print(f"{count['requests']:8}  {count['distinct']:8}  {seconds}   {path}")


if __name__ == "__main__":
    main()
