"""What stood around the line of the student's that raised: the expression, and what its names stood for. Child side."""

from __future__ import annotations

from itertools import islice
from math import isfinite
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from .unasked import MRO, TRACEBACK, held, is_a, kinds_of, qualified
from .wire import MAX_INT, tidy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType, FrameType, TracebackType

    from .observer import Places

MAX_VALUES, MAX_FRAMES, MAX_ITEMS, MAX_BASES = 80, 12, 3, 6  # of each scene; of a list; of a class
MAX_TEXT, MAX_NAME, MAX_AXES = 80, 120, 12  # letters of a text and of a name; axes of a tensor
OWN = ("_parameters", "_buffers", "_modules")  # where a torch module keeps what it answers as attributes


class Scenes:
    """Describes scenes by torch's own means, taken before the submission was loaded."""

    def __init__(self, torch: Any) -> None:
        self._tensor, self._undisguised = torch.Tensor, torch._C.DisableTorchFunctionSubclass
        base = torch._C.TensorBase if hasattr(torch._C, "TensorBase") else torch._C._TensorBase  # before 2.5, say
        self._read = {name: getattr(base, name).__get__ for name in ("shape", "dtype", "device", "requires_grad")}

    def of(self, error: BaseException, places: Places) -> dict[str, Any] | None:
        """Describe where an exception was raised; None where no line of the student's has part in it."""
        try:
            return self._of(error, places)
        except Exception:  # what the student made may be of any kind, and this is no more than a help
            return None

    def _of(self, error: BaseException, places: Places) -> dict[str, Any] | None:
        steps = [step for step in _steps(TRACEBACK(error)) if places.file_of(step.tb_frame.f_code)]
        if not steps:
            return None
        codes = [(step.tb_frame.f_code, step.tb_lineno) for step in steps[-MAX_FRAMES:]]
        frames = [[places.file_of(code), line, tidy(code.co_name, MAX_NAME)] for code, line in codes]
        innermost = steps[-1]
        around = [innermost.tb_frame]
        for step in reversed(steps[:-1]):  # a comprehension has a frame of its own
            if not around[-1].f_code.co_name.startswith("<") or around[-1].f_code.co_name == "<module>":
                break
            around.append(step.tb_frame)
        values: dict[str, Any] = {}
        for frame in around:
            for name, value in self._names(frame):
                values.setdefault(name, value)
        described = {tidy(name, MAX_NAME): self._thing(value) for name, value in islice(values.items(), MAX_VALUES)}
        return {"span": _span(innermost), "values": described, "frames": frames}

    def _names(self, frame: FrameType) -> Iterator[tuple[str, object]]:
        """Yield what names of a frame stand for: its own, globals that its code names, and attributes of self."""
        code, own = frame.f_code, dict(frame.f_locals)
        names = [name for name in code.co_names if type(name) is str]
        if code.co_name != "<module>":
            yield from own.items()
        yield from ((name, frame.f_globals[name]) for name in names if name in frame.f_globals)
        if (me := own.get("self")) is not None:
            yield from ((f"self.{name}", found) for name in names if (found := _held(me, name)) is not None)

    def _thing(self, value: object, depth: int = 0) -> dict[str, Any]:
        kinds = [tidy(kind, MAX_NAME) for kind in kinds_of(value, {}, "")]
        thing: dict[str, Any] = {"kind": kinds[0], "bases": kinds[1 : MAX_BASES + 1], "name": _name(value)}
        if is_a(value, self._tensor):
            thing |= self._tensors(value)
        elif type(value) is np.ndarray:
            array: Any = value
            thing |= {"shape": list(array.shape)[:MAX_AXES], "dtype": tidy(array.dtype.name, MAX_NAME)}
        elif type(value) in (list, tuple, dict, set, frozenset, str):
            kept: Any = value
            thing["length"] = len(kept)
            if type(value) in (list, tuple) and depth == 0:
                thing["items"] = [self._thing(item, 1) for item in kept[:MAX_ITEMS]]
        return thing | {"value": _plain(value)}

    def _tensors(self, value: object) -> dict[str, Any]:
        with self._undisguised():
            read = {name: reader(value) for name, reader in self._read.items()}
        return {
            "shape": [int(size) for size in read["shape"]][:MAX_AXES],
            "dtype": str(read["dtype"]).removeprefix("torch."),
            "device": str(read["device"]),
            "requires_grad": read["requires_grad"] is True,
        }


def _steps(trace: TracebackType | None) -> Iterator[TracebackType]:
    while trace is not None:
        yield trace
        trace = trace.tb_next


def _span(step: TracebackType) -> list[int] | None:
    """Return the place of the expression that a frame was at, where its code says so: -X no_debug_ranges does not."""
    code: CodeType = step.tb_frame.f_code
    line, end_line, column, end_column = next(islice(code.co_positions(), step.tb_lasti // 2, None), (None,) * 4)
    if line is None or end_line is None or column is None or end_column is None:
        return None
    return [line, column, end_line, end_column]


def _held(owner: object, name: str) -> object:
    """Return what an object holds under a name, be it as torch's modules hold theirs."""
    if (found := held(owner, name)) is not None:
        return found
    for place in OWN:
        kept = held(owner, place)
        if type(kept) is dict and kept.get(name) is not None:
            return kept[name]
    return None


def _name(value: object) -> str:
    """Return the qualified name of a class, function, method or module; of what else, none."""
    if is_a(value, type):
        return tidy(qualified(value), MAX_NAME)
    if type(value) is ModuleType:
        name = value.__dict__.get("__name__")  # of just this type, so that nobody else answers
        return tidy(name, MAX_NAME) if type(name) is str else ""
    function: Any = value.__func__ if type(value) is MethodType else value
    if type(function) in (FunctionType, BuiltinFunctionType) or _is_descriptor(function):
        module, name = getattr(function, "__module__", None), function.__qualname__
        return tidy(f"{module}.{name}" if type(module) is str else name, MAX_NAME) if type(name) is str else ""
    return ""


def _is_descriptor(value: object) -> bool:
    """Tell whether a value is a method of a class that is written in C, unbound."""
    return type(value) in (type(str.join), type(str.__add__)) and len(MRO(type(value))) == 2


def _plain(value: object) -> object:
    """Return a plain value as JSON has it, None for whatever else."""
    if type(value) is int:
        return value if abs(value) < MAX_INT else None
    if type(value) is float:
        return value if isfinite(value) else None
    if type(value) is str:
        return tidy(value, MAX_TEXT)
    return value if type(value) is bool else None
