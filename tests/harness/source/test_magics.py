"""What only Jupyter understands becomes Python, line by line."""

from __future__ import annotations

import ast

import pytest

from graders.harness.source.magics import as_python


def python(text: str) -> str:
    """Return a cell's text as Python."""
    return "\n".join(as_python(text.split("\n")).lines)


@pytest.mark.parametrize(
    ("line", "made"),
    [
        ("%matplotlib inline", "pass"),
        ("%load_ext autoreload", "pass"),
        ("!pip install torch>=2 'x", "pass"),
        ("    !ls {folder}", "    pass"),
        ("    %timeit f()", "    pass"),
        ("%time", "pass"),
        ("%time x = f(1)", "x = f(1)"),
        ("    %time f()", "    f()"),
        ("files = !ls *.py", "files = []"),
        ("self.files, y = !ls", "self.files, y = []"),
        ("x = %pwd", "x = None"),
        ("x = %time f()", "x = f()"),
        ("torch.nn.Linear?", "pass"),
        ("    loader[0].x??", "    pass"),
        ("?torch.nn", "pass"),
        ("%timeit?", "pass"),
    ],
)
def test_a_line_of_jupyters_is_python(line, made):
    """What a magic runs is kept; all else does nothing, where a statement may stand."""
    assert python(f"if True:\n{line}") == f"if True:\n{made}" if line.startswith(" ") else python(line) == made


@pytest.mark.parametrize(
    "text",
    [
        "x = a % b",
        "x %= 2",
        "x = (a\n     % b)",
        "x = [a,\n%b]",
        "x = a \\\n% b",
        's = """\n%matplotlib inline\n!ls\n"""',
        "s = f'''\n! {x}\n'''",
        "x = a != b",
        "x = 1  # why?",
        "print('really?')",
        'x = "!"\ny = "= %s" % x',
        "x = '# (' + \"[\"\ny = 1",
        's = "\\"\\\\"\nx = 1',
        "# (\nx = 1",
        "d = {'a': '%',\n     'b': 1}",
    ],
)
def test_python_stays_as_it_is(text):
    """A line that begins like a magic is none where a statement goes on, and neither is one in a long text."""
    assert python(text) == text


def test_a_magics_line_goes_on_behind_a_backslash():
    """What a backslash joins is one command."""
    assert python("!pip install a \\\n  b \\\n  c\nx = 1") == "pass\n\n\nx = 1"


def test_a_text_after_a_magic_is_seen():
    """A quote in a shell's line opens no text of Python's."""
    assert python("!echo \"\"\"\n%matplotlib inline\nx = '''\n%time\n'''") == "pass\npass\nx = '''\n%time\n'''"


@pytest.mark.parametrize("magic", ["%%time", "%%timeit -n 3", "%%capture out", "  %%time", "%%prun"])
def test_a_timed_cell_is_run(magic):
    """A cell that is only timed, or its prints kept, defines what it defines."""
    assert python(f"\n{magic}\ndef f():\n    return 1") == "\n\ndef f():\n    return 1"
    assert as_python([magic, "x = 1"]).skipped == ()


@pytest.mark.parametrize("name", ["bash", "writefile", "html", "javascript", "latex", "python2", "script", "R"])
def test_any_other_cell_is_skipped_and_told(name):
    """Another language's cell is no Python; nor is what a cell writes to a file."""
    cell = as_python([f"%%{name} lab.py", "def f('", "x = 1"])
    assert (cell.lines, cell.skipped) == (("", "", ""), (f"%%{name}",))


def test_two_magics_of_a_cell():
    """Each of the magics above a cell is taken for itself."""
    assert python("%%capture\n%%time\nx = 1") == "\n\nx = 1"
    assert as_python(["%%time", "%%bash", "ls"]).skipped == ("%%bash",)


def test_what_brings_names_from_elsewhere_is_told():
    """A notebook that runs another one lacks what that defines."""
    assert as_python(["%run helpers.ipynb", "%matplotlib inline", "%run helpers.ipynb"]).skipped == ("%run",)


def test_an_indented_cell_is_as_jupyter_has_it():
    """A cell that was copied out of a function is run all the same."""
    assert python("    x = 1\n    if x:\n        y = 2\n") == "x = 1\nif x:\n    y = 2\n"


@pytest.mark.parametrize("text", ["", "\n\n", "%", "!", "?", "%%", "'''", '"', "\\", "%time \\\nx", "(", ")" * 5])
def test_as_many_lines_come_out_as_went_in(text):
    """Whatever a cell holds, its lines keep their numbers."""
    assert python(text).count("\n") == text.count("\n")


@pytest.mark.parametrize("line", ["pip install -q torch", "cd /content", "ls", "run helpers.py", "\npip list\n"])
def test_a_magic_without_its_sign_is_one_alone(line):
    """Jupyter takes a line that is all of a cell so; among others it is no Python."""
    assert python(line).strip() == ""
    assert python(f"{line}\nx = 1") == f"{line}\nx = 1"


@pytest.mark.parametrize("line", ["run = 1", "cat(1)", "rm.x", "ls == 2", "cp: int = 3", "run[0]"])
def test_a_name_is_no_magic(line):
    """Names may be those of commands."""
    assert python(line) == line


@pytest.mark.parametrize(
    ("line", "calls"),
    [
        ("from IPython.display import clear_output, display as show", "clear_output(wait=True); show(1).x()"),
        ("from IPython import display  # pictures", "display.clear_output(); display.display(1)"),
        ("from google.colab import (drive, files)", "drive.mount('/content'); files.upload()"),
        ("import IPython.display as ipd", "ipd.Image('x.png')"),
        ("import IPython", "IPython.get_ipython().system('ls')"),
        ("    import ipywidgets as widgets", "widgets.interact(f=1)"),
        ("from tqdm.notebook import tqdm, trange", "list(tqdm([1], disable=True)); list(trange(2, disable=True))"),
        ("import tqdm.notebook as tq", "list(tq.tqdm([1], disable=True))"),
        ("from tqdm import tqdm_notebook", "list(tqdm_notebook([1], disable=True))"),
        ("from tqdm import tqdm_notebook as tqdm", "list(tqdm([1], disable=True))"),
    ],
)
def test_what_only_a_notebook_has_does_nothing(line, calls):
    """It is imported, called and asked for more, and nothing of it is there; progress bars are those of a terminal."""
    exec(python(line) + "\n" + calls, {})


@pytest.mark.parametrize("line", ["from IPythonic import x", "from tqdm import tqdm", "from tqdm.auto import tqdm"])
def test_what_others_have_too_is_imported(line):
    """Modules that are no notebook's stay as they are."""
    assert python(line) == line


def test_result_is_python():
    """A whole cell of a learner's can be parsed."""
    text = "import torch\n%matplotlib inline\nfor i in range(2):\n    %time x = i\n    !ls\nfiles = !ls\ntorch?"
    ast.parse(python(text))
