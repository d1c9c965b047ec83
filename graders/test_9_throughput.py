"""Part `throughput`: how fast `train_epoch` trains, beside the lesson's own loop, on the CPU and on a GPU."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import pytest

from graders.harness.base.errors import Charged, CheckFailed
from graders.harness.base.model import Failure
from graders.measuring import throughput, work

if TYPE_CHECKING:
    from pytest_benchmark.fixture import BenchmarkFixture

    from graders.harness.base.speed import Throughput
    from graders.harness.judge.messages import Messages
    from graders.harness.judge.rubric import Rubric
    from graders.harness.judge.submission import Submission
    from graders.harness.timing.race import Race
    from graders.measuring.pieces import Lab

pytestmark = [
    pytest.mark.part("throughput"),
    pytest.mark.filterwarnings("ignore:Benchmark fixture was not used"),  # a check may end before there is work to time
]


@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_training_keeps_up_with_the_lesson(
    lab: Lab, rubric: Rubric, words: Messages, yardstick: Submission, benchmark: BenchmarkFixture, device: str
) -> None:
    """Rounds of training take no longer than the lesson's own loop needs for the same work, or only a little."""
    lab.require("train_epoch")
    lab.submission.require("train_epoch")  # a worker that was ended leaves nothing out: another takes its place
    is_timed = benchmark.enabled and lab.submission.pid is not None
    name = throughput.device_name(device, yardstick if is_timed else lab.submission)
    if name is None:
        pytest.skip(words.text("notes", "no_cuda"))
    if work.is_wrong_but_trains(lab):
        raise Charged("train_epoch")  # what another loop takes says nothing about the one that is asked for
    if not is_timed:
        throughput.prove(lab, device)
        pytest.skip(words.text("notes", "not_timed"))
    tiers = rubric.tiers["throughput"]
    benchmark.group = f"train_epoch on {device}"
    with throughput.race(lab, yardstick, device, rubric.thresholds["throughput_seconds"]) as race:
        _run(race, benchmark, [ratio for ratio, _ in tiers])
    standing = race.standing()
    timed = throughput.timed(standing, device, name)
    lab.notes.throughput = timed
    benchmark.extra_info.update(asdict(timed), proof="weights of every round")
    credit = throughput.share(standing, tiers)
    if credit < 1:
        raise CheckFailed(_too_slow(lab, timed, tiers[0][0], credit))


def _run(race: Race, benchmark: BenchmarkFixture, thresholds: list[float]) -> None:
    """Run pairs of rounds until the race has its verdict; pytest-benchmark's statistics are of our own rounds."""
    benchmark.pedantic(race.run, setup=race.before, teardown=race.after, rounds=1)  # type: ignore[no-untyped-call]  # its own
    assert benchmark.stats is not None  # made by the first round
    while race.wants_more(thresholds):
        benchmark.stats.update(race.pair())


def _too_slow(lab: Lab, timed: Throughput, wanted: float, credit: float) -> Failure:
    params = {
        "wanted": f"{wanted:g}",
        "yardstick": f"{timed.yardstick_samples_per_second:,.0f}",
        "speed": f"{timed.samples_per_second:,.0f}",
        "ratio": f"{timed.ratio:.2f}",
        "low": f"{timed.ratio_low:.2f}",
        "high": f"{timed.ratio_high:.2f}",
        "credit": f"{credit * 100:.0f}",
    }
    where = lab.submission.source.where("train_epoch")
    return Failure("too_slow", params, throughput.asked(timed.device), where, credit=credit)
