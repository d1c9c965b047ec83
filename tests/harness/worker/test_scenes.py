"""What stood around a line that raised: the expression, and what its names stood for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from graders.harness.judge.codec import read_scene
from graders.harness.worker.observer import Places
from graders.harness.worker.scenes import MAX_FRAMES, MAX_VALUES, Scenes
from graders.harness.worker.wire import MALFORMED

FILE = "/nowhere/of/ours/lab.py"


def scene_of(text: str, **given: object):
    """Run a text as a student's file, and return the scene of what it raises, as the judge reads it."""
    places, names = Places(Path(FILE).parent), {"__name__": "lab", **given}
    try:
        exec(compile(text, FILE, "exec"), names)
    except BaseException as error:
        return read_scene(Scenes(torch).of(error, places))
    raise AssertionError("nothing was raised")


def test_the_expression_is_told_to_the_column():
    """Of several on a line it is the one that raised; columns are bytes, as in Python's trees."""
    text = "가, x = 1, [3]\n가 + 1; y = 가 + x[7] + 2\n"
    line, first, last_line, last = scene_of(text).span
    assert (line, last_line) == (2, 2)
    assert text.splitlines()[1].encode()[first:last].decode() == "x[7]"


def test_names_stand_for_what_they_did():
    """Tensors and arrays with shape, type and place, plain values as they are, others by their class."""
    text = (
        "def f(images, labels, array, scale, name, pairs, model, nothing):\n"
        "    made = images[:2]\n    return made.nope(scale, model, GLOBAL, torch)\n"
        "f(*given)\n"
    )
    given = (
        torch.zeros(5, 784, requires_grad=True),
        torch.zeros(5, dtype=torch.int64),
        np.zeros((2, 3), np.uint8),
        0.5,
        "x" * 500,
        [torch.zeros(3), 1],
        torch.nn.Linear,
        None,
    )
    values = scene_of(text, given=given, GLOBAL=7, torch=torch, unnamed=3).values
    images, labels, array = values["images"], values["labels"], values["array"]
    assert (images.kind, images.shape, images.dtype, images.device) == ("torch.Tensor", (5, 784), "float32", "cpu")
    assert images.requires_grad
    assert values["made"].shape == (2, 784)
    assert (labels.dtype, labels.requires_grad) == ("int64", False)
    assert (array.kind, array.shape, array.dtype) == ("numpy.ndarray", (2, 3), "uint8")
    assert values["scale"].value == 0.5
    assert len(values["name"].value) < 100
    assert values["name"].length == 500
    assert (values["pairs"].length, values["pairs"].items[0].shape, values["pairs"].items[1].value) == (2, (3,), 1)
    assert (values["model"].kind, values["model"].name) == ("builtins.type", "torch.nn.modules.linear.Linear")
    assert values["nothing"].kind == "builtins.NoneType"
    assert (values["GLOBAL"].value, values["torch"].name) == (7, "torch")
    assert "unnamed" not in values, "a global that the function does not name"


def test_attributes_of_self_are_told_as_torch_keeps_them():
    """A layer lies in a module's own table, and not among its attributes."""
    text = (
        "class Net(nn.Module):\n"
        "    def __init__(self):\n        super().__init__()\n"
        "        self.linear = nn.Linear(4, 2)\n        self.n = 3\n"
        "    def forward(self, x):\n        return self.linear(x) + self.n + self.m\n"
        "Net()(x)\n"
    )
    found = scene_of(text, nn=torch.nn, x=torch.zeros(1, 4))
    assert found.values["self.linear"].kind == "torch.nn.modules.linear.Linear"
    assert found.values["self.linear"].bases[0] == "torch.nn.modules.module.Module"
    assert found.values["self.n"].value == 3
    assert "self.m" not in found.values
    assert [(line, name) for _, line, name in found.frames] == [(8, "<module>"), (7, "forward")]


def test_a_comprehension_knows_the_names_around_it():
    """Python 3.11 gives it a frame of its own."""
    values = scene_of("def f(images):\n    rows = 3\n    return [row.nope for row in images]\nf([1])\n").values
    assert values["rows"].value == 3
    assert values["row"].value == 1


def test_methods_and_functions_have_their_names():
    """`cost.item` without parentheses is a method; so is `optimizer.step`."""
    text = "item, own, split = x.item, f, str.split\nitem + own\n"
    values = scene_of(f"def f(): pass\n{text}", x=torch.zeros(1)).values
    assert values["item"].kind == "builtins.builtin_function_or_method"
    assert values["item"].name.endswith(".item")
    assert values["own"].name == "lab.f"
    assert values["split"].name == "str.split"


@pytest.mark.parametrize(
    "text",
    [
        "class A:\n    def __getattribute__(self, name): raise ValueError\n    __class__ = 3\na = A()\n1 / 0\n",
        "class A(list):\n    def __len__(self): raise OSError\na = [A()] * 3\n1 / 0\n",
        "x = [10 ** 400, float('nan'), 'a' * 10 ** 6, object()]\ny = x[0]\n1 / 0\n",
        "class M(type):\n    def __getattribute__(cls, name): raise KeyError\nclass A(metaclass=M): pass\n1 / 0\n",
        "def f(n):\n    return f(n + 1)\nf(0)\n",
        "".join(f"x{n} = {n}\n" for n in range(500)) + "1 / 0\n",
        "x = []\nx.append(x)\n1 / 0\n",
    ],
    ids=["lies", "no length", "odd values", "metaclass", "deep", "many", "circle"],
)
def test_whatever_stands_there_is_described_briefly(text):
    """Nobody is asked, nothing is walked to its end."""
    found = scene_of(text)
    assert found is not None
    assert len(found.values) <= MAX_VALUES
    assert len(found.frames) <= MAX_FRAMES
    assert len(repr(found)) < 60_000


def test_tensors_of_odd_kinds_are_no_hindrance():
    """A subclass that lies about its shape has its own told; a nested tensor has none that is one."""
    lying = (
        "class Lying(torch.Tensor):\n    shape = 3\n    dtype = None\nx = torch.zeros(2, 3).as_subclass(Lying)\n1 / 0\n"
    )
    assert scene_of(lying, torch=torch).values["x"].shape == (2, 3)
    assert scene_of("1 / x\nx.nope\n", x=torch.zeros(2, device="meta")).values["x"].device == "meta"


def test_where_no_line_of_the_students_is_there_is_no_scene():
    """An exception of the grader's own pieces, say."""
    with pytest.raises(ValueError, match="ours") as caught:
        raise ValueError("ours")
    assert Scenes(torch).of(caught.value, Places(Path(FILE).parent)) is None


@pytest.mark.parametrize(
    "scene",
    [
        {"span": [1, 2], "values": {}, "frames": []},
        {"span": None, "values": [], "frames": []},
        {"span": None, "values": {"x": {"kind": 3, "bases": [], "name": "", "value": None}}, "frames": []},
        {"span": None, "values": {"x": {"kind": "", "bases": [], "name": "", "value": []}}, "frames": []},
        {"span": None, "values": {}, "frames": [["lab.py", "1", "f"]]},
        {"span": None, "values": {}, "frames": [["lab.py", 1]]},
        [],
    ],
)
def test_what_is_no_scene_is_refused(scene):
    """The worker may have been taken over."""
    with pytest.raises(MALFORMED):
        read_scene(scene)
