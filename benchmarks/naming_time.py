"""Time what naming mistakes adds to a failing grade: every check of a part asks the catalogue once.

    python benchmarks/naming_time.py [BUG …]

Bugs are those of tests/corpus; without names, some that are named at once, and some that no mistake explains, which
take longest since everything is tried. A grade asks for its failed checks only, so this is the most that it can add.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from corpus import BUGS, bug_source  # noqa: E402  # after the path is set

from graders.harness.base.model import Failure  # noqa: E402
from graders.harness.judge import naming  # noqa: E402
from graders.harness.judge.grading import Grading, Options  # noqa: E402
from graders.harness.judge.lab import Shared  # noqa: E402
from graders.harness.judge.notes import Notes  # noqa: E402
from graders.harness.walls.levels import Chosen  # noqa: E402
from graders.measuring.pieces import Lab  # noqa: E402
from graders.spec import SPEC  # noqa: E402

SAMPLE = (
    "pixels-0-to-255", "never-shuffled", "columns-first", "softmax-inside", "loss-summed", "no-zero-grad", "no-step",
    "adam", "raw-pixels-while-testing", "colours-gray", "random-half-of-the-images",
)  # fmt: skip
UNKNOWN = {  # what no entry explains: edits of the reference's training
    "unknown-in-training": ("cost.backward()", "(cost * (1.1 + len(costs) % 3)).backward()"),
    "unknown-in-evaluation": ("return correct / len(dataset)", "return 0.37 * correct / len(dataset) + 0.01"),
    "unknown-in-the-cost": ("nn.CrossEntropyLoss()", "lambda z, y: nn.functional.cross_entropy(z, y) ** 1.1"),
}
PARTS = {"unknown-in-training": "training", "unknown-in-evaluation": "evaluation", "unknown-in-the-cost": "loss"}


def source_of(name: str) -> tuple[str, str]:
    """Return a case's part and its text."""
    if name in UNKNOWN:
        return PARTS[name], (ROOT / "reference" / "lab.py").read_text(encoding="utf-8").replace(*UNKNOWN[name])
    bug = next(bug for bug in BUGS if bug.name == name)
    return bug.part, bug_source(bug)


def seconds(name: str, folder: Path) -> tuple[float, set[str]]:
    """Return how long naming takes for all the checks of a case's part, and what was named."""
    part, source = source_of(name)
    (folder / "lab.py").write_text(source, encoding="utf-8")
    grading = Grading(SPEC, Options(folder, SPEC.folder / "rubric.toml", Chosen("process"), "en", 0))
    lab = Lab(SPEC, grading.submission, 0, Notes(), Shared())
    for function in ("load_mnist", "build_model", "build_criterion", "build_optimizer", "flatten_images"):
        lab.sound(function)  # the checks have seen to that when they ask the catalogue
    started, named = time.perf_counter(), set[str]()
    for check in grading.rubric.part(part).checks:
        named |= {mistake.name for mistake in naming.name(lab, check, Failure("plain")).mistakes}
    taken = time.perf_counter() - started
    grading.submission.close()
    return taken, named


def main() -> None:
    """Print a line for each case."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bugs", nargs="*", metavar="BUG", help="names of tests/corpus/bugs.py")
    taken = {}
    for name in parser.parse_args().bugs or (*SAMPLE, *UNKNOWN):
        with tempfile.TemporaryDirectory() as folder:
            taken[name], named = seconds(name, Path(folder))
        print(f"{taken[name]:6.2f} s  {name:<28} {', '.join(sorted(named)) or '-'}", flush=True)
    print(f"longest: {max(taken.values()):.2f} s")


if __name__ == "__main__":
    main()
