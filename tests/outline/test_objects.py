"""Classes of a script's own that are taken apart: what they do stays the same; what cannot be told stays a class."""

from __future__ import annotations

import ast

import pytest
from printing import printed

from graders.outline import aliases, objects

COUNTER = """
class Counter:
    step = 2
    first: int = step

    def __init__(self, start, step=step):
        self.count = start
        self.by = step
        print("made", start)

    def add(self, times=1):
        for _ in range(times):
            self.count += self.by
        self.told = self.show("now")
        return self.count

    def show(self, what):
        print(what, self.count, self.step, self.first)
        return len(what)

    @staticmethod
    def twice(number):
        return 2 * number

"""
APART = {
    "by its name": "one = Counter(3)\none.add()\nprint(one.add(2), one.told, one.twice(4), one.by)\n",
    "changed from outside": "one = Counter(3)\none.by = 7\none.add()\n",
    "in a function": "def main():\n    c = Counter(start=1, step=5)\n    print(c.add(3))\nmain()\n",
    "without a name": "Counter(3).add(4)\n",
    "below the guard": 'if __name__ == "__main__":\n    c = Counter(1)\n    c.show("x")\n',
    "of whose method something comes": "told = Counter(3).add(4)\nprint(told)\n",
    "with an annotation": "one: Counter = Counter(2)\none.add()\n",
    "names that are taken": "count, by = 5, 6\nc = Counter(count)\nprint(c.add(), count, by)\n",
}
WHOLE = {
    "two objects": "a, b = Counter(1), Counter(2)\na.add()\nb.add()\n",
    "one after the other": "a = Counter(1)\na = Counter(2)\na.add()\n",
    "handed on": "a = Counter(1)\nprint(a.add(), vars(a))\n",
    "an attribute of others": "a = Counter(1)\nprint(a.add(), a.__dict__)\n",
    "asked of the class": "a = Counter(1)\nprint(a.add(), Counter.step)\n",
    "two names at once": "a = b = Counter(1)\nb.add()\n",
    "made in a loop": "for i in range(2):\n    a = Counter(i)\n    a.add()\n",
    "made in a comprehension": "print([Counter(i).add() for i in range(3)])\n",
    "made perhaps": "flag = 0\nflag and Counter(1).add()\n",
    "another class of that name": "class Counter:\n    def add(self):\n"
    "        print('other')\na = Counter()\na.add()\n",
    "a function of that name": "def Counter(n):\n    return []\na = Counter(1)\nprint(a.copy())\n",
    "its name is bound anew": "a = Counter(1)\na.add()\nimport math as a\nprint(a.pi)\n",
    "an attribute is deleted": "a = Counter(1)\ndel a.by\nprint(a.by)\n",
    "changed in a function": "a = Counter(1)\ndef change():\n    a.by = 9\nchange()\na.add()\n",
}
KINDS = {
    "inherits": "class C(list):\n    def f(self):\n        return 1\n",
    "a property that is kept": "import functools\nclass C:\n    @functools.cached_property\n    def f(self):\n"
    "        return abs\n",
    "a property with a setter": "class C:\n    @property\n    def f(self):\n        return 1\n    @f.setter\n"
    "    def f(self, value):\n        print(value)\n",
    "calls itself": "class C:\n    def __call__(self):\n        return 1\n    def f(self):\n        return self()\n",
    "is entered": "class C:\n    def __enter__(self):\n        return 1\n    def f(self):\n        return 1\n",
    "hands itself on": "class C:\n    def f(self):\n        return vars(self)\n",
    "a decorator": "def same(x):\n    return x\n@same\nclass C:\n    def f(self):\n        return 1\n",
}


BODIES = {
    "a lambda": "    f = lambda self, x=1: x\n    def go(self):\n        print(self.f())\n",
    "a method under two names": "    def go(self):\n        print(1)\n    run = go\n",
    "a name of the script's": "    x = x\n    def go(self):\n        print(self.x)\n",
    "a name of the script's that is its own later": "    y = x\n    x = 1\n    def go(self):\n"
    "        print(self.y, self.x)\n",
    "a default that is its own later": "    def go(self, y=x):\n        print(y, self.x)\n    x = 1\n",
    "a default that changes": "    z = 1\n    def go(self, y=z):\n        print(y, self.z)\n    z = 2\n",
    "a name of the script's that is told a type": "    x: int\n    y = x\n    def go(self):\n        print(self.y)\n",
    "a method for a default": "    def go(self):\n        print('a')\n    def one(self, f=go):\n        f(self)\n",
    "a walrus": "    a = (b := 1)\n    def go(self):\n        print(self.a, self.b)\n",
    "no place for the object": "    def go(*args):\n        print(len(args))\n",
    "a place by position alone": "    def go(self, /):\n        print(1)\n",
    "a place with a default": "    def go(self=None, x=2):\n        print(x)\n",
    "its name inside is another's": "    y = 1\n    def go(self):\n"
    "        print((lambda self: self.imag)(2), self.y)\n",
    "a class in a method": "    y = 1\n    def go(self):\n        class N:\n"
    "            y = 2\n        print(N.y, self.y)\n",
    "cases": "    A = 1\n    def go(self):\n        match 1:\n            case self.A:\n                print('one')\n",
    "an attribute is deleted": "    def go(self):\n        self.x = 1\n"
    "        del self.x\n        print('x' in dir())\n",
}
HARMLESS = {
    "values of values": "    a = 1\n    b = a + 1\n    def go(self, c=b):\n        print(self.a, self.b, c)\n",
    "stored in a function inside": "    def go(self):\n        def put():\n"
    "            self.x = 3\n        put()\n        print(self.x)\n",
    "says what it is": "    y = 1\n    def go(self):\n        print(self.y)\n"
    "    def __repr__(self):\n        return 'c'\n",
    "could be counted": "    def __len__(self):\n        return 1\n    def go(self):\n        print(2)\n",
    "a default by keyword": "    n = 3\n    def go(self, *, n=n):\n        print(n)\n",
    "names of handlers": "    def go(self):\n        self.e = 1\n        try:\n            1 / 0\n"
    "        except ZeroDivisionError as e:\n            print(type(e).__name__)\n        print(self.e)\n",
    "names of modules": "    def go(self):\n        self.math = 1\n"
    "        import math\n        print(math.pi, self.math)\n",
}


def has_class(tree: ast.Module) -> bool:
    """Tell whether a class is left."""
    return any(isinstance(node, ast.ClassDef) for node in tree.body)


@pytest.mark.parametrize("use", APART)
def test_functions_and_variables_do_what_the_object_did(use: str) -> None:
    tree = ast.parse(COUNTER + APART[use])
    before, apart = printed(tree), objects.taken_apart(tree)
    assert has_class(tree)
    assert not has_class(apart)
    assert printed(ast.parse(ast.unparse(apart))) == before


@pytest.mark.parametrize("use", WHOLE)
def test_what_more_than_one_object_may_do_stays_a_class(use: str) -> None:
    tree = ast.parse(COUNTER + WHOLE[use])
    assert ast.unparse(objects.taken_apart(tree)) == ast.unparse(tree)


@pytest.mark.parametrize("kind", KINDS)
def test_class_of_another_kind_stays(kind: str) -> None:
    tree = ast.parse(KINDS[kind] + "c = C()\nprint(c.f())\n")
    assert ast.unparse(objects.taken_apart(tree)) == ast.unparse(tree)


@pytest.mark.parametrize("body", BODIES)
def test_class_that_does_more_than_hold_methods_stays(body: str) -> None:
    tree = ast.parse(f"x = 5\nclass C:\n{BODIES[body]}c = C()\nc.go()\n")
    assert ast.unparse(objects.taken_apart(tree)) == ast.unparse(tree)


@pytest.mark.parametrize("body", HARMLESS)
def test_what_looks_odd_and_is_not_does_the_same(body: str) -> None:
    tree = ast.parse(f"class C:\n{HARMLESS[body]}c = C()\nc.go()\n")
    apart = objects.taken_apart(tree)
    assert not has_class(apart)
    assert printed(ast.parse(ast.unparse(apart))) == printed(tree)


@pytest.mark.parametrize(
    "source",
    [
        "\n".join(f"class A{i}: pass" for i in range(2_000)),
        COUNTER + "b = Counter(1)\nif b:\n" + "    b.x = (lambda: 1)\n" * 5_000,
        "class A:\n" + "".join(f"    def m{i}(self): pass\n" for i in range(5_000)) + "a = A()\na.m1()\n",
    ],
    ids=["classes", "lambdas", "methods"],
)
def test_what_nobody_wrote_by_hand_is_left_alone(source: str) -> None:
    """Taking it apart would take minutes."""
    tree = ast.parse(source)
    assert objects.taken_apart(tree) is tree


def test_lines_are_those_of_the_script() -> None:
    """Whoever is told of a line looks for it in the file."""
    source = COUNTER + APART["by its name"]
    lines = {node.lineno for node in ast.walk(objects.taken_apart(ast.parse(source))) if hasattr(node, "lineno")}
    assert lines <= set(range(1, source.count("\n") + 1))
    assert source[: source.index("self.count += ")].count("\n") + 1 in lines


@pytest.mark.parametrize(
    ("written", "left"),
    [
        ("a = f()\nb = a\nc = b.to(d)\nprint(a, b, c)", "a = f()\na = a.to(d)\nprint(a, a, a)"),
        ("a = f()\na = g()\nb = a\nprint(a, b)", None),  # which of the two is meant hangs on the place
        ("a = f()\nb = a\nb = g()\nprint(a, b)", None),
        ("a = f()\nfor b in a:\n    b = a\n", None),
    ],
)
def test_what_has_two_names_has_one(written: str, left: str | None) -> None:
    statements = aliases.without_aliases(ast.parse(written).body)
    assert ast.unparse(ast.Module(statements, [])) == ast.unparse(ast.parse(left or written))
