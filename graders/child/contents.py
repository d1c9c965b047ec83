"""What is in a model: its modules, parameters and buffers, read from where torch keeps them. Child side, like `probes`.

Nothing is asked of the model itself: its methods may be a student's, and torch's own be patched.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import torch
from torch import Tensor

if TYPE_CHECKING:
    from collections.abc import Iterator

_HELD = vars(torch.nn.Module)["__dict__"].__get__  # Python's own reader, whatever a subclass says of itself
_ITEMS, _GET = dict.items, dict.get
# How a scripted module, which keeps its contents in C++, shows them.
_SCRIPTED = (torch.jit._script.OrderedDictWrapper, torch.jit._script.OrderedModuleDict)


def parameters(model: Any) -> list[Any]:
    """Return all parameters, each once, in the order in which torch has them."""
    return [parameter for _, parameter in named_parameters(model)]


def named_parameters(model: Any) -> list[tuple[str, Any]]:
    """Return all parameters with their names, each once."""
    return list(_distinct(model, "_parameters"))


def named_buffers(model: Any) -> list[tuple[str, Tensor]]:
    """Return the buffers that belong to a model's state, with their names, each once."""
    return list(_distinct(model, "_buffers"))


def _distinct(model: Any, kind: str) -> Iterator[tuple[str, Any]]:
    seen = set[int]()
    for prefix, module in _modules(model):
        held = _held(module)
        passing = _GET(held, "_non_persistent_buffers_set") if kind == "_buffers" else ()
        for name, value in _items(_GET(held, kind)):
            if value is not None and id(value) not in seen and name not in cast("set[str]", passing or ()):
                seen.add(id(value))
                yield f"{prefix}{name}", value


def _modules(model: Any) -> Iterator[tuple[str, Any]]:
    """Yield each module once, with what the names of its contents begin with; a module before those below it."""
    seen, left = set[int](), [("", model)]
    while left:
        prefix, module = left.pop()
        if id(module) in seen:
            continue
        seen.add(id(module))
        yield prefix, module
        below = [(f"{prefix}{name}.", one) for name, one in _items(_GET(_held(module), "_modules")) if one is not None]
        left += reversed(below)


def _held(module: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", _HELD(module))


def _items(held: Any) -> list[tuple[str, Any]]:
    if isinstance(held, dict):
        return list(_ITEMS(held))
    return list(held.items()) if type(held) in _SCRIPTED else []
