"""Values in few words, for messages: what a reader would write down, never an object's address."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from graders.harness.base.model import Folder, Handle, NumpyScalar, TensorValue

if TYPE_CHECKING:
    from collections.abc import Sequence

CONTAINERS = (list, tuple)
SHOWN_ITEMS = 4  # of a list or tuple
SHOWN_TEXT = 200  # characters of any other value


def describe_arguments(args: Sequence[object], kwargs: dict[str, object]) -> str:
    """Return call arguments in few words: shapes for tensors, class names for what stays in the worker."""
    named = [f"{name}={describe(value)}" for name, value in kwargs.items()]
    return ", ".join([*(describe(value) for value in args), *named])


def describe(value: object) -> str:
    """Return a value in few words, at most SHOWN_TEXT characters."""
    text = _describe(value)
    return text if len(text) <= SHOWN_TEXT else text[:SHOWN_TEXT] + "…"


def _describe(value: object) -> str:
    """Return a value in few words: shape and dtype of a tensor, the class of an object, a number as it is."""
    if isinstance(value, TensorValue):
        return f"{value.dtype} tensor {list(value.shape)}" if value.shape else f"tensor({value.array.item():.9g})"
    if isinstance(value, np.ndarray):
        return f"{value.dtype.name} array {list(value.shape)}"
    if isinstance(value, Folder):
        return "root"
    if isinstance(value, Handle):
        return "None" if value.type_name == "NoneType" else value.type_name
    if isinstance(value, NumpyScalar):
        return f"numpy.{value.dtype}({value.value:.9g})"
    if type(value) in CONTAINERS and isinstance(value, CONTAINERS):
        items = ", ".join(describe(item) for item in value[:SHOWN_ITEMS]) + (", …" if len(value) > SHOWN_ITEMS else "")
        return f"[{items}]" if isinstance(value, list) else f"({items})"
    return f"{value:.9g}" if isinstance(value, float) else repr(value)[:SHOWN_TEXT]
