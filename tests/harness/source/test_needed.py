"""Which statements of a notebook are run: definitions of the contract, and what they need, and no experiments."""

from __future__ import annotations

import ast
import textwrap

import pytest

from graders.harness.source import cells
from graders.harness.source.handed import Handed, Piece
from graders.harness.source.reading import Reading


def read(*texts: str, functions=("f", "g")) -> Reading:
    """Return what is run of cells with these texts, in which f and g are the contract's functions."""
    pieces = [Piece(textwrap.dedent(text).strip("\n").split("\n"), number) for number, text in enumerate(texts, 1)]
    found = cells.read(Handed((cells.OURS, *pieces)), "lab.ipynb", functions, None)
    assert isinstance(found, Reading), found
    return found


def run(*texts: str, **options) -> str:
    """Return the code that is run of such cells, without what is blank."""
    lines = read(*texts, **options).text.decode().split("\n")
    return "\n".join(line for line in lines if line.strip())


@pytest.mark.parametrize(
    "experiment",
    [
        "raise RuntimeError",
        "while True:\n    pass",
        "from google.colab import drive\ndrive.mount('/content')",
        "import visdom\nvis = visdom.Visdom()",
        "n = input()",
        "loss = f()\nloss.backward()",
        "for epoch in range(15):\n    f()",
        "for f in range(3):\n    print(f)",
        "f = f()",
        "x = await f()",
        "await f()",
        "print(f())\ndisplay(f())",
        "assert f() == 2",
        "with open('/nowhere') as file:\n    text = file.read()",
        "class Plot(visdom.Visdom):\n    pass",
        "@app.route('/')\ndef page():\n    return vis",
        "return 1",
        "print(vars(f), globals()['f'])",
        "get_ipython().system('ls')",
        "del f()[0]",
        "",
    ],
)
def test_experiments_are_not_run(experiment):
    """What the contract's functions do not need is no part of what is run."""
    assert run("def f():\n    return 1", experiment) == "def f():\n    return 1"


@pytest.mark.parametrize(
    ("used", "text"),
    [
        ("a global", "n = 3\ndef f():\n    return n"),
        ("a global of a global", "m = 1\nn = m + 1\ndef f():\n    return n"),
        ("a function that stands below", "def f():\n    return g2()\ndef g2():\n    return n\nn = 1"),
        ("a default", "n = 3\ndef f(a=n):\n    return a"),
        ("a decorator", "import functools\n@functools.cache\ndef f():\n    return 1"),
        ("an annotation", "from torch import Tensor\ndef f(a: Tensor) -> Tensor:\n    return a"),
        ("a base class", "class A:\n    pass\nclass B(A):\n    pass\ndef f():\n    return B()"),
        ("a class's body", "n = 1\nclass A:\n    m = n\ndef f():\n    return A()"),
        ("a method", "n = 1\nclass A:\n    def m(self):\n        return n\ndef f():\n    return A().m()"),
        ("a comprehension", "n = 1\ndef f():\n    return [n for _ in range(3)]"),
        ("a lambda", "n = 1\nk = lambda: n\ndef f():\n    return k()"),
        ("an assigned function", "def h():\n    return 1\nf = h"),
        ("a wrapped function", "def w(x):\n    return x\ndef f():\n    return 1\nf = w(f)"),
        ("a method by the contract's name", "class Lab:\n    def f(self):\n        return 1\nlab = Lab()\nf = lab.f"),
        ("a declared global", "n = 0\ndef f():\n    global n\n    n = 1"),
        ("a choice", "import os\nif os.sep:\n    n = 1\nelse:\n    n = 2\ndef f():\n    return n"),
        ("a try", "try:\n    import tqdm\nexcept ImportError:\n    tqdm = None\ndef f():\n    return tqdm"),
        ("an attribute", "class A:\n    pass\nA.n = 1\ndef f():\n    return A.n"),
        ("an item", "table = {}\ntable[1] = 2\ndef f():\n    return table"),
        ("a filled list", "xs = []\nfor i in range(3):\n    xs.append(i)\ndef f():\n    return xs"),
        ("a setting", "import torch\ntorch.set_default_dtype(torch.float64)\ndef f():\n    return torch.ones(1)"),
        ("parts of a package", "import a.b\nimport a\ndef f():\n    return a.b"),
        ("two values", "n, (m, *k) = 1, (2, 3)\ndef f():\n    return k"),
        ("a walrus", "n = (m := 1) + 1\ndef f():\n    return m"),
        ("all of a module", "from os import *\ndef f():\n    return sep"),
        ("a filled namespace", "globals()['n'] = 1\nvars().update(m=2)\ndef f():\n    return n"),
        ("what text makes", "exec('n = 1')\ndef f():\n    return n"),
        ("a value that changes", "n = 1\nn = n + 1\nn += 1\ndef f():\n    return n"),
        ("a loop that counts on", "i = 1\nn = 0\nfor _ in range(3):\n    n += i\n    i = n\ndef f():\n    return n"),
        ("a name in a branch", "import os\nd = 1\nif os.sep:\n    d = d + 1\ndef f():\n    return d"),
        ("a context", "import io\nwith io.StringIO() as s:\n    n = s.read()\ndef f():\n    return n"),
        ("a generic", "def f(a):\n    return {k: v for k, v in a}"),
    ],
)
def test_what_a_function_needs_is_run(used, text):
    """Whatever way a definition uses a name in, what binds it is run, in its order."""
    assert run(text) == text, used


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("import torch, visdom\ndef f():\n    return torch", "import torch\ndef f():\n    return torch"),
        ("from a import (b,\n    c)\ndef f():\n    return c", "from a import c\ndef f():\n    return c"),
        ("n = 1; f2(); m = 2\ndef f():\n    return n + m", "n = 1; 0   ; m = 2\ndef f():\n    return n + m"),
        ("n = 1; f2(\n  1); m = 2\ndef f():\n    return m", "0    ; (0\n   ); m = 2\ndef f():\n    return m"),
        ("xs = []\nxs.append(f())\ndef f():\n    return xs", "xs = []\ndef f():\n    return xs"),
        ("n = 1\nn = 2\ndef f():\n    return n", "n = 2\ndef f():\n    return n"),
        ("m = 1\nn = m\nm = g3()\ndef f():\n    return n", "m = 1\nn = m\ndef f():\n    return n"),
        ("def f():\n    x = 1\n    return x\nx = slow()", "def f():\n    x = 1\n    return x"),
        (
            "for i in x:\n    g3(i)\nxs = []\nfor i in range(3):\n    xs.append([i])\ndef f():\n    return xs",
            "xs = []\nfor i in range(3):\n    xs.append([i])\ndef f():\n    return xs",
        ),
        (
            "x = slow()\nif True:\n    for x, y in [(1, 2)]:\n        n = x\ndef f():\n    return n",
            "if True:\n    for x, y in [(1, 2)]:\n        n = x\ndef f():\n    return n",
        ),
        ("import a\ndef f():\n    return a.b\nimport c", "import a\ndef f():\n    return a.b"),
    ],
)
def test_only_what_is_needed_is_run(text, left):
    """Of names that several statements bind, the last before its use counts; imports give what is used."""
    assert run(text) == left


def test_a_later_definition_wins():
    """As where cells are run in their order, and what only the earlier one used is not run."""
    made = run("import visdom\ndef f():\n    return visdom", "def f():\n    return 1")
    assert made == "def f():\n    return 1"


def test_a_dataset_by_a_functions_name_leaves_the_function():
    """Whoever writes `train = load(...)` below the function `train` tries something out, and has a function still."""
    made = run("def load():\n    return 1\ndef f():\n    return load()", "f = load(1)")
    assert made == "def load():\n    return 1\ndef f():\n    return load()"


def test_a_slip_of_a_name_is_kept():
    """A function whose name is nearly the contract's has to be found, to be told of."""
    assert run("def flatten_image():\n    return 1", functions=("flatten_images",)).startswith("def flatten_image(")


def test_lines_keep_their_numbers():
    """A statement stands where it stood, two lines further down."""
    made = read("x = slow()\n\nn = 1", "# text\ndef f():\n    return n")
    assert made.text.decode().split("\n")[2:-1] == ["", "", "n = 1", "# text", "def f():", "    return n"]
    assert [node.lineno for node in made.tree.body] == [5, 7]


def test_what_has_to_stand_first_stands_first():
    """Each cell may begin with an import from the future, a file only."""
    made = read("x = 1", "from __future__ import annotations\ndef f(a: Unknown):\n    return 1")
    assert made.text.decode().split("\n")[0] == "from __future__ import annotations"
    compile(made.text, "lab.ipynb", "exec")


def test_what_looks_at_names_binds_none():
    """A function that uses a name which nobody binds has nothing to do with experiments that look at names."""
    assert run("def f():\n    return display(n)", "print(vars(f), 'n' in globals())").startswith("display = ")
    assert "exec" not in run("def f():\n    return display(1)", "exec('while True: pass')", functions=("f",))


@pytest.mark.parametrize("call", ["display(1, metadata=2)", "get_ipython().run_line_magic('time', 'x')"])
def test_what_jupyter_gives_does_nothing(call):
    """A function may call what every notebook has."""
    scope: dict[str, object] = {}
    exec(compile(read(f"def f():\n    {call}\n    return 7").text, "lab.ipynb", "exec"), scope)
    assert scope["f"]() == 7  # type: ignore[operator]  # it is the function


def test_an_encoding_of_a_cell_is_a_comment():
    """Text in a notebook is UTF-8, whatever a line says that was copied from a file."""
    made = read("# -*- coding: euc-kr -*-\n# 손글씨\nn = '숫자'\ndef f():\n    return n")
    assert ast.literal_eval(made.tree.body[0].value) == "숫자"  # type: ignore[attr-defined]  # an assignment


def test_a_deep_expression_is_read():
    """A sum of hundreds of terms is no reason to fail, however deep pytest stands."""
    made = run("n = " + " + ".join(["1"] * 900) + "\ndef f():\n    return n")
    assert made.startswith("n = 1 + 1")


def test_a_broken_cell_that_nobody_needs_is_left_out_and_told():
    """Half an experiment costs nothing."""
    made = read("def f():\n    return 1", "for x in\n", "n = 1")
    assert [(word.key, word.params["cells"]) for word in made.remarks if "cells" in word.params] == [
        ("cells_broken", "2 (invalid syntax)")
    ]


@pytest.mark.parametrize(
    ("broken", "others"),
    [
        ("def f(:\n    return 1", "def g():\n    return 1"),
        ("x = (\ndef f():\n    return 1", "def g():\n    return 1"),
        ("class Net(:\n    pass", "def f():\n    return Net()"),
        ("n = 1 +\nm = 2", "def f():\n    return n"),
        ("import torch nn", "def f():\n    return torch"),
        ("f = (", "x = 1"),
    ],
)
def test_a_broken_cell_that_is_needed_is_what_is_wrong(broken, others):
    """A cell that has the contract's functions, or what they need, has to be readable; its own line is told."""
    pieces = Handed(
        (cells.OURS, Piece(["# one", "x = 1"], 1), Piece(others.split("\n"), 2), Piece(broken.split("\n"), 4))
    )
    failure = cells.read(pieces, "lab.ipynb", ("f", "g"), None)
    assert not isinstance(failure, Reading)
    assert failure.key == "syntax_error"
    assert failure.where is not None
    assert pieces.told(failure.where).cell == 4
