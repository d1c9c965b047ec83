"""What every format tells of a report: what to fix, each cause once; a part's next step; the verdict; footnotes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from graders.harness.base.model import Status
from graders.harness.base.rows import Key, Row

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from graders.harness.base.model import CheckResult, PartResult, Where
    from graders.harness.base.speed import Throughput
    from graders.harness.base.tamed import Tamed
    from graders.harness.base.words import Words

MAX_TITLES = 3  # of checks skipped for one reason; more have a reason that says what they are
MAX_SUSPICIONS = 10  # told; a person who looks finds the rest


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing to fix, said once however many checks it costs. `rows` have place and hint, too."""

    title: str
    rows: tuple[Row, ...]
    checks: tuple[CheckResult, ...]

    @property
    def first(self) -> CheckResult:
        """The check that tells of it."""
        return self.checks[0]


def causes(report: Tamed, words: Words) -> list[Cause]:
    """Return what to fix, in the order of the parts; unwritten work is none of it, and stands in the table."""
    same: dict[tuple[object, ...], list[CheckResult]] = {}
    named: dict[tuple[str, ...], tuple[object, ...]] = {}
    for check in report.checks:
        if check.status is Status.VOID or (check.status is Status.FAILED and not check.unwritten):
            cause: tuple[object, ...] = (_found(check), check.where)
            if check.mistakes:  # the same one shows in many ways
                cause = named.setdefault((check.part, *check.mistakes), cause)
            same.setdefault(cause, []).append(check)
    titles = {part.name: part.title for part in report.parts}
    return [_cause(tuple(checks), titles, words) for checks in same.values()]


def _found(check: CheckResult) -> object:
    """Return what is wrong: an exception or a hang is the same one whatever was asked, a value depends on it."""
    depends = check.where is None or any(row.key is Key.EXPECTED for row in check.rows)
    return tuple(row for row in check.rows if depends or row.key is not Key.ASKED)


def _cause(checks: tuple[CheckResult, ...], titles: Mapping[str, str], words: Words) -> Cause:
    first = checks[0]
    parts = ", ".join(dict.fromkeys(titles[check.part] for check in checks))
    title = f"{parts}: {first.title}" if len(checks) == 1 else parts
    rows = list(first.rows)
    if first.where is not None:
        place = Row(Key.WHERE, placed(first, words))
        rows.insert(-1 if rows and rows[-1].key is Key.WHY else len(rows), place)
    if first.hint:
        rows.append(Row(Key.HINT, first.hint))
    if len(checks) > 1 and not first.unloadable:
        rows.append(Row(None, words.notes["repeated"].format(count=len(checks) - 1)))
    return Cause(words.notes["unloadable"] if first.unloadable else title, tuple(rows), checks)


def placed(check: CheckResult, words: Words) -> str:
    """Return a check's place with the line that stands there, or nothing."""
    place = words.placed(check.where) if check.where else ""
    return f"{place}: {check.source_line}" if check.source_line else place


def points(part: PartResult, before: Tamed | None = None) -> str:
    """Return a part's points as a table has them, or a dash where the grader failed: nothing is lost there.

    Where they were others in an earlier report, those stand before them.
    """
    if part.status is Status.VOID:
        return "-"
    earlier = next((one for one in before.parts if one.name == part.name), None) if before else None
    return _points(part.points, part.max_points, earlier.points if earlier else None)


def total(report: Tamed, before: Tamed | None = None) -> str:
    """Return the score, or a dash where there is none; that of an earlier report stands before it where it differs."""
    return "-" if report.score is None else _points(report.score, report.max_score, before.score if before else None)


def _points(earned: float, most: float, earlier: float | None) -> str:
    now, then = _rounded_points(earned, most), _rounded_points(earlier, most) if earlier is not None else ""
    return f"{then} -> {now} / {most:.0f}" if then and then != now else f"{now} / {most:.0f}"


def _rounded_points(earned: float, most: float) -> str:
    """Return points as a table has them: nobody who lacks something is shown all of them."""
    return f"{earned:.2f}" if earned < most and f"{earned:.1f}" == f"{most:.1f}" else f"{earned:.1f}"


def passed(part: PartResult) -> str:
    """Return how many of a part's checks passed, of those that ran; of all where none did."""
    ran = [check for check in part.checks if check.status is not Status.SKIPPED] or part.checks
    return f"{sum(check.status is Status.PASSED for check in part.checks)}/{len(ran)}"


def reason(part: PartResult, words: Words) -> str:
    """Return what to do next for a part: the file's own mending, the first function to write, or the first failure."""
    lost = [check for check in part.checks if check.status not in (Status.PASSED, Status.SKIPPED)]
    if not lost:
        return words.notes["skipped"] if part.status is Status.SKIPPED else ""
    check = next((c for c in lost if c.unwritten), lost[0])
    if check.unloadable:
        return words.notes["mend_file"]
    if check.status is Status.VOID:
        return words.page["void"]
    if check.unwritten:
        return to_write(check, words)
    return f"{words.placed(check.where)}: {check.title}" if check.where else check.title


def to_write(check: CheckResult, words: Words) -> str:
    """Return which function a check asks for or waits for."""
    waits, half = check.status is Status.BLOCKED, check.source_line.startswith("raise ")
    key = "waits" if waits else "finish" if half else "write" if check.where else "run"
    where = words.placed(check.where) if check.where else None
    return words.notes[key].format(function=check.unwritten, where=where)


def alarm(report: Tamed, words: Words) -> str:
    """Return what is to be said before all else, or nothing: that it is no grade, since the grader was changed."""
    return words.notes["altered"].format(files=", ".join(report.altered)) if report.altered else ""


def verdict(report: Tamed, words: Words) -> str:
    """Return what is to be said beside the score: what a teacher has set of it comes first."""
    return "; ".join(filter(None, (*report.by_teacher, _verdict(report, words))))


def _verdict(report: Tamed, words: Words) -> str:
    if report.status == "void":
        return words.notes["void"]
    if report.altered:
        return words.notes["self_check"]
    if report.status == "partial":
        return words.notes["partial"].format(ran=len(report.checks), all=report.checks_in_rubric)
    if report.withheld:
        return words.notes["withheld"].format(count=report.withheld)
    return words.notes["all_right"] if all_right(report) else ""


def all_right(report: Tamed) -> bool:
    """Tell whether nothing is wrong: points are rounded, and a check may weigh nearly nothing."""
    return report.score == report.max_score and all(
        check.status in (Status.PASSED, Status.SKIPPED) for check in report.checks
    )


def footnotes(report: Tamed, words: Words) -> Iterator[str]:
    """Yield what a reader should know besides."""
    yield from report.remarks
    replaced = sorted({name for check in report.checks for name in check.standins})
    if replaced:
        yield words.notes["standins"].format(functions=", ".join(replaced))
    if f"data_{report.data}" in words.notes:
        yield words.notes[f"data_{report.data}"]
    for timed in report.throughput:
        yield words.notes["throughput"].format(**_rounded(timed))
    yield from _skipped(report)
    why = f" ({report.unsandboxed})" if report.unsandboxed else ""
    yield words.notes[f"isolation_{report.isolation}"].format(why=why)
    if report.suspicions:
        yield words.notes["suspicions"].format(count=len(report.suspicions))
    for suspicion in report.suspicions[:MAX_SUSPICIONS]:
        said = words.notes.get(f"suspicion_{suspicion.kind}", suspicion.kind)
        place = words.placed(suspicion.where) if suspicion.where else "-"
        yield f"  {place}: {said}: {suspicion.what}"


def _skipped(report: Tamed) -> Iterator[str]:
    """Yield why checks were skipped, with their titles where they are few, and what others could not look at."""
    for why in report.skipped:
        skipped = [check for check in report.checks if check.status is Status.SKIPPED]
        titles = dict.fromkeys(
            check.title for check in skipped if check.title and why in {row.text for row in check.rows}
        )
        yield f"{'; '.join(titles)}: {why}" if 0 < len(titles) <= MAX_TITLES else why


def _rounded(timed: Throughput) -> dict[str, object]:
    speeds = {"speed": f"{timed.samples_per_second:,.0f}", "yardstick": f"{timed.yardstick_samples_per_second:,.0f}"}
    ratios = {"ratio": timed.ratio, "low": timed.ratio_low, "high": timed.ratio_high}
    rounded = {name: f"{value:.2f}" for name, value in ratios.items()}
    return {**speeds, **rounded, "device": timed.device, "name": timed.device_name, "rounds": timed.rounds}


def path_of(report: Tamed, where: Where) -> str:
    """Return the path of a student's file as somebody would type it who typed the submission's."""
    given = PurePosixPath(report.submission.replace("\\", "/"))
    folder = given.parent if given.suffix in (".py", ".ipynb") else given
    return str(folder / where.file)


def file_line(where: Where) -> int:
    """Return the line for those who point at lines of files; a notebook's are none that its reader ever sees."""
    return where.line if where.cell is None else 1
