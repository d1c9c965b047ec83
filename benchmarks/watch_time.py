"""Time `python -m graders watch`: from a save to what it says of the changed function's part, and to the total.

    python benchmarks/watch_time.py [--rounds N] [--timing]

A copy of the reference is saved again and again with another function changed, rightly or wrongly; beside it, in the
same run, `pytest graders` grades the same files from nothing.
"""

import argparse
import os
import queue
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 60  # seconds for one grading, after which something is wrong
EDITS = {  # what is changed of the reference: the function, and whether it is right still
    "flatten_images, right": ("images.flatten(start_dim=1)", "images.flatten(1)"),
    "flatten_images, wrong": ("images.flatten(start_dim=1)", "images.flatten(1).flip(1)"),
    "build_criterion, right": ("return nn.CrossEntropyLoss()", 'return nn.CrossEntropyLoss(reduction="mean")'),
    "build_criterion, wrong": ("return nn.CrossEntropyLoss()", 'return nn.CrossEntropyLoss(reduction="sum")'),
    "train_epoch, right": ("cost.backward()", "cost.backward(retain_graph=False)"),
    "train_epoch, wrong": ("        optimizer.zero_grad()\n", ""),
    "evaluate, wrong": ("return correct / len(dataset)", "return 100 * correct / len(dataset)"),
}


class Watching:
    """The program at work on a file, and the moments at which it printed its lines."""

    def __init__(self, file: Path, *options: str) -> None:
        command = [sys.executable, "-m", "graders", "watch", str(file), *options]
        self._program = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self._lines: queue.Queue[tuple[float, str]] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in self._program.stdout or ():
            self._lines.put((time.perf_counter(), line))

    def until(self, pattern: str) -> float:
        """Return when a line like that was printed."""
        while True:
            at, line = self._lines.get(timeout=PATIENCE)
            if re.search(pattern, line):
                return at

    def end(self) -> None:
        """End it."""
        self._program.terminate()
        self._program.wait()


def edited(text: str, edit: tuple[str, str]) -> str:
    """Return the reference with one edit; it has to have what is replaced."""
    if edit[0] not in text:
        raise SystemExit(f"the reference has no {edit[0]!r} any more")
    return text.replace(*edit, 1)


def save(file: Path, text: str) -> float:
    """Save a text as editors do; returns when."""
    fresh = file.with_suffix(".new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(file)
    return time.perf_counter()


def from_nothing(file: Path, timing: bool) -> float:
    """Return how long `pytest graders` takes."""
    options = [] if timing else ["-p", "no:benchmark"]
    command = [sys.executable, "-m", "pytest", "graders", "-q", "-p", "no:cacheprovider", "--submission", str(file)]
    began = time.perf_counter()
    subprocess.run([*command, *options], cwd=ROOT, stdout=subprocess.DEVNULL, check=False)
    return time.perf_counter() - began


def main() -> None:
    """Print a line for each edit, and the medians of all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="saves of each edit (default: %(default)s)")
    parser.add_argument("--timing", action="store_true", help="have the training timed, too")
    options = parser.parse_args()
    text = (ROOT / "reference" / "lab.py").read_text(encoding="utf-8")
    rows: list[tuple[float, ...]] = []
    with tempfile.TemporaryDirectory() as folder:
        file, alone = Path(folder, "lab.py"), Path(folder, "alone", "lab.py")
        alone.parent.mkdir()
        save(file, text)
        began = time.perf_counter()
        watching = Watching(file, *(["--timing"] if options.timing else []))
        print(f"the first grading: {watching.until('^total ') - began:.2f} s; load {_load()}", flush=True)
        print("seconds from a save to its part, to all; of `pytest graders`", flush=True)
        try:
            for name, edit in EDITS.items():
                saved: list[tuple[float, ...]] = [timed(watching, file, text, edit) for _ in range(options.rounds)]
                save(alone, edited(text, edit))
                rows.append((*_medians(saved), from_nothing(alone, options.timing)))
                _tell(name, *rows[-1])
        finally:
            watching.end()
    _tell("median of all", *_medians(rows))
    print(f"load {_load()}")


def timed(watching: Watching, file: Path, text: str, edit: tuple[str, str]) -> tuple[float, float]:
    """Save an edit of the reference, then that itself; returns the seconds to the edit's part, and to all."""
    began = save(file, edited(text, edit))
    part, whole = watching.until("So far this is") - began, watching.until("^total ") - began
    save(file, text)
    watching.until("^total ")
    return part, whole


def _medians(rows: list[tuple[float, ...]]) -> list[float]:
    return [statistics.median(column) for column in zip(*rows, strict=True)]


def _tell(name: str, part: float, whole: float, alone: float) -> None:
    print(f"{name:<24} {part:6.2f} {whole:6.2f} {alone:8.2f}", flush=True)


def _load() -> str:
    return " ".join(f"{load:.1f}" for load in os.getloadavg()) if hasattr(os, "getloadavg") else "unknown"


if __name__ == "__main__":
    main()
