"""The class's page as text: what it tells, in both languages, and that nothing in it is anything but text."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import tomllib
from dataclasses import replace
from string import Formatter
from urllib.parse import unquote

import pytest
from lxml import html
from made_up_class import Made, class_of, data_of, row
from readers import Page

from graders.commands.teacher.overview import page
from graders.commands.teacher.overview.page import HERE, messages_in

SUMMED = ("loss-summed", "the costs of the images are summed, not averaged")
EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7 * 7 }}\x1b[31m\x00\u202e\ud800\u2028<!--"
each_language = pytest.mark.parametrize("language", ["en", "ko"])


def text_of(*rows, language="en", others=()):
    """Return the page of a class."""
    return page.render(data_of(rows, language, others), messages_in(language), "2026-01-31 12:00 UTC")


def tree_of(*rows, **options):
    """Return the page of a class as a browser reads it."""
    return html.document_fromstring(text_of(*rows, **options))


def payload(tree):
    """Return what the page's script reads."""
    return json.loads(tree.get_element_by_id("data").text)


def section(tree, name):
    """Return the text of a section, its white space run together."""
    (found,) = tree.xpath(f"//section[@aria-labelledby='{name}']")
    return " ".join(found.text_content().split())


@pytest.fixture(scope="module")
def small():
    """Return a class in which something of everything has happened."""
    wrong = Made(["test_cost_is_the_mean_over_the_batch"], [SUMMED], raised="TypeError", speed=0.2, accuracy=0.5)
    suspicion = {"kind": "network", "what": "socket.socket", "where": None}
    return [
        row("anna", wrong, name="Anna Kim", notes=("Talked to her.",)),
        row("김 민수", Made(suspicions=[suspicion]), late=True),
        row("gone"),
        row("broken", Made(unloadable="the file is no valid Python")),
        row("ours", outcome="void", why="the grader itself failed"),
        *(row(f"s{number}", Made()) for number in range(5)),
    ]


# ---- what it tells


@each_language
def test_every_section_is_there_and_named(small, language):
    """Each has a heading that its part of the page is named by, and is in the list at the top."""
    tree = tree_of(*small, language=language)
    assert tree.get("lang") == language
    names = [each.get("aria-labelledby") for each in tree.xpath("//section")]
    assert names == ["look", "distribution", "mistakes", "parts", "raised", "speed", "alike", "table"]
    assert [link.get("href") for link in tree.xpath("//nav//a")] == [f"#{name}" for name in names]
    assert all(tree.get_element_by_id(name).tag == "h2" for name in names)


def test_mistakes_are_told_with_their_idea_and_who_made_them(small):
    """With the reason why, too."""
    said = section(tree_of(*small), "mistakes")
    assert "the costs of the images are summed, not averaged" in said
    assert "idea: softmax and cross-entropy" in said
    assert "1 of 10" in said
    assert "A sum grows with the batch" in said
    assert "anna Anna Kim" in said


def test_points_and_crashes_are_told(small):
    """How many, and whose."""
    tree = tree_of(*small)
    tiles = [" ".join(" ".join(tile.itertext()).split()) for tile in tree.xpath("//dl[@class='tiles']/div")]
    assert tiles == ["students 10", "graded 8", "mean 87 of 100", "median 100", "full marks 6"]
    assert "TypeError" in section(tree, "raised")
    (drawn,) = tree.xpath("//svg[@class='histogram']")
    assert "90 to 100: 7" in drawn.get("aria-label")
    assert "evaluation" in section(tree, "parts")
    assert "0.20" in section(tree, "speed")


def test_what_is_alike_is_no_verdict():
    """It says so, and names both."""
    rows = list(class_of(120))
    said = section(tree_of(*rows), "alike")
    assert "That is no verdict" in said
    assert rows[98].student in said
    assert rows[99].student in said


@each_language
def test_nothing_is_said_of_nobody(language):
    """An empty class, and one of which nothing is known yet, have a page."""
    for rows in ([], [row("anna", outcome="waiting")]):
        tree = tree_of(*rows, language=language)
        assert len(tree.xpath("//section")) == 8
        assert payload(tree)["rows"] == [[one.student, "", "", 7] for one in rows] or not rows


def test_what_waits_is_told_at_the_top():
    """The page is written while the class is graded, too."""
    assert "2 to go" in text_of(row("a", outcome="waiting"), row("b", Made(), outcome="partial"), row("c", Made()))


def test_other_entries_of_the_folder_are_told(small):
    """With what they are."""
    said = section(tree_of(*small, others=[("grades.csv", "a list"), ("empty", "")]), "look")
    assert "grades.csv: a list" in said


# ---- the table


def test_first_rows_are_there_without_a_script():
    """And it is said that they are not all."""
    tree = tree_of(*class_of(150))
    assert len(tree.xpath("//tbody[@id='rows']/tr")) == 100
    assert "first 100 of 150" in tree.xpath("//noscript")[0].text_content()
    assert len(payload(tree)["rows"]) == 150


def test_script_reads_the_rows_that_the_page_shows(small):
    """Names, points and parts are the same ones."""
    tree = tree_of(*small)
    lines = [[cell.text_content() for cell in line] for line in tree.xpath("//tbody[@id='rows']/tr")]
    rows = payload(tree)["rows"]
    assert [line[0].startswith(entry[0]) for line, entry in zip(lines, rows, strict=True)] == [True] * 10
    shown = {line[0]: line for line in lines}
    entry = next(entry for entry in rows if entry[0] == "s0")
    assert shown["s0"][2] == str(entry[4]) == "100"
    assert shown["s0"][3:13] == [str(points) for points in entry[5]]


def test_failed_checks_are_numbered_as_the_script_does():
    """The first check's bit is the highest."""
    tree = tree_of(row("a", Made(["test_every_image_becomes_a_row_of_784"])))
    (option,) = tree.xpath("//select[@id='check']//option[text()='every image becomes a row of 784 pixels']")
    number, digits = int(option.get("value")), payload(tree)["rows"][0][11]
    assert int(digits[number >> 2], 16) >> (3 - (number & 3)) & 1
    assert sum(int(digit, 16).bit_count() for digit in digits) == 1


def test_pages_of_students_are_linked_relatively():
    """Whatever their names hold: a colon makes no scheme, a question mark no query."""
    names = ["김 민수", "javascript:alert(1)", "a?b#c%41", "O'Brien & <b>", "../up"]
    tree = tree_of(*(row(name, Made()) for name in names))
    links = [link.get("href") for link in tree.xpath("//tbody[@id='rows']//a")]
    assert sorted(map(unquote, links)) == sorted(f"{name}/report.html" for name in names)
    assert [link for link in links if re.search(r"[:?#&<' ]", link)] == []
    assert sorted(entry[2] for entry in payload(tree)["rows"]) == sorted(links)


# ---- whatever a submission says


def evil_class():
    """Return a class in which a text stands wherever a submission, a file's name or a teacher might put one."""
    suspicion = {"kind": EVIL, "what": EVIL, "where": {"file": EVIL, "line": 1, "cell": None}}
    made = Made(["test_cost_is_a_scalar"], [(EVIL, EVIL)], raised=EVIL, suspicions=[suspicion], unloadable=EVIL)
    evil = row(EVIL, made, name=EVIL, why=EVIL, notes=(EVIL,), late=True, page="a/report.html")
    return [evil, replace(evil, student=f"2{EVIL}", outcome=EVIL[:30].replace("\ud800", ""))]


@each_language
def test_hostile_text_is_text(language):
    """Nothing of it is an element or a script; no control character, surrogate or direction is left."""
    text = text_of(*evil_class(), language=language, others=[(EVIL, EVIL)])
    text.encode("utf-8")
    assert [c for c in text if not c.isprintable() and c != "\n"] == []
    tree = html.document_fromstring(text)
    assert len(tree.xpath("//script")) == 2
    assert tree.xpath("//img | //comment() | //@onerror") == []
    assert payload(tree)["rows"][0][0].endswith("<!--")
    assert "49" not in tree.xpath("//tbody[@id='rows']")[0].text_content()


def test_policy_knows_style_and_script_alone(small):
    """By their hashes, as they stand in the page."""
    text = text_of(*small)
    (policy,) = html.document_fromstring(text).xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    own = [text.partition(f"<{tag}>")[2].partition(f"</{tag}>")[0] for tag in ("style", "script")]
    hashes = [base64.b64encode(hashlib.sha256(each.encode()).digest()).decode() for each in own]
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'; "
        "base-uri 'none'; form-action 'none'"
    )


def test_page_is_well_formed_and_loads_nothing(small):
    """Elements are closed in order, ids are unique, no attribute runs or styles anything, no address leads away."""
    text = text_of(*small)
    found = Page(text)
    assert found.open == []
    assert not {"img", "iframe", "object", "link", "form"} & set(found.elements)
    assert not [name for name, _ in found.attributes if name.startswith("on") or name in ("src", "style")]
    ids = [value for name, value in found.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    assert "http" not in text.replace("http-equiv", "")


@pytest.mark.sample
def test_page_of_5000_is_small():
    """Below 6 MB, whatever is found."""
    assert len(text_of(*class_of(5000)).encode()) < 6_000_000


# ---- words


def test_both_languages_say_the_same_with_the_same_fields():
    """And none says what the page does not."""
    tables = [
        tomllib.loads((HERE / "messages" / language / "overview.toml").read_text(encoding="utf-8"))["overview"]
        for language in ("en", "ko")
    ]
    fields = [
        {key: sorted(field for _, field, _, _ in Formatter().parse(text) if field) for key, text in table.items()}
        for table in tables
    ]
    assert fields[0] == fields[1]
    said = "".join(
        (HERE / name).read_text(encoding="utf-8")
        for name in ("page.html.jinja", "page.js", "charts.py", "sections.py", "rows.py", "page.py")
    )
    made = re.compile(r"(flag|is|ended)_\w+|\w+_why")
    assert [key for key in tables[0] if not made.fullmatch(key) and not re.search(rf"\b{key}\b", said)] == []
