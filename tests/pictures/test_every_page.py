"""Every kind of page in both languages: anybody can read it, by day and night, on a phone, in Korean and on paper."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from browsers import open_page, violations
from graded_pages import CLASS, EVERYTHING

if TYPE_CHECKING:
    from pathlib import Path

    from graded_pages import Pages

pytest_plugins = ["graded_pages"]

FIVE = ("scrambled", "full marks", "syntax error", EVERYTHING, CLASS)
PHONE, DESK = 375, 1280  # pixels
OURS = ("Noto Sans CJK KR", "Noto Sans KR")
# Lightness of a colour as WCAG has it, from 0 to 1; whatever a colour is named as, a canvas tells its bytes.
COLOURS = """(() => {
  const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const light = (colour) => {
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
    const linear = [r, g, b].map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return [0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2], a / 255];
  };
  const wrong = new Set();
  for (const each of [document.body, ...document.querySelectorAll("body *")]) {
    if (each.closest("svg, script, noscript, .unseen, .skip") || !each.getClientRects().length) continue;
    const own = [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    const [ground, solid] = light(getComputedStyle(each).backgroundColor);
    if (solid && ground < 0.8) wrong.add(`${each.tagName}.${each.className} stands on a dark ground`);
    if (own && light(getComputedStyle(each).color)[0] > 0.18) wrong.add(`${each.tagName}.${each.className} is pale`);
  }
  return [...wrong];
})()"""
# What no font of a page's has looks like a code point that is no letter.
MISSING = """((text) => {
  const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const font = getComputedStyle(document.body);
  const drawn = (letter) => {
    pen.font = `20px ${font.fontFamily}`;
    pen.clearRect(0, 0, 60, 40);
    pen.fillText(letter, 5, 25);
    return pen.getImageData(0, 0, 60, 40).data.join();
  };
  const none = drawn("\\u{10FFFF}");
  return [...new Set(text)].filter((letter) => letter.trim() && drawn(letter) === none);
})"""
# Korean words, with what is joined to them in other elements, that begin on one line and end on another.
BROKEN = """((longest) => {
  const found = [];
  for (const block of document.querySelectorAll("body *")) {
    if (block.closest("svg, script, noscript, select, .unseen") || !block.getClientRects().length) continue;
    const line = getComputedStyle(block).writingMode === "horizontal-tb" ? "top" : "left";
    for (const node of block.childNodes) {
      if (node.nodeType !== 3) continue;
      for (const word of node.data.matchAll(/\\S+/g)) {
        if (!/[\\uac00-\\ud7a3]/.test(word[0]) || word[0].length > longest) continue;
        const range = document.createRange();
        range.setStart(node, word.index);
        range.setEnd(node, word.index + word[0].length);
        const boxes = [...range.getClientRects()].filter((box) => box.width);
        const lines = new Set(boxes.map((box) => Math.round(box[line])));
        if (lines.size > 1) found.push(word[0]);
      }
    }
  }
  return found;
})"""


def fonts_for_korean() -> list[str]:
    """Return the families on this machine that have Korean letters."""
    if shutil.which("fc-list") is None:
        return []
    said = subprocess.run(["fc-list", ":lang=ko", "family"], capture_output=True, encoding="utf-8", check=True).stdout
    return sorted({name for line in said.splitlines() for name in line.split(",")})


korean_font = pytest.mark.skipif(not fonts_for_korean(), reason="needs a font with Korean letters")
in_both_languages = pytest.mark.parametrize("language", ["en", "ko"])
each_page = pytest.mark.parametrize("case", FIVE)


@pytest.mark.sample
@each_page
@in_both_languages
def test_every_page_is_accessible(browser: Any, pages: Pages, case: str, language: str) -> None:
    """axe-core finds nothing to complain of, in either colour scheme, on a phone and on a desk."""
    found = {}
    for scheme in ("light", "dark"):
        for width in (PHONE, DESK):
            tab = open_page(browser, pages[f"{case} in {language}"], width, scheme).page
            found[scheme, width] = violations(tab)
            tab.context.close()
    assert [each for each in found.items() if each[1]] == []


@pytest.mark.sample
@each_page
@in_both_languages
def test_every_page_prints_dark_on_white(browser: Any, pages: Pages, case: str, language: str) -> None:
    """Paper is white, also for whoever reads in the dark: every text, and every ground that it stands on."""
    tab = open_page(browser, pages[f"{case} in {language}"], DESK, "dark").page
    tab.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert tab.evaluate(COLOURS) != []  # on the screen it is dark
    tab.emulate_media(media="print", color_scheme="dark")
    assert tab.evaluate(COLOURS) == []
    assert tab.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"


@korean_font
@pytest.mark.sample
@each_page
def test_korean_page_has_every_letter_and_whole_words(browser: Any, pages: Pages, case: str) -> None:
    """No letter is missing in the fonts that the page names, and no word is parted at a line's end."""
    for width in (PHONE, DESK):
        tab = open_page(browser, pages[f"{case} in ko"], width).page
        tab.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        assert tab.evaluate("document.documentElement.lang") == "ko"
        assert tab.evaluate(f"{MISSING}(document.body.innerText)") == []
        assert tab.evaluate(f"{BROKEN}(16)") == []


@korean_font
def test_missing_letters_and_parted_words_would_be_seen(browser: Any, tmp_path: Path) -> None:
    """Else the test above would prove nothing."""
    word = "가나다라마바사아자차카타파하"
    text = f'<div style="width: 5em; overflow-wrap: anywhere">{word} \U0010fffe</div>'
    (tmp_path / "page.html").write_text(f'<meta charset="utf-8">{text}', encoding="utf-8")
    tab = open_page(browser, tmp_path / "page.html", PHONE).page
    assert tab.evaluate(f"{MISSING}(document.body.innerText)") == ["\U0010fffe"]
    assert tab.evaluate(f"{BROKEN}(16)") == [word]


@pytest.mark.skipif(not set(OURS) & set(fonts_for_korean()), reason="needs Noto Sans CJK KR, as of fonts-noto-cjk")
@pytest.mark.parametrize("case", [CLASS, *(pytest.param(case, marks=pytest.mark.sample) for case in FIVE[:-1])])
def test_korean_letters_are_drawn_by_the_korean_font(browser: Any, pages: Pages, case: str) -> None:
    """Not by that of another language, whose letters have other shapes, which Noto's file has, too."""
    tab = open_page(browser, pages[f"{case} in ko"], DESK).page
    session = tab.context.new_cdp_session(tab)
    session.send("DOM.enable")
    session.send("CSS.enable")
    root = session.send("DOM.getDocument", {"depth": 0})["root"]["nodeId"]
    seen = set()
    for query in ("h1", "h2", "th", "p", "dd"):
        for node in session.send("DOM.querySelectorAll", {"nodeId": root, "selector": query})["nodeIds"]:
            seen |= {
                font["familyName"] for font in session.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
            }
    korean = seen & set(fonts_for_korean())
    assert korean
    assert korean <= set(OURS)
