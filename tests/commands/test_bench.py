"""`python -m graders bench`: whole epochs side by side."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from corpus import BUGS, bug_source

from graders.__main__ import main
from graders.commands import bench
from graders.harness.base.errors import ConfigurationError
from graders.harness.judge.messages import Messages

ROOT = Path(__file__).resolve().parents[2]
SMALL = ["--digits", "1000", "--seconds", "1"]


def lane(name: str, *seconds: float, reasons: tuple[str, ...] = ()) -> bench.Lane:
    """Make a lane that has taken so long in each round."""
    return bench.Lane(name, SimpleNamespace(), list(seconds), reasons)  # type: ignore[arg-type]  # nobody runs


@pytest.fixture
def lanes() -> list[bench.Lane]:
    """Make a lesson, a submission five times as fast, and a limit twice as fast as that."""
    return [
        lane("lesson", 1.0, 2.0, 1.0, 1.0, 1.0),
        lane("mine", 0.2, 0.4, 0.2, 0.2, 0.2, reasons=("decodes", "slow-copies")),
        lane("limit", 0.1, 0.2, 0.1, 0.1, 0.1),
    ]


@pytest.fixture
def words() -> Messages:
    """Read the English words."""
    return Messages.of_lab(ROOT / "graders", "en")


def test_ratios_are_those_of_each_round(lanes):
    """A round in which the machine was slow changes no ratio."""
    lesson, mine, limit = bench.rows(lanes, 1000)
    assert (mine.ratio, mine.low, mine.high) == pytest.approx((5, 5, 5))
    assert (mine.images_per_second, mine.of_limit) == pytest.approx((5000, 0.5))
    assert (lesson.ratio, limit.ratio, limit.of_limit) == pytest.approx((1, 10, 1))


def test_table_tells_what_takes_time(lanes, words):
    """Reasons are sentences, whether they are about loading or about training."""
    text = bench.table(bench.rows(lanes, 1000), words)
    assert "every image is decoded again in every epoch; tensors are copied in every batch" in text
    assert "5.0 (5.0 - 5.0)" in text
    assert "50%" in text


def test_picture_is_drawn(lanes, words, tmp_path):
    """All that are compared are in it."""
    bench.draw(bench.rows(lanes, 1000), words, tmp_path / "speed.svg")
    text = (tmp_path / "speed.svg").read_text(encoding="utf-8")
    assert all(f"<!-- {name} -->" in text for name in ("lesson", "mine", "limit"))
    assert {"#d9730d", "#2f7ed8"} <= set(re.findall("#[0-9a-f]{6}", text))  # ours and theirs


def test_work_left_out_is_noticed():
    """A cost that is not that of plain SGD over all digits ends the comparison."""
    result: Any = SimpleNamespace(value=(None, 1.2))
    bench._prove(lane("mine"), result, 1.21)
    for value in ((None, 1.3), (None, float("nan")), (None, "1.2"), None):
        with pytest.raises(ConfigurationError, match="mine: an epoch costs"):
            bench._prove(lane("mine"), SimpleNamespace(value=value), 1.2)


@pytest.mark.sample
def test_submissions_are_compared(capsys, tmp_path):
    """The reference and the lesson's own way to load digits: the table has both, ours beside them, and the reason."""
    lessons = tmp_path / "lessons"
    lessons.mkdir()
    text = (ROOT / "reference" / "lab.py").read_text(encoding="utf-8")
    text = text.replace(
        "    mnist = datasets.MNIST(root, train=train, download=download)\n",
        "    from torchvision.transforms import ToTensor\n"
        "    return datasets.MNIST(root, train=train, download=download, transform=ToTensor())\n",
    )
    (lessons / "lab.py").write_text(text, encoding="utf-8")
    assert bench.main([str(ROOT / "reference"), str(lessons), *SMALL]) == 0
    rows = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()[2:]}
    assert len(rows) == 5
    assert "every image is decoded again" in rows[str(lessons)]
    assert "decoded" not in rows[str(ROOT / "reference")]
    assert "100%" in rows["limit"]


@pytest.mark.sample
def test_wrong_training_is_not_compared(capsys, tmp_path):
    """Whoever does other work has no speed, and the command says who."""
    bug = next(bug for bug in BUGS if bug.name == "no-step")
    (tmp_path / "lab.py").write_text(bug_source(bug), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["graders", "bench", str(tmp_path), *SMALL])
        assert main() == 2
    assert "grade it first" in capsys.readouterr().err
