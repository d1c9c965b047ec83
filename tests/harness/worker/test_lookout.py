"""What student code asks of the interpreter, by whatever name, and what the code that runs names."""

from __future__ import annotations

import importlib.util
import py_compile
import sys

import pytest

from graders.harness.base.model import Suspicion, Where

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="asks for what Windows has not")
F = "def f(x='', y='', z=''):\n    "
SPELT = {  # name: (body, arguments that put the name together at run time, kind)
    "frame": ("import sys\n    return getattr(sys, x + y)().f_lineno", ("_getf", "rame"), "frames"),
    "inspect": (
        "import sys\n    return sys.__getattribute__('mod' + x)[y + z].currentframe().f_lineno",
        ("ules", "ins", "pect"),
        "frames",
    ),
    "objects": ("import gc\n    return len(getattr(gc, x + y)())", ("get_o", "bjects"), "objects"),
    "exec": ("import builtins as b\n    getattr(b, x + y)('a = 1')\n    return 1", ("ex", "ec"), "dynamic"),
    "trace": ("import sys\n    getattr(sys, x + y)(None)\n    return 1", ("sett", "race"), "hooks"),
    "fork": ("import os\n    return getattr(os, x + y)() or getattr(os, '_exi' + 't')(0)", ("fo", "rk"), "processes"),
    "process": ("import os\n    return getattr(os, x + y)('true')", ("sys", "tem"), "processes"),
    "module": ("return len(__builtins__['__imp' + x](y + z).__name__)", ("ort__", "ft", "plib"), "network"),
    "file": ("return len(open(x + y + z).read())", ("/pr", "oc/self", "/status"), "system"),
    "socket": (
        "import sys\n    return sys.__getattribute__('mod' + x)[y].socket().fileno()",
        ("ules", "socket"),
        "network",
    ),
    "code": (
        "f.__setattr__('__co' + x, (lambda *a: 1).__getattribute__('__co' + x))\n    return 1",
        ("de__",),
        "patched",
    ),
}


def seen(lab) -> set[tuple[str, int | None]]:
    """Return what was seen: kinds and lines."""
    return {(one.kind, one.where and one.where.line) for one in lab.submission.sightings.beside([])}


@pytest.mark.parametrize("what", SPELT)
def test_a_name_put_together_at_run_time_is_seen_where_it_is_used(open_lab, what):
    """What no text shows, the interpreter tells."""
    body, given, kind = SPELT[what]
    lab = open_lab(F + body)
    before = seen(lab)
    lab.call("f", *given)
    assert kind in {found for found, _ in seen(lab) - before}


def test_code_made_of_text_is_read_as_the_lines_that_made_it(open_lab):
    """Also where it says to be a file of Python's, and where what it holds is called later."""
    text = "import os\ndef g():\n    import sys\n    return sys._getframe(0).f_lineno\n"
    lab = open_lab(f"scope = {{}}\nexec(compile({text!r}, '/usr/lib/python3/os.py', 'exec'), scope)\nf = scope['g']\n")
    assert lab.call("f").value == 4
    assert ("frames", 2) in seen(lab)


def test_modules_are_read_as_they_are_loaded(open_lab):
    """A module beside the lab, too, when it is imported at last."""
    lab = open_lab(
        "def f():\n    import other\n    return other.g()\n", other="def g():\n    import ctypes\n    return 1\n"
    )
    lab.submission.require("f")
    assert seen(lab) == set()
    assert lab.call("f").value == 1
    assert Suspicion("native", "import ctypes", Where("other.py", 2)) in lab.submission.sightings.beside([])


def test_what_is_kept_compiled_does_not_run_in_the_place_of_a_file(open_lab, tmp_path):
    """A file in `__pycache__` that says never to look at the text is let lie."""
    lab = open_lab("import other\ndef f(): return other.g()\n", other="def g(): return 'written'\n")
    folder = lab.submission.source.path.parent
    for name, text in {"lab": "def f(): return 'kept'", "other": "def g(): return 'kept'"}.items():
        (tmp_path / f"{name}.py").write_text(text)
        kept = importlib.util.cache_from_source(str(folder / f"{name}.py"))
        py_compile.compile(
            str(tmp_path / f"{name}.py"), kept, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH
        )
    assert lab.call("f").value == "written"


def test_a_flood_of_code_or_events_ends_and_is_told(open_lab):
    """Whatever is seen, what is sent stays small."""
    text = "\n".join(f"a.b{n}" for n in range(20_000)) + "\n"
    lab = open_lab(
        f"a = None\ndef g():\n    {text.replace(chr(10), chr(10) + '    ')}\n"
        + F
        + "for n in range(1000): eval(str(n))"
    )
    lab.call("f")
    found = lab.submission.sightings.beside([])
    assert ("unsearched", "lab.py") in {(one.kind, one.what) for one in found}
    assert len(found) < 10


def test_honest_code_is_not_seen(open_lab):
    """Libraries look at frames, run texts and open files of the system's; that is theirs."""
    lab = open_lab("""
        import collections, dataclasses, enum, logging, tempfile, typing, warnings
        import matplotlib.pyplot as plt
        import numpy as np
        import torch
        from torch.utils.data import DataLoader, TensorDataset

        @dataclasses.dataclass
        class A:
            x: int = 0
        P = collections.namedtuple("P", "x y")
        Kind = enum.Enum("Kind", "a b")
        N = typing.NewType("N", int)

        def f():
            logging.getLogger("x").warning("y")
            warnings.warn("old")
            with tempfile.TemporaryFile() as file:
                file.write(b"x")
            loader = DataLoader(TensorDataset(torch.zeros(4, 2)), batch_size=2, num_workers=1)
            plt.imshow(np.zeros((2, 2)))
            try:
                raise ValueError
            except ValueError:
                logging.exception("z")
            model = torch.nn.Linear(2, 1)
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            for (x,) in loader:
                model(x).sum().backward()
                optimizer.step()
            return 1
    """)
    assert lab.call("f", observe=True).value == 1
    assert lab.submission.sightings.beside([]) == []
