"""The judge's side of the wire: what a check sends, and what of a reply is taken for what, whoever wrote it."""

from __future__ import annotations

from typing import Any

from graders.harness.base.errors import HarnessFault, StaleHandle
from graders.harness.base.model import Folder, Handle, NumpyScalar, TensorValue, TorchCall, Where
from graders.harness.worker.wire import WireError, decode, pick, place, tidy

MAX_NAME, MAX_KINDS = 200, 20  # letters of a name; classes that an object descends from


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
            return TensorValue(pick(node, arrays), *flags)
        if kind == "scalar":
            return NumpyScalar(str(node["dtype"]), float(decode(node["value"], self, arrays)))
        if kind == "handle":
            kinds = tuple(tidy(name, MAX_NAME) for name in node["kinds"][:MAX_KINDS])
            return Handle(int(node["id"]), self._generation, kinds)
        raise WireError(f"unknown kind {kind!r}")


def read_where(place: list[Any] | None) -> Where | None:
    """Return the place that [file, line] names."""
    return None if place is None else Where(tidy(place[0], MAX_NAME), int(place[1]))


def read_line(line: dict[str, Any]) -> TorchCall:
    """Return a line of a transcript."""
    return TorchCall(
        name=tidy(line["name"], MAX_NAME),
        where=Where(tidy(line["where"][0], MAX_NAME), int(line["where"][1])),
        count=int(line["count"]),
        shapes=tuple(tuple(int(n) for n in shape) for shape in line["shapes"]),
        dtypes=tuple(tidy(dtype, MAX_NAME) for dtype in line["dtypes"]),
        grad_enabled=line["grad_enabled"] is True,
        tracks_gradients=line["tracks"] is True,
        low=None if line["low"] is None else float(line["low"]),
        high=None if line["high"] is None else float(line["high"]),
    )
