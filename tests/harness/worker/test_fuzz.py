"""The coverage-guided fuzzer of the frame decoder: a short run of it, and that it sees what it looks for."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from graders.harness.worker import wire

ROOT = Path(__file__).parents[3]
FUZZER = ROOT / "benchmarks" / "fuzz_wire.py"


def fuzzer() -> Any:
    """Import the fuzzer, which is a program."""
    spec = importlib.util.spec_from_file_location("fuzz_wire", FUZZER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_no_input_breaks_the_decoder():
    """Twenty thousand inputs raise nothing but what is caught, take no time and no memory."""
    command = [sys.executable, str(FUZZER), "--inputs", "20000", "--seed", "1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    result = json.loads(done.stdout)
    assert (done.returncode, result["wrong"], result["bad"]) == (0, [], False)
    assert result["read"] > 500  # some inputs get through to the end
    assert result["paths"] > 30  # and coverage leads on


def test_decoder_that_breaks_is_seen(monkeypatch):
    """An exception beyond those that are caught, from deep inside, is an error of the run."""

    def broken(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(wire, "pick", broken)
    assert fuzzer().fuzz(2_000, 1)["bad"]
