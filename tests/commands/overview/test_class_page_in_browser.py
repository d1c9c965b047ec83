"""The class's page in a real browser: everybody can read and use it, by keyboard too, and it stays what it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from browsers import SIZES, Opened, open_page, violations
from made_up_class import Made, class_of, data_of, row

from graders.commands.teacher.overview import page
from graders.commands.teacher.overview.page import messages_in

if TYPE_CHECKING:
    from pathlib import Path

pytest_plugins = ["browsers"]

SUMMED = ("loss-summed", "the costs of the images are summed, not averaged")
EVIL = "</script><script>document.title='pwned'</script><img src=x onerror=\"document.title='pwned'\">"
STUDENTS, FEW = 260, 40
each_language = pytest.mark.parametrize("language", ["en", pytest.param("ko", marks=pytest.mark.sample)])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a class's page in both languages."""
    made = tmp_path_factory.mktemp("class")
    wrong = Made(["test_cost_is_the_mean_over_the_batch"], [SUMMED], raised="TypeError")
    suspicion = {"kind": "network", "what": "socket.socket", "where": None}
    first = [
        row(f"0 {EVIL}", Made(suspicions=[suspicion]), name=EVIL, late=True, attempts=2, notes=(EVIL,)),
        row("1 김 민수", wrong, name="Minsu Kim", points=100.0),
        row("2 broken", Made(unloadable="the file is no valid Python")),
    ]
    for language in ("en", "ko"):
        for name, students in ((language, STUDENTS), (f"few-{language}", FEW)):
            data = data_of([*first, *class_of(students - len(first))], language, [("grades.csv", "a list")])
            text = page.render(data, messages_in(language), "2026-01-31 12:00 UTC")
            (made / f"{name}.html").write_text(text, encoding="utf-8")
    return made


@pytest.fixture
def opened(browser: Any, folder: Path) -> Opened:
    """Open the English page on a desk."""
    return open_page(browser, folder / "en.html", SIZES["desk"])


def names(tab: Any) -> list[str]:
    """Return the names in the table, as far as it shows them."""
    found: list[str] = tab.evaluate("[...document.querySelectorAll('#rows th')].map(e => e.firstChild.textContent)")
    return found


def count(tab: Any) -> str:
    """Return what the live region says."""
    said: str = tab.inner_text("#count")
    return said


@each_language
@pytest.mark.parametrize("size", SIZES)
def test_page_opens_without_a_complaint_and_fits(browser: Any, folder: Path, language: str, size: str) -> None:
    """The console stays empty, its own policy included, and nothing is wider than the window, all of it opened."""
    opened = open_page(browser, folder / f"{language}.html", SIZES[size])
    opened.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert opened.said == []
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]


def test_page_is_accessible(browser: Any, folder: Path) -> None:
    """axe-core finds nothing to complain of: names, contrast, order of headings, regions; opened up, and filtered."""
    tab = open_page(browser, folder / "few-en.html", SIZES["phone"]).page
    tab.fill("#search", "1")
    assert violations(tab) == []


def test_typing_finds_names_in_any_script(opened: Opened) -> None:
    """Accents and capitals make no difference; the count is said, and the box keeps the focus."""
    tab = opened.page
    tab.focus("#search")
    tab.keyboard.insert_text("김 민수")
    assert names(tab) == ["1 김 민수", *[name for name in names(tab)[1:] if "김 민수" in name]]
    assert count(tab) == f"{len(names(tab))} of {STUDENTS} students"
    tab.fill("#search", "NGUYEN")
    assert names(tab)
    assert all(name.startswith("Nguyễn") for name in names(tab))
    assert tab.evaluate("document.activeElement.id") == "search"
    tab.fill("#search", "nobody is called so")
    assert count(tab) == f"0 of {STUDENTS} students"
    assert "Nobody fits" in tab.inner_text("#rows")


def test_columns_are_sorted_by_keyboard(opened: Opened) -> None:
    """Enter on a heading sorts, once more turns it round; who has no points comes last; the heading keeps the focus."""
    tab = opened.page
    tab.locator("th[data-sort='4'] button").focus()
    for turn, sort in ((-1, "descending"), (1, "ascending")):
        tab.keyboard.press("Enter")
        assert tab.get_attribute("th[data-sort='4']", "aria-sort") == sort
        assert tab.locator("th[aria-sort]").count() == 1
        cells = tab.evaluate("[...document.querySelectorAll('#rows tr')].map(e => e.children[2].textContent)")
        points = [float(cell) for cell in cells]
        assert points == sorted(points, reverse=turn < 0)
        assert tab.evaluate("document.activeElement.closest('th').dataset.sort") == "4"
    tab.click("#later")
    tab.click("#later")
    assert names(tab)[-1]
    last = tab.evaluate("[...document.querySelectorAll('#rows tr')].map(e => e.children[2].textContent)")
    assert last == sorted(last, key=lambda cell: cell == "-")
    assert last[-1] == "-"


@pytest.mark.sample
def test_name_column_turns_round(opened: Opened) -> None:
    """It is sorted when the page opens."""
    tab = opened.page
    first = names(tab)
    tab.click("th[data-sort='0'] button")
    assert tab.get_attribute("th[data-sort='0']", "aria-sort") == "descending"
    assert names(tab)[0] != first[0]
    tab.click("th[data-sort='0'] button")
    assert names(tab) == first


def test_filters_go_together(opened: Opened) -> None:
    """By status, part, check, mistake and exception; one button shows all again."""
    tab = opened.page
    tab.select_option("#mistake", label="the costs of the images are summed, not averaged (1)")
    assert names(tab) == ["1 김 민수"]
    tab.select_option("#raised-filter", index=1)
    tab.click("#reset")
    assert count(tab) == f"{STUDENTS} of {STUDENTS} students"
    tab.select_option("#status", label="not loadable")
    tab.fill("#search", "broken")
    assert names(tab) == ["2 broken"]
    tab.fill("#search", "김 민수")
    tab.select_option("#status", label="changed by you")
    assert names(tab) == ["1 김 민수"]
    tab.select_option("#check", label="the cost is the mean over the batch")
    tab.select_option("#part", label="loss")
    assert names(tab) == ["1 김 민수"]
    tab.select_option("#part", label="model")
    assert names(tab) == []


def test_lists_lead_to_the_table(opened: Opened) -> None:
    """Those who made a mistake, and nobody else; the heading of the table gets the focus."""
    tab = opened.page
    tab.fill("#search", "something else")
    tab.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    button = tab.locator(".mistakes [data-choose]").first
    made = int(tab.locator(".mistakes .measure span").first.inner_text().split()[0])
    button.focus()
    tab.keyboard.press("Enter")
    assert count(tab) == f"{made} of {STUDENTS} students"
    assert tab.evaluate("document.activeElement.id") == "table"


@pytest.mark.sample
def test_rows_are_turned_over_by_keyboard(opened: Opened) -> None:
    """A hundred at a time; at the end the button stays where the focus is, and does nothing."""
    tab = opened.page
    seen = names(tab)
    tab.focus("#later")
    for _ in range(4):
        tab.keyboard.press("Enter")
        seen += [name for name in names(tab) if name not in seen]
    assert len(seen) == STUDENTS
    assert tab.inner_text("#range") == f"Rows 201 to {STUDENTS}"
    assert tab.evaluate("document.activeElement.id") == "later"
    assert tab.get_attribute("#later", "aria-disabled") == "true"


@pytest.mark.sample
def test_rows_of_the_script_look_like_those_of_the_page(browser: Any, folder: Path, opened: Opened) -> None:
    """Whoever sorts forth and back sees what was there before."""
    first = opened.page.inner_html("#rows")
    opened.page.click("th[data-sort='0'] button")
    opened.page.click("th[data-sort='0'] button")
    again = opened.page.inner_html("#rows")
    assert " ".join(again.split()) == " ".join(first.replace("\n", "").split())


def test_page_without_a_script_has_numbers_and_names(browser: Any, folder: Path) -> None:
    """And nothing that would do nothing."""
    tab = open_page(browser, folder / "en.html", SIZES["desk"], java_script_enabled=False).page
    assert tab.locator("#rows tr").count() == 100
    assert tab.locator("noscript").inner_text().startswith("These are the first 100")
    assert tab.locator("#search").is_hidden()
    assert tab.locator("button:visible").count() == 0


@pytest.mark.sample
def test_page_prints_everybody(browser: Any, folder: Path) -> None:
    """Those beyond the first hundred, too, and none of the controls."""
    tab = open_page(browser, folder / "en.html", SIZES["desk"]).page
    tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert tab.locator("#rows tr").count() == STUDENTS
    tab.emulate_media(media="print")
    assert tab.locator("#search").is_hidden()
    tab.evaluate("dispatchEvent(new Event('afterprint'))")
    assert tab.locator("#rows tr").count() == 100


def test_submission_can_put_no_script_in_the_page(opened: Opened) -> None:
    """What a submission or a file's name says is text, in the rows that the script makes, too."""
    opened.page.click("th[data-sort='0'] button")
    opened.page.click("th[data-sort='0'] button")
    assert opened.said == []
    assert "pwned" not in opened.page.title()
    assert EVIL in opened.page.inner_text("#rows")


@pytest.mark.sample
def test_policy_stops_a_script_that_came_through(browser: Any, folder: Path, tmp_path: Path) -> None:
    """Should escaping ever fail, the browser refuses script, handler and style."""
    text = (folder / "en.html").read_text(encoding="utf-8")
    text = text.replace("<main", f"{EVIL}<style>body{{color:red}}</style><main", 1)
    (tmp_path / "page.html").write_text(text, encoding="utf-8")
    opened = open_page(browser, tmp_path / "page.html", SIZES["desk"])
    assert "pwned" not in opened.page.title()
    assert opened.page.evaluate("getComputedStyle(document.body).color") != "rgb(255, 0, 0)"
    assert len(opened.said) >= 2
