"""JUnit's XML: a suite a part with its points as properties, a test case a check.

Format: the Jenkins xUnit plugin's junit-10.xsd, which pytest's own files follow, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree

from graders.harness.base.model import Status

from . import telling

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graders.harness.base.model import CheckResult, PartResult
    from graders.harness.base.tamed import Tamed
    from graders.harness.base.words import Words

FAILED = (Status.FAILED, Status.BLOCKED)  # what costs points


def render(report: Tamed, words: Words) -> str:
    """Return the report as XML with a final newline."""
    root = ElementTree.Element("testsuites", {"name": report.title, **_counts(report.checks)})
    del root.attrib["skipped"]  # which the format has for suites only
    for part in report.parts:
        _add_suite(root, part, report.lab, words)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _counts(checks: Sequence[CheckResult]) -> dict[str, str]:
    statuses = [check.status for check in checks]
    return {
        "tests": str(len(checks)),
        "failures": str(sum(status in FAILED for status in statuses)),
        "errors": str(statuses.count(Status.VOID)),
        "skipped": str(statuses.count(Status.SKIPPED)),
        "time": f"{sum(check.duration_s for check in checks):.3f}",
    }


def _add_suite(root: ElementTree.Element, part: PartResult, lab: str, words: Words) -> None:
    suite = ElementTree.SubElement(root, "testsuite", {"name": part.name, **_counts(part.checks)})
    properties = ElementTree.SubElement(suite, "properties")
    values = {"title": part.title, "points": f"{part.points:g}", "max_points": f"{part.max_points:g}"}
    for name, value in values.items():
        ElementTree.SubElement(properties, "property", {"name": name, "value": value})
    for check in part.checks:
        _add_case(suite, check, lab, words)


def _add_case(suite: ElementTree.Element, check: CheckResult, lab: str, words: Words) -> None:
    values = {"classname": f"{lab}.{check.part}", "name": check.name, "time": f"{check.duration_s:.3f}"}
    case = ElementTree.SubElement(suite, "testcase", values)
    if check.status is Status.PASSED:
        return
    if check.status is Status.SKIPPED:
        ElementTree.SubElement(case, "skipped", {"message": check.title})
        return
    kind = "error" if check.status is Status.VOID else "failure"
    outcome = ElementTree.SubElement(case, kind, {"message": check.title, "type": check.status.value})
    lines = [words.said(check.rows), telling.placed(check, words), check.hint]
    outcome.text = "\n".join(line for line in lines if line)
