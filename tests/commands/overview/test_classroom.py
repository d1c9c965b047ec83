"""The page of a class that is in a gradebook: whatever has happened is on it, and nothing is read twice."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from corpus import CORRECT
from lxml import html
from made_up_class import Made

from graders.commands.teacher.grades.keys import Key
from graders.commands.teacher.grades.results import Outcome, Word, WordKind
from graders.commands.teacher.grades.store import Gradebook
from graders.commands.teacher.handed_in.hand_in import ClassFolder, Entry, HandIn, Kind
from graders.commands.teacher.overview import classroom, facts
from graders.harness.base.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Any

SUMMED = ("loss-summed", "the costs of the images are summed, not averaged")
LAB = (
    "def build_model():\n    return torch.nn.Sequential(*[torch.nn.Linear(784, {n}), torch.nn.Linear({n}, 10)][:{n}])\n"
)


def key(submission: str) -> Key:
    """Return the key of a submission's grading."""
    return Key(submission, "r", "p", "g", {part: "x" for part, _ in facts.order()})


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Gradebook]:
    """Return the gradebook of a small class."""
    labs = tmp_path / "class"
    labs.mkdir()
    hand_ins = [HandIn("anna", labs / "anna.py", "Anna Kim"), HandIn("김 민수", labs / "min.py", late=True, attempts=2)]
    hand_ins += [HandIn("slow", labs / "slow.py"), HandIn("waits", labs / "waits.py")]
    for number, one in enumerate(hand_ins):
        one.path.write_text(LAB.format(n=number + 2), encoding="utf-8")
    entries = (
        Entry("doc.docx", Kind.NOT_LOADABLE, "doc", "no_such_reason", {"file": "doc.docx"}),
        Entry("grades.csv", Kind.NO_SUBMISSION, "", "no_such_reason"),
    )
    missing = (HandIn("gone", labs),)
    with Gradebook.open(tmp_path) as opened:
        opened.enter(ClassFolder(entries, tuple(hand_ins), missing), labs, {"김 민수": "김 민수"})
        wrong = Made(["test_cost_is_the_mean_over_the_batch"], [SUMMED])
        opened.record("anna", key("1"), json.dumps(wrong.report))
        opened.record("김 민수", key("2"), json.dumps(Made().report))
        opened.record("slow", key("3"), None, Outcome.TIMED_OUT)
        yield opened


def tree_of(book: Gradebook, language: str = "en", **options: Any) -> Any:
    """Return the page as a browser reads it."""
    return html.document_fromstring(classroom.draw(book, language, **options).text)


def shown(tree: Any) -> dict[str, list[str]]:
    """Return the first cells of the table's rows: status and points, by student."""
    lines = tree.xpath("//tbody[@id='rows']/tr")
    return {line[0].text_content().split("no_such")[0]: [cell.text_content() for cell in line[1:3]] for line in lines}


def test_everybody_is_on_the_page(book: Gradebook) -> None:
    """Whoever is graded, late, slow, missing, not loadable, or waits; and what else lies in the folder."""
    tree = tree_of(book)
    assert shown(tree) == {
        "anna Anna Kim": ["graded", "96"],
        "doc": ["not loadable", "-"],
        "gone": ["missing", "-"],
        "slow": ["took too long", "-"],
        "waits": ["waits", "-"],
        "김 민수": ["graded late", "100"],
    }
    assert "grades.csv" in tree.text_content()
    assert "the costs of the images are summed" in tree.text_content()
    assert "1 to go" in tree.text_content()


def test_a_teachers_word_is_on_the_page(book: Gradebook) -> None:
    """Points and notes, marked."""
    book.say("anna", Word(WordKind.OVERRIDE, "I saw it run", "2026-01-31T12:00:00Z", "loss", 12.0))
    book.say("anna", Word(WordKind.NOTE, "talked to her", "2026-01-31T12:00:00Z"))
    (line,) = tree_of(book).xpath("//tbody[@id='rows']/tr[th/a[text()='anna']]")
    assert [cell.text_content() for cell in line[1:3]] == ["graded changed by you noted", "100"]
    assert "talked to her" in line[0].text_content()


def test_a_report_is_read_once(book: Gradebook, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next page takes what was kept; a new result is read, and no other."""
    first = classroom.draw(book, "en")
    read = list[str]()
    of = facts.of

    def reads(report: dict[str, Any], checks: facts.Order) -> facts.Facts:
        read.append("a report")
        return of(report, checks)

    def compares(path: Path, _spec: object) -> bytes:
        read.append(path.name)
        return b""

    monkeypatch.setattr(facts, "of", reads)
    monkeypatch.setattr(classroom, "marks", compares)
    assert classroom.draw(book, "en") == first
    assert read == []
    book.record("waits", key("4"), json.dumps(Made().report))
    classroom.draw(book, "en")
    assert read == ["a report", "waits.py"]


def test_hand_ins_that_are_gone_cost_nothing(book: Gradebook, tmp_path: Path) -> None:
    """The page is drawn without their code."""
    for path in (tmp_path / "class").iterdir():
        path.unlink()
    assert len(shown(tree_of(book))) == 6


def test_what_several_handed_in_together_is_no_copy(book: Gradebook, tmp_path: Path) -> None:
    """A learning system says that it is one submission of two; two files that say the same are alike."""
    text = (CORRECT / "type_hinted.py").read_text(encoding="utf-8")
    paths = [tmp_path / "class" / f"{name}.py" for name in ("both", "both", "other")]
    for path in paths:
        path.write_text(text, encoding="utf-8")
    each = [HandIn(name, path) for name, path in zip(("one", "two", "three"), paths, strict=True)]
    book.enter(ClassFolder((), tuple(each[:2])), tmp_path / "class")
    for one in each:
        book.record(one.student, key("5"), json.dumps(Made().report))
    assert tree_of(book).xpath("//ol[@class='groups']") == []
    book.enter(ClassFolder((), tuple(each)), tmp_path / "class")
    assert len(tree_of(book).xpath("//ol[@class='groups']/li")) == 1


def test_who_is_on_no_list_is_told(book: Gradebook, tmp_path: Path) -> None:
    """The hand-in is graded all the same."""
    entry = Entry("anna.py", Kind.HAND_IN, "anna", "no_such_reason")
    book.enter(ClassFolder((entry,), (HandIn("anna", tmp_path / "class" / "anna.py"),)), tmp_path / "class")
    assert "no_such_reason" in tree_of(book).xpath("//details[contains(@class, 'remarked')]")[0].text_content()


def test_only_pages_that_are_there_are_linked(book: Gradebook, tmp_path: Path) -> None:
    """A class may be graded without any."""
    (tmp_path / "anna").mkdir()
    (tmp_path / "anna" / "report.html").write_text("", encoding="utf-8")
    links = tree_of(book, out=tmp_path).xpath("//tbody[@id='rows']//a/@href")
    assert links == ["anna/report.html"]
    assert len(tree_of(book).xpath("//tbody[@id='rows']//a/@href")) == 2


def test_a_language_that_is_not_there_is_refused(book: Gradebook) -> None:
    """With those that are."""
    with pytest.raises(ConfigurationError, match="there are in: en, ko"):
        classroom.draw(book, "xx")
