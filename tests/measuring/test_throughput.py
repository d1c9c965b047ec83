"""Part `throughput`: its points, its place beside pytest-benchmark's options, and a GPU that is not there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from grading import RUBRIC, SECONDS, hurried

from graders.harness.timing.race import Standing
from graders.measuring import throughput

if TYPE_CHECKING:
    from collections.abc import Callable

    from graders.commands import judging

pytest_plugins = ["grading"]

ROOT = Path(__file__).resolve().parents[2]
CHECK = "test_training_keeps_up_with_the_lesson"
TIERS = ((0.5, 1.0), (0.25, 0.6), (0.1, 0.3))


def standing(ratio: float, spread: float = 0.01) -> Standing:
    """Return what rounds say whose ratio is known that well."""
    ends = ratio * (1 - spread), ratio * (1 + spread)
    return Standing(ratio, *ends, *ends, 50, 0.0128, 0.0128 * ratio, "wall")


@pytest.mark.parametrize(
    ("ratio", "share"), [(1.3, 1.0), (0.5, 1.0), (0.496, 1.0), (0.49, 0.6), (0.26, 0.6), (0.2, 0.3), (0.05, 0.0)]
)
def test_doubt_is_in_the_submissions_favour(ratio, share):
    """The best tier counts that the interval leaves possible."""
    assert throughput.share(standing(ratio), TIERS) == share


def test_speeds_are_in_images_a_second():
    """A round has 32 batches of 100 images."""
    timed = throughput.timed(standing(1.25), "cpu", "some processor")
    assert timed.samples_per_second == pytest.approx(250_000)
    assert timed.yardstick_samples_per_second == pytest.approx(200_000)


@pytest.fixture(scope="module")
def run(warm: judging.Nurseries, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Any]:
    """Return a function that grades the reference with options of pytest's, beside nothing else."""

    def call(*options: object, cwd: Path = ROOT) -> tuple[int, str, dict[str, Any]]:
        out = tmp_path_factory.mktemp("out")
        nursery = ["--nursery", str(warm.workers)] if warm.workers else []
        command = [sys.executable, "-m", "pytest", str(ROOT / "graders"), "-p", "no:cacheprovider"]
        (out / "rubric.toml").write_text(hurried(RUBRIC.read_text(encoding="utf-8"), SECONDS), encoding="utf-8")
        nursery += ["--rubric", str(out / "rubric.toml")]
        given = ["--submission", str(ROOT / "reference"), "--report-dir", str(out), *nursery, *map(str, options)]
        variables = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_XDIST")}
        done = subprocess.run([*command, *given], cwd=cwd, env=variables, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, json.loads((out / "report.json").read_text(encoding="utf-8"))

    return call


def test_benchmarks_alone_can_be_run(run, tmp_path):
    """--benchmark-only times the training and nothing else; --benchmark-json has our rounds, the ratio, the proof."""
    code, output, report = run("--benchmark-only", "--benchmark-json", tmp_path / "times.json")
    assert code == 0, output
    (timed,) = report["throughput"]
    assert (report["status"], [part["name"] for part in report["parts"]]) == ("partial", ["throughput"])
    (bench,) = json.loads((tmp_path / "times.json").read_text(encoding="utf-8"))["benchmarks"]
    assert (bench["group"], bench["name"]) == ("train_epoch on cpu", f"{CHECK}[cpu]")
    assert bench["stats"]["rounds"] == timed["rounds"] == bench["extra_info"]["rounds"]
    assert bench["extra_info"]["ratio"] == timed["ratio"]
    assert timed["ratio_low"] <= timed["ratio"] <= timed["ratio_high"]
    assert 3200 / bench["stats"]["median"] == pytest.approx(timed["samples_per_second"], rel=0.01)
    assert "times as fast as the yardstick" in " ".join(output.split())  # a line may end anywhere in it


@pytest.mark.sample
def test_runs_can_be_compared_and_drawn(run, tmp_path):
    """--benchmark-save, --benchmark-compare and --benchmark-histogram do what their users know."""
    store = f"--benchmark-storage=file://{tmp_path / 'store'}"
    code, output, _ = run("--benchmark-only", store, "--benchmark-save=first")
    assert code == 0, output
    code, output, _ = run(
        "--benchmark-only", store, "--benchmark-compare", f"--benchmark-histogram={tmp_path / 'drawn'}"
    )
    assert code == 0, output
    assert "(0001_first)" in output
    assert list(tmp_path.glob("drawn*.svg"))


@pytest.mark.sample
def test_switched_off_benchmarks_leave_the_proof(run):
    """--benchmark-disable: the weights are checked, nothing is timed, and the other parts make the whole grade."""
    code, output, report = run("--benchmark-disable")
    assert code == 0, output
    part = report["parts"][-1]
    assert (part["name"], part["status"], part["max_points"]) == ("throughput", "skipped", 0)
    assert (report["status"], report["score"], report["max_score"]) == ("graded", 95, 95)
    assert report["throughput"] == []
    assert any("not timed" in line for line in report["skipped"])


@pytest.mark.sample
def test_skipped_benchmarks_make_no_whole_grade(run):
    """--benchmark-skip leaves a part out on purpose, so there is no score."""
    _, _, report = run("--benchmark-skip")
    assert (report["status"], report["score"]) == ("partial", None)


def test_missing_gpu_is_said_and_costs_nothing(run):
    """Without CUDA the points rest on the CPU, and a line says so."""
    _, output, report = run("-k", CHECK)
    (part,) = report["parts"]
    if not any(timed["device"] == "cuda" for timed in report["throughput"]):
        assert part["points"] == part["max_points"] == 5
        assert "There is no CUDA here" in output


def test_unwritten_training_is_blocked_without_a_warning(run):
    """A template is told what to write, and nothing of a fixture that was not used."""
    _, output, report = run("-k", CHECK, "--submission", ROOT / "student_template")
    assert report["parts"][0]["status"] == "blocked"
    assert "arning" not in output
