"""A report.json that was tampered with, or came out of something else, given to `python -m graders report`."""

from __future__ import annotations

import functools
import json
import operator
from typing import TYPE_CHECKING, Any

import pytest

from graders.commands import report
from graders.harness.base.errors import ConfigurationError
from graders.harness.base.model import CheckResult, PartResult, Report, Status, Suspicion, Where
from graders.harness.base.rows import Excerpt, Key, Row
from graders.harness.base.speed import Throughput
from graders.harness.render import html, json_report
from graders.harness.render.tame import tame

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from graders.harness.base.tamed import Tamed
    from graders.harness.judge.messages import Messages

WRONG: tuple[Any, ...] = (None, [], {}, "x", -1, 1e308, True, "=cmd()\n::error::x\ud800")
LINE = Where("lab.py", 4)
FAILED = CheckResult(
    *("test_a", "alpha", Status.FAILED, (Row(Key.ASKED, "f(1)"), Row(Key.GOT, "3")), ("loss-summed",), "think", LINE),
    title="a title",
    source_line="return 3",
    standins=("f",),
    excerpt=Excerpt(4, ("    return 3",)),
    figures={"accuracy": 0.5},
)
WHOLE = Report(
    lab="tiny",
    title="Tiny",
    submission="here",
    status="graded",
    score=0.0,
    max_score=1.0,
    isolation="process",
    data="mnist",
    seed=0,
    duration_s=1.0,
    versions={"python": "3"},
    checks_in_rubric=1,
    parts=(PartResult("alpha", "alpha", Status.FAILED, 0.0, 1.0, (FAILED,)),),
    throughput=(Throughput("cpu", "some processor", 2e6, 1.9e6, 1.05, 1.02, 1.08, 80),),
    suspicions=(Suspicion("patched", "torch.view", LINE),),
)
# No pictures: matplotlib would take minutes for hundreds of pages, and all of their text is ours.
FORMATS: dict[str, Callable[[Tamed, Messages], str]] = {
    **report.FORMATS,
    "html": lambda read, messages: html.render(read, messages.words),
    "json": lambda read, messages: json_report.render(read, messages.words),
}


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of every value in a JSON document."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inside:
        yield (*path, key)
        yield from places(each, (*path, key))


@pytest.mark.parametrize("old", [False, True], ids=["new", "without rows"])
@pytest.mark.parametrize("wrong", WRONG, ids=[ascii(wrong) for wrong in WRONG])
def test_tampered_report_is_refused_or_shown(tmp_path: Path, wrong: object, old: bool) -> None:
    """Whatever stands in place of any one value, the report is refused in words, or every format is printable text."""
    shown = 0
    whole = tame(WHOLE)
    plain = json_report.to_dict(whole, report.messages_for(whole).words)
    if old:
        del plain["parts"][0]["checks"][0]["rows"]
    for path in places(json.loads(json.dumps(plain))):
        changed = json.loads(json.dumps(plain))
        functools.reduce(operator.getitem, path[:-1], changed)[path[-1]] = wrong
        (tmp_path / "report.json").write_text(json.dumps(changed), encoding="utf-8")
        try:
            read = report.read(tmp_path / "report.json")
            messages = report.messages_for(read)
        except ConfigurationError:
            continue
        texts = {name: render(read, messages) for name, render in FORMATS.items()}
        assert [name for name, text in texts.items() if not text.replace("\n", "").isprintable()] == [], path
        shown += 1
    assert shown < len(list(places(plain)))
