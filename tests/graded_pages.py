"""Pages of submissions of each kind in either language, each graded when somebody first asks: a pytest plugin."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import single
from corpus import BUGS, bug_source, reference_source
from grading import RUBRIC, hurried
from made_up_class import class_of, data_of, row

from graders.commands import judging, report
from graders.commands.teacher.overview import page
from graders.harness.base.made import Line, Made
from graders.harness.base.model import Suspicion, Visibility, Where
from graders.harness.render import shown
from graders.harness.render.tame import tame

if TYPE_CHECKING:
    from collections.abc import Callable

pytest_plugins = ["grading", "browsers"]

ROOT = Path(__file__).resolve().parents[1]
EVERYTHING = "everything"  # the page with all that a page may have besides, of the scrambled one's report
CLASS = "class"
ENGLISH = " in en"  # as it is without
STUDENTS = 40


class Pages(dict[str, Path]):
    """The page of a submission of each kind, or of a class, by its name: "one bug", or in Korean "one bug in ko"."""

    def __init__(self, warm: judging.Nurseries, once: Callable[..., Path]) -> None:
        super().__init__()
        self._warm, self._once = warm, once

    def __missing__(self, key: str) -> Path:
        """Grade that submission once a run; training is timed for the sake of its picture alone."""
        if key.endswith(ENGLISH):
            return self[key.removesuffix(ENGLISH)]
        case, _, language = key.partition(" in ")

        def fill(folder: Path) -> None:
            (folder / "lab.py").write_text(sources()[case], encoding="utf-8")
            (folder / "rubric.toml").write_text(hurried(RUBRIC.read_text(encoding="utf-8")), encoding="utf-8")
            options = ["--rubric", str(folder / "rubric.toml"), "--language", language or "en"]
            single.grade(key, folder / "lab.py", folder, options, self._warm)

        def fill_with_made_up(folder: Path) -> None:
            text = of_a_class(language or "en") if case == CLASS else with_everything(self._report_for(key))
            (folder / key).mkdir()
            (folder / key / "report.html").write_text(text, encoding="utf-8")

        filled = self._once(f"page of {key}", fill_with_made_up if case in (EVERYTHING, CLASS) else fill)
        self[key] = filled / key / "report.html"
        return self[key]

    def _report_for(self, key: str) -> Path:
        return self[key.replace(EVERYTHING, "scrambled")].with_name("report.json")


def sources() -> dict[str, str]:
    """Return a submission of each kind."""
    bugs = {bug.name: bug_source(bug) for bug in BUGS}
    return {
        "full marks": reference_source(),
        "one bug": bugs["loss-summed"],
        "scrambled": bugs["columns-first"],
        "untouched": (ROOT / "student_template" / "lab.py").read_text(encoding="utf-8"),
        "syntax error": reference_source().replace("def build_model(", "def build_model((", 1),
    }


def with_everything(path: Path) -> str:
    """Return the page of a report to which all is added that a page may have besides, as students see it."""
    seen = report.read(path)
    (first, *others) = seen.parts
    hidden = replace(first, visibility=Visibility.HIDDEN)
    made = Made("flatten_images", (Line(3, "    images = images.flatten(start_dim=1)"), Line(4, "", 2)))
    besides = replace(
        seen,
        parts=(hidden, *others),
        suspicions=(Suspicion("network", "socket.socket", Where("lab.py", 12)),),
        remarks=("`lab.ipynb`: 3 cells were left out.",),
        outlined=(made,),
        altered=("graders/rubric.toml",),
        skipped=("There is no CUDA here.",),
    )
    return report.FORMATS["html"](shown.by_students(tame(besides)), report.messages_for(seen))


def of_a_class(language: str) -> str:
    """Return the page of a class that nobody taught."""
    data = data_of([row("1 김 민수", name="Minsu Kim", late=True, notes=("-",)), *class_of(STUDENTS)], language)
    return page.render(data, page.messages_in(language), "2026-01-31 12:00 UTC")


@pytest.fixture(scope="module")
def pages(browser: Any, warm: judging.Nurseries, once: Callable[..., Path]) -> Pages:
    """Return the pages; where there is no browser, nothing is graded for them."""
    return Pages(warm, once)
