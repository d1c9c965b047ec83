"""The judge's side of the wire: what a check sends, and what of a reply is taken for what, whoever wrote it."""

from __future__ import annotations

from typing import Any

from graders.harness.base.errors import HarnessFault, StaleHandle
from graders.harness.base.model import Folder, Handle, NumpyScalar, TensorValue, TorchCall, Where
from graders.harness.base.scene import Scene, Thing
from graders.harness.worker.wire import MAX_STDOUT, WireError, decode, finite, pick, place, tidy, whole

MAX_NAME, MAX_KINDS = 200, 20  # letters of a name; classes that an object descends from
MAX_OUTPUT = 3 * MAX_STDOUT  # characters: a recorder keeps its last piece whole
MAX_FUNCTIONS = 20_000  # of a module; `from torch import *` brings 1,300
MAX_PLACES = 100  # arguments of a call, and dimensions of a tensor


class JudgeCodec:
    """The judge's side of the wire: tensors are NumPy arrays with labels, everything else is a handle."""

    def __init__(self, generation: int) -> None:
        self._generation = generation

    def dump(self, value: object, arrays: list[Any]) -> dict[str, Any]:
        """Describe a tensor or a handle. Raises HarnessFault for what a check should not have sent."""
        if isinstance(value, TensorValue):
            return {"$": "tensor", **place(value.array, arrays), "requires_grad": value.requires_grad}
        if isinstance(value, Folder):
            files = [[name, place(content, arrays)] for name, content in value.files.items()]
            return {"$": "folder", "name": value.name, "files": files}
        if isinstance(value, Handle):
            if value.generation != self._generation:
                raise StaleHandle(f"a {value.type_name} of an earlier worker was sent to this one")
            return {"$": "handle", "id": value.id}
        raise HarnessFault(f"a {type(value).__name__} cannot be sent to the worker")

    def load(self, kind: str, node: dict[str, Any], arrays: list[Any]) -> object:
        """Build the value of a node. Raises WireError for an unknown kind, TypeError and such for a malformed one."""
        if kind == "tensor":
            flags = node["dtype"], node["device"], node["requires_grad"]
            if [type(flag) for flag in flags] != [str, str, bool]:
                raise WireError("a malformed tensor")
            dtype, device, requires_grad = flags
            return TensorValue(pick(node, arrays), read_name(dtype), read_name(device), requires_grad)
        if kind == "scalar":
            value = decode(node["value"], self, arrays)
            if type(value) is not float:
                raise WireError("a malformed scalar")
            return NumpyScalar(read_name(node["dtype"]), value)
        if kind == "handle":
            kinds = tuple(map(read_name, read_list(node["kinds"])[:MAX_KINDS]))
            return Handle(whole(node["id"]), self._generation, kinds)
        raise WireError(f"unknown kind {kind!r}")


# What stands beside a value. Each raises WireError, TypeError and such for what no worker of ours writes.


def read_list(items: Any, most: int = MAX_FUNCTIONS) -> list[Any]:
    """Return a list of at most that many items."""
    if type(items) is not list or len(items) > most:
        raise WireError("no list, or one that is too long")
    return items


def read_name(text: Any) -> str:
    """Return a name fit to be shown."""
    if type(text) is not str:
        raise WireError("a name that is no text")
    return tidy(text, MAX_NAME)


def read_output(text: Any) -> str:
    """Return what was printed."""
    if type(text) is not str or len(text) > MAX_OUTPUT:
        raise WireError("no output, or too much of it")
    return text


def read_where(place: Any) -> Where | None:
    """Return the place that [file, line] names."""
    if place is None:
        return None
    file, line = read_list(place)
    return Where(read_name(file), whole(line))


def read_functions(found: Any) -> dict[str, Where | None]:
    """Return the functions of a submission by name, each with its place where that is known."""
    if type(found) is not dict or len(found) > MAX_FUNCTIONS:
        raise WireError("no functions, or too many")
    return {name: read_where(place) for name, place in found.items()}


def read_numbers(numbers: Any) -> tuple[int, ...]:
    """Return a few whole numbers: a shape, or the places of arguments that were changed."""
    return tuple(map(whole, read_list(numbers, MAX_PLACES)))


def read_scene(scene: Any) -> Scene | None:
    """Return what stood around a line that raised."""
    if scene is None:
        return None
    span = None if scene["span"] is None else tuple(map(whole, read_list(scene["span"], 4)))
    if span is not None and len(span) != 4:
        raise WireError("no place")
    values = scene["values"]
    if type(values) is not dict or len(values) > MAX_PLACES:
        raise WireError("no values, or too many")
    frames = [read_list(frame, 3) for frame in read_list(scene["frames"], MAX_PLACES)]
    return Scene(
        span=span,
        values={read_name(name): read_thing(thing) for name, thing in values.items()},
        frames=tuple((read_name(file), whole(line), read_name(function)) for file, line, function in frames),
    )


def read_thing(thing: dict[str, Any], depth: int = 0) -> Thing:
    """Return what a name stood for; a list's items have none of their own."""
    value, shape, length = thing["value"], thing.get("shape"), thing.get("length")
    if type(value) not in (int, float, bool, str, type(None)):
        raise WireError("no plain value")
    plain = finite(value) if type(value) is float else whole(value) if type(value) is int else value
    items = read_list(thing.get("items", []), MAX_KINDS) if depth == 0 else []
    return Thing(
        kind=read_name(thing["kind"]),
        bases=tuple(map(read_name, read_list(thing["bases"], MAX_KINDS))),
        name=read_name(thing["name"]),
        shape=None if shape is None else read_numbers(shape),
        dtype=read_name(thing.get("dtype", "")),
        device=read_name(thing.get("device", "")),
        requires_grad=thing.get("requires_grad") is True,
        length=None if length is None else whole(length),
        items=tuple(read_thing(item, 1) for item in items),
        value=read_name(plain) if type(plain) is str else plain,
    )


def read_line(line: dict[str, Any]) -> TorchCall:
    """Return a line of a transcript."""
    where = read_where(line["where"])
    if where is None:
        raise WireError("a call from nowhere")
    return TorchCall(
        name=read_name(line["name"]),
        where=where,
        count=whole(line["count"]),
        shapes=tuple(read_numbers(shape) for shape in read_list(line["shapes"], MAX_PLACES)),
        dtypes=tuple(map(read_name, read_list(line["dtypes"], MAX_PLACES))),
        grad_enabled=line["grad_enabled"] is True,
        tracks_gradients=line["tracks"] is True,
        low=None if line["low"] is None else finite(line["low"]),
        high=None if line["high"] is None else finite(line["high"]),
    )
