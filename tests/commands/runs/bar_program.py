"""Draw a bar for a moment, on whatever standard error is."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from graders.commands.teacher.runs import progress
from graders.commands.teacher.runs.tally import Tally
from graders.commands.teacher.runs.tasks import Task
from graders.commands.teacher.runs.work import Landed, Now
from graders.harness.judge.messages import Messages
from graders.spec import SPEC

if __name__ == "__main__":
    progress.any_name(sys.stdout, sys.stderr)
    tally = Tally(2)
    flying = [(Task("slow [red]김\udcff", Path("lab.py")), 31.0)]
    with progress.Bar(tally, lambda: flying, Messages.of_lab(SPEC.folder, "en"), lambda: None) as bar:
        tally.count(Landed("kim", Now.JUDGED, 1.0), "graded")
        bar.landed("김민수 [bold] \udcff  95 / 100")
        time.sleep(0.6)
