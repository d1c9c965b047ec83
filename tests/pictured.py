"""The lab whose verdict README.md shows, as half done as on an evening, and what terminal and page say of it."""

from __future__ import annotations

import hashlib
import io
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import single
from corpus import BUGS, half_done_source
from corpus.half_done import ALL, HalfDone, without
from readers import Page

from graders.commands import judging
from graders.commands import report as command
from graders.harness.render import terminal
from graders.harness.render.tame import tame

if TYPE_CHECKING:
    from graders.harness.base.tamed import Tamed

PICTURES = Path(__file__).resolve().parents[1] / "docs" / "pictures"
COMMAND = "python benchmarks/pictures.py"
TYPED = "$ pytest graders"
COLUMNS = 100
WRONG = ("columns-first", "no-zero-grad")
UNWRITTEN = ("predict", "show_prediction")
EVENING = HalfDone(
    "an evening's work",
    tuple(name for name in ALL if name not in UNWRITTEN),
    "Images are read by columns, gradients add up, and the last part is for tomorrow.",
    full=without("reshape", "training", "accuracy", "prediction"),
    edits=tuple(change for bug in BUGS if bug.name in WRONG for change in bug.edits),
)
MEASURED = re.compile(r"\d+\.\d{3,}|\d[\d.]*e[+-]?\d+")  # what the last digits of hang on the processor
SAYS = "says"  # where a PNG holds the hash of its page's words
TEXT = "{http://www.w3.org/2000/svg}text"


def graded(folder: Path, mnist_root: Path, warm: judging.Nurseries = judging.COLD) -> Tamed:
    """Grade that lab on MNIST and return its report, without what differs from machine to machine and run to run."""
    (folder / "lab.py").write_text(half_done_source(EVENING), encoding="utf-8")
    options = ("--no-page", "--mnist-root", str(mnist_root), "--grading-seed", "0")
    done = single.grade("evening", folder / "lab.py", folder, options, warm)
    assert done.report is not None, done.output
    report = command.read(folder / "evening" / "report.json")
    placed = replace(report, submission="student_template", isolation="sandbox", unsandboxed="", skipped=())
    return tame(replace(placed, versions={}, duration_s=8.0))


def terminal_of(report: Tamed, colour: bool = False) -> str:
    """Return what is typed, and what a terminal shows then."""
    style = terminal.Style(command.messages_for(report).words, colour, COLUMNS)
    return f"{TYPED}\n\n{terminal.render(report, style)}"


def page_of(report: Tamed) -> str:
    """Return the page."""
    return command.FORMATS["html"](report, command.messages_for(report))


def svg_of(text: str) -> str:
    """Return a picture of a terminal that shows a text with its colours; it loads nothing."""
    from rich.console import Console
    from rich.text import Text

    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    console.print(Text.from_ansi(text), soft_wrap=True)
    svg = console.export_svg(title="Lab 7-2")
    return re.sub(r"\s*@font-face \{.*?\}", "", svg, flags=re.DOTALL)


def lines_in_svg(svg: str) -> list[str]:
    """Return the lines that a picture of a terminal shows, as `lines` does; its title is none of them."""
    shown: dict[str, str] = {}
    for element in list(ElementTree.fromstring(svg).iter(TEXT))[1:]:
        shown[element.attrib["y"]] = shown.get(element.attrib["y"], "") + "".join(element.itertext())
    return lines("\n".join(shown.values()))


def lines_in_page(page: str) -> list[str]:
    """Return the texts of a page, as `lines` does."""
    return lines("\n".join(Page(page.partition("<body>")[2].partition("</body>")[0]).texts))


def lines(text: str) -> list[str]:
    """Return the lines of a text without their blanks, and those alone that have more; measured numbers are alike."""
    return [found for line in text.splitlines() if (found := "".join(MEASURED.sub("#", line).split()))]


def hashed(found: list[str]) -> str:
    """Return a hash of lines."""
    return hashlib.sha256("\n".join(found).encode()).hexdigest()
