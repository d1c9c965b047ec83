"""What a submission sends, prints or returns does not fill the judge's memory."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
MOST = 100  # MB more than before
LAB = """
import json, os, struct, threading, torch

def ok(): return 1
def gigantic(): return torch.zeros(1).expand(10 * 2**28)  # 10 GB of float32
def list_of_gigantic(): return [torch.zeros(2**22) for _ in range(600)]  # 10 GB in pieces
def deep(): return [[[0.5]] * 1000 for _ in range(10000)]
def prints():
    while True: print("x" * 2**16)
def prints_below():
    while True: os.write(2, b"x" * 2**16)
def frames():
    head = json.dumps({"id": 0, "arrays": [{"dtype": "uint8", "shape": [2**24]}]}).encode()
    frame = struct.pack(">4sIQ", b"EVD1", len(head), 2**24) + head + bytes(2**24)
    for descriptor in range(3, 12):
        try:
            while True: os.write(descriptor, frame)
        except OSError:
            continue
def raises(): raise ValueError("x" * 2**28)
"""
JUDGE = """
import json, resource, sys
from functools import partial
from pathlib import Path
from graders.harness.base.errors import CheckFailed
from graders.harness.link.launcher import Launcher, Target, transport_for
from graders.harness.base.limits import Limits
from graders.harness.source.source import Source
from graders.harness.judge.submission import Submission

source = Source.find(Path(sys.argv[1]), "lab.py")
limits = Limits(call_seconds=3, memory_megabytes=3000, disk_megabytes=200, processes=60)
target = Target(source.path, Path(sys.argv[1], "probes.py"), source.visible)
submission = Submission(source, Launcher(target, limits, partial(transport_for, sys.argv[2])), limits)
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
assert submission.call("ok").value == 1
before, grown = peak(), {}
for name in sys.argv[3:]:
    try:
        submission.call(name)
        outcome = "returned"
    except CheckFailed as failed:
        outcome = failed.failure.key
    grown[name] = [outcome, peak() - before]
submission.close()
print(json.dumps(grown))
"""
FLOODS = ("gigantic", "list_of_gigantic", "deep", "prints", "prints_below", "frames", "raises")


@pytest.mark.sample
@pytest.mark.skipif(sys.platform != "linux", reason="measures memory as Linux tells it")
def test_no_flood_reaches_the_judge(tmp_path):
    """Ten gigabytes returned, endless prints and floods of frames cost the judge less than 100 MB."""
    (tmp_path / "lab.py").write_text(LAB, encoding="utf-8")
    (tmp_path / "probes.py").touch()
    command = [sys.executable, "-c", JUDGE, str(tmp_path), "process", *FLOODS]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    grown = json.loads(done.stdout or "{}")
    assert list(grown) == list(FLOODS), done.stderr
    assert {name: more for name, (_, more) in grown.items() if more > MOST} == {}
    assert {outcome for outcome, _ in grown.values()} <= {
        "raised",
        "timeout",
        "unreadable",
        "too_much_memory",
        "crashed",
    }
