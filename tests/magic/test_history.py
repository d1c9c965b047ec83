"""What is taken of a running notebook: what its functions are now, in the lines of the cells that they stand in."""

from __future__ import annotations

import sys
import warnings
from dataclasses import replace
from textwrap import dedent
from typing import TYPE_CHECKING, Any

import pytest

from graders.magic.history import Session, Taken, take

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from IPython.core.interactiveshell import InteractiveShell

FUNCTIONS = ("flatten_images", "build_model")


@pytest.fixture
def run(shell: InteractiveShell) -> Callable[..., Taken]:
    """Return a function that runs cells and takes what they have defined."""
    before = set(sys.modules)  # those of the tests, which no notebook has imported

    def run(*cells: str) -> Taken:
        for cell in cells:
            shell.run_cell(cell, store_history=True)
        session = Session.of(shell, {})
        modules = {name: file for name, file in session.modules.items() if name not in before}
        return take(replace(session, modules=modules), FUNCTIONS)

    return run


def values(taken: Taken) -> dict[str, Any]:
    """Return what the taken cells define."""
    names: dict[str, Any] = {}
    exec("\n".join(text for _, text in taken.cells), names)
    return names


def test_functions_stand_in_the_cells_that_they_were_run_in(run: Callable[..., Taken]) -> None:
    """Cell n is In [n], its lines are those that the student sees."""
    taken = run("import math", "x = 1", "\ndef flatten_images(images):\n    return math.pi")
    assert taken.cells == ((1, "import math"), (2, "x = 1"), (3, "\ndef flatten_images(images):\n    return math.pi"))


def test_the_last_definition_counts(run: Callable[..., Taken]) -> None:
    """A cell that was edited and run again is graded as it was run last, with the helpers that stand now."""
    cells = ["def flatten_images(i): return SIZE", "SIZE = 1", "def flatten_images(i): return SIZE + 1", "SIZE = 10"]
    assert values(run(*cells))["flatten_images"](None) == 11


@pytest.mark.parametrize("broken", ["raise ValueError", "x = 1 / 0", "undefined_name"])
def test_what_stands_below_a_line_that_raised_was_not_defined(run: Callable[..., Taken], broken: str) -> None:
    """Python never came to that definition, so the one before counts; one that never was is none."""
    taken = run("def flatten_images(i): return 1", f"{broken}\ndef flatten_images(i): return 2\ndef build_model(): 1")
    assert "return 2" not in str(taken.cells)
    assert "def build_model" not in str(taken.cells)


def test_what_was_deleted_is_not_there(run: Callable[..., Taken]) -> None:
    """After `del` there is no function; when it is defined again, there is."""
    taken = run("keep = staticmethod", "@keep\ndef flatten_images(i): return 1\nx = 1", "del flatten_images")
    assert taken.cells[1:] == ((2, "\n\nx = 1"),)
    taken = run("def build_model(): return 3", "def flatten_images(i): return 2")
    assert values(taken)["flatten_images"](None) == 2


def test_a_cell_that_is_no_python_never_ran(run: Callable[..., Taken]) -> None:
    """A syntax error costs nothing once the cell has been put right."""
    taken = run("def flatten_images(i) return 1", "def flatten_images(i): return 2")
    assert [number for number, _ in taken.cells] == [2]
    assert values(taken)["flatten_images"](None) == 2


@pytest.mark.parametrize("magic", ["%%time", "%%capture", "%%timeit -n1 -r1"])
def test_cells_under_a_stopwatch_define_as_others(run: Callable[..., Taken], magic: str) -> None:
    """What `%%time` runs stands in the notebook; what `%%timeit` runs does not, and neither counts then."""
    taken = run(f"{magic}\ndef flatten_images(i): return 1", "def build_model(): return 2")
    assert ("flatten_images" in values(taken)) == (not magic.startswith("%%timeit"))
    assert "build_model" in values(taken)


@pytest.mark.parametrize(
    "line",
    ["%precision 3", "!echo x", "flatten_images?", "if True:\n    %time 1\n", "x = !echo y"],
)
def test_lines_that_are_no_python_stand_in_no_ones_way(run: Callable[..., Taken], line: str) -> None:
    """A cell with magics or shell lines has its functions all the same."""
    taken = run(f"def build_model(): return 1\n{line}\ndef flatten_images(i): return 1")
    assert {"flatten_images", "build_model"} <= values(taken).keys()


def test_functions_of_a_file_are_that_files(run: Callable[..., Taken], tmp_path: Path) -> None:
    """`from mylab import *` brings the file along, with what it imports itself."""
    (tmp_path / "mylab.py").write_text("import myhelp\ndef flatten_images(i): return myhelp.N\n", encoding="utf-8")
    (tmp_path / "myhelp.py").write_text("N = 5\n", encoding="utf-8")
    (tmp_path / "other.py").write_text("N = 6\n", encoding="utf-8")
    taken = run("def flatten_images(i): return 1", "from mylab import *")
    assert sorted(taken.files) == ["myhelp.py", "mylab.py"]
    assert "def flatten_images" not in str(taken.cells)


def test_functions_of_a_file_that_was_run_are_that_files(run: Callable[..., Taken], tmp_path: Path) -> None:
    """`%run` leaves no import behind; the functions are taken from the file."""
    (tmp_path / "script.py").write_text("def flatten_images(i): return 7\n", encoding="utf-8")
    taken = run("def build_model(): return 1", "%run script.py")
    assert taken.files == {"script.py": b"def flatten_images(i): return 7\n"}
    assert taken.cells[-1] == (3, "from script import flatten_images")
    assert taken.untold == ()


@pytest.mark.parametrize("made", ["flatten_images = lambda i: 4", "flatten_images = partial(pow, 2, 2)"])
def test_a_name_that_stands_for_something_else_is_taken_as_it_was_made(run: Callable[..., Taken], made: str) -> None:
    """A lambda or a partial is what its statement makes."""
    taken = run("from functools import partial", "def flatten_images(i): return 1", made)
    assert values(taken)["flatten_images"](0 if "lambda" in made else None) == 4


@pytest.mark.parametrize("decorator", ["with_its_name", "without"])
def test_a_decorated_function_is_that_of_its_cell(run: Callable[..., Taken], tmp_path: Path, decorator: str) -> None:
    """A decorator's own code stands elsewhere, as that of `torch.no_grad()` does; the function is the notebook's."""
    text = """
        import functools

        def with_its_name(f):
            @functools.wraps(f)
            def inner(*given):
                return f(*given) + 1
            return inner

        def without(f):
            return lambda *given: f(*given) + 1
    """
    (tmp_path / "decorators.py").write_text(dedent(text), encoding="utf-8")
    cell = "@decorators.{}\ndef flatten_images(i):\n    return {}"
    taken = run("import decorators", cell.format(decorator, 10), cell.format(decorator, 20))
    assert values(taken)["flatten_images"](None) == 21
    assert taken.untold == ()


def test_what_has_no_text_is_said(run: Callable[..., Taken]) -> None:
    """A function made of text at run time cannot be graded elsewhere."""
    taken = run("def build_model(): return 1", 'exec("def flatten" + "_images(i): return 1")')
    assert taken.untold == ("flatten_images",)


def test_taking_says_nothing_of_what_the_cells_hold() -> None:
    """What Python warns of as it reads a cell, it has said when the cell was run."""
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        taken = take(Session(["", "pattern = '\\d'"], {}, lambda _: 0), FUNCTIONS)
    assert len(taken.cells) == 1
    assert warned == []


def test_a_definition_inside_a_condition_counts(run: Callable[..., Taken]) -> None:
    """What is defined below an `if` is no stranger."""
    taken = run("if True:\n    def flatten_images(i): return 1\nelse:\n    flatten_images = None")
    assert taken.untold == ()
    assert values(taken)["flatten_images"](None) == 1


def test_at_the_top_level_cells_stand_where_they_were_run_first(run: Callable[..., Taken]) -> None:
    """The lesson's flat form has no functions: a cell that was edited and run again counts, in its place."""
    loop = "for i in range(3):\n    cost = i * 2\n    print('the cost is', cost)\n"
    taken = run("a = 1", loop, "print('accuracy', cost)", loop + "    total = cost\n", "a = 1")
    assert [number for number, _ in taken.cells] == [5, 4, 3]
    assert "total" in taken.cells[1][1]


def test_a_cell_is_known_by_its_identity() -> None:
    """Where the editor tells which cell was run, that counts, and not how alike two of them are."""
    inputs = ["", "epochs = 10", "epochs = 15", "print('something else')"]
    session = Session(inputs, {}, lambda _: 0, ids={1: "a", 2: "b", 3: "a"})
    assert take(session, FUNCTIONS).cells == ((3, "print('something else')"), (2, "epochs = 15"))
    assert take(replace(session, ids={}), FUNCTIONS).cells == ((2, "epochs = 15"), (3, "print('something else')"))
