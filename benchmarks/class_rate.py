"""Show how many submissions of a class are graded in a minute, and that their verdicts are those of single runs.

    python benchmarks/class_rate.py [--size 200] [--singles 10] [--jobs N] [--seed 0] [--against CHECKOUT]

The class is drawn from the corpora: correct work, bugs, half-done work, flat files, notebooks and attacks, in shares as
below. `batch` grades it, nothing is timed; beside it, in the same run, `pytest graders` grades some of them one after
another in processes of their own, as many at a time. Everything counts, starting included. With --against another
checkout grades the same class, too. Processor time is that of all processes that took part where a control group can be
had (Linux, as root), else what the whole machine did meanwhile, which should then be quiet.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

ROOT = Path(__file__).resolve().parents[1]
SHARES = {"correct": 30, "bug": 30, "half": 10, "flat": 12, "notebook": 10, "attack": 8}  # percent
# A class draws a seed of its own, and a single run has none: here all have one.
OPTIONS = ("-p", "no:benchmark", "--grading-seed", "0")
UNLIKE = {"duration_s", "graded_at", "fingerprints"}  # what differs between two gradings, or two checkouts
GROUPS = (Path("/sys/fs/cgroup"), Path("/sys/fs/cgroup/cpuacct"))  # of all kinds in one, or one of processor time


# ---- the class


def corpora() -> dict[str, dict[str, str]]:
    """Return what a class is drawn from: by kind, file name to text."""
    sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
    from corpus import BUGS, HALF_DONE, bug_source, correct_sources, half_done_source
    from corpus.flat_files import WRITTEN, handed_in
    from hostile import source_of
    from hostile.attacks import ATTACKS
    from notebooks import made_of

    correct = {f"{name}.py": path.read_text(encoding="utf-8") for name, path in correct_sources().items()}
    return {
        "correct": correct,
        "bug": {f"{bug.name}.py": bug_source(bug) for bug in BUGS},
        "half": {f"{case.name}.py": half_done_source(case) for case in HALF_DONE},
        "flat": {f"{file.name}{handed_in(file)[0][-3:]}": handed_in(file)[1] for file in WRITTEN if not file.notebook},
        "notebook": {f"{name[:-3]}.ipynb": made_of(text).text for name, text in correct.items()},
        "attack": {f"{one.name}.py": source_of(one) for one in ATTACKS if not (one.slow or one.files)},
    }


def make_class(folder: Path, size: int, seed: int) -> list[Path]:
    """Write a class of mixed submissions, the same one for the same seed; returns its files."""
    drawn, files = random.Random(seed), []
    kinds = drawn.choices(list(SHARES), list(SHARES.values()), k=size)
    texts = corpora()
    for number, kind in enumerate(kinds):
        name = drawn.choice(sorted(texts[kind]))
        files.append(folder / f"{number:03}-{kind}-{name.replace('[', '-').replace(']', '')}")
        files[-1].write_text(texts[kind][name], encoding="utf-8")
    return files


# ---- gradings


@dataclass(frozen=True, slots=True)
class Taken:
    """What some gradings took, and their reports by name."""

    seconds: float
    processor: float
    reports: dict[str, Any]


@contextlib.contextmanager
def metered() -> Iterator[tuple[list[str], Callable[[], float]]]:
    """Yield what to put before a command, and what returns the processor seconds of such commands from now on."""
    for group in (place / f"class-rate-{os.getpid()}" for place in GROUPS):
        with contextlib.suppress(OSError):
            group.mkdir()
        if _used(group) is not None:
            yield ["sh", "-c", f'echo $$ > {group}/cgroup.procs; exec "$@"', "sh"], lambda group=group: _used(group)  # type: ignore[misc]  # mypy infers no lambda with defaults
            time.sleep(1)  # for the last to end
            group.rmdir()
            return
        with contextlib.suppress(OSError):
            group.rmdir()
    before = _machines()
    yield [], lambda: _machines() - before


def _used(group: Path) -> float | None:
    with contextlib.suppress(OSError):
        return int((group / "cpuacct.usage").read_text()) / 1e9
    with contextlib.suppress(OSError):
        return int((group / "cpu.stat").read_text().split()[1]) / 1e6  # usage_usec comes first
    return None


def _machines() -> float:
    """Return the seconds that all processors have worked."""
    user, nice, system, _, _, interrupts, soft, *_ = map(int, Path("/proc/stat").read_text().split("\n")[0].split()[1:])
    return (user + nice + system + interrupts + soft) / os.sysconf("SC_CLK_TCK")


def by_batch(checkout: Path, folder: Path, out: Path, jobs: int) -> Taken:
    """Grade a class by `batch`."""
    command = [sys.executable, "-m", "graders", "batch", str(folder), "--report-dir", str(out), "--jobs", str(jobs)]
    with metered() as (before, processor):
        began = time.perf_counter()
        subprocess.run([*before, *command, *OPTIONS], cwd=checkout, env=_variables(), check=False, capture_output=True)
        return Taken(time.perf_counter() - began, processor(), _reports(out))


def one_by_one(checkout: Path, files: Sequence[Path], out: Path, jobs: int) -> Taken:
    """Grade submissions by `pytest graders`, as many at a time."""
    with metered() as (before, processor), ThreadPoolExecutor(jobs) as pool:
        began = time.perf_counter()
        list(pool.map(partial(_single, checkout, out, before), files))
        return Taken(time.perf_counter() - began, processor(), _reports(out))


def _single(checkout: Path, out: Path, before: list[str], file: Path) -> None:
    asked = ["--submission", str(file), "--report-dir", str(out / file.stem), "-p", "no:cacheprovider"]
    command = [*before, sys.executable, "-m", "pytest", "graders", "-q", *asked, *OPTIONS]
    subprocess.run(command, cwd=checkout, env=_variables(), check=False, capture_output=True)


def _variables() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": "."}  # of the checkout that it is run in


def _reports(out: Path) -> dict[str, Any]:
    return {path.parent.name: _lasting(json.loads(path.read_text("utf-8"))) for path in out.glob("*/report.json")}


def _lasting(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _lasting(value) for key, value in node.items() if key not in UNLIKE}
    return [_lasting(value) for value in node] if isinstance(node, list) else node


# ---- what is printed


def compare(one: Taken, other: Taken) -> str:
    """Return how many of the reports that both have are equal, and which are not."""
    both = sorted(one.reports.keys() & other.reports.keys())
    unlike = [name for name in both if one.reports[name] != other.reports[name]]
    told = [f"\n  not {name}: {_apart(one.reports[name], other.reports[name])}" for name in unlike]
    return f"{len(both) - len(unlike)} of {len(both)} reports equal{''.join(told)}"


def _apart(one: Any, other: Any, place: str = "report") -> str:
    """Return the first place where two reports differ, and what stands there."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        return next(_apart(one[key], other[key], f"{place}.{key}") for key in one if one[key] != other[key])
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return next(_apart(a, b, f"{place}[{at}]") for at, (a, b) in enumerate(zip(one, other, strict=True)) if a != b)
    return f"{place}: {str(one)[:200]} | {str(other)[:200]}"


def main() -> None:
    """Print a line for each way of grading."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=200, metavar="N", help="of the class (default: 200)")
    parser.add_argument("--singles", type=int, default=10, metavar="N", help="graded by single runs, too (default: 10)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="at a time")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of the class (default: 0)")
    parser.add_argument("--against", type=Path, metavar="CHECKOUT", help="another checkout to compare with")
    given = parser.parse_args()
    print("gradings  seconds  a minute  processor seconds a grading")
    with tempfile.TemporaryDirectory(prefix="class-") as place:
        folder = Path(place, "class")
        folder.mkdir()
        files = make_class(folder, given.size, given.seed)
        some = random.Random(given.seed).sample(files, min(given.singles, len(files)))
        ours = by_batch(ROOT, folder, Path(place, "ours"), given.jobs)
        tell("batch", ours)
        if given.against:
            theirs = by_batch(given.against.resolve(), folder, Path(place, "theirs"), given.jobs)
            tell(f"batch of {given.against}", theirs)
            print(f"  {compare(ours, theirs)}")
        if some:
            single = one_by_one(ROOT, some, Path(place, "single"), given.jobs)
            tell("pytest graders", single)
            print(f"  {compare(ours, single)}")


def tell(who: str, taken: Taken) -> None:
    """Print a line."""
    count = len(taken.reports)
    rate, each = 60 * count / taken.seconds, taken.processor / max(1, count)
    print(f"{count:8}  {taken.seconds:7.1f}  {rate:8.1f}  {each:27.2f}   {who}", flush=True)


if __name__ == "__main__":
    main()
