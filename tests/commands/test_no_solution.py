"""What students hold has no solution in plain sight: every file of their repository is read as they would read it."""

from __future__ import annotations

import ast
import itertools
import re
from functools import cache
from typing import TYPE_CHECKING

import pytest

from graders.commands.teacher import release
from graders.commands.teacher.release import PACKAGE, ROOT, SOLUTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

OURS = (ROOT / "reference" / "lab.py", *(PACKAGE / name for name in SOLUTIONS))
FUNCTIONS = (
    *("load_mnist", "make_data_loader", "flatten_images", "build_model", "build_criterion", "build_optimizer"),
    *("train_epoch", "train", "evaluate", "predict", "show_prediction"),
)
# Ways of the lesson's own, and of many learners', to write what one of our files writes otherwise.
ALSO = """
images.view(-1, 28 * 28)
images.view(-1, 784)
X.view(-1, 28 * 28).to(device)
images.reshape(images.shape[0], -1)
images.flatten(1)
torch.flatten(images, 1)
nn.Linear(784, 10)
nn.Linear(28 * 28, 10)
torch.nn.Linear(784, 10, bias=True)
nn.CrossEntropyLoss()
torch.nn.CrossEntropyLoss()
torch.optim.SGD(model.parameters(), lr=learning_rate)
optim.SGD(model.parameters(), lr=0.1)
datasets.MNIST(root, train=train, transform=transforms.ToTensor(), download=download)
DataLoader(dataset, batch_size=batch_size, shuffle=True, drop_last=True)
model(images).argmax(dim=1)
model(flatten_images(image.unsqueeze(0)))
torch.argmax(prediction, 1) == labels
plt.imshow(image.view(28, 28), cmap="Greys", interpolation="nearest")
"""


# What is asked of every function, and names by which nobody tells a solution: only torch's own words do.
WORDS = {
    *("torch", "nn", "optim", "datasets", "transforms", "plt", "functional", "F", "DataLoader", "MNIST", "ToTensor"),
    *("Linear", "Flatten", "CrossEntropyLoss", "SGD", "no_grad", "zero_grad", "backward", "step", "argmax", "view"),
    *("reshape", "flatten", "unsqueeze", "imshow", "set_title", "parameters"),
}


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    """Yield the functions of the contract in a file of ours, those that do a part of one's work among them."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name.removeprefix("lessons_") in FUNCTIONS:
            yield node


def blocks(tree: ast.AST) -> Iterator[list[ast.stmt]]:
    """Yield every list of statements in a tree, without docstrings."""
    for node in ast.walk(tree):
        for field in ("body", "orelse", "finalbody"):
            block = getattr(node, field, None)
            if isinstance(block, list):
                yield [one for one in block if not (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))]


class Anonymous(ast.NodeTransformer):
    """Takes away what anybody may choose: names that are not torch's."""

    def visit_Name(self, node: ast.Name) -> ast.Name:
        """Keep a name of torch's, and no other."""
        return ast.Name(node.id if node.id in WORDS else "_", node.ctx)


def shape(node: ast.AST) -> str:
    """Return a piece of code as text, whatever its spaces are."""
    return squeezed(ast.unparse(node))


def tells(text: str) -> bool:
    return any(re.search(rf"\b{word}\b", text) for word in WORDS)


def runs_of(tree: ast.AST) -> set[str]:
    """Return the values of a tree, and its pairs of statements, as far as they speak of torch."""
    tree = Anonymous().visit(tree)
    values = {shape(node) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    pairs = {
        f"{shape(first)};{shape(second)}"
        for block in blocks(tree)
        for first, second in itertools.pairwise(block)
        if not isinstance(first, (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom))
        and not isinstance(second, (ast.FunctionDef, ast.ClassDef))
    }
    return {run for run in values | pairs if tells(run)}


@cache
def solutions() -> set[str]:
    """Return what gives a function away: all of it where it is one expression, else two statements on end."""
    found = {shape(Anonymous().visit(ast.parse(line, mode="eval")).body) for line in ALSO.strip().splitlines()}
    for path in OURS:
        for function in functions(ast.parse(path.read_text(encoding="utf-8"))):
            function = Anonymous().visit(function)
            (body,) = itertools.islice(blocks(function), 1)
            if len(body) == 1 and isinstance(body[0], ast.Return) and body[0].value is not None:
                found.add(shape(body[0].value))
            found |= {run for run in runs_of(function) if ";" in run}
    return {run for run in found if tells(run)}


def squeezed(text: str) -> str:
    return re.sub(r"[^\S\n]+", "", text).replace('"', "'")


@cache
def lines() -> set[str]:
    """Return the lines of our solutions as a text would quote them, those that no docstring of the contract quotes."""
    expressions = set(map(squeezed, ALSO.strip().splitlines()))
    for path in OURS:
        for function in functions(ast.parse(path.read_text(encoding="utf-8"))):
            for block in blocks(function):
                expressions |= {squeezed(ast.unparse(one)) for one in block if not hasattr(one, "body")}
    return {line for line in expressions if tells(line) and "(" in line}


@pytest.fixture(scope="module", params=list(release.Form))
def held(request, tmp_path_factory) -> dict[str, str]:
    """Return the files that students hold, as text, by name."""
    target = tmp_path_factory.mktemp("release") / "students"
    release.release(target, request.param)
    read = {path: path.read_text(encoding="utf-8", errors="replace") for path in target.rglob("*") if path.is_file()}
    return {path.relative_to(target).as_posix(): text for path, text in read.items()}


@cache
def seen(name: str, text: str) -> list[str]:
    """Return what of a solution stands in a file: code by its shape, any text by its lines."""
    if name.endswith(".py"):
        return sorted(runs_of(ast.parse(text)) & solutions())
    return sorted(line for line in lines() if line in squeezed(text))


def test_solutions_are_seen_in_our_own_files():
    """The sieve finds the solutions in the files that students must not see, whatever their variables are called."""
    found = {path.name: len(seen(path.name, path.read_text(encoding="utf-8"))) for path in OURS}
    assert found["lab.py"] >= 10
    assert found["standins.py"] >= 10
    assert all(found.values())
    assert seen("a.py", "def f(m, r):\n    return torch.optim.SGD(m.parameters(), lr=r)\n")
    assert seen("a.py", "def f(o, c):\n    c.backward()\n    o.step()\n")
    assert seen("a.py", "def f(o):\n    o.zero_grad()\n") == []  # by itself it says no more than any page on torch
    assert seen("a.md", "Write `nn.CrossEntropyLoss()` there.")


def test_nothing_that_students_hold_has_a_solution(held):
    """No code, message, page or text file has a solution of ours in plain sight."""
    assert {name: found for name, text in held.items() if (found := seen(name, text))} == {}
