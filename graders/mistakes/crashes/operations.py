"""What a crash tells of torch: what was said, which operation was called with what, and where a value came from."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from graders.harness.base.model import Word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graders.harness.base.scene import Thing
    from graders.harness.judge.crashes import Crash

PIXELS, LINE, DIGITS = 784, 28, 10  # of an image; of one of its lines; scores
FLOATS = ("float16", "bfloat16", "float32", "float64")
WHOLE = ("int64", "int32", "int16", "int8", "uint8")
DTYPES = {  # as torch calls them in what it raises, now and earlier
    "Float": "float32",
    "Double": "float64",
    "Half": "float16",
    "BFloat16": "bfloat16",
    "Bool": "bool",
    "Long": "int64",
    "Int": "int32",
    "Short": "int16",
    "Char": "int8",
    "Byte": "uint8",
    "float": "float32",
    "double": "float64",
    "long long": "int64",
    "int": "int32",
    "unsigned char": "uint8",
}
PICTURE = ("PIL.Image.Image",)
MODULES = ("torch", "nn", "F", "functional", "np")  # as they are imported


def said(crash: Crash, kinds: str, pattern: str) -> re.Match[str] | None:
    """Find a pattern in what an exception of these kinds says, unless a line of the student's raised it itself."""
    if crash.kind not in kinds.split() or isinstance(crash.statement, (ast.Raise, ast.Assert)):
        return None
    return re.search(pattern, crash.text, re.DOTALL)


def call(crash: Crash) -> ast.Call | None:
    """Return the call that raised, if it was one."""
    return crash.node if isinstance(crash.node, ast.Call) else None


def last_name(node: ast.AST | None) -> str:
    """Return the last name of what is written: `mean` of `x.mean`, `torch.mean` and of a call of either."""
    node = node.func if isinstance(node, ast.Call) else node
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def argument(called: ast.Call | None, place: int, *names: str) -> ast.expr | None:
    """Return a call's argument by its place or by one of its names."""
    if called is None:
        return None
    for keyword in called.keywords:
        if keyword.arg in names:
            return keyword.value
    given = called.args[: place + 1]
    return given[place] if len(given) > place and not any(isinstance(one, ast.Starred) for one in given) else None


def subject(called: ast.Call | None) -> ast.expr | None:
    """Return the tensor that a call is about: `x` of `x.mean()` and of `torch.mean(x)`."""
    if called is None or not isinstance(called.func, ast.Attribute):
        return None
    owner = called.func.value
    return argument(called, 0, "input") if isinstance(owner, ast.Name) and owner.id in MODULES else owner


def names_in(node: ast.AST | None) -> Iterator[ast.Name]:
    """Yield the names in an expression."""
    return (one for one in ast.walk(node) if isinstance(one, ast.Name)) if node is not None else iter(())


def is_kind(thing: Thing | None, *starts: str) -> bool:
    """Tell whether something's class, or a class above it, is one whose qualified name starts so."""
    return thing is not None and any(kind.startswith(starts) for kind in (thing.kind, *thing.bases))


def is_layer(thing: Thing | None) -> bool:
    """Tell whether something is a module of torch's kind."""
    return is_kind(thing, "torch.nn.modules.")


def is_labels(thing: Thing | None) -> bool:
    """Tell whether something is what a batch's labels are: whole numbers along one axis."""
    return thing is not None and thing.shape is not None and len(thing.shape) == 1 and thing.dtype in WHOLE


def is_scores(thing: Thing | None) -> bool:
    """Tell whether something is what a batch's scores are: ten fractions for each image."""
    shape = None if thing is None else thing.shape
    return shape is not None and len(shape) == 2 and shape[1] == DIGITS and thing is not None and thing.dtype in FLOATS


def assigned(crash: Crash, name: str) -> Iterator[ast.expr]:
    """Yield what a name was given above the line that raised, within its function."""
    line = crash.statement.lineno if crash.statement is not None else 0
    for node in ast.walk(crash.function) if crash.function is not None else ():
        if isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign)) and node.lineno < line and node.value:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(target, ast.Name) and target.id == name for target in targets):
                yield node.value


def origins(crash: Crash, node: ast.AST | None) -> Iterator[ast.AST]:
    """Yield all of an expression, and of what its names were given in this function, names in that included."""
    left, known = [node] if node is not None else [], set[str]()
    while left:
        for one in ast.walk(left.pop()):
            yield one
            if isinstance(one, ast.Name) and one.id not in known:
                known.add(one.id)
                left.extend(assigned(crash, one.id))


def called_in(crash: Crash, node: ast.AST | None, *names: str) -> bool:
    """Tell whether an expression, or what its names were given, calls something of one of these names."""
    return any(isinstance(one, ast.Call) and last_name(one) in names for one in origins(crash, node))


def written(node: ast.AST | None) -> str:
    """Return an expression as it is written, if it is short."""
    text = ast.unparse(node) if node is not None else ""
    return text if len(text) <= 40 else ""


def sizes(text: str) -> tuple[int, ...]:
    """Return the numbers in a shape as torch writes it."""
    return tuple(int(size) for size in re.findall(r"-?\d+", text))


def shown(shape: tuple[int, ...]) -> str:
    """Return a shape as the lesson writes it."""
    return f"[{', '.join(map(str, shape))}]"


def size_word(crash: Crash, size: int) -> Word:
    """Return a size together with what has as many in this lab."""
    batches = {thing.shape[0] for thing in crash.scene.values.values() if is_labels(thing) and thing.shape}
    known = {PIXELS: "size_pixels", DIGITS: "size_digits", LINE: "size_lines"}
    key = known.get(size) or ("size_images" if size in batches else "size_other")
    return Word(key, {"size": size})
