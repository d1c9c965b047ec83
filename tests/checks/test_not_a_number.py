"""A number that is none is never near to a right one."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from graders import test_6_evaluation as checks
from graders.harness.base.errors import CheckFailed
from graders.harness.base.model import Evidence


@pytest.mark.parametrize("said", [float("nan"), float("inf"), -float("inf"), 1e308])
def test_no_accuracy_of_the_digits_is_one(said, monkeypatch):
    """Comparisons with NaN are all false, be it asked whether it is near or whether it is off."""
    seen = SimpleNamespace(evidence=Evidence("evaluate(…)", said), share=0.5, split=SimpleNamespace(labels=np.zeros(8)))
    monkeypatch.setattr(checks, "evaluated", lambda *_, **__: seen)
    monkeypatch.setattr(checks, "expect_examination", lambda _: None)
    monkeypatch.setattr(checks, "_is_wrong_anyway", lambda _: False)
    lab: Any = None
    for check in (checks.test_accuracy_is_the_share_of_right_answers, checks.test_pixels_are_scaled_as_in_training):
        with pytest.raises(CheckFailed):
            check(lab)
