"""Notebooks as they are handed in: found, read, told by cell and line; and what is no notebook, in words of its own."""

from __future__ import annotations

import json
import warnings
import zipfile

import pytest
from notebooks import notebook

from graders.harness.base.errors import Unloadable
from graders.harness.base.model import Where
from graders.harness.base.rows import Excerpt
from graders.harness.source import notebooks
from graders.harness.source.source import Source

CELLS = (("markdown", "# Lab"), "import os\n%matplotlib inline", "x = 1\n\ndef f():\n    return os.sep\n", "f()")


@pytest.fixture
def find(tmp_path):
    """Return a function that writes a notebook of these cells, or a file of this content, and finds it."""

    def make(*cells, content: bytes | str | None = None, name: str = "lab.ipynb", **metadata) -> Source:
        text = notebook(*cells, **metadata) if content is None else content
        (tmp_path / name).write_bytes(text.encode() if isinstance(text, str) else text)
        return Source.find(tmp_path, "lab.py", ("f", "g"))

    return make


def failure_of(source: Source):
    """Return why a file cannot be loaded, with nothing that could be run or searched."""
    with pytest.raises(Unloadable) as caught:
        _ = source.tree
    assert source.suspicions == []
    assert source.run_from == (source.path, source.visible)
    return caught.value.failure


# ---- finding


def test_notebook_of_the_labs_name_is_found(find, tmp_path):
    """A folder with lab.ipynb and no lab.py is graded by that, whatever other notebooks lie there."""
    (tmp_path / "other.ipynb").write_text(notebook("x = 1"))
    source = find(*CELLS)
    assert (source.path.name, set(source.sites), source.owner("lab.py")) == ("lab.ipynb", {"f"}, tmp_path.name)


@pytest.mark.parametrize("name", ["hw7.ipynb", "실습.ipynb", "Untitled (1).IPYNB"])
def test_only_notebook_is_found(find, tmp_path, name):
    """One notebook is the lab, by whatever name; what Jupyter keeps of it in a hidden folder is none."""
    (tmp_path / ".ipynb_checkpoints").mkdir()
    (tmp_path / ".ipynb_checkpoints" / "hw7-checkpoint.ipynb").write_text("{}")
    (tmp_path / "._hw7.ipynb").write_bytes(b"\0")
    source = find(*CELLS, name=name)
    assert (source.path.name, set(source.sites), source.owner("lab.py")) == (name, {"f"}, tmp_path.name)


def test_notebook_itself_may_be_given(find, tmp_path):
    """Whose it is, its name says, unless that is the lab's."""
    find(*CELLS, name="kim.ipynb")
    source = Source.find(tmp_path / "kim.ipynb", "lab.py", ("f",))
    assert (set(source.sites), source.owner("lab.py")) == ({"f"}, "kim")
    assert find(*CELLS).owner("lab.py") == tmp_path.name


def test_notebook_in_an_archive_is_found(tmp_path):
    """An archive may hold a notebook as it may hold lab.py."""
    with zipfile.ZipFile(tmp_path / "kim.zip", "w") as packed:
        packed.writestr("week7/hw.ipynb", notebook(*CELLS))
    source = Source.find(tmp_path / "kim.zip", "lab.py", ("f",))
    assert (set(source.sites), source.owner("lab.py")) == ({"f"}, "kim")


def test_python_file_counts_beside_a_notebook(find, tmp_path):
    """Where both are there, lab.py is graded, and that is said."""
    (tmp_path / "lab.py").write_text("def g():\n    return 1\n")
    source = find(*CELLS)
    assert (source.path.name, set(source.sites)) == ("lab.py", {"g"})
    assert [(word.key, word.params) for word in source.remarks] == [
        ("passed_over", {"file": "lab.py", "notebook": "lab.ipynb"})
    ]


def test_several_notebooks_are_not_guessed_between(tmp_path):
    """Where none has the lab's name, all are named."""
    for name in ("b.ipynb", "a.ipynb"):
        (tmp_path / name).write_text(notebook("x = 1"))
    failure = failure_of(Source.find(tmp_path, "lab.py"))
    assert (failure.key, failure.params["found"]) == ("several_labs", "a.ipynb, b.ipynb")


def test_notebooks_deeper_down_are_told(tmp_path):
    """As labs in Python are."""
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "lab.ipynb").write_text(notebook(f"{name} = 1"))
    failure = failure_of(Source.find(tmp_path, "lab.py"))
    assert (failure.key, failure.params["found"]) == ("several_labs", "a/lab.ipynb, b/lab.ipynb")


# ---- reading


def test_what_is_run_has_the_notebooks_name(find, tmp_path):
    """It is Python that lies apart from the notebook, with the Python beside that."""
    (tmp_path / "helpers.py").write_text("y = 1\n")
    source = find(*CELLS)
    path, visible = source.run_from
    assert path.name == "lab.ipynb"
    assert (visible == path.parent, visible == tmp_path) == (True, False)
    assert sorted(entry.name for entry in visible.iterdir()) == ["helpers.py", "lab.ipynb"]
    scope: dict[str, object] = {}
    exec(compile(path.read_text(), str(path), "exec"), scope)
    assert "f" in scope


def test_places_are_told_by_cell_and_line(find):
    """Cells are counted with those of text, lines within the cell; shown is what was written there."""
    source = find(*CELLS)
    where = source.where_returned("f")
    assert source.told(where) == Where("lab.ipynb", 4, 3)
    assert source.line(where) == "return os.sep"
    assert source.excerpt(where) == Excerpt(1, ("x = 1", "", "def f():", "    return os.sep"))
    assert source.line(Where("lab.ipynb", 4)) == "%matplotlib inline"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_in_any_way(find, end):
    """Cells are counted by lines, whatever system wrote them."""
    source = find(end.join(["x = 1", "y = '''a", "b'''", "def f():", "    return y"]))
    assert source.told(source.where_returned("f")) == Where("lab.ipynb", 5, 1)


def test_suspicions_are_those_of_what_is_run(find):
    """An experiment that asks the system something is none of a person's business; a function's is."""
    source = find("import subprocess\nsubprocess.run(['ls'])", "def f():\n    import ctypes\n    return 1")
    assert [(one.kind, source.told(one.where)) for one in source.suspicions] == [("native", Where("lab.ipynb", 2, 2))]


V3 = {
    "metadata": {"name": "lab"},
    "nbformat": 3,
    "nbformat_minor": 0,
    "worksheets": [
        {
            "cells": [
                {"cell_type": "heading", "level": 1, "source": "Lab"},
                {"cell_type": "code", "language": "python", "input": ["def f():\n", "    return 1"], "outputs": []},
            ]
        }
    ],
}


@pytest.mark.parametrize(
    "content",
    [
        json.dumps(V3),
        json.dumps(
            {"nbformat": 4, "nbformat_minor": 5, "cells": [{"cell_type": "code", "source": "def f():\n  return 1"}]}
        ),
        json.dumps({"nbformat": 4, "cells": [{"cell_type": "code", "source": ["def f():\n", "  return 1"]}]}),
        json.dumps({"nbformat": 4, "cells": [{"cell_type": "code"}, {"cell_type": "code", "source": "def f(): pass"}]}),
        "\ufeff" + notebook("def f():\n    return 1"),
        notebook("def f():\n    return '숫자'"),
        notebook("def f():\n    return 1", kernelspec={"name": "python3", "language": "python"}),
        notebook("def f():\n    return 1", language_info={"name": "ipython"}, kernelspec=3),
        notebook("def f():\n    return '\ud800'"),
        notebook("def f():\n    return 1", "x = '\0'"),
    ],
)
def test_every_kind_of_notebook_is_read(find, content):
    """Old versions, what writers leave out, what they put before; and nothing is warned of."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert find(content=content.encode("utf-8", "surrogatepass")).sites.keys() == {"f"}


def test_outputs_do_not_count(find, monkeypatch):
    """What a file's size is limited by is code; pictures may take far more."""
    monkeypatch.setattr("graders.harness.source.cells.MAX_SOURCE", 100)
    made = json.loads(notebook("def f():\n    return 1"))
    made["cells"][0]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x" * 10_000}]
    assert find(content=json.dumps(made)).sites.keys() == {"f"}
    assert failure_of(find("def f():\n    return 1\n" + "#" * 100)).key == "source_too_large"


# ---- what is no notebook


@pytest.mark.parametrize(
    ("content", "key"),
    [
        ("", "empty_file"),
        (" \n", "empty_file"),
        ("def f():\n    return 1\n", "no_json"),
        ("<!DOCTYPE html>\n<html>", "no_json"),
        (notebook("def f():\n    return 1")[:-20], "no_json"),
        ("[" * 100_000, "no_notebook"),
        ("[]", "no_notebook"),
        ("3", "no_notebook"),
        ("null", "no_notebook"),
        ("{}", "no_notebook"),
        ('{"nbformat": 4}', "no_notebook"),
        ('{"nbformat": 4, "cells": 3}', "no_notebook"),
        ('{"nbformat": 4, "cells": {"a": 1}}', "no_notebook"),
        ('{"nbformat": 4, "cells": [3]}', "no_notebook"),
        ('{"nbformat": 4, "cells": [{"cell_type": "code", "source": [1]}]}', "no_notebook"),
        ('{"nbformat": 4, "cells": [{"cell_type": "code", "source": 1}]}', "no_notebook"),
        ('{"nbformat": 99, "cells": []}', "no_notebook"),
        ('{"nbformat": [], "cells": []}', "no_notebook"),
        ('{"nbformat": 4, "cells": []}', "no_code"),
        (notebook(), "no_code"),
        (notebook(("markdown", "# Lab"), ("raw", "x")), "no_code"),
        (notebook("", "\n\n"), "no_code"),
        (notebook("x <- 1", language_info={"name": "R"}), "other_language"),
        (notebook("x = 1", kernelspec={"name": "julia-1.9", "language": "julia"}), "other_language"),
        (b"\xff\xfe" + notebook("x = 1").encode("utf-16-le"), "not_utf8"),
        (notebook("x = '손'").replace("\\uc190", "손").encode("euc-kr"), "not_utf8"),
        (notebook("x = 1").encode("utf-16-le"), "not_utf8"),
        (b"\x89PNG\r\n\x1a\n\0\0", "not_utf8"),
    ],
)
def test_what_is_no_notebook_is_told(find, content, key):
    """Whatever lies there, it has words of its own, and nothing of it is run."""
    assert failure_of(find(content=content)).key == key


def test_a_file_that_is_too_large_is_told(find, monkeypatch):
    """It is not read to its end."""
    monkeypatch.setattr("graders.harness.source.notebooks.MAX_NOTEBOOK", 100)
    failure = failure_of(find("x = 1" * 100))
    assert failure.key == "notebook_too_large"


def test_fifty_megabytes_of_outputs_are_below_the_limit():
    """A notebook that shows all of its pictures is graded."""
    assert notebooks.MAX_NOTEBOOK > 50 * 10**6
