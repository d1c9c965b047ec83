"""Rules that know exceptions, on a few lines each: the name that fits, and none for what only looks alike."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
import torch

from graders.harness.base.model import Raised, Where
from graders.harness.judge.codec import read_scene
from graders.harness.judge.crashes import Crash, explain
from graders.harness.worker.observer import Places
from graders.harness.worker.scenes import Scenes
from graders.mistakes.crashes import PYTHON
from graders.mistakes.crashes.likely import is_plural, meant

RULES = [rule for module in PYTHON for rule in module.RULES.mistakes]
FILE = "/nowhere/of/ours/lab.py"
IMPORTS = "import torch\nfrom torch import nn\n"
SCENES = Scenes(torch)


def crash_of(text: str) -> Crash:
    """Run a text as a student's file, and return what it raises."""
    places, names = Places(Path(FILE).parent), {"__name__": "lab"}
    try:
        exec(compile(text, FILE, "exec"), names)
    except Exception as error:
        told, scene = places.describe(error), read_scene(SCENES.of(error, places))
        where = Where(*told["where"]) if told["where"] else None
        raised = Raised(told["type"], told["text"], where, told["function"], scene=scene)
        return Crash.of(raised, False, ast.parse(text))
    raise AssertionError("nothing was raised")


def name_of(text: str) -> str | None:
    """Return the name that is given to what a text raises."""
    return next((named.name for named in explain(RULES, crash_of(IMPORTS + text))), None)


KNOWN = {
    # over several lines, as formatters lay them out
    "cost = (\n    torch.ones(2)\n    .sum()\n    .backwrd()\n)": "attribute-misspelt",
    "x = torch.ones(2)\nx = (\n    x\n    .shape()\n)": "value-called",
    "def f(a, b):\n    return a\nf(\n    1,\n)": "too-few-arguments",
    # names
    "def f(labels):\n    return lables\nf(1)": "name-misspelt",
    "def f(x):\n    return X\nf(1)": "name-misspelt",
    "def f():\n    avg_cost = 0\n    return avgCost\nf()": "name-misspelt",
    "def f():\n    return math.pi\nf()": "name-not-imported",
    "def g():\n    import math\ndef f():\n    return math.pi\nf()": "name-not-imported",
    "model = Sequential()": "module-prefix-forgotten",
    "def train(loader):\n    return optimizer\ntrain(1)": "name-from-elsewhere",
    "x = None\nx = FALSE": "constant-in-lower-case",
    "def f(optimiser):\n    optimizer.step()\nf(1)": "name-misspelt",
    "def train_epoch(x):\n    return x\ntrain_epochs(1)": "name-misspelt",
    "from torch.utils.data import DataLoader\ndataloader([1])": "name-misspelt",
    "x = Ture": "name-misspelt",
    "def f(x):\n    return self.flatten(x)\nf(1)": "self-outside-a-class",
    "[1].length()": "length-as-a-method",
    "SGD([])": "module-prefix-forgotten",
    "nn.CrossEntropyLoss(reduction=mean)": "quotes-forgotten",
    # values
    "def f():\n    for i in range(3):\n        n += i\nf()": "never-started",
    "def f():\n    try:\n        x = int('a')\n    except ValueError:\n        0\n    return x\nf()": "error-let-pass",
    "def f():\n    n = 0\n    def g():\n        n += 1\n    g()\nf()": "outer-name-assigned-inside",
    "def f(n):\n    def g():\n        n = n + 1\n    g()\nf(1)": "outer-name-assigned-inside",
    "def f(x):\n    if x:\n        y = 1\n    return y\nf(0)": "assigned-on-some-ways-only",
    "len = 3\nlen([1])": "function-covered-by-a-variable",
    "def f(x):\n    max = x\n    return max(x, 1)\nf(2)": "function-covered-by-a-variable",
    "x = 3\nx()": "value-called",
    "import math\nmath(3)": "module-called",
    # functions that are not called
    "x = torch.ones(1)\nprint(f'{x.item:.3f}')": "parentheses-missing",
    "x = torch.ones(1)\nprint('{:.3f}'.format(x.item))": "parentheses-missing",
    "x = torch.ones(1)\nprint('%.3f' % x.item)": "parentheses-missing",
    "x = torch.ones(1)\ny = float(x.item)": "parentheses-missing",
    "x = torch.ones(1)\nif x.item > 3:\n    pass": "parentheses-missing",
    "def f():\n    return [1]\nfor x in f:\n    pass": "parentheses-missing",
    "def f():\n    return [1]\nf.append(2)": "parentheses-missing",
    "m = nn.Linear(2, 2)\nn = [p for p in m.parameters]": "parentheses-missing",
    "def f(x):\n    return x\nf[3]": "function-indexed",
    "range[3]": "function-indexed",
    "class A:\n    def forward(self, x):\n        return x\nA()(1)": "module-base-missing",
    "class A(nn.Module):\n    def foward(self, x):\n        return x\nA()(1)": "forward-misspelt",
    # arguments
    "def f(a, b=1):\n    return a\nf()": "too-few-arguments",
    "def f(a, *, b):\n    return a\nf(1)": "too-few-arguments",
    "def f():\n    return 1\nf(1)": "too-many-arguments",
    "class A:\n    def __init__(self, a):\n        self.a = a\nA()": "too-few-arguments",
    "nn.Linear(3, out=4)": "unknown-argument",
    "class A:\n    def f():\n        return 1\nA().f()": "self-missing-in-method",
    "class A:\n    def _init_(self, a):\n        self.a = a\nA(3)": "init-misspelt",
    # nothing
    "def f(x):\n    x + 1\ny = f(1)\nprint(y + 1)": "none-from-a-function",
    "def f(x):\n    x + 1\nfor y in f(1):\n    pass": "none-from-a-function",
    "def f(x):\n    x + 1\nprint(f'{f(1):.9f}')": "none-from-a-function",
    "x = [3, 1].sort()\nprint(x[0])": "none-from-a-method",
    "x = print(3)\nlen(x)": "none-from-a-method",
    # taking apart
    "for x, y in enumerate([(torch.ones(2), torch.ones(2))]):\n    x.view(-1)": "enumerate-misread",
    "for i, pair in enumerate([(1, 2)]):\n    pair.view(-1)": "tensor-method-of-a-list",
    "a, b = [1, 2, 3]": "too-many-values",
    "a, b, c = 1, 2": "too-few-values",
    "for a, b in [1, 2]:\n    pass": "one-value-unpacked",
    # items
    "x = [1, 2]\nx[2]": "list-index-past-its-end",
    "x = []\nx[0] = 1": "list-still-empty",
    "x = [1]\nx['a']": "index-no-whole-number",
    "x = {'a': 1}\nx['b']": "key-missing",
    "x = 3\nx[0]": "index-into-what-has-no-items",
    "x = zip([1], [2])\nx[0]": "index-into-what-has-no-items",
    "x = (1, 2)\nx[0] = 3": "items-not-changeable",
    "n = 3\nfor i in n:\n    pass": "loop-over-a-number",
    "n = 3\nx = [i for i in n]": "loop-over-a-number",
    "m = nn.Linear(2, 2)\nfor p in m:\n    pass": "loop-over-what-has-no-items",
    "m = nn.Linear(2, 2)\nfor i, p in enumerate(m):\n    pass": "loop-over-what-has-no-items",
    "len(3)": "no-length",
    "x = iter([1])\nnext(x)\nnext(x)": "iterator-used-up",
    # kinds of values
    "x = 'a' + 3": "text-plus-number",
    "x = 3\ny = x + 'a'": "text-plus-number",
    "x = [1, 2]\ny = x / 2": "list-reckoned-with",
    "x = [1, 2]\ny = x * 0.5": "list-reckoned-with",
    "x = [1, 2]\nx -= 1": "list-reckoned-with",
    "for i in range(7 / 2):\n    pass": "fraction-for-a-whole-number",
    "x = int('1.5')": "text-no-number",
    "x = '3' > 2": "compared-across-kinds",
    "print(f'{[1]:.2f}')": "format-of-no-number",
    "x = torch.ones(3)\nprint(f'{x:.2f}')": "format-of-no-number",
    "x = 1.5\nprint(f'{x:04d}')": "fraction-formatted-as-whole",
    "print('%d %d' % (1,))": "format-fields-miscounted",
    "print('%04d of 100%%: %.9f' % 1, 0.5)": "format-values-not-together",
    "x = ('%d %d' % 1, 2)": "format-values-not-together",
    "print('%d %d %d' % 1, 2)": "format-fields-miscounted",
    "print('%d %d' % (1,), 2)": "format-fields-miscounted",
    "print('a', '%d %d' % 1)": "format-fields-miscounted",
    # ends
    "def f(x):\n    return f(x)\nf(1)": "function-calls-itself",
    "x = 0\ny = 3 / x": "division-by-zero",
    "x = 0\ny = 3\ny /= x": "division-by-zero",
    "def f(x):\n    assert x == 1, 'no'\nf(2)": "own-assert",
    "raise KeyError('mine')": "own-raise",
    "open('/content/drive/MyDrive/a.csv')": "path-of-another-machine",
    "open('weights.pt')": "file-not-found",
    # imports
    "from torch import optm": "import-misspelt",
    "from torch.utils import TensorDataset": "import-from-another-module",
    "import torch.nn.Linear": "imported-as-a-module",
    "import numpi": "import-misspelt",
}
ALIKE = {
    "a try in a loop that has nothing": (
        "def f():\n    for i in []:\n        try:\n            x = i\n        except ValueError:\n            y = 1\n"
        "    x += [y]\n    return x\nf()"
    ),
    "a line is missing": "def f(images):\n    costs = []\n    cost.backward()\nf(1)",
    "a name of its own": "def f(fc1):\n    return fc2\nf(1)",
    "an object and its class": "class Digits:\n    pass\ndef f():\n    return digits\nf()",
    "a builder's own piece": "def build_model():\n    return model\nbuild_model()",
    "a name far from all": "def f(images):\n    return rows_of_pixels\nf(1)",
    "two names as near": "def f(imagez, imagex):\n    return imagey\nf(1, 2)",
    "another function's variable": "def g():\n    np = 3\ndef f():\n    return np\nf()",
    "deleted": "def f():\n    x = 1\n    del x\n    return x\nf()",
    "an error's name": "def f():\n    try:\n        1 / 0\n    except Exception as e:\n        pass\n    return e\nf()",
    "by getattr": "getattr(torch.ones(1), 'itm')",
    "None by default": "def f(log=None):\n    log.append(1)\nf()",
    "None from a dict": "x = {}.get('a')\nx + 1",
    "None or not": "def f(x):\n    if x:\n        return 1\ny = f(0)\ny + 1",
    "None from one of two": "def f(x):\n    x\nif 1:\n    y = {}.get(1)\nelse:\n    y = f(1)\ny + 1",
    "None from another line": "def f(x):\n    x\ny = f(1)\ny = {}.get(1)\ny + 1",
    "stars": "def f(a, b):\n    return a\nf(*[1])",
    "deeper": "def f(a):\n    return a\ndef g(h):\n    return h()\ng(f)",
    "a function that was given": "def g(h):\n    return h(1, 2)\ng(abs)",
    "callable within": "list(map(3, [1]))",
    "not iterable within": "list(enumerate(3))",
    "not iterable in a loop": "def f():\n    return map(list, [3])\nfor x in f():\n    pass",
    "no length within": "sorted([1], key=len)",
    "index within": "torch.ones(3)[5]",
    "key within": "from string import Template\nTemplate('$a').substitute({})",
    "next by default": "def f():\n    raise StopIteration\n    yield\nnext(f())",
    "a tensor and a text": "print(torch.ones(2) + 'a')",
    "an end that is not reached": "def f(n):\n    if n == 0:\n        return 0\n    return f(n - 1) + 1\nf(10 ** 4)",
    "another library's assertion": "import unittest\nunittest.TestCase().assertEqual(1, 2)",
    "a step that was given a cost": "w = torch.ones(1, requires_grad=True)\ntorch.optim.SGD([w]).step(w.sum())",
    "two things compared": "(torch.ones(3).max(0) == 3).sum()",
    "a function in a function": "torch.no_grad(len).argmax",
    "a loop that was not gone through": "def f():\n    for x in []:\n        pass\n    return x\nf()",
    "an optimizer by another name": "optim.step()",
    "a layer, or the function of that name": "nn.linear(torch.ones(1))",
    "a set's method": "[].add(1)",
    "a tree that is too deep": "def f(x):\n    for y in x:\n        f(y)\nx = []\nx.append(x)\nf(x)",
    "division within": "divmod(1, 0)",
    "a module of one's own": "import helpers_of_mine",
    "a missing name of one's own": "from os import of_mine",
    "no file": "import pathlib\npathlib.Path('x').unlink()",
    "a tensor compared with a text": "torch.ones(1) < 'a'",
}


@pytest.mark.parametrize("text", KNOWN)
def test_a_mistake_is_known_by_its_lines(text):
    """One name, whatever else the line has."""
    assert name_of(text) == KNOWN[text]


@pytest.mark.parametrize("text", ALIKE.values(), ids=ALIKE)
def test_what_only_looks_alike_has_no_name(text):
    """Another cause fits as well, or it was deeper that something raised."""
    assert name_of(text) is None


@pytest.mark.parametrize("text", [*KNOWN, *ALIKE.values()])
def test_no_two_rules_fit(text):
    """A second one would take the first one's name away."""
    crash = crash_of(IMPORTS + text)
    fitting = {rule.name for rule in RULES if rule.explains(crash)}
    assert len(fitting) <= 1


def test_a_slip_of_the_pen_is_one_or_two_letters():
    """Never a class for its object, a number for another, or one of two that are as near."""
    known = ["data_loader", "labels", "Digits", "fc1", "hypothesis", "X"]
    meant_by = {"data_loder": "data_loader", "dataLoader": "data_loader", "lables": "labels", "hypotesys": "hypothesis"}
    assert {name: meant(name, known) for name in meant_by} == meant_by
    assert meant("x", known) == "X"
    assert [meant(name, known) for name in ("digits", "fc2", "loader", "label_list", "Y", "labels")] == [None] * 6
    assert meant("cast", ["cost", "case"]) is None
    assert is_plural("image", "images")
    assert not is_plural("image", "imagen")
