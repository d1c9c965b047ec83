"""A seed: what names one, what a worker is told of it, and that a drawn one is found by nobody who tries them all."""

from __future__ import annotations

import pytest

from graders.harness.base import seeds
from graders.harness.base.errors import ConfigurationError

SECRET = 2**48 + 12345


@pytest.mark.parametrize("text", ["0", "7", str(seeds.LARGE)])
def test_a_whole_number_is_a_seed(text: str) -> None:
    """It is that number."""
    assert seeds.parse(text, "--grading-seed") == int(text)


@pytest.mark.parametrize("text", ["-1", "1.5", "x", "", " 1", "٣", "Random", str(seeds.LARGE + 1), "9" * 5000])
def test_anything_else_is_refused(text: str) -> None:
    """The message says who gave it and what there can be."""
    with pytest.raises(ConfigurationError) as raised:
        seeds.parse(text, "$GRADING_SEED")
    assert str(raised.value) == f"$GRADING_SEED {text}: a seed is a whole number from 0 to 9007199254740992, or random"


def test_a_drawn_seed_is_large_and_another_each_time() -> None:
    """Trying them all takes more than the time of a lesson, and a number of JSON's holds it."""
    drawn = {seeds.parse("random", "--grading-seed") for _ in range(50)}
    assert len(drawn) == 50
    assert all(2**31 <= seed <= 2**53 for seed in drawn)
    assert sum(seed < 2**48 for seed in drawn) < 25


def test_of_a_secret_seed_a_worker_is_told_another() -> None:
    """It is small enough for every generator, hangs on all of the secret, and there is no way back."""
    told = [seeds.told(seed) for seed in (SECRET, SECRET + 1, SECRET + 2**40)]
    assert len(set(told)) == 3
    assert all(0 <= one < 2**31 - 1 for one in told)


def test_a_small_seed_stays_as_it_is() -> None:
    """It is found by trying, so nothing would be hidden."""
    assert [seeds.told(seed) for seed in (0, 7, 2**31 - 1)] == [0, 7, 2**31 - 1]
