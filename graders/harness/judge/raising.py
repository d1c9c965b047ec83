"""What an exception of student code tells: which message says best what is to be done about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graders.harness.base.model import Failure, Word

if TYPE_CHECKING:
    from graders.harness.base.model import Raised, Where

UNKNOWN_NAMES = ("NameError", "AttributeError", "ImportError")
# How torch says that there is no such device here; its own advice is to buy one, or to compile torch anew.
NO_DEVICE = (
    "Found no NVIDIA driver",
    "No CUDA GPUs are available",
    "Torch not compiled with CUDA",
    "Cannot access accelerator device",
    "deserialize object on a CUDA device",
    "linked with support for mps",
    "MPS backend is supported",
)


def failure_of(
    raised: Raised,
    asked: str,
    where: Where | None,
    at_import: bool = False,
    in_cells: bool = False,
    needed_by: str | None = None,
) -> Failure:
    """Return an exception as a failure; `where` is a place to look at where the exception knows none.

    `in_cells` tells that the file is a notebook, of which only what functions need runs on import; `needed_by` is the
    function that this was, where it is known.
    """
    kind, text = raised.type_name, raised.text
    key = "raised_at_import" if at_import else "exit_call" if kind == "SystemExit" else "raised"
    # What cannot be read belongs where it stands; what a line outside functions calls can be called elsewhere.
    key = "unknown_at_import" if at_import and kind in UNKNOWN_NAMES else key
    key = "called_at_import" if at_import and raised.called else key
    key = "unknown_in_cell" if in_cells and key == "unknown_at_import" else key
    key = "raised_in_cell" if in_cells and key in ("raised_at_import", "called_at_import") else key
    key = "module_missing" if at_import and kind == "ModuleNotFoundError" else key
    key = "no_device" if any(said in text for said in NO_DEVICE) else key
    key = "keyboard" if kind == "EOFError" and "reading a line" in text else key
    key = "notebook_code" if kind == "NameError" and "'get_ipython'" in text else key
    said = f": {text}" if text else ""  # no colon with nothing after it
    function = needed_by or Word("some_function")
    params = {"type": kind, "text": text, "said": said, "place": raised.called, "function": function}
    return Failure(key, params, asked, raised.where or where, raised=raised)
