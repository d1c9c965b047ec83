"""The fuzzers, of the frame decoder and of answers: a short run of each, and that they see what they look for."""

from __future__ import annotations

import importlib.util
import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import changing_answers
import numpy as np
import pytest

from graders.harness.link.transport import WorkerGone
from graders.harness.worker import wire

ROOT = Path(__file__).parents[3]
FUZZER = ROOT / "benchmarks" / "fuzz_wire.py"
OF_ANSWERS = FUZZER.with_name("fuzz_answers.py")


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


@pytest.mark.parametrize(
    ("gradings", "seed"),
    [
        (2, 0),
        pytest.param(20, 100, marks=pytest.mark.sample),
        pytest.param(400, 1_000, marks=pytest.mark.whole),
    ],
)
def test_whatever_is_answered_there_is_a_grade(gradings: int, seed: int):
    """Whole gradings with replies changed on their way: none is void, or without a report, or one that floods."""
    command = [sys.executable, str(OF_ANSWERS), "--gradings", str(gradings), "--seed", str(seed), "--jobs", "2"]
    command += ["--seconds", "300"]  # on a machine that has much else to do
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    result = json.loads(done.stdout)
    assert (result["graded"], result["wrong"]) == (gradings, [])
    assert result["changed"] >= gradings // 2


def test_changes_reach_every_part_of_a_reply():
    """Among two hundred changed replies each field was changed, and some are no frames any more."""
    honest = {"id": 3, "value": {"$": "tensor", "i": 0, "dtype": "float32", "device": "cpu", "requires_grad": False}}
    honest |= {
        "stdout": "epoch 1",
        "transcript": [changing_answers.LINE],
        "patched": [["torch.relu", ["lab.py", 3]]],
        "changed": [],
    }
    honest |= {"grad_enabled": True}
    changed, refused = set[str](), 0
    for seed in range(200):
        plan = changing_answers.Plan.drawn(seed)
        plan.only, plan.first, plan.chance = "", 0, 1.0
        try:
            header, arrays = plan.change("cost", (honest, [np.zeros(3, np.float32)]))
        except WorkerGone:
            refused += 1
            continue
        changed |= {name for name in honest if header.get(name) != honest[name]}
        changed |= {"arrays"} if [a.tobytes() for a in arrays] != [bytes(12)] else set()
    assert changed == {*honest, "arrays"}
    assert 0 < refused < 100


def test_workers_that_never_loaded_the_submission_are_left_alone():
    """What comes before the submission is loaded is nobody's to change."""
    plan = changing_answers.Plan(random.Random(1), (changing_answers.the_value,))
    frame: tuple[dict[str, Any], list[Any]] = ({"id": 1, "value": 1, "torch": "2"}, [])
    assert plan.change("prepare", frame) is frame
    assert plan.change("f", frame)[0] != frame[0]
