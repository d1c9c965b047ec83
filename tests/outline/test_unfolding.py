"""Objects that are chained, handed around, or several: their methods in place do what they did."""

from __future__ import annotations

import ast

import pytest
from printing import printed

from graders.outline import unfolding

CHAINED = """
class Runner:
    def __init__(self, start=1):
        self.at = start
        print("made", start)

    @property
    def double(self):
        print("asked", self.at)
        return 2 * self.at

    def fit(self, by=1):
        self.at += by
        print("fit", self.double)
        return self

    def test(self):
        print("test", self.at)
        return self

    def score(self):
        return 10 * self.at

"""
DATA = """
class Data:
    def __init__(self, count):
        self.items = list(range(count))

    def add(self, item):
        self.items.append(item)
        print("add", item)


class Model:
    def __init__(self, data, more=None):
        self.data, self.more = data, more

    def total(self):
        self.data.add(5)
        print(len(self.data.items), self.more)
        return sum(self.data.items)

"""
TAKEN_APART = {
    "all chained": CHAINED + "Runner().fit().test()\n",
    "chained and named": CHAINED + "r = Runner(3).fit(2)\nprint(r.score(), r.double)\n",
    "chained where it is printed": CHAINED + "print('x', Runner(3).fit(2).score())\n",
    "chained by its name": CHAINED + "r = Runner()\nr.fit().test()\nprint(r.at)\n",
    "named again": CHAINED + "r = Runner()\nr = r.fit()\nprint(r.at)\n",
    "by another name": CHAINED + "r = Runner()\nfitted = r.fit()\nprint(fitted.at, r.at)\n",
    "nobody goes on": CHAINED + "r = Runner()\nr.fit()\nr.test()\n",
    "a value at the end of a chain": CHAINED + "s = Runner().fit().score()\nprint(s)\n",
    "two without names": CHAINED + "Runner(1).fit().test()\nRunner(2).test()\n",
    "chained inside": CHAINED.replace('print("test", self.at)', "self.fit(7).fit(8)") + "Runner().test()\n",
    "a property changes": CHAINED + "r = Runner()\na = r.double\nr.at = 9\nprint(a, r.double)\n",
    "given to a function": CHAINED + "def run(one):\n    one.fit()\n    print(one.score())\nrun(Runner(4))\n",
    "given on": CHAINED + "def show(it):\n    print(it.at)\ndef run(one, by):\n    one.fit(by)\n    show(one)\n"
    "def main():\n    r = Runner()\n    run(r, by=3)\n    show(r)\nmain()\n",
    "made by a function": CHAINED + "def make(start):\n    return Runner(start)\nr = make(6)\nr.fit()\nprint(r.at)\n",
    "another name": CHAINED + "a = Runner(1)\nb = a\nb.fit()\nprint(a.at)\n",
    "given to another": DATA + "d = Data(3)\nm = Model(d, more=4)\nprint(m.total(), d.items)\n",
    "given where it is made": DATA + "m = Model(Data(3))\nprint(m.total())\n",
    "made inside": DATA.replace("= data, more", "= Data(4), more") + "print(Model(None).total())\n",
    "with types": "from __future__ import annotations\n"
    + CHAINED.replace("def fit(self, by=1):", "def fit(self, by: int = 1) -> Runner:").replace(
        "self.at =", "self.at: int ="
    )
    + "def run(one: Runner) -> None:\n    one.fit().test()\nr: Runner = Runner()\nrun(r)\n",
    "given with types": DATA.replace("data, more=None", "data: Data, more: Data = None")
    + "d: Data = Data(3)\nm = Model(d)\nprint(m.total(), d.items)\n",
    "two of a class": DATA + "a, b = Data(1), Data(2)\na.add(b.items[0])\nb.add(3)\nprint(a.items, b.items)\n",
    "two of a class, given": DATA + "a = Data(1)\nb = Data(2)\nm = Model(a, b)\nprint(m.data.items, m.more.items)\n",
    "two that count": CHAINED + "a = Runner(1)\nb = Runner(start=2)\na.fit()\nb.fit(2).fit(3)\nprint(a.at, b.at)\n",
}
ADDING = CHAINED + "    def add(self, more):\n        self.at += more\n        return self.at\n\nr = Runner()\n"
# What is read before a method that gives it something else, in the same statement.
TAKEN_APART |= {
    "read before": ADDING + "print(r.at, r.add(3), r.at, r.add(4), r.at)\n",
    "read before, in a text": ADDING + "print(f'{r.at} {r.add(2)} {r.at}')\n",
    "read before, in an index": ADDING + "n = [0] * 9\nn[r.add(1)] = r.add(1)\nprint(n)\n",
    "read before, as a key": ADDING + "print({r.at: r.add(1), r.add(2): r.at})\n",
    "read before, perhaps": ADDING + "print(r.at > 5 or r.at, r.add(3))\n",
    "read before, in a list": ADDING + "print([r.at for i in range(2)], r.add(3))\n",
    "read before it is given": ADDING + "r.at = r.at + r.add(2)\nprint(r.at)\n",
    "given what it changes": ADDING + "r.fit(r.at)\nr.fit(r.fit().at).fit(r.at)\nprint(r.at)\n",
    "given what what it calls changes": ADDING.replace("self.at += more", "self.fit(more)\n        print(more)")
    + "print(r.add(r.at))\n",
    "a property that changes": CHAINED.replace("asked", "was").replace("return 2 *", "self.at += 1\n        return 2 *")
    + "r = Runner()\nprint(r.at, r.double, r.at)\n",
    "several compared": ADDING + "print(9 < r.add(1) < r.add(9), r.at)\n",
    "a message that is none": ADDING + "assert r.add(9) > 5, r.add(100)\nprint(r.at)\n",
    "changed where it is added": ADDING + "r.at += r.add(2)\nprint(r.at)\n",
    "asked in a loop": ADDING + "while r.add(1) < 5:\n    print(r.at)\n",
    "asked in a list": ADDING + "print([r.add(i) for i in range(3)], r.at)\n",
    "asked with all there is": ADDING + "r.add(*[3])\nr.fit(**{'by': 4})\nprint(r.at)\n",
    "another's is called so": CHAINED.replace("= start\n", "= start.fit\n").replace('"made", start', '"made"')
    + "class Other:\n    def __init__(self):\n        self.fit = 3\n"
    "o = Other()\nRunner(o).fit().test()\n",
    "one after the other": ADDING
    + DATA
    + "d = Data(r.fit().at)\nprint(r.score() * r.fit(4).score(), d.add(d.items[1]))\n",
    "a function's own name": ADDING + "more = lambda start: r.at + start\nprint(more(5))\n",
    "a function's own name inside": CHAINED + "def ten():\n    start = 9\n    def own():\n        return r.at + start\n"
    "    return own()\nr = Runner()\nprint(ten())\n",
}
LEFT = {
    "perhaps chained": CHAINED + "r = Runner()\nx = r.at > 0 and r.fit()\nprint(r.at)\n",
    "kept in a list": CHAINED + "all = [Runner(1), Runner(2)]\nfor r in all:\n    r.fit()\n",
    "one or the other": CHAINED + "if len(str()) < 1:\n    r = Runner(1)\nelse:\n    r = Runner(2)\nr.fit()\n",
    "what is shared": CHAINED.replace("Runner:", "Runner:\n    seen = []\n") + "a = Runner(1)\nb = Runner(2)\n",
    "many of a class": CHAINED + "".join(f"r{i} = Runner({i})\nr{i}.fit()\n" for i in range(9)),
    "counted": CHAINED + "    def __len__(self):\n        return 3\n\nr = Runner()\nr.fit()\nprint(len(r))\n",
    "compared": CHAINED + "r = Runner()\nprint(r.fit() is r)\n",
    "returns it perhaps": CHAINED.replace(
        "        return self\n\n    def test", "        if by:\n            return self\n\n    def test"
    )
    + "r = Runner()\nr.fit().score()\n",
    "a method is another's": CHAINED + "r = Runner()\nr.fit = print\nr.fit(3)\n",
    "a property is set": CHAINED + "r = Runner()\ntry:\n    r.double = 3\nexcept AttributeError:\n    print('no')\n",
    "a function that may not be asked in place": CHAINED + "def run(one):\n    if one.at:\n        return one.at\n"
    "    return 0\nr = Runner()\nprint(run(r))\n",
    "read before a chain": CHAINED + "r = Runner()\nprint(r.at, r.fit().at, r.at)\n",
    "an attribute is none yet": CHAINED.replace(
        "self.at += by", "try:\n            self.all += by\n        except AttributeError:\n            self.all = by"
    )
    + "r = Runner()\nr.fit().fit()\nprint(r.all)\n",
    "either name": CHAINED + "r = Runner()\nb = r\nb = b.fit()\nprint(b.at)\nb = 3\nprint(b)\n",
}


def unfolded(text: str) -> ast.Module:
    """Return a script at one level, as Python reads what is written of it."""
    statements = unfolding.unfolded(ast.parse(text))
    return ast.parse(ast.unparse(ast.Module(statements, [])))


def has_class(tree: ast.Module) -> bool:
    """Tell whether a class is left."""
    return any(isinstance(node, ast.ClassDef) for node in tree.body)


@pytest.mark.parametrize("form", TAKEN_APART)
def test_objects_do_what_they_did(form: str) -> None:
    text = TAKEN_APART[form]
    left = unfolded(text)
    assert printed(left) == printed(ast.parse(text))
    assert not has_class(left)


@pytest.mark.parametrize("form", LEFT)
def test_what_the_text_does_not_tell_stays(form: str) -> None:
    text = LEFT[form]
    left = unfolded(text)
    assert printed(left) == printed(ast.parse(text))
    assert has_class(left)


def test_property_that_tells_the_device_is_a_variable() -> None:
    """The grader says where to compute, as it does where a script has a variable for it."""
    told = "import torch\nclass C:\n    @property\n    def device(self):\n        return torch.device('cpu')\n"
    left = ast.unparse(unfolded(told + "    def go(self):\n        print(self.device)\nc = C()\nc.go()\n"))
    assert "device_of_C = torch.device('cpu')\n" in left
    assert left.endswith("print(device_of_C)\nNone")
