"""A report on its way to a file and back, and a result between processes: every field that the model has arrives."""

from __future__ import annotations

import types
import typing
from dataclasses import asdict, fields, is_dataclass, replace
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import execnet
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from graders.harness.base.model import CheckResult, Report, Where
from graders.harness.base.speed import Throughput
from graders.harness.judge.messages import Messages
from graders.harness.render import json_report
from graders.harness.render.tame import tame
from graders.harness.session.crossing import from_plain, to_plain

if TYPE_CHECKING:
    from collections.abc import Iterator

WORDS = Messages([Path(__file__).parents[3] / "graders" / "harness" / "messages"], "en").words
SETTINGS = settings(  # a smaller example would take minutes to find, and say no more of a field that is missing
    max_examples=50, phases=(Phase.generate,), derandomize=True, database=None, deadline=None
)
NUMBERS = st.sampled_from([0, 0.25, 0.5, 0.75])  # a share as well as points, and the same when rounded
TEXTS = st.text("ab:+ 가\t\n", max_size=8)
CHOICES: dict[tuple[type, str], st.SearchStrategy[Any]] = {  # what the file's schema leaves to choose
    (Report, "status"): st.sampled_from(["graded", "partial", "void"]),
    (Report, "isolation"): st.sampled_from(["sandbox", "process", "none"]),
    (Report, "data"): st.sampled_from([None, "mnist", "synthetic"]),
    (Report, "language"): st.sampled_from(["en", "ko"]),
    (Throughput, "clock"): st.sampled_from(["wall", "cpu"]),
    (CheckResult, "mistakes"): st.lists(st.text("ab-", min_size=1, max_size=5), max_size=2).map(tuple),  # as names are
    (CheckResult, "where"): st.builds(Where, st.just("lab.py"), st.integers(1, 99)),  # without it there is no excerpt
}


def whole(kind: type) -> st.SearchStrategy[Any]:
    """Return values of a dataclass, each field drawn by its type."""
    hints = typing.get_type_hints(kind)
    known = {name: strategy for (holder, name), strategy in CHOICES.items() if holder is kind}
    return st.builds(kind, **{field.name: drawn(hints[field.name]) for field in fields(kind)} | known)


def drawn(kind: Any) -> st.SearchStrategy[Any]:
    """Return values of any type that a report has."""
    arguments = typing.get_args(kind)
    if isinstance(kind, types.UnionType):
        return st.one_of(*map(drawn, arguments))
    if typing.get_origin(kind) is tuple:
        return st.lists(drawn(arguments[0]), max_size=2).map(tuple)
    if arguments:  # a Mapping
        return st.dictionaries(TEXTS, drawn(arguments[1]), max_size=2)
    if isinstance(kind, type) and is_dataclass(kind):
        return whole(kind)
    if issubclass(kind, Enum):
        return st.sampled_from(kind)
    return {str: TEXTS, float: NUMBERS, int: st.integers(0, 99), bool: st.booleans(), type(None): st.none()}[kind]


@SETTINGS
@given(whole(CheckResult))
def test_every_field_of_a_result_comes_to_the_other_process(result: CheckResult) -> None:
    """What pytest-xdist sends, by the library it sends with, is the same result on the other side."""
    assert from_plain(execnet.loads(execnet.dumps(to_plain(result)))) == result


@SETTINGS
@given(whole(Report))
def test_every_field_of_a_report_comes_back_from_its_file(report: Report) -> None:
    """What is read is what was written; where digits came from and what was timed, the report says and no check."""
    parts = tuple(
        replace(part, checks=tuple(replace(c, part=part.name, data=None, throughput=None) for c in part.checks))
        for part in report.parts
    )
    shown = tame(replace(report, parts=parts))
    assert tame(json_report.parse(json_report.render(shown, WORDS), lambda _language: {})) == shown


def texts(plain: Any) -> Iterator[str]:
    """Yield the texts of a plain value, keys included."""
    if isinstance(plain, dict):
        yield from (text for pair in plain.items() for text in texts(pair))
    elif isinstance(plain, (tuple, list)):
        yield from (text for each in plain for text in texts(each))
    elif isinstance(plain, str):
        yield plain


@SETTINGS
@given(whole(Report))
def test_every_text_of_a_report_is_tamed(report: Report) -> None:
    """Whatever the model gains, no control character comes through; exhibits are shown by what is drawn of them."""
    parts = tuple(replace(part, checks=tuple(replace(c, exhibits=()) for c in part.checks)) for part in report.parts)
    assert [text for text in texts(asdict(tame(replace(report, parts=parts)))) if not text.isprintable()] == []
