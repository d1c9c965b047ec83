"""The pictures of the page: what checks note for them, and what is drawn of it."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NoReturn
from xml.etree import ElementTree

import numpy as np
import pytest
import single
from corpus import BUGS, bug_source, reference_source

from graders.commands import judging, report
from graders.harness.base.exhibits import Exhibit, PackedArray, Picture
from graders.harness.base.model import CheckResult, PartResult, Report, Status
from graders.harness.base.speed import Throughput
from graders.harness.judge.faults import PictureFault
from graders.harness.judge.messages import Messages
from graders.harness.judge.notes import Notes
from graders.harness.render import html
from graders.harness.render.svg import inline
from graders.harness.render.tame import tame
from graders.measuring import showing
from graders.pictures import figures

if TYPE_CHECKING:
    from collections.abc import Callable

    from graders.harness.base.tamed import Tamed

pytest_plugins = ["grading"]

ROOT = Path(__file__).resolve().parents[2]
RANDOM = np.random.default_rng(0)
TIMED = Throughput("cpu", "some processor", 2e6, 1.9e6, 1.05, 1.02, 1.08, 80)
ARRAYS: dict[str, dict[str, Any]] = {
    "costs": {"yours": np.linspace(2.3, 1, 9, dtype=np.float32), "oracle": np.linspace(2.3, 0.8, 9, dtype=np.float32)},
    "weights": {"weights": RANDOM.integers(-127, 128, (10, 28, 28), np.int8)},
    "confusion": {"counts": RANDOM.integers(0, 9, (10, 10), np.int32)},
    "misread": {
        "images": RANDOM.integers(0, 256, (7, 28, 28), np.uint8),
        "labels": np.arange(7, dtype=np.uint8),
        "answers": np.arange(1, 8, dtype=np.uint8),
    },
    "reshape": {
        "images": RANDOM.integers(0, 256, (3, 28, 28), np.uint8),
        "rows": RANDOM.integers(0, 256, (3, 28, 28), np.uint8),
    },
}


def make_report(arrays: dict[str, dict[str, Any]], *timed: Throughput) -> Tamed:
    """Return a report with these exhibits."""
    exhibits = tuple(Exhibit(name, {k: PackedArray.of(a) for k, a in group.items()}) for name, group in arrays.items())
    check = CheckResult("test_a", "alpha", Status.PASSED, exhibits=exhibits)
    part = PartResult("alpha", "alpha", Status.PASSED, 1.0, 1.0, (check,))
    whole: dict[str, Any] = {
        "lab": "tiny",
        "title": "Tiny",
        "submission": "here",
        "status": "graded",
        "score": 1.0,
        "max_score": 1.0,
    }
    run: dict[str, Any] = {
        "isolation": "process",
        "data": None,
        "seed": 0,
        "duration_s": 1.0,
        "versions": {},
        "checks_in_rubric": 1,
    }
    return tame(Report(**whole, **run, parts=(part,), throughput=timed))


def drawn(arrays: dict[str, dict[str, Any]], *timed: Throughput, language: str = "en") -> dict[str, Picture]:
    """Draw a report's pictures, by name."""
    words = Messages.of_lab(ROOT / "graders", language).section("pictures")
    return {picture.name: picture for picture in figures.draw(make_report(arrays, *timed), words, never)}


def never(name: str, error: Exception) -> None:
    """Be told of a picture that could not be drawn."""
    raise AssertionError(name) from error


def texts(picture: Picture) -> list[str]:
    """Return the texts inside a picture."""
    root = ElementTree.fromstring(picture.svg)
    return ["".join(element.itertext()) for element in root.iter("{http://www.w3.org/2000/svg}text")]


@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_exhibit_has_a_picture(language: str) -> None:
    """What checks note is drawn, in each language, with a heading and with words for whoever cannot see it."""
    found = drawn(ARRAYS, TIMED, language=language)
    assert set(found) == {*ARRAYS, "throughput"}
    for picture in found.values():
        assert picture.title
        assert len(picture.text) > 20
        assert not re.search(r"[{}]", picture.title + picture.text)


def test_text_in_a_picture_stays_text() -> None:
    """Letters are not drawn as curves, so that they can be selected, read aloud and scaled."""
    found = drawn(ARRAYS, TIMED)
    assert texts(found["weights"]) == [str(digit) for digit in range(10)]
    assert {"exact", "yours", "batch"} <= set(texts(found["costs"]))
    assert texts(found["misread"])[0] == "0, read 1"


def test_same_report_gives_the_same_picture() -> None:
    """A page that is made again has the same bytes."""
    assert drawn(ARRAYS) == drawn(ARRAYS)


def test_axes_made_ahead_give_the_same_picture() -> None:
    """A judge that had them ready draws what another one draws, and has them once."""
    figures.prepare.cache_clear()
    figures.prepare()
    assert figures._BUILT.keys() == figures.SHOWN.keys()
    first = drawn(ARRAYS)
    assert not figures._BUILT
    assert first == drawn(ARRAYS)


def test_picture_that_cannot_be_drawn_costs_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is left out and told; the others are there."""

    def broken(*_: object) -> NoReturn:
        raise RuntimeError("no fonts")

    told: list[tuple[str, str]] = []
    words = Messages.of_lab(ROOT / "graders", "en").section("pictures")
    report = make_report({"confusion": {"counts": np.eye(10, dtype=np.int32)}, "weights": {}})
    pictures = figures.draw(report, words, lambda name, error: told.append((name, type(error).__name__)))
    assert [picture.name for picture in pictures] == ["confusion"]
    monkeypatch.setitem(figures.SHOWN, "confusion", broken)
    assert figures.draw(report, words, lambda name, error: told.append((name, str(error)))) == ()
    assert [name for name, _ in told] == ["weights", "weights", "confusion"]


def test_fault_in_noting_costs_its_picture_alone() -> None:
    """The check goes on; a warning tells."""
    lab: Any = SimpleNamespace(notes=Notes(wanted=True))
    digits: Any = SimpleNamespace(images=np.zeros((2, 28, 28), np.uint8), labels=np.array([1, 77]))
    with pytest.warns(PictureFault, match=r"picture answers: IndexError at measuring/showing.py:\d+"):
        showing.answers(lab, np.zeros((2, 10)), digits)
    assert lab.notes.exhibits == []


def test_report_without_exhibits_has_no_pictures() -> None:
    """Nothing is drawn of nothing, and matplotlib stays away."""
    assert drawn({}) == {}


@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf, 1e30])
def test_costs_that_ran_away_are_drawn(odd: float) -> None:
    """A training that diverged is what a student most needs to see."""
    yours = np.asarray([2.3, 5.0, odd, odd], np.float32)
    (picture,) = drawn({"costs": {"yours": yours, "oracle": np.asarray([2.3, 2, 1.9, 1.8], np.float32)}}).values()
    assert "2.30" in picture.text


def test_picture_of_the_confusion_tells_the_most_frequent_mistake() -> None:
    """Its text says in words what is to be seen."""
    counts = np.diag(np.full(10, 90)).astype(np.int32)
    counts[4, 9] = 10
    (picture,) = drawn({"confusion": {"counts": counts}}).values()
    assert "900 of 910 are right; the most frequent mistake is a 4 taken for a 9, 10 times" in picture.text


def test_picture_of_the_speed_has_its_interval() -> None:
    """The text tells ratio and interval."""
    assert "1.05 of the yardstick (1.02 to 1.08)" in drawn({}, TIMED)["throughput"].text


def test_svg_in_a_page_has_nothing_that_its_policy_refuses() -> None:
    """No style attribute, no style sheet, no address; ids are the picture's own; ink is the page's."""
    found = drawn(ARRAYS, TIMED).values()
    pages = [inline(picture) for picture in found]
    for text in pages:
        assert not re.search(r"style=|<style|<script|<metadata|https?:|#010203", text)
        assert 'role="img"' in text
        assert "currentColor" in text
    ids = [match for text in pages for match in re.findall(r' id="([^"]+)"', text)]
    assert len(ids) == len(set(ids))
    references = {match for text in pages for match in re.findall(r"(?:href=\"|url\()#([^\")]+)", text)}
    assert references <= set(ids)


def test_dotted_digits_differ_from_their_scrambled_selves() -> None:
    """The three digits show flips, transposition and mixing: none of them is symmetric in all of them."""
    images = np.stack([showing._dotted(rows) for rows in showing.DOTS.values()])
    for change in (images[:, ::-1], images[:, :, ::-1], images.swapaxes(1, 2), images[::-1]):
        assert not np.array_equal(change, images)


# ---- whole submissions


@pytest.fixture
def graded(warm: judging.Nurseries, tmp_path: Path) -> Callable[[str], tuple[Tamed, str]]:
    """Return a function that grades a submission's text and returns its report and its page."""

    def run(source: str) -> tuple[Tamed, str]:
        (tmp_path / "lab.py").write_text(source, encoding="utf-8")
        done = single.grade("one", tmp_path / "lab.py", tmp_path / "out", UNTIMED, warm)
        assert done.report is not None, done.output
        folder = tmp_path / "out" / "one"
        return report.read(folder / "report.json"), (folder / "report.html").read_text(encoding="utf-8")

    return run


@pytest.fixture
def bug() -> Callable[[str], str]:
    """Return a function that makes a submission with one mistake."""
    bugs = {each.name: each for each in BUGS}
    return lambda name: bug_source(bugs[name])


UNTIMED = ("-p", "no:benchmark")  # exhibits are none of the speed's
MAX_PAGE = 1_500_000  # bytes
MAX_EXHIBITS = 60_000  # bytes of report.json that are there for pictures only


def test_reference_shows_what_it_has_learned(graded: Callable[[str], tuple[Tamed, str]]) -> None:
    """Costs, weights, confusion and misread digits; the costs are the oracle's; page and report are small and agree."""
    seen, page = graded(reference_source())
    assert set(seen.exhibits) == {"costs", "weights", "confusion", "misread"}
    costs = seen.exhibits["costs"].arrays
    assert np.allclose(costs["yours"].unpack(), costs["oracle"].unpack(), atol=1e-4)
    assert seen.figures["accuracy"] == np.trace(seen.exhibits["confusion"].arrays["counts"].unpack()) / 10_000
    assert len(page.encode()) < MAX_PAGE
    assert sum(len(p.data) for e in seen.exhibits.values() for p in e.arrays.values()) < MAX_EXHIBITS
    # report.json holds all that the page shows.
    again = html.render(seen, report.messages_for(seen).words, drawn_of(seen))
    seconds = re.compile(r"graded in [\d.]+ s")  # the file has hundredths, the page tenths
    assert seconds.sub("", again) == seconds.sub("", page)


def drawn_of(seen: Tamed) -> tuple[Picture, ...]:
    """Draw the pictures of a report in its own language."""
    return figures.draw(seen, report.messages_for(seen).section("pictures"), never)


@pytest.mark.sample
def test_scrambled_pixels_are_shown(graded: Callable[[str], tuple[Tamed, str]], bug: Callable[[str], str]) -> None:
    """A reshape that reads columns first shows transposed digits."""
    seen, _ = graded(bug("columns-first"))
    arrays = seen.exhibits["reshape"].arrays
    assert np.array_equal(arrays["rows"].unpack(), arrays["images"].unpack().swapaxes(1, 2))


@pytest.mark.sample
def test_costs_of_a_wrong_loop_part_from_the_oracles(
    graded: Callable[[str], tuple[Tamed, str]], bug: Callable[[str], str]
) -> None:
    """Gradients that are never cleared show in the costs of the student's own loop, although a stand-in trains."""
    seen, _ = graded(bug("no-zero-grad"))
    costs = seen.exhibits["costs"].arrays
    assert np.abs(costs["yours"].unpack() - costs["oracle"].unpack()).max() > 0.1


def test_nothing_is_noted_for_nobody() -> None:
    """Without a page nothing is asked of the submission for the sake of pictures: this one could not answer."""
    notes = Notes(wanted=False)
    lab: Any = SimpleNamespace(notes=notes)
    nothing: Any = None
    showing.costs(lab, nothing)
    showing.weights(lab, nothing)
    showing.answers(lab, nothing, nothing)
    showing.reshape(lab)
    assert notes.exhibits == []


# ---- whatever a submission prints and raises

EVIL = "</pre><script>alert(1)</script>\\n::error file=x::pwned\\n##[error]\\x1b[31m\\u202e|`*_ ]]>"


@pytest.mark.sample
def test_submission_that_shouts_is_inert_in_every_format(graded: Callable[[str], tuple[Tamed, str]]) -> None:
    """100 MB of text, script tags, commands and escapes, printed, raised and returned, do no harm anywhere."""
    shout = "\n".join(
        [
            f'\nEVIL = "{EVIL}"\n\n',
            "def build_criterion():\n    raise ValueError(EVIL * 1000)\n\n",
            'def evaluate(model, dataset, device):\n    return EVIL + "y" * 10**7\n\n',
            'def show_prediction(image, label, prediction):\n    print(EVIL + "x" * 10**8)\n    return EVIL\n\n\n',
        ]
    )
    before, main, after = reference_source().partition('if __name__ == "__main__":')
    seen, page = graded(before + shout + main + after)
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert len(page.encode()) < MAX_PAGE
    for name, render in report.FORMATS.items():
        text = render(seen, report.messages_for(seen))
        assert len(text.encode()) < MAX_PAGE, name
        assert [c for c in text if not c.isprintable() and c != "\n"] == [], name
        assert name == "github" or not re.search("^::", text, re.MULTILINE), name
    commands = report.FORMATS["github"](seen, report.messages_for(seen)).splitlines()
    assert {line.partition(" ")[0] for line in commands} == {"::error", "::notice"}
