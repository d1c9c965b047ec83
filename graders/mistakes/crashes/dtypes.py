"""Misconceptions about types of numbers: whole ones where fractions are wanted, and types that do not meet."""

from __future__ import annotations

from graders.harness.judge.crashes import Crash, Rules
from graders.mistakes.ideas import Idea

from . import labels, operations
from .operations import DTYPES, FLOATS, WHOLE, said

RULES = Rules()


@RULES.rule("types-do-not-meet", Idea.DATASET)
def _types(crash: Crash) -> dict[str, object] | bool:
    """Recognise numbers of one type that meet weights of another."""
    found = said(crash, "RuntimeError", r"same dtype, but got:? (.+?) (?:and|!=) ([\w ]+)")
    given, wanted = (DTYPES.get(name.strip(), "") for name in found.groups()) if found else ("", "")
    return bool(given and wanted) and {"given": given, "wanted": wanted}


@RULES.rule("divided-in-place", Idea.DATASET)
def _in_place(crash: Crash) -> dict[str, object] | bool:
    """Recognise fractions that are to lie in the place of whole numbers: `images /= 255`."""
    found = said(crash, "RuntimeError", r"result type (\w+) can't be cast to the desired output type (\w+)")
    result, kept = (DTYPES.get(name, "") for name in found.groups()) if found else ("", "")
    return result in FLOATS and kept in WHOLE and {"dtype": kept}


@RULES.rule("tensors-on-two-devices", Idea.DEVICE)
def _devices(crash: Crash) -> dict[str, object] | bool:
    """Recognise tensors of two devices in one operation."""
    pattern = (
        r"on the same device, but (?:found at least two devices, (\S+) and (\S+?)!|got .* is on (\S+), .* on (\S+))"
    )
    found = said(crash, "RuntimeError", pattern)
    both = [name for name in found.groups() if name] if found else []
    return len(both) == 2 and {"first": both[0].strip(",.! "), "second": both[1].strip(",.! ")}


def _averaged(crash: Crash) -> str:
    found = said(crash, "RuntimeError", r"mean\(\).*(?:[Gg]ot:?|but got) (\w+)")
    return DTYPES.get(found[1], "") if found and operations.last_name(crash.node) in ("mean", "nanmean") else ""


@RULES.rule("mean-of-true-and-false", Idea.EVALUATION)
def _flags(crash: Crash) -> bool:
    return _averaged(crash) == "bool"


@RULES.rule("mean-of-whole-numbers", Idea.EVALUATION)
def _whole(crash: Crash) -> dict[str, object] | bool:
    """Recognise a mean that there is for fractions only; in a reshape the mean itself is the mistake."""
    dtype = _averaged(crash)
    reshapes = crash.function is not None and crash.function.name == "flatten_images"
    return dtype in WHOLE and not reshapes and {"dtype": dtype}


@RULES.rule("not-for-whole-numbers", Idea.DATASET)
def _unknown(crash: Crash) -> dict[str, object] | bool:
    """Recognise an operation that there is for fractions only."""
    found = said(crash, "RuntimeError NotImplementedError", r"\"\w+\" not implemented for '(\w+)'")
    dtype = DTYPES.get(found[1], "") if found else ""
    known = labels.swapped(crash) or labels.of_predictions(crash)
    name = operations.last_name(crash.node)
    return dtype in (*WHOLE, "bool") and bool(name) and not known and {"name": name, "dtype": dtype}


@RULES.rule("array-of-a-recorded-tensor", Idea.GRADIENT)
def _recorded(crash: Crash) -> bool:
    """Recognise an array of a tensor that still knows how it was computed."""
    return bool(said(crash, "RuntimeError", r"numpy\(\) on Tensor that requires grad"))


@RULES.rule("array-of-a-device-tensor", Idea.DEVICE)
def _elsewhere(crash: Crash) -> bool:
    """Recognise an array of a tensor on a GPU."""
    return bool(said(crash, "TypeError", r"convert \w+(?::\d+)? device type tensor to numpy"))
