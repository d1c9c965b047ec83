"""A place in a notebook is told by its cell in every format, in the reader's language."""

from __future__ import annotations

import json

import pytest

from graders.harness.base.model import Status, Suspicion, Where
from graders.harness.base.rows import Excerpt
from graders.harness.judge.messages import Messages
from graders.harness.render import github, gitlab, gradescope, html, json_report, junit, markdown, terminal
from graders.harness.render.tame import tame
from graders.spec import SPEC

WORDS = {language: Messages.of_lab(SPEC.folder, language).words for language in ("en", "ko")}
SAID = {"en": "lab.ipynb, cell 7, line 3", "ko": "lab.ipynb 7번째 셀 3번째 줄"}
FORMATS = {
    "terminal": lambda report, words: terminal.render(report, terminal.Style(words, False, 100)),
    "html": html.render,
    "markdown": lambda report, words: markdown.render(report, words).replace("\\", ""),
    "github": github.render,
    "gitlab": gitlab.render,
    "junit": junit.render,
    "gradescope": gradescope.render,
}


@pytest.fixture
def report(make_report, make_check):
    """Return a report of a notebook with a failed check, an unwritten function and a suspicion."""
    where, lines = Where("lab.ipynb", 3, 7), ("def f():", "    return 3")
    failed = make_check(
        *("test_a", "alpha", Status.FAILED),
        said={"got": "3"},
        where=where,
        source_line="return 3",
        excerpt=Excerpt(2, lines),
    )
    unwritten = make_check("test_b", "beta", Status.FAILED, unwritten="g", where=Where("lab.ipynb", 1, 9))
    found = (Suspicion("network", "import socket", Where("lab.ipynb", 2, 12)),)
    return tame(make_report(failed, unwritten, submission="kim/lab.ipynb", suspicions=found, remarks=("read so",)))


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("name", FORMATS)
def test_every_format_tells_the_cell(report, name, language):
    """File, cell and line, wherever a place is told."""
    assert SAID[language] in FORMATS[name](report, WORDS[language])


@pytest.mark.parametrize("name", ["terminal", "html", "markdown", "gradescope"])
def test_whoever_tells_notes_tells_of_the_reading_and_of_suspicions(report, name):
    """How the notebook was read, and the lines that a person should look at."""
    told = FORMATS[name](report, WORDS["en"])
    assert "read so" in told
    assert "lab.ipynb, cell 12, line 2" in told


def test_unwritten_functions_are_told_by_their_cells(report):
    """Whoever has to write one finds it."""
    assert "write g (lab.ipynb, cell 9, line 1)" in FORMATS["terminal"](report, WORDS["en"])


def test_machines_get_the_cell(report):
    """report.json has it as a field, and keeps it when it is read back."""
    text = json_report.render(report, WORDS["en"])
    check = json.loads(text)["parts"][0]["checks"][0]
    assert check["where"] == {"file": "lab.ipynb", "line": 3, "cell": 7}
    assert json_report.parse(text, lambda language: WORDS[language].labels).checks[0].where == Where("lab.ipynb", 3, 7)


def test_annotations_point_at_the_file(report):
    """A line of a cell is none of the file's, so they stand at its top; a folder's name goes before it."""
    assert "file=kim/lab.ipynb,line=1," in github.render(report, WORDS["en"])
    assert json.loads(gitlab.render(report, WORDS["en"]))[0]["location"] == {
        "path": "kim/lab.ipynb",
        "lines": {"begin": 1},
    }


def test_page_shows_the_cells_lines(report):
    """Numbered as in the cell, with the place marked."""
    page = html.render(report, WORDS["en"])
    assert '<li class="here" aria-current="true"><span class="line">3</span><code>    return 3</code></li>' in page
    assert 'aria-label="Your lines around lab.ipynb, cell 7, line 3"' in page
