"""What runs in which layer: no case is lost, and a larger layer has all that a smaller one has."""

from __future__ import annotations

import pytest
from layers import layered


@pytest.mark.parametrize("count", [0, 1, 7, 40])
@pytest.mark.parametrize(("few", "some"), [(0, 0), (1, 4), (3, 14), (5, 5)])
def test_every_case_is_in_one_layer(count, few, some):
    """All cases are there once, in their order; so many always run, and so many wait for the sample."""
    cases = layered({f"case{number}": number for number in range(count)}, few, some)
    assert [case.values[0] for case in cases] == list(range(count))
    assert [case.id for case in cases] == [f"case{number}" for number in range(count)]
    marks = ["".join(mark.name for mark in case.marks) for case in cases]
    in_sample = min(some, count)
    assert marks.count("") == min(few, in_sample)
    assert marks.count("sample") == in_sample - min(few, in_sample)
    assert marks.count("whole") == count - in_sample
