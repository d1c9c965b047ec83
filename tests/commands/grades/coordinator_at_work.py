"""A coordinator whose gradings are naps: claims what is left, records it, and tells a log of each step. A program."""

from __future__ import annotations

import json
import os
import random
import sys
import time
from pathlib import Path

from graders.commands.teacher.grades.keys import Key
from graders.commands.teacher.grades.store import Gradebook

KEY = Key("s", "r", "p", "g", {"only": "o"})
REPORT = json.dumps({"status": "graded", "score": 1.0, "max_score": 1.0, "parts": [], "filler": "x" * 20_000})


def work(out: Path, students: int, seconds: float) -> None:
    """Grade everybody who is left, in an order of its own."""
    log = os.open(out / "log", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    names = [f"s{number:03}" for number in range(students)]
    random.shuffle(names)
    with Gradebook.open(out) as book:
        book.begin_run(out, {})
        os.write(log, b"opened\n")
        for name in names:
            if not book.claim(name, KEY):
                continue
            os.write(log, f"begun {name}\n".encode())
            time.sleep(random.uniform(0, seconds))
            if book.record(name, KEY, REPORT.replace("[]", '[{"name": "only", "status": "passed", "points": 1}]')):
                os.write(log, f"recorded {name}\n".encode())


if __name__ == "__main__":
    work(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
