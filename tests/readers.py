"""What reads our formats, or stands for it: published schemas, parsers, and what the formats' documents say.

GitHub's workflows and GitLab's pipelines have schemas that check-jsonschema carries; JUnit's XML has the Jenkins xUnit
plugin's, which pytest's source distribution carries. GitLab's code quality and Gradescope's results.json have a
document each and no schema that a package carries; the ones below were written from these documents.
"""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from functools import partial
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import jsonschema
from lxml import etree
from markdown_it import MarkdownIt

from graders.commands import report as command
from graders.harness.render import json_report, terminal
from graders.harness.render.tame import tame
from graders.spec import SPEC

if TYPE_CHECKING:
    from collections.abc import Callable

    from graders.harness.base.model import Report
    from graders.harness.base.tamed import Tamed
    from graders.harness.judge.messages import Messages

LARGEST = 400_000  # letters of any format, however much there is to say in one cause
COLUMNS = 80  # of a usual terminal

QUALITY_SCHEMA = {  # GitLab Docs, "Code Quality", report format: the properties that an issue must have
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "pattern": "^[^./]"},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                    },
                },
            },
        },
    },
}
VISIBILITY = {"enum": ["hidden", "after_due_date", "after_published", "visible"]}
RESULTS_SCHEMA = {  # Gradescope's autograder documentation, "Autograder Specifications": the output format
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "score": {"type": "number"},
        "execution_time": {"type": "number"},
        "output": {"type": "string"},
        "output_format": {"enum": ["text", "html", "simple_format", "md", "ansi"]},
        "test_output_format": {"type": "string"},
        "test_name_format": {"type": "string"},
        "visibility": VISIBILITY,
        "stdout_visibility": VISIBILITY,
        "extra_data": {"type": "object"},
        "tests": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    "score": {"type": "number"},
                    "max_score": {"type": "number"},
                    "status": {"enum": ["passed", "failed"]},
                    "name": {"type": "string"},
                    "name_format": {"type": "string"},
                    "number": {"type": "string"},
                    "output": {"type": "string"},
                    "output_format": {"type": "string"},
                    "tags": {"type": "array", "items": {"type": "string"}},
                    "visibility": VISIBILITY,
                    "extra_data": {"type": "object"},
                },
            },
        },
        "leaderboard": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "value"],
                "properties": {"name": {"type": "string"}, "value": {}, "order": {"enum": ["asc", "desc"]}},
            },
        },
    },
}
# A command of GitHub's: its name, its properties if any, its data. GitHub Docs, "Workflow commands".
COMMAND = re.compile(r"::(error|notice) (?:(?:file|line|title)=[^,:]*,?)+::.*")
MARKDOWNS_OWN = {"html_block", "html_inline", "link_open", "image", "fence", "code_block", "code_inline", "hr"}


class Page(HTMLParser):
    """Gathers what a browser would find: elements, attributes, texts outside of the style sheet, what is left open."""

    VOID = frozenset({"meta", "rect", "br", "path", "use", "line", "input", "circle"})  # elements that nobody closes

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element and its attributes."""
        self.elements.append(tag)
        self.attributes += attrs
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element that closes itself."""
        self.elements.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        """Leave an element, which has to be the last that was opened."""
        if tag not in self.VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Note a text."""
        if "style" not in self.open:
            self.texts.append(data)


def terminal_text(report: Tamed, messages: Messages) -> str:
    """Return what a terminal of a usual width shows."""
    return terminal.render(report, terminal.Style(messages.words, colour=False, width=COLUMNS))


FORMATS: dict[str, Callable[[Tamed, Messages], str]] = {
    "json": lambda report, messages: json_report.render(report, messages.words),
    "terminal": terminal_text,
    **command.FORMATS,
}


def expect_every_format_to_be_read(report: Report, junit: etree.XMLSchema | None) -> None:
    """Render a report in every format and have each read as its readers would; AssertionError tells which is refused.

    The submission is called as it is in a student's repository, since GitLab wants paths inside of one. `junit` is the
    published schema, None where it cannot be had.
    """
    report = tame(replace(report, submission="student_template"))
    messages = command.messages_for(report)
    texts = {name: render(report, messages) for name, render in FORMATS.items()}
    for name, text in texts.items():
        text.encode("utf-8")
        assert [c for c in text if not c.isprintable() and c != "\n"] == [], name
        assert len(text) < LARGEST, name
    again = tame(json_report.parse(texts["json"], partial(command.labels, SPEC)))
    assert json_report.render(again, messages.words) == texts["json"]
    expect_terminal(texts["terminal"])
    expect_page(texts["html"])
    expect_markdown(texts["markdown"], report)
    expect_junit(texts["junit"], report, junit)
    expect_gradescope(texts["gradescope"], report)
    expect_rows(texts["csv"], report)
    expect_commands(texts["github"])
    expect_quality(texts["gitlab"])


def expect_terminal(text: str) -> None:
    """Expect no line that is a command to a CI service, and none that is wider than the terminal."""
    assert not re.search(r"(?m)^\s*::|##\w*\[", text)
    assert [line for line in text.splitlines() if terminal.columns(line) > COLUMNS] == []


def expect_page(text: str) -> None:
    """Expect elements closed in order and ids that are unique; nothing runs and nothing is loaded."""
    page = Page(text)
    assert page.open == []
    assert not {"script", "img", "iframe", "object", "link", "form"} & set(page.elements)
    assert not [name for name, _ in page.attributes if name.startswith("on") or name in ("src", "style")]
    ids = [value for name, value in page.attributes if name == "id"]
    assert len(ids) == len(set(ids))


def expect_markdown(text: str, report: Report) -> None:
    """Expect one table with a row a part, and nothing of Markdown's that only a submission's text could bring in."""
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    every = [*tokens, *(child for token in tokens for child in token.children or ())]
    kinds = [token.type for token in every]
    assert not MARKDOWNS_OWN & set(kinds)
    assert (kinds.count("table_open"), kinds.count("tr_open")) == (1, len(report.parts) + 1)
    assert kinds.count("td_open") == 4 * len(report.parts)


def expect_junit(text: str, report: Report, schema: etree.XMLSchema | None) -> None:
    """Expect what the published schema takes; a test case a check, and the counts are those of its elements."""
    root = etree.fromstring(text.encode("utf-8"))
    if schema is not None:
        schema.assertValid(root)
    for element in [root, *root.iter("testsuite")]:
        found = {kind: len(element.findall(f".//{kind}")) for kind in ("testcase", "failure", "error")}
        assert [element.get(name) for name in ("tests", "failures", "errors")] == [str(n) for n in found.values()]
    assert root.get("tests") == str(len(report.checks))


def expect_gradescope(text: str, report: Report) -> None:
    """Expect what the document takes; the score is the sum of the tests', and there is none without a grade."""
    result: dict[str, Any] = json.loads(text)
    jsonschema.validate(result, RESULTS_SCHEMA)
    scores = [test["score"] for test in result["tests"] if "score" in test]
    assert ("score" in result) == bool(scores) == (report.score is not None)
    assert abs(sum(scores) - result.get("score", 0)) < 1e-6


def expect_rows(text: str, report: Report) -> None:
    """Expect a row of as many cells as there are columns, of which no spreadsheet computes any."""
    names, cells = csv.reader(io.StringIO(text, newline=""), strict=True)
    assert len(names) == len(cells) == len(set(names)) == len(report.parts) + 9
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t"))] == []


def expect_commands(text: str) -> None:
    """Expect a command on every line; of each kind there are no more than GitHub shows."""
    lines = text.splitlines()
    assert [line for line in lines if not COMMAND.fullmatch(line)] == []
    assert max(sum(line.startswith(f"::{kind} ") for line in lines) for kind in ("error", "notice")) <= 10


def expect_quality(text: str) -> None:
    """Expect what the document takes; fingerprints differ, since GitLab shows only one of those that are alike."""
    issues = json.loads(text)
    jsonschema.validate(issues, QUALITY_SCHEMA)
    prints = [issue["fingerprint"] for issue in issues]
    assert len(prints) == len(set(prints))
