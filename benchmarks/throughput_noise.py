"""Show how well the throughput check knows a ratio: the reference timed against itself, and against a slower self.

    python benchmarks/throughput_noise.py --gradings 20

A grading is a race of 20 s between two fresh workers, alternately on a machine left alone and beside a process that
keeps a core busy. Its parts of 5 s are gradings of 5 s. The true ratio is 1, and 1 / 1.2 for the loop that waits after
each step for a fifth of the step's time, seen a little nearer to 1: the way to and from a worker is the same for both.
Verdicts are those that the check would have given, with its looks in between.
"""

from __future__ import annotations

import argparse
import contextlib
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from graders.commands import judging
from graders.harness.judge.grading import Grading, Options
from graders.harness.judge.lab import Shared
from graders.harness.judge.notes import Notes
from graders.harness.timing.race import Race, Standing
from graders.harness.walls.levels import Chosen
from graders.measuring import throughput
from graders.measuring.pieces import Lab
from graders.spec import SPEC

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
LONG, SHORT = 20.0, 5.0
SLOWER = 1.2
THRESHOLD = 0.9
BEGIN = "        images = flatten_images(images.to(device))"
END = "        costs.append(cost.detach())"
WAIT = f"""
        while time.perf_counter() - began < {SLOWER} * taken:
            pass
"""


@dataclass(frozen=True, slots=True)
class Case:
    """What is timed against the reference: a name, the submission's text, the true ratio."""

    name: str
    text: str
    true: float


def cases() -> list[Case]:
    """Return the reference itself, and the reference made slower."""
    text = (ROOT / "reference" / "lab.py").read_text(encoding="utf-8")
    assert text.count(BEGIN) == text.count(END) == 1
    slower = text.replace(BEGIN, f"        began = time.perf_counter()\n{BEGIN}").replace(
        "import sys\n", "import sys\nimport time\n"
    )
    slower = slower.replace(END, f"{END}\n        taken = time.perf_counter() - began{WAIT}")
    return [Case("itself", text, 1.0), Case("slower", slower, 1 / SLOWER)]


@contextlib.contextmanager
def hog(busy: bool) -> Iterator[None]:
    """Keep a core busy, or none."""
    process = subprocess.Popen([sys.executable, "-c", "while True: pass"]) if busy else None
    try:
        yield
    finally:
        if process:
            process.kill()
            process.wait()


def race(case: Case, warm: judging.Nurseries, seconds: float) -> list[tuple[float, float, float]]:
    """Run one race in fresh workers; returns (time since the start, our seconds, their seconds) for each pair."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "lab.py").write_text(case.text, encoding="utf-8")
        options = Options(Path(folder), SPEC.folder / "rubric.toml", Chosen("process"), "en", 0, nursery=warm.workers)
        grading = Grading(SPEC, options)
        try:
            lab = Lab(SPEC, grading.submission, 0, Notes(), Shared())
            with throughput.race(lab, grading.beside(ROOT / "reference" / "lab.py"), "cpu", seconds) as running:
                timed = []
                while running.spent < seconds:
                    running.pair()
                    timed.append((running.spent, *running.durations[-1]))
                return timed
        finally:
            grading.close()


def parts(timed: list[tuple[float, float, float]], seconds: float) -> list[list[tuple[float, float, float]]]:
    """Cut a race into races of some seconds, each beginning at 0."""
    count = max(1, round(LONG / seconds))
    cut = [[row for row in timed if n * seconds <= row[0] < (n + 1) * seconds] for n in range(count)]
    return [[(at - n * seconds, ours, theirs) for at, ours, theirs in rows] for n, rows in enumerate(cut) if rows]


class Still:
    """A contestant that took no processor time: the recorded one did, and only one core's."""

    def cpu_seconds(self) -> float:
        """Return nothing."""
        return 0.0


def replayed(rows: list[tuple[float, float, float]], budget: float) -> tuple[Standing, Standing]:
    """Return the standing at the end of a recorded race, and the one at which the check would have ended it."""
    made: Any = partial(Race, Still(), Still(), lambda: None, budget)  # type: ignore[arg-type]  # nobody runs
    whole, stopped = made(), made()
    whole.durations = [(ours, theirs) for _, ours, theirs in rows]
    for at, ours, theirs in rows:
        stopped.durations.append((ours, theirs))
        stopped.spent = at
        if not stopped.wants_more([THRESHOLD]):
            break
    return whole.standing(), stopped.standing()


def tell(case: Case, condition: str, races: list[list[tuple[float, float, float]]]) -> None:
    """Print a line for each budget."""
    for budget in (SHORT, LONG):
        found = [replayed(rows, budget) for timed in races for rows in parts(timed, budget)]
        ratios = [whole.ratio for whole, _ in found]
        spread = statistics.pstdev(ratios)
        covered = statistics.mean(whole.low <= case.true <= whole.high for whole, _ in found)
        failed = sum(stopped.sure_high < THRESHOLD for _, stopped in found)
        generous = sum(stopped.sure_high < THRESHOLD * case.true for _, stopped in found)
        rounds = statistics.median(whole.rounds for whole, _ in found)
        print(
            f"{case.name:7} {condition:6} {budget:4.0f} s  {len(found):4} gradings  {rounds:5.0f} pairs  "
            f"ratio {statistics.mean(ratios):.4f}  sd {100 * spread:.2f} %  interval covers {covered:.3f}  "
            f"failed at {THRESHOLD}: {failed:3}  at {THRESHOLD} of the true ratio: {generous}",
            flush=True,
        )


def main() -> None:
    """Run the races and print what they show."""
    parser = argparse.ArgumentParser(description="Show how well the throughput check knows a ratio.")
    parser.add_argument("--gradings", type=int, default=20, help="races of each kind (%(default)s)")
    parser.add_argument("--cases", nargs="*", default=["itself", "slower"], help="which (%(default)s)")
    options = parser.parse_args()
    with judging.nurseries() as warm:
        for case in (case for case in cases() if case.name in options.cases):
            seen: dict[str, list[list[tuple[float, float, float]]]] = {"quiet": [], "hog": []}
            for _ in range(options.gradings):
                for condition, races in seen.items():
                    with hog(condition == "hog"):
                        races.append(race(case, warm, LONG))
            for condition, races in seen.items():
                tell(case, condition, races)


if __name__ == "__main__":
    main()
