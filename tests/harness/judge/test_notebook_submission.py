"""A notebook in a worker: what of it runs, what it may use, and where what it raises is told."""

from __future__ import annotations

import pytest
from notebooks import notebook

from graders.harness.base.errors import CheckFailed, Unloadable
from graders.harness.base.model import Where

SLOW = "def slow():\n    while True:\n        pass"


@pytest.fixture(scope="module")
def lab(open_lab):
    """Return a notebook whose cells try things out between its functions."""
    cells = (
        ("markdown", "# Lab"),
        "import helpers\nraise RuntimeError",
        "while True:\n    pass",
        "%%bash\nls",
        "%matplotlib inline\nn = 3\n\ndef f(x):\n    return helpers.y * n // x",
        "def g():\n    display(1)\n    get_ipython().run_line_magic('ls', '')\n    return 7",
    )
    return open_lab(notebook(*cells), file="hw.ipynb", helpers="y = 5\n")


def test_functions_of_a_notebook_run_with_what_they_use(lab):
    """Globals of other cells, files beside the notebook, and what Jupyter gives."""
    assert lab.call("f", 1).value == 15
    assert lab.call("g").value == 7


def test_what_a_cell_raises_is_told_there(lab):
    """The worker names a line of what it runs; it is told as that of the cell."""
    with pytest.raises(CheckFailed) as caught:
        lab.call("f", 0)
    assert lab.submission.source.told(caught.value.failure.where) == Where("hw.ipynb", 5, 5)
    assert lab.submission.source.line(caught.value.failure.where) == "return helpers.y * n // x"


def test_a_function_that_is_not_there_is_missed_by_the_notebooks_name(open_lab):
    """Nobody looks for it in a lab.py."""
    with pytest.raises(CheckFailed) as caught:
        open_lab(notebook("def g():\n    return 1"), file="hw.ipynb").call("f")
    assert (caught.value.failure.key, caught.value.failure.params["file"]) == ("missing", "hw.ipynb")


@pytest.mark.parametrize(
    ("cells", "key", "place"),
    [
        (("x = 1", "n = 1 // 0\ndef f():\n    return n"), "raised_in_cell", Where("hw.ipynb", 1, 2)),
        (("def h():\n    return 1 // 0", "n = h()\ndef f():\n    return n"), "raised_in_cell", Where("hw.ipynb", 2, 1)),
        (("def f(x=nobody):\n    return x",), "unknown_in_cell", Where("hw.ipynb", 1, 1)),
        (("import nobody_has_this\ndef f():\n    return nobody_has_this",), "module_missing", Where("hw.ipynb", 1, 1)),
    ],
)
def test_what_stops_a_notebook_is_told_by_its_cell(open_lab, cells, key, place):
    """What functions use of other cells runs before them."""
    lab = open_lab(notebook(*cells), file="hw.ipynb")
    with pytest.raises(Unloadable) as caught:
        lab.call("f")
    assert (caught.value.failure.key, caught.value.failure.asked) == (key, "%run hw.ipynb")
    assert lab.submission.source.told(caught.value.failure.where) == place


def test_the_function_that_a_line_is_run_for_is_told(open_lab):
    """Of several, it is the one that uses what the line sets, be it by another."""
    cells = ("def f():\n    return 1", "n = 1\nm = [\n    1 // 0]", "def h():\n    return m\ndef g():\n    return h()")
    with pytest.raises(Unloadable) as caught:
        open_lab(notebook(*cells), file="hw.ipynb").call("f")
    assert caught.value.failure.params["function"] == "g"


def test_a_value_that_never_comes_is_told(open_lab):
    """An assignment that a function needs is waited for as long as any file is."""
    lab = open_lab(notebook(SLOW, "n = slow()", "def f():\n    return n"), file="hw.ipynb", import_seconds=2.0)
    with pytest.raises(Unloadable) as caught:
        lab.call("f")
    assert caught.value.failure.key == "timeout_in_cell"
