"""A limit on a whole grading: what was earned until then is the grade."""

from __future__ import annotations

import re

import single
from grading import QUICKLY, RUBRIC

pytest_plugins = ["grading"]

SLOW = """
_loss = build_criterion


def build_criterion():
    import time

    time.sleep(1)
    return _loss()
"""


def test_grading_ends_with_what_was_earned(tmp_path, warm):
    """The checks after the limit fail and say so; none is void, and no mistake is looked for."""
    text, count = re.subn(r"(?m)^grading_seconds = [\d.]+", "grading_seconds = 4", RUBRIC.read_text(encoding="utf-8"))
    assert count == 1
    (tmp_path / "rubric.toml").write_text(text, encoding="utf-8")
    reference = RUBRIC.parents[1] / "reference" / "lab.py"
    (tmp_path / "lab.py").write_text(reference.read_text(encoding="utf-8") + SLOW, encoding="utf-8")
    for language, words in {"en": "all calls of your functions together", "ko": "함수 호출을 모두 합쳐"}.items():
        options = [*QUICKLY, "--rubric", str(tmp_path / "rubric.toml"), "--language", language]
        graded = single.grade(language, tmp_path / "lab.py", tmp_path / "out", options, warm)
        assert graded.report is not None, graded.output
        assert graded.report["status"] == "graded"
        points = {part["name"]: part["points"] for part in graded.report["parts"]}
        assert (points["data"], points["reshape"]) == (8, 14)
        assert points["prediction"] == 0
        assert points["throughput"] == 0
        assert words in str(graded.report["parts"][-2]["checks"][0])
        assert not any(check["unloadable"] for part in graded.report["parts"] for check in part["checks"])
