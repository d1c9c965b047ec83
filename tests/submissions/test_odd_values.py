"""Labs with one value that nobody would expect: each gets a grade, and naming its mistake is no trouble of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from corpus.odd import ODD, odd_source
from layers import layered

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

pytest_plugins = ["grading"]

FEW, SOME = 3, 16


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Choose the cases of each layer."""
    if "odd" in metafunc.fixturenames:
        metafunc.parametrize("odd", layered(ODD, FEW, SOME))


def test_odd_value_is_graded(odd: tuple[str, str], grade: Callable[..., dict[str, Any]]) -> None:
    """There is a score; `grade` looks for what the catalogue says of itself where it chokes."""
    report = grade("odd", odd_source(*odd))
    assert report["status"] == "graded"
    assert 0 <= report["score"] <= report["max_score"]
