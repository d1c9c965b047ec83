"""A file of which something else is run than it says: what runs, and where its lines stand in what was handed in."""

from __future__ import annotations

import pytest

from graders.harness.base.made import Line, Made
from graders.harness.base.model import Where, Word
from graders.harness.base.outlined import Outlined
from graders.harness.base.rows import Excerpt
from graders.harness.source.handed import Handed, Piece
from graders.harness.source.source import Source

FLAT = "import os\nx = os.sep\nprint(x)\n"
MADE = "import os\ndef f():\n    x = os.sep\n    return x\n"


@pytest.fixture
def outlined(tmp_path):
    """Return a flat file beside another, with an outline that makes a function of its second and third line."""
    (tmp_path / "lab.py").write_text(FLAT)
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside" / "other.py").write_text("y = 1\n")
    made = Outlined(MADE, {1: 1, 3: 2, 4: 3}, {"g": "a_loop"}, (Word("read_so"),))
    return Source.find(tmp_path, "lab.py", ("f", "g"), lambda: lambda tree: made if len(tree.body) == 3 else None)


def test_what_is_run_is_what_was_made(outlined):
    """The functions are those of the text that was made, and so is the file that a worker loads."""
    assert outlined.sites.keys() == {"f"}
    path, visible = outlined.run_from
    assert (path.name, path.read_text()) == ("lab.py", MADE)
    assert path.parent == visible
    assert (visible / "inside" / "other.py").read_text() == "y = 1\n"


@pytest.mark.parametrize(("run", "told"), [(1, 1), (2, 1), (3, 2), (4, 3), (9, 3)])
def test_a_line_is_told_as_the_one_it_was_made_of(outlined, run, told):
    """A line that stands for none of the file's is told as the one above it."""
    assert outlined.told(Where("lab.py", run)) == Where("lab.py", told)


def test_lines_that_are_shown_are_the_students(outlined):
    """The line at a place, and those around it, are as they were handed in."""
    assert outlined.line(Where("lab.py", 4)) == "print(x)"
    assert outlined.excerpt(Where("lab.py", 4)) == Excerpt(1, ("import os", "x = os.sep", "print(x)"))


def test_places_in_other_files_stay(outlined):
    """Only the file that was read otherwise has other lines."""
    assert outlined.told(Where("inside/other.py", 1)) == Where("inside/other.py", 1)
    assert outlined.line(Where("inside/other.py", 1)) == "y = 1"


def test_what_the_outline_tells_can_be_asked_for(outlined):
    """What was looked for, of which lines what was made, and how the file was read."""
    assert (outlined.looked_for("g"), outlined.looked_for("f")) == ("a_loop", None)
    assert list(outlined.made) == [Made("f", (Line(1, "import os"), Line(2, "x = os.sep"), Line(3, "print(x)")))]
    assert outlined.remarks == (Word("read_so"),)


def test_a_file_with_functions_of_its_own_is_run_where_it_lies(tmp_path):
    """No outline, no other file."""
    (tmp_path / "lab.py").write_text("def f():\n    return 1\n")
    source = Source.find(tmp_path, "lab.py", ("f", "g"), lambda: lambda _tree: None)
    assert source.run_from == (tmp_path / "lab.py", tmp_path)
    assert source.told(Where("lab.py", 2)) == Where("lab.py", 2)


def test_an_outline_that_runs_out_of_frames_is_none(tmp_path):
    """What Python can run is run as it is."""

    def outline(_tree):
        raise RecursionError

    (tmp_path / "lab.py").write_text("x = 1\n")
    assert Source.find(tmp_path, "lab.py", ("f", "g"), lambda: outline).sites == {}


def test_lines_are_told_by_their_cells():
    """Lines are counted through the cells, and told within one; what was made of them leads there as well."""
    cells = Handed((Piece(("",)), Piece(("a", "b"), 2), Piece(("c",), 5)))
    places = [cells.told(Where("lab.ipynb", line)) for line in (1, 2, 3, 4)]
    assert places == [
        Where("lab.ipynb", 1),
        Where("lab.ipynb", 1, 2),
        Where("lab.ipynb", 2, 2),
        Where("lab.ipynb", 1, 5),
    ]
    assert cells.told(Where("lab.ipynb", 5)) == Where("lab.ipynb", 5)
    made = Handed(cells.pieces, {1: 4, 2: 2})
    assert [made.told(Where("lab.ipynb", line)).cell for line in (1, 2)] == [5, 2]


@pytest.mark.parametrize(("glue", "kinds"), [(None, ["native", "lies"]), (2, ["native"])])
def test_nothing_is_suspected_of_what_is_not_the_students(tmp_path, glue, kinds):
    """What the lab puts below the student's statements may do what a student's code should be looked at for."""
    (tmp_path / "lab.py").write_text("import ctypes\n")
    made = Outlined("import ctypes\nclass Look:\n    def __eq__(self, other): pass\n", {1: 1}, glue=glue)
    source = Source.find(tmp_path, "lab.py", (), lambda: lambda _: made)
    assert [one.kind for one in source.suspicions] == kinds
    assert [source.is_glue(Where("lab.py", line)) for line in (1, 2, 9)] == [False, glue == 2, glue == 2]
    assert not source.is_glue(Where("other.py", 2))
    assert not source.is_glue(None)
