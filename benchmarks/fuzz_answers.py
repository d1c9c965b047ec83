"""Grade labs whose workers reply something else than they would: whatever is answered, there has to be a grade.

    python benchmarks/fuzz_answers.py --gradings 2000

Each grading is a whole one, of the reference or of a lab with a bug, with replies changed at random between worker and
judge (see tests/changing_answers.py). None may be void, be without a report, write one of more than 1 MB, or take
longer than a grading may. Prints a tally, with the seeds of what was wrong: `--seed N --gradings 1` runs one again.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import single  # noqa: E402  # after the path is set
from corpus import BUGS, bug_source, reference_source  # noqa: E402

from graders.commands import judging  # noqa: E402
from graders.spec import SPEC  # noqa: E402

MAX_REPORT = 2**20  # bytes, of each file
MAX_SECONDS = 120.0  # of a grading: six calls that hang
PLUGIN = ["-o", f"pythonpath={ROOT / 'tests'}", "-p", "changing_answers"]
TIMED_SHARE, PAGE_SHARE, CORRECT_SHARE = 0.05, 0.1, 0.5
FAULTS = re.compile(r"(?:CheckFault|NamingFault|PictureFault): (.*)")


def rubric(folder: Path) -> Path:
    """Write a rubric by which training is timed for a moment."""
    text = (SPEC.folder / "rubric.toml").read_text(encoding="utf-8")
    changed, count = re.subn(r"(?m)^throughput_seconds = [\d.]+", "throughput_seconds = 0.3", text)
    assert count == 1
    (folder / "rubric.toml").write_text(changed, encoding="utf-8")
    return folder / "rubric.toml"


def graded(seed: int, folder: Path, quick: Path, warm: judging.Nurseries, isolation: str) -> dict[str, Any]:
    """Grade one lab with changed answers; returns what came of it."""
    dice = random.Random(seed)
    bug = None if dice.random() < CORRECT_SHARE else dice.choice(BUGS)
    lab = folder / f"{seed}.py"
    lab.write_text(bug_source(bug) if bug else reference_source(), encoding="utf-8")
    options = [*PLUGIN, "--changes-seed", str(seed), "--rubric", str(quick), "--isolation", isolation]
    options += [] if dice.random() < PAGE_SHARE else ["--no-page"]
    options += [] if dice.random() < TIMED_SHARE else ["-p", "no:benchmark"]
    began = time.perf_counter()
    done = single.grade(str(seed), lab, folder / "out", options, warm)
    seconds = time.perf_counter() - began
    sizes = [path.stat().st_size for path in (folder / "out" / str(seed)).glob("report.*")]
    voids = [c for part in (done.report or {}).get("parts", []) for c in part["checks"] if c["status"] == "void"]
    return {
        "seed": seed,
        "lab": bug.name if bug else "reference",
        "status": done.report["status"] if done.report else "no report",
        "seconds": seconds,
        "bytes": max([*sizes, len(done.output.encode("utf-8", "replace"))]),
        "void": sorted({c["message"] for c in voids}),
        "faults": FAULTS.findall(done.output),
        "said": "" if done.report else done.output[-1_500:],
        "changed": int((re.findall(r"changed (\d+) of", done.output) or ["-1"])[-1]),
    }


def fuzz(gradings: int, seed: int, jobs: int, isolation: str, most: float) -> dict[str, Any]:
    """Run that many gradings; returns what came of them."""
    with (
        tempfile.TemporaryDirectory(prefix="fuzz-") as place,
        judging.nurseries() as warm,
        ThreadPoolExecutor(jobs) as pool,
    ):
        folder = Path(place)
        quick = rubric(folder)
        results = []
        for one in pool.map(
            lambda number: graded(number, folder, quick, warm, isolation), range(seed, seed + gradings)
        ):
            results.append(one)
            if one["status"] != "graded" or one["faults"] or one["bytes"] > MAX_REPORT:
                print(json.dumps(one, ensure_ascii=True), file=sys.stderr, flush=True)
    wrong = [r for r in results if r["status"] != "graded" or r["bytes"] > MAX_REPORT or r["seconds"] > most]
    return {
        "gradings": gradings,
        "changed": sum(r["changed"] > 0 for r in results),
        "replies": sum(max(0, r["changed"]) for r in results),
        **Counter(r["status"] for r in results),
        "faults": dict(Counter(fault for r in results for fault in r["faults"]).most_common()),
        "largest": max((r["bytes"], r["seed"]) for r in results),
        "longest_s": max((round(r["seconds"], 1), r["seed"]) for r in results),
        "wrong": [r["seed"] for r in wrong],
    }


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="Grade labs with changed answers.")
    parser.add_argument("--gradings", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=0, help="of the first; each has the next one")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--isolation", default="auto")
    parser.add_argument("--seconds", type=float, default=MAX_SECONDS, help="that a grading may take")
    options = parser.parse_args()
    began = time.perf_counter()
    result = fuzz(options.gradings, options.seed, options.jobs, options.isolation, options.seconds)
    print(json.dumps({**result, "seconds": round(time.perf_counter() - began, 1)}))
    return 1 if result["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
