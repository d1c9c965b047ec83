"""What an object is, without asking it: a student's may raise, hang or lie whenever it is asked. Child side.

Half of all course code has `class AttrDict(dict): __getattr__ = dict.__getitem__`, which raises KeyError for whatever
it has not; `hasattr` and `getattr` with a default let that through.
"""

from __future__ import annotations

from types import CodeType, FunctionType, GetSetDescriptorType, MethodType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

# Python's own readers of a class, which no metaclass has a say in, and of an exception.
MRO, MODULE, QUALNAME, NAME, HELD = (
    type.__dict__[f"__{name}__"].__get__ for name in ("mro", "module", "qualname", "name", "dict")
)
TRACEBACK = BaseException.__dict__["__traceback__"].__get__


def is_a(value: object, kind: type) -> bool:
    """Tell whether a value is of a class; its `__class__` has no say."""
    return any(one is kind for one in MRO(type(value)))


def name_of(kind: type) -> str:
    """Return a class's name."""
    return _text(NAME(kind))


def kinds_of(value: object, genuine: Mapping[str, type], own: str) -> list[str]:
    """Return the qualified names of an object's class and of all its bases.

    Whatever bears the name of a `genuine` class, and is another one, is told as from the module `own`.
    """
    kinds = MRO(type(value))
    names = list(map(qualified, kinds))
    return [
        name if genuine.get(name, kind) is kind else f"{own}.{name.rpartition('.')[2]}"
        for name, kind in zip(names, kinds, strict=True)
    ]


def qualified(kind: Any) -> str:
    """Return the qualified name of a class."""
    return f"{_text(_module(kind))}.{_text(QUALNAME(kind))}"


def code_of(value: object) -> CodeType | None:
    """Return the code of a function or a bound method."""
    function: Any = value.__func__ if type(value) is MethodType else value
    return function.__code__ if type(function) is FunctionType else None


def is_from(value: object, module: str) -> bool:
    """Tell whether a value, or its class, says to be from a module, or hides which one it is from."""
    own = _module(value) if is_a(value, type) else held(value, "__module__") or ""
    return any(type(one) is not str or one == module for one in (own, _module(type(value))))


def held(value: object, name: str) -> object:
    """Return what an object's own dictionary has under a name, None where it has none."""
    if type(value) is FunctionType and name == "__module__":
        return value.__module__  # which lies elsewhere
    for kind in MRO(type(value)):
        reader = HELD(kind).get("__dict__")
        if type(reader) is GetSetDescriptorType:  # Python's own; a property of the student's may have any answer
            return dict.get(reader.__get__(value), name)
    return None


def text_of(error: BaseException) -> str:
    """Return what an exception says; this one does ask, for there is no other way."""
    try:
        return _text(str(error))
    except BaseException:  # a student's __str__ may do anything
        return ""


def _module(kind: Any) -> object:
    try:
        return MODULE(kind)
    except AttributeError:
        return None  # it was made where no module has a name


def _text(text: object) -> str:
    """Return plain text for text of a class of its own, nothing for what is none."""
    return str.__str__(text) if is_a(text, str) else ""
