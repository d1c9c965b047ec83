"""Grade labs of the corpora with many seeds: no verdict, no points and no name may hang on what was drawn.

    python benchmarks/many_seeds.py [LAB ...] [--seeds 20] [--first 0 | --drawn] [--labs 40] [--jobs 2] [--own-part]

LAB names a bug, correct work or a half-done lab; without any, `--labs` are taken at even distances of all.
Each is graded with each seed, its speed left out; `--drawn` takes secret seeds, as a class has. What a check said at
most seeds is what it says; a line tells each check of a lab's that said something else at others, and these. What came
to no grade is told by itself, and no check is compared with it. With `--own-part` a bug is asked its own part alone,
which takes a tenth of the time; labs that have none are asked everything.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from corpus import BUGS, HALF_DONE, bug_source, correct_sources, half_done_source  # noqa: E402  # after the path is set
from layers import spread  # noqa: E402  # the same

from graders.commands import judging  # noqa: E402  # the same
from graders.harness.base.seeds import draw  # noqa: E402  # the same
from graders.spec import SPEC  # noqa: E402  # the same

Verdict = tuple[str, str, float]  # status, mistake, credit
OPTIONS = ("-p", "no:benchmark", "--no-page")


def labs() -> dict[str, str]:
    """Return the texts of all labs, by name."""
    return {
        **{bug.name: bug_source(bug) for bug in BUGS},
        **{name: path.read_text(encoding="utf-8") for name, path in correct_sources().items()},
        **{case.name: half_done_source(case) for case in HALF_DONE},
    }


def checks_of(name: str) -> list[str]:
    """Return the file with the checks of a bug's own part; none for other labs."""
    part = next((bug.part for bug in BUGS if bug.name == name), "")
    return [str(path.relative_to(ROOT)) for path in SPEC.folder.glob(f"test_?_{part}.py") if part]


def graded(path: Path, seed: int, warm: judging.Nurseries, checks: Sequence[str] = ()) -> dict[str, Verdict] | str:
    """Grade a lab with a seed; returns what each check came to, or what became of it where there is no grade."""
    with tempfile.TemporaryDirectory() as out:
        options = ["--report-dir", out, "--grading-seed", str(seed), *OPTIONS]
        whole, *rest = judging.arguments(path, warm, SPEC, *options)
        code, output = judging.run([*(checks or [whole]), *rest], warm, SPEC, own_core=True)
        if code not in (0, 1):
            return f"ended with {code}: {judging.refusal(output).splitlines()[-1:]}"
        report = json.loads((Path(out) / "report.json").read_text(encoding="utf-8"))
    checks = [check for part in report["parts"] for check in part["checks"]]
    return {check["name"]: (check["status"], check["mistake"] or "", check["credit"]) for check in checks}


def main() -> int:
    """Print what hangs on the seed; the exit code is 1 where anything does."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lab", nargs="*")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--drawn", action="store_true", help="take secret seeds, drawn anew")
    parser.add_argument("--labs", type=int, default=40, help="how many, where none is named")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--own-part", action="store_true", help="ask a bug its own part alone")
    given = parser.parse_args()
    texts = labs()
    names = given.lab or spread(list(texts), given.labs)
    numbered = range(given.first, given.first + given.seeds)
    seeds = [draw() for _ in numbered] if given.drawn else list(numbered)
    differing = ended = 0
    with tempfile.TemporaryDirectory() as folder, judging.nurseries() as warm, ThreadPoolExecutor(given.jobs) as pool:
        for name in names:
            path = Path(folder, f"{name}.py")
            path.write_text(texts[name], encoding="utf-8")
            checks = checks_of(name) if given.own_part else []
            verdicts = list(pool.map(lambda seed, path=path, some=checks: graded(path, seed, warm, some), seeds))
            found = dict(zip(seeds, verdicts, strict=True))
            for seed, verdict in found.items():
                if isinstance(verdict, str):
                    ended += 1
                    print(f"{name}: no grade with seed {seed}: {verdict}", flush=True)
            differing += tell(name, {seed: one for seed, one in found.items() if not isinstance(one, str)})
    which = "drawn seeds" if given.drawn else f"seeds from {given.first}"
    print(f"{len(names)} labs x {given.seeds} {which}: {differing} checks differ, {ended} gradings without a grade")
    return 1 if differing or ended else 0


def tell(name: str, verdicts: dict[int, dict[str, Verdict]]) -> int:
    """Print a line for each check of a lab's that hangs on the seed; returns how many."""
    said: defaultdict[str, dict[int, Verdict | None]] = defaultdict(dict)
    for check in dict.fromkeys(check for one in verdicts.values() for check in one):
        said[check] = {seed: one.get(check) for seed, one in verdicts.items()}
    differing = {check: one for check, one in said.items() if len(set(one.values())) > 1}
    for check, one in differing.items():
        usual = Counter(one.values()).most_common(1)[0][0]
        others = {seed: verdict for seed, verdict in one.items() if verdict != usual}
        print(f"{name}: {check}: {usual}, but {others}", flush=True)
    return len(differing)


if __name__ == "__main__":
    sys.exit(main())
