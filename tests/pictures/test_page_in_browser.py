"""The student's page in a real browser: nothing goes wrong, nothing is cut off, everybody can read it.

Needs Playwright and a Chromium of the system's; where there is none, these tests are skipped.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from browsers import SIZES, open_page, violations

from graders.commands import report
from graders.harness.base.rows import Key, Row
from graders.harness.render import html
from graders.harness.render.tame import tame

if TYPE_CHECKING:
    from pathlib import Path

    from graded_pages import Pages

pytest_plugins = ["graded_pages"]

CASES = ("full marks", "one bug", "scrambled", "untouched", "syntax error")
EVIL = "</code></pre><script>document.title='pwned'</script><img src=x onerror=\"document.title='pwned'\">"


each_case = pytest.mark.parametrize(
    "case", [case if case == "one bug" else pytest.param(case, marks=pytest.mark.sample) for case in CASES]
)


@each_case
@pytest.mark.parametrize("size", SIZES)
def test_page_opens_without_a_complaint_and_fits(browser: Any, pages: Pages, case: str, size: str) -> None:
    """The console stays empty, its own policy included, and nothing is wider than the window."""
    opened = open_page(browser, pages[case], SIZES[size])
    assert opened.said == []
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]


@pytest.mark.parametrize("case", ["one bug", pytest.param("untouched", marks=pytest.mark.sample)])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_is_accessible(browser: Any, pages: Pages, case: str, scheme: str) -> None:
    """axe-core finds nothing to complain of: names, contrast, order of headings, regions; on a phone, opened up."""
    assert violations(open_page(browser, pages[case], SIZES["phone"], scheme).page) == []


@pytest.mark.sample
@pytest.mark.parametrize(
    ("case", "names"),
    [
        ("full marks", ["costs", "weights", "confusion", "misread", "throughput"]),
        ("scrambled", ["reshape", "costs", "weights", "confusion", "misread", "throughput"]),
        ("syntax error", []),
    ],
)
def test_pictures_are_all_there(browser: Any, pages: Pages, case: str, names: list[str]) -> None:
    """Each picture has a size, a name for screen readers, and its images are loaded."""
    page = open_page(browser, pages[case], SIZES["desk"]).page
    assert page.evaluate("[...document.querySelectorAll('figure h3')].map(each => each.id)") == [
        f"{name}-title" for name in names
    ]
    for picture in page.query_selector_all("figure svg"):
        box = picture.bounding_box()
        assert min(box["width"], box["height"]) > 100
    assert page.get_by_role("img", name="digit").count() >= min(len(names), 1)


@pytest.mark.sample
def test_text_in_pictures_is_readable_on_a_phone(browser: Any, pages: Pages) -> None:
    """Letters are at least 7 pixels high at 360 pixels of width, where a hand can enlarge them."""
    page = open_page(browser, pages["scrambled"], SIZES["phone"]).page
    heights = page.evaluate(
        "[...document.querySelectorAll('figure svg text')].map(each => each.getBoundingClientRect().height)"
    )
    assert min(heights) >= 7


def test_wrong_line_is_seen_whole_on_a_phone(browser: Any, pages: Pages) -> None:
    """What is wrong in the line is not beyond the edge of a box that nobody knows to scroll."""
    page = open_page(browser, pages["one bug"], SIZES["phone"]).page
    assert 'reduction="sum"' in page.locator(".code .here").inner_text()
    seen, needed = page.evaluate("(box => [box.clientWidth, box.scrollWidth])(document.querySelector('.code'))")
    assert needed <= seen


@pytest.mark.sample
def test_next_step_has_most_of_a_phones_width(browser: Any, pages: Pages) -> None:
    """It is read in a line or two, not in a word a line beside two columns of numbers."""
    page = open_page(browser, pages["untouched"], SIZES["phone"]).page
    heights = page.evaluate("[...document.querySelectorAll('.reason')].map(e => e.getBoundingClientRect().height)")
    assert len(heights) == 10
    assert max(heights) < 50


def test_page_is_used_by_keyboard(browser: Any, pages: Pages) -> None:
    """Tab leads to the skip link, then to each code that scrolls and each list of checks, which Enter opens."""
    page = open_page(browser, pages["one bug"], SIZES["phone"]).page
    seen = []
    for _ in range(12):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.className || document.activeElement.tagName"))
    assert seen[:3] == ["skip", "code", "SUMMARY"]
    assert page.evaluate("document.querySelectorAll('details[open]').length") == 0
    page.locator("summary").first.focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.querySelectorAll('details[open]').length") == 1


def evil_page(pages: Pages) -> str:
    """Return a page on which a submission tried everything."""
    seen = report.read(pages["one bug"].with_name("report.json"))
    parts = tuple(
        replace(
            part,
            title=EVIL,
            checks=tuple(replace(c, title=EVIL, hint=EVIL, rows=(Row(Key.GOT, EVIL),)) for c in part.checks),
        )
        for part in seen.parts
    )
    return html.render(tame(replace(seen, submission=EVIL, parts=parts)), report.messages_for(seen).words)


def test_submission_can_put_no_script_in_the_page(browser: Any, pages: Pages, tmp_path: Path) -> None:
    """What a submission says is text: nothing runs, nothing is refused either since nothing was there to run."""
    (tmp_path / "page.html").write_text(evil_page(pages), encoding="utf-8")
    opened = open_page(browser, tmp_path / "page.html", SIZES["desk"])
    assert opened.said == []
    assert "pwned" not in opened.page.title()
    assert EVIL in opened.page.inner_text("body")


def test_policy_stops_a_script_that_came_through(browser: Any, pages: Pages, tmp_path: Path) -> None:
    """Should escaping ever fail, the browser refuses script, handler and style."""
    text = (
        pages["one bug"].read_text(encoding="utf-8").replace("<main", f"{EVIL}<style>body{{color:red}}</style><main", 1)
    )
    (tmp_path / "page.html").write_text(text, encoding="utf-8")
    opened = open_page(browser, tmp_path / "page.html", SIZES["desk"])
    assert "pwned" not in opened.page.title()
    assert opened.page.evaluate("getComputedStyle(document.body).color") != "rgb(255, 0, 0)"
    assert len(opened.said) >= 2
