"""report.json, schema version 1: the Report as machines read it, and back.

report.schema.json tells what it holds. Fields were added since the first version, and readers of it need none of them:
a report without them can be read back.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from graders.harness.base.model import CheckResult, Report
from graders.harness.base.plain import converter
from graders.harness.base.rows import Key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cattrs import Converter

    from graders.harness.base.tamed import Tamed
    from graders.harness.base.words import Words

    Labels = Callable[[str], Mapping[str, str]]

SCHEMA = 1
BEFORE_MESSAGE = ("name", "title", "status")
MAX_TOLD = 200  # characters of what is wrong with a report
SCHEMA_FILE = Path(__file__).with_name("report.schema.json")


class UnreadableReport(ValueError):
    """A text is no report.json, or one of another schema version; the message says which."""


def render(report: Tamed, words: Words) -> str:
    """Return the report as JSON with a final newline."""
    return json.dumps(to_dict(report, words), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def to_dict(report: Tamed, words: Words) -> dict[str, Any]:
    """Return the report as plain JSON values, in the order in which a reader wants them."""
    plain = {"schema": SCHEMA, **make_converter().unstructure(report, Report)}
    for part, written in zip(report.parts, plain["parts"], strict=True):
        pairs = zip(part.checks, written["checks"], strict=True)
        written["checks"] = [_with_message(check, words.said(result.rows)) for result, check in pairs]
    return plain


def _with_message(check: dict[str, Any], message: str) -> dict[str, Any]:
    """Return a check with its rows as one text for people, too, where readers have had it from the first version on."""
    return {**{field: check[field] for field in BEFORE_MESSAGE}, "message": message, **check}


@cache
def make_converter() -> Converter:
    """Return what makes a report plain, and builds it again; its fields' names are the file's, but for these.

    It is made once, in 9 ms.
    """
    from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

    made = converter().copy()
    elsewhere = override(omit=True)  # the part, or the report itself, has it
    write_check = make_dict_unstructure_fn(
        CheckResult,
        made,
        part=elsewhere,
        mistakes=override(rename="mistake", unstruct_hook=lambda names: " + ".join(names) or None),
        duration_s=override(unstruct_hook=lambda seconds: round(seconds, 3)),
        data=elsewhere,
        throughput=elsewhere,
    )
    read_check = make_dict_structure_fn(
        CheckResult,
        made,
        mistakes=override(
            rename="mistake", struct_hook=lambda names, _kind: tuple(names.split(" + ")) if names else ()
        ),
        data=elsewhere,
        throughput=elsewhere,
    )
    made.register_unstructure_hook(CheckResult, write_check)
    made.register_structure_hook(CheckResult, read_check)
    seconds = override(unstruct_hook=lambda seconds: round(seconds, 2))
    made.register_unstructure_hook(Report, make_dict_unstructure_fn(Report, made, duration_s=seconds))
    return made


def parse(text: str, labels: Labels, *, ours: bool = False) -> Report:
    """Return the report that `render` wrote, now or with an earlier version.

    `labels` returns a language's labels, by which a message is understood that an earlier version wrote without rows.
    Raises UnreadableReport for anything else; what is surely `ours` is not held against the schema, which takes ten
    times as long as the rest.
    """
    try:
        plain = json.loads(text, parse_constant=_no_number)
    except ValueError as error:
        raise UnreadableReport(f"is no JSON: {error}") from None
    if not isinstance(plain, dict) or "schema" not in plain:
        raise UnreadableReport("is no report: it has no schema version")
    if plain["schema"] != SCHEMA:
        raise UnreadableReport(f"has schema version {plain['schema']!r}; this grader reads version {SCHEMA}")
    if not ours:
        _expect_schema(plain)
    return _read(_completed(plain, labels))


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number there")


def _expect_schema(plain: dict[str, Any]) -> None:
    from jsonschema import Draft202012Validator  # whoever only writes reports has no use for it
    from jsonschema.exceptions import best_match

    schema = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    error = best_match(Draft202012Validator(schema).iter_errors(plain))
    if error:
        raise UnreadableReport(f"is no whole report: {error.json_path}: {error.message[:MAX_TOLD]}")


def _completed(plain: dict[str, Any], labels: Labels) -> dict[str, Any]:
    """Return a report's values with what stands for those that an earlier version did not write."""
    checks = [check for part in plain["parts"] for check in part["checks"]]
    old = any("rows" not in check for check in checks)
    words = labels(plain.get("language", "en")) if old else {}
    keys = {word: key for key, word in words.items() if key in tuple(Key)}
    parts = [
        {
            "title": part["name"],
            **part,
            "checks": [_completed_check(check, part["name"], keys) for check in part["checks"]],
        }
        for part in plain["parts"]
    ]
    named = {"title": plain["lab"], "student": plain["submission"], "checks_in_rubric": len(checks)}
    return {**named, **plain, "parts": parts}


def _completed_check(check: dict[str, Any], part: str, keys: Mapping[str, str]) -> dict[str, Any]:
    rows = [_row(line, keys) for line in check["message"].split("\n") if line] if "rows" not in check else check["rows"]
    excerpt = check.get("excerpt") if check["where"] else None
    return {"title": check["name"], **check, "part": part, "rows": rows, "excerpt": excerpt}


def _row(line: str, keys: Mapping[str, str]) -> dict[str, str | None]:
    label, _, text = line.partition(": ")
    return {"key": keys[label], "text": text} if label in keys else {"key": None, "text": line}


def _read(plain: dict[str, Any]) -> Report:
    from cattrs import BaseValidationError, transform_error

    try:
        return make_converter().structure(plain, Report)
    except BaseValidationError as error:  # of what the schema does not know
        raise UnreadableReport(f"is no whole report: {transform_error(error)[0][:MAX_TOLD]}") from None
