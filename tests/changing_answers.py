"""A pytest plugin of judges: what the submission's worker replies is changed at random before the judge reads it.

`benchmarks/fuzz_answers.py` gives it to the judges that it has grade. Replies of the grader's own workers, say the
yardstick's, stay as they are: no submission can reach those. What is changed goes through bytes, so that the judge
meets nothing that no worker could send.
"""

from __future__ import annotations

import ast
import copy
import io
import json
import math
import random
from collections import deque
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from graders.harness.base.model import Word
from graders.harness.link.transport import WorkerGone
from graders.harness.link.workers import Workers
from graders.harness.worker import wire
from graders.spec import SPEC

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from graders.harness.link.transport import Frame, Transport

# What stands for what only bytes can say: a number that JSON can spell and that is too large for any float, one of more
# digits than Python reads, lists in lists.
SPELT = {"<infinite>": "1e999", "<digits>": "9" * 5_000}
SPELT |= {"<deep>": "[" * 60 + "]" * 60, "<deeper>": "[" * 9_000 + "]" * 9_000}
MANY = 20_000  # things in a flood
TEXTS = ["", "\ud800", "\x1b[2J\x07", "::error::here", "{a} {0} %s", "\u202e", "a\nb\r\nc", "7" * 4_000, "x" * 30_000]
TEXTS += ["nan", "torch.nn.modules.module.Module", "builtins.generator", "NoneType", "lab.py", "/etc/passwd", "\x00"]
TEXTS += ["Pred: 7 True: 2", "No CUDA GPUs are available", "NotImplementedError", "build_model", "é" * 500]
NUMBERS: list[Any] = [0, 1, -1, 2, 7, 10, 784, 2**31, 2**63, -(2**63), 10**20, 10**399, -(10**399), 0.5, -0.0, 1e308]
NUMBERS += [5e-324, "<infinite>", "<digits>", True, False]
NUMBERS += [{"$": "float", "value": name} for name in ("nan", "inf", "-inf")]
NODES: list[Any] = [None, [], {}, [[]], "", {"$": "tuple", "items": []}, {"$": "dict", "items": []}]
NODES += [{"$": "array", "i": 0}, {"$": "array", "i": -1}, {"$": "dict", "items": [["a", 1]]}]
NODES += [{"$": "tuple", "items": [1, "a", None]}, {"$": "handle", "id": -1, "kinds": ["a.B"]}, {"$": "handle"}]
NODES += [{"$": "handle", "id": 1, "kinds": ["torch.nn.modules.module.Module"]}, {"$": "tuple", "items": [[1], [2]]}]
NODES += [{"$": "scalar", "dtype": "float32", "value": 1.5}, {"$": "scalar", "dtype": "int64", "value": 10**399}]
NODES += [{"$": "scalar", "dtype": "float64", "value": {"$": "float", "value": "nan"}}]
NODES += [
    {"$": "tensor", "i": 0, "dtype": dtype, "device": device, "requires_grad": grad}
    for dtype, device, grad in (("float32", "cpu", True), ("int64", "cuda:0", False), ("x" * 999, "\x1b", False))
]
WHERE = [None, ["lab.py", 1], ["lab.py", -3], ["lab.py", 10**399], ["../../etc/passwd", 1], ["\ud800", 3], [], "lab.py"]
WHERE += [["lab.py", 10**6], ["lab.py", True], ["", 0], ["x" * 9_999, 5], [None, None]]
SHAPES = [(), (0,), (1,), (10,), (784,), (1, 784), (10, 784), (784, 10), (0, 784), (28, 28), (2, 3, 4), (1,) * 16]
SHAPES += [(1, 1, 28, 28), (5, 10), (7_850,), (250, 1, 28, 28), (1_000_000,), (0, 2**29), (2**29, 0, 2**29)]
VALUES = [math.nan, math.inf, -math.inf, 0.0, 1.0, -1.0, 1e30, 1e300, 5e-324, 255.0, 7.0]
FIELDS = ("value", "stdout", "transcript", "grad_enabled", "patched", "changed", "raised", "functions", "id", "more")
LINE = {"name": "linear", "where": ["lab.py", 9], "count": 3, "shapes": [[2, 784]], "dtypes": ["torch.float32"]}
LINE |= {"grad_enabled": True, "tracks": True, "low": 0.0, "high": 1.0}
HONEST = ("prepare",)  # what is done before the submission is loaded
QUIET = ("stdout", "transcript", "patched", "changed", "grad_enabled", "more")  # what is beside the value


@cache
def names() -> list[str]:
    """Return what a worker is asked: the probes and the functions of the contract, and to load."""
    modules = [SPEC.folder / "child" / name for name in ("probes.py", *SPEC.beside, "standins.py")]
    nodes = [node for path in modules for node in ast.parse(path.read_text(encoding="utf-8")).body]
    return ["load", *sorted({n.name for n in nodes if isinstance(n, ast.FunctionDef) and not n.name.startswith("_")})]


# ---- one change


def places(node: Any) -> Iterator[tuple[Any, Any]]:
    """Yield all places in a header: who holds it, and where."""
    for key in [*node] if isinstance(node, dict) else range(len(node)):
        yield node, key
        if isinstance(node[key], (dict, list)):
            yield from places(node[key])


def odd(dice: random.Random, before: Any) -> Any:
    """Return something else than a value, not seldom something much like it; a copy, which may be changed further."""
    return copy.deepcopy(_odd(dice, before))


def _odd(dice: random.Random, before: Any) -> Any:
    kind = dice.randrange(6)
    if kind == 0:
        return dice.choice(NUMBERS)
    if kind == 1:
        return dice.choice(TEXTS)
    if kind == 2:
        return dice.choice(NODES)
    if kind == 3:
        return dice.choice(WHERE)
    if isinstance(before, bool):
        return dice.choice([not before, int(before), str(before)])
    if isinstance(before, (int, float)):
        return dice.choice([before + 1, before - 1, -before, before + 0.5 if abs(before) < 2**53 else 0.5, [before]])
    if isinstance(before, str):
        return dice.choice([before + dice.choice(TEXTS), before[:1], before * 50, [before], len(before)])
    if isinstance(before, list):
        return dice.choice([before[:-1], before + before, before[::-1], before * 40, {"$": "tuple", "items": before}])
    if isinstance(before, dict):
        return dice.choice([before.get("items"), [before], {**before, "$": dice.choice(["tuple", "dict", "?"])}])
    return dice.choice(NODES)


def one_place(header: dict[str, Any], arrays: list[Any], dice: random.Random, among: str = "") -> None:
    """Change one place, below the field `among` where one is named."""
    holder: Any = header
    if among:
        if among not in header:
            return
        holder = {among: header[among]}
    found, key = dice.choice([*places(holder)])
    if dice.random() < 0.2 and found is not holder:
        del found[key]
    else:
        found[key] = odd(dice, found[key])
    header.update(holder)


def the_value(header: dict[str, Any], arrays: list[Any], dice: random.Random) -> None:
    """Change one place of the value, or the value."""
    if "value" in header and dice.random() < 0.3:
        header["value"] = odd(dice, header["value"])
    else:
        one_place(header, arrays, dice, "value")


def an_array(header: dict[str, Any], arrays: list[Any], dice: random.Random) -> None:
    """Change an array: its shape, its dtype or its numbers."""
    if not arrays:
        return the_value(header, arrays, dice)
    at = dice.randrange(len(arrays))
    array, kind = np.array(arrays[at]), dice.randrange(6)
    with np.errstate(all="ignore"):
        if kind == 0:
            array = np.zeros(dice.choice(SHAPES), array.dtype)
        elif kind == 1:
            array = array.astype(dice.choice(sorted(wire.DTYPES)))
        elif kind == 2:
            array = np.full(array.shape, dice.choice(VALUES)).astype(array.dtype)
        elif kind == 3 and array.size:
            array.reshape(-1)[dice.randrange(array.size)] = np.float64(dice.choice(VALUES)).astype(array.dtype)
        elif kind == 4:
            array = dice.choice([array.reshape(-1), array[None], array.T, array[..., None], array.reshape(-1)[:-1]])
        else:
            array = (array.astype(np.float64) * dice.choice([-1, 1.001, 1e20, 0.5, 255])).astype(array.dtype)
    arrays[at] = array
    return None


def a_field(header: dict[str, Any], arrays: list[Any], dice: random.Random) -> None:
    """Change a whole field, or leave it out."""
    name = dice.choice(FIELDS)
    if dice.random() < 0.3:
        header.pop(name, None)
    else:
        header[name] = odd(dice, header.get(name))


def an_error(header: dict[str, Any], arrays: list[Any], dice: random.Random) -> None:
    """Say that something was raised."""
    kinds = ["RuntimeError", "NotImplementedError", "SystemExit", "KeyError", "EOFError", *TEXTS]
    header["raised"] = {
        "type": dice.choice(kinds),
        "text": dice.choice(["", "reading a line", *TEXTS]),
        "where": copy.deepcopy(dice.choice(WHERE)),
        "function": dice.choice([None, "build_model", *TEXTS]),
        "standin": dice.choice([None, "build_model", "load_mnist", "make_data_loader", *TEXTS]),
        "called": copy.deepcopy(dice.choice(WHERE)),
    }
    if dice.random() < 0.3:
        one_place(header, arrays, dice, "raised")


def a_flood(header: dict[str, Any], arrays: list[Any], dice: random.Random) -> None:
    """Say too much."""
    name, number = dice.choice(["patched", "transcript", "stdout", "changed", "raised", "kinds", "functions"]), MANY
    salt = dice.randrange(10**9)
    if name == "patched":
        header[name] = [[f"torch.n{salt + n}", ["lab.py", n]] for n in range(number)]
    elif name == "transcript":
        header[name] = [{**LINE, "name": f"n{salt + n}", "count": 10 ** dice.choice([1, 399])} for n in range(number)]
    elif name == "stdout":
        header[name] = dice.choice(["epoch 1 cost 0.5\n", "\x1b[2J", "9" * 99, "\n"]) * (number * 10)
    elif name == "changed":
        header[name] = [salt * n for n in range(number)]
    elif name == "functions":
        header[name] = {f"f{salt + n}": ["lab.py", n] for n in range(number)}
    elif name == "kinds":
        header["value"] = {"$": "handle", "id": 1, "kinds": [f"a.B{n}" for n in range(number)]}
    else:
        header[name] = {"type": "T" * number, "text": "t" * (number * 50), "where": ["f" * number, 3], "function": None}


def something_deep(header: dict[str, Any], arrays: list[Any], dice: random.Random) -> None:
    """Nest something deeply."""
    found, key = dice.choice([*places(header)])
    found[key] = dice.choice(["<deep>", "<deeper>", [[[[[[[[[found[key]]]]]]]]]]])


def beside(header: dict[str, Any], arrays: list[Any], dice: random.Random) -> None:
    """Change a place beside the value."""
    name = dice.choice(QUIET)
    if name in header:
        one_place(header, arrays, dice, name)


CHANGES: tuple[tuple[int, Callable[..., None]], ...] = (
    (8, the_value),
    (6, an_array),
    (4, one_place),
    (3, beside),
    (2, a_field),
    (2, an_error),
    (2, a_flood),
    (1, something_deep),
)


# ---- a whole grading's


@dataclass(slots=True)
class Plan:
    """Which replies of a grading are changed, and how."""

    dice: random.Random
    changes: tuple[Callable[..., None], ...]
    only: str = ""  # replies to requests of that name
    chance: float = 1.0
    first: int = 0  # the first reply that may be changed
    last: int = 10**9
    seen: int = field(default=0, init=False)
    changed: int = field(default=0, init=False)

    @classmethod
    def drawn(cls, seed: int) -> Plan:
        """Draw a plan."""
        dice = random.Random(seed)
        functions, weights = [change for _, change in CHANGES], [weight for weight, _ in CHANGES]
        chosen = tuple(dice.choices(functions, weights, k=1)) if dice.random() < 0.7 else tuple(functions)
        kind = dice.random()
        if kind < 0.5:  # a function or a probe that always answers so
            return cls(dice, chosen, only=dice.choice(names()))
        if kind < 0.65:
            number = dice.randrange(400)
            return cls(dice, chosen, first=number, last=number)
        return cls(dice, chosen, chance=dice.choice([0.002, 0.01, 0.05, 0.3, 1.0]), first=dice.choice([0, 1, 50]))

    def change(self, name: str, frame: Frame) -> Frame:
        """Return a reply, changed where the plan says so. Raises WorkerGone where it is no frame any more."""
        number, self.seen = self.seen, self.seen + 1
        chosen = self.only in ("", name) and self.first <= number <= self.last and self.dice.random() < self.chance
        if not chosen or name in HONEST:
            return frame
        self.changed += 1
        header, arrays = frame
        header = json.loads(json.dumps({key: value for key, value in header.items() if key != "arrays"}))
        arrays = list(arrays)
        for _ in range(self.dice.choice([1, 1, 1, 2, 5])):
            self.dice.choice(self.changes)(header, arrays, self.dice)
        return sent(header, arrays)


def sent(header: dict[str, Any], arrays: list[Any]) -> Frame:
    """Send a reply over a wire. Raises WorkerGone as a worker's transport does."""
    described = {**header, "arrays": [{"dtype": a.dtype.name, "shape": a.shape} for a in arrays]}
    head = json.dumps(described)
    for word, spelt in SPELT.items():
        head = head.replace(json.dumps(word), spelt)
    payload = b"".join(np.ascontiguousarray(a).tobytes() for a in arrays)
    data = wire.PREFIX.pack(wire.MAGIC, len(head), len(payload)) + head.encode() + payload
    try:
        frame = wire.read_frame(io.BytesIO(data).read, wire.MAX_REPLY)
    except wire.WireError as error:
        raise WorkerGone("unreadable", str(error), Word("no_answer")) from None
    assert frame is not None
    return frame


class Changing:
    """A way to a worker whose replies are changed."""

    def __init__(self, way: Transport, plan: Plan) -> None:
        self._way, self._plan, self._asked = way, plan, deque[str]()

    @property
    def pid(self) -> int | None:
        """Its process."""
        return self._way.pid

    def send(self, header: dict[str, Any], arrays: list[Any]) -> None:
        """Send a request."""
        self._asked.append(header.get("function", header["op"]))
        self._way.send(header, arrays)

    def receive(self, seconds: float) -> Frame:
        """Return the next reply, changed where the plan says so."""
        return self._plan.change(self._asked.popleft(), self._way.receive(seconds))

    def close(self) -> None:
        """End the worker."""
        self._way.close()


PLAN = pytest.StashKey[Plan]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the seed of the changes."""
    parser.addoption("--changes-seed", type=int, default=0)


def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Have every worker of the submission's reply something else, before the lab's own hooks make ways to any."""
    plan, make = Plan.drawn(early_config.known_args_namespace.changes_seed), Workers.make

    def changing(self: Workers, target: Any, limits: Any) -> Transport:
        way = make(self, target, limits)
        return way if target.module.is_relative_to(SPEC.folder) else Changing(way, plan)

    Workers.make = changing  # type: ignore[method-assign]  # in this judge only, which ends with its grading
    early_config.stash[PLAN] = plan


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say how many were changed."""
    plan = config.stash[PLAN]
    terminalreporter.write_line(f"changed {plan.changed} of {plan.seen} replies")
