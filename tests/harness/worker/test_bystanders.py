"""What merely lies in a submission's module: whatever it does when it is asked something, nobody asks it."""

from __future__ import annotations

import pytest

from graders.harness.base.errors import Unloadable
from graders.harness.base.model import Where

ASKED = [
    *("__getattr__", "__getattribute__", "__eq__", "__ne__", "__len__", "__bool__", "__repr__", "__str__", "__hash__"),
    *("__iter__", "__next__", "__contains__", "__getitem__", "__format__", "__fspath__", "__index__", "__int__"),
    *("__float__", "__dir__", "__instancecheck__", "__subclasscheck__", "__set_name__", "__get__", "__reduce_ex__"),
]
READ = [
    *("__class__", "__module__", "__name__", "__qualname__", "__dict__", "__code__", "__func__", "__wrapped__"),
    *("__doc__", "__file__", "__self__", "__annotations__", "__torch_function__", "__array__", "co_firstlineno"),
]
WAYS = {
    "KeyError": "raise KeyError('asked')",
    "AttributeError": "raise AttributeError('asked')",
    "RecursionError": "raise RecursionError('asked')",
    "SystemExit": "raise SystemExit('asked')",
    "KeyboardInterrupt": "raise KeyboardInterrupt('asked')",
    "GeneratorExit": "raise GeneratorExit('asked')",
    "Strange": "raise Strange",
    "hang": "hang()",
    "lie": "return Strange",
    "text": "return 'lab'",
    "itself": "return args[0]",
}
BEGINNING = """
import functools, sys, types

def hang():
    while True: pass

class Strange(BaseException):
    def __str__(self): raise KeyError
"""
END = """
def f():
    return g()

def g():
    return 7

@functools.lru_cache
def cached():
    return 8

method = type("Bound", (), {"of": lambda self: 9})().of
"""


def lying(way: str) -> str:
    """Return the text of a module in which an object, a class and a callable do one thing whatever they are asked."""
    methods = "".join(f"    def {name}(*args, **kwargs): {WAYS[way]}\n" for name in ASKED if name != "__getattribute__")
    return f"""{BEGINNING}
def answer(*args, **kwargs): {WAYS[way]}

class Asked:
{methods}    __call__ = answer
asked = Asked()

class Meta(type):
    def __getattribute__(*args): {WAYS[way]}
class Bystander(metaclass=Meta):
    pass
for name in {[*ASKED, "__call__"]!r}:
    type.__setattr__(Bystander, name, answer)
one = object.__new__(Bystander)
two = object.__new__(Asked)
for kind in (Bystander, Asked):
    for name in {READ!r}:
        try:
            type.__setattr__(kind, name, property(answer))
        except (TypeError, AttributeError):  # some cannot be set
            pass

class AttrDict(dict):
    __getattr__ = dict.__getitem__
config = AttrDict(size=784)

partial = functools.partial(answer)
bound = types.MethodType(answer, asked)
bound_to_odd = types.MethodType(asked, asked)
{END}"""


@pytest.mark.parametrize("way", WAYS)
def test_nothing_that_lies_in_the_module_is_asked_anything(open_lab, way):
    """Objects, classes and methods that raise, hang or lie disturb neither the loading nor a call."""
    lab = open_lab(lying(way), call_seconds=10)
    assert [lab.call(name).value for name in ("f", "cached", "method")] == [7, 8, 9]
    assert lab.submission.call("f", standins=["helper"]).value == 7
    assert lab.submission.patched == {}


@pytest.mark.parametrize("way", WAYS)
def test_what_lies_in_the_place_of_another_is_asked_nothing_either(open_lab, way):
    """What is put into builtins, torch and its classes is seen to be the student's, whatever it says of itself."""
    # Python and torch look for none of these names themselves.
    end = "import builtins, torch\nbuiltins.Mine = Asked\nbuiltins.mine = one\ntorch.mine = config\n"
    end += "exec('def hidden(): pass')\ntorch.hidden = hidden\ntorch.cached = cached\n"
    end += "del __name__\ntorch.nowhere = type('Nowhere', (), {})\n"
    lab = open_lab(lying(way) + end, call_seconds=10)
    assert lab.call("f").value == 7
    found = {suspicion.what for suspicion in lab.submission.patched}
    assert found == {"builtins.Mine", "builtins.mine", "torch.mine", "torch.hidden", "torch.cached", "torch.nowhere"}


@pytest.mark.parametrize(
    "line",
    [
        "globals()[1] = g",
        "globals()[1, 2] = g",
        "globals()[object()] = g",
        "sys.modules[__name__] = config",
        "del sys.modules[__name__]",
        "sys.modules[__name__].__class__ = type('Odd', (types.ModuleType,), {'__getattribute__': answer})",
        "__name__ = config",
        "__file__ = asked",
        "def __getattr__(name): raise KeyError(name)",
        "__dict__ = __class__ = config",
    ],
)
def test_a_module_may_do_with_itself_what_it_likes(open_lab, line):
    """Odd names, another module in its place, a class or a `__getattr__` of its own: its functions are found."""
    lab = open_lab(lying("KeyError") + line)
    assert lab.call("f").value == 7
    assert lab.submission.call("f", standins=["helper"]).value == 7


ERRORS = {
    "class": "class E(Exception):\n    __class__ = property(answer)\nraise E",
    "dict": "class E(Exception):\n    __dict__ = property(answer)\nraise E",
    "trace": "class E(Exception):\n    __traceback__ = property(answer)\nraise E",
    "meta": "class M(type):\n    __name__ = property(answer)\nclass E(Exception, metaclass=M):\n    pass\nraise E",
    "text": "class T(str):\n    replace = __str__ = __getitem__ = answer\n"
    "class E(Exception):\n    def __str__(self): return T()\nraise E",
    "place": "class E(SyntaxError):\n    filename = lineno = property(answer)\nraise E",
    "no text": "raise SyntaxError('x', (asked, asked, asked, asked))",
}


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("way", ["KeyError", "SystemExit", "lie", "itself"])
def test_an_exception_that_lies_is_told_with_its_line(open_lab, error, way):
    """What an exception says of itself hides neither that it was raised nor where."""
    text = lying(way) + ERRORS[error]
    with pytest.raises(Unloadable) as caught:
        open_lab(text).call("f")
    line = text.count("\n") + 1
    assert (caught.value.failure.key, caught.value.failure.where) == ("raised_at_import", Where("lab.py", line))
