"""What student code did while it ran: a transcript of its torch calls, its prints, the place where it raised.

Child side. Works on code that nobody prepared for it. torch is imported by whoever uses `Transcript`.
"""

from __future__ import annotations

import _thread
import contextlib
import sys
import threading
import traceback
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .unasked import TRACEBACK, held, is_a, name_of, text_of
from .wire import MAX_LINES, tidy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import CodeType, FrameType

MAX_SAID = 20_000  # characters of an exception's text that are searched for paths; it may have 64 million
MAX_RANGED = 1_000_000  # elements of a tensor whose range is still cheap to read (under 1 ms)
RANGED_CALLS = (
    50  # calls of one line whose range is read; a whole pass over a data set in batches of 100 repeats itself
)
SYNTAX_ERRORS = (SyntaxError, IndentationError, TabError)  # Python's own
# What starts a thread, under the names that releases of Python have for it.
STARTERS = [
    *((_thread, name) for name in ("start_new_thread", "start_new", "start_joinable_thread")),
    *((threading, name) for name in ("_start_new_thread", "_start_joinable_thread")),
]


# A flag of functions' code, and not of a module's or a class body's; inspect, which has it, would have to be imported.
CO_OPTIMIZED = 1
OURS = Path(__file__).parents[2]


class Places:
    """Knows which frames are the student's: those of files in the submission's folder, Python's and ours left out."""

    def __init__(self, root: Path) -> None:
        self.root = root
        # Python itself may lie in the submission's folder, as an environment in that of a project does; and so may the
        # grader, cloned beside the lab.
        others = {sys.prefix, sys.base_prefix, *({str(OURS)} if root != OURS else ())}
        self.not_theirs = tuple(path for path in others if Path(path).is_relative_to(root))
        self._known: dict[str, str | None] = {}  # by path: codes of two files may be equal
        self._called: dict[str, str] = {}
        self._lacking: list[type] = []  # classes of errors by which stand-ins say what they lack

    def call(self, path: str, name: str) -> None:
        """Show `name` wherever the text of an exception shows `path`, which differs from run to run."""
        self._called[path] = name

    def trust(self, standin: dict[str, Any]) -> None:
        """Take from now on what a stand-in's own errors say of it; nobody else's do."""
        self._lacking += [one for one in standin.values() if is_a(one, type) and issubclass(one, AttributeError)]

    def file_of(self, code: CodeType) -> str | None:
        """Return the student's file that `code` is from, relative to the submission, or None."""
        name = str.__str__(code.co_filename)
        if name not in self._known:
            path = Path(name)
            inside = path.is_absolute() and path.is_relative_to(self.root)
            theirs = inside and not any(map(path.is_relative_to, self.not_theirs))
            self._known[name] = path.relative_to(self.root).as_posix() if theirs else None
        return self._known[name]

    def calling(self, frame: FrameType | None) -> tuple[str, int] | None:
        """Return file and line of the nearest student frame from `frame` upwards."""
        while frame is not None:
            file = self.file_of(frame.f_code)
            if file is not None:
                return file, frame.f_lineno
            frame = frame.f_back
        return None

    def describe(self, error: BaseException) -> dict[str, Any]:
        """Describe an exception: type, text, the innermost student frame, and the last outside functions before it."""
        raised: dict[str, Any] = {
            "type": name_of(type(error))[:MAX_SAID],
            "text": tidy(self._renamed(text_of(error)[:MAX_SAID])),
            "where": None,
            "function": None,
            "standin": self._standin_of(error),
            "called": None,
        }
        outside = None
        for frame, line in traceback.walk_tb(TRACEBACK(error)):
            file = self.file_of(frame.f_code)
            if file is not None:
                raised["where"], raised["function"] = [file, line], frame.f_code.co_name
                in_function = bool(frame.f_code.co_flags & CO_OPTIMIZED)
                outside, raised["called"] = ([file, line], None) if not in_function else (outside, outside)
        if raised["where"] is None:
            raised["where"] = self._unreadable_place(error)
        return raised

    def _renamed(self, text: str) -> str:
        for path, name in self._called.items():
            text = text.replace(path, name)
        return text

    def _standin_of(self, error: BaseException) -> str | None:
        """Return whose stand-in lacks an attribute that was asked of it; they say so by their error's `standin`."""
        named = held(error, "standin") if any(type(error) is one for one in self._lacking) else None
        return named if type(named) is str else None

    def _unreadable_place(self, error: Any) -> list[object] | None:
        """Return the student's line that is no Python, where the error is that one."""
        if type(error) not in SYNTAX_ERRORS or type(error.filename) is not str:
            return None
        path, line = Path(error.filename), error.lineno
        inside = path.is_relative_to(self.root)
        return [path.relative_to(self.root).as_posix(), line if type(line) is int else 1] if inside else None


class Transcript:
    """Collects torch calls, folding those that are alike."""

    def __init__(self, places: Places, grad_enabled: Callable[[], bool]) -> None:
        self._places, self._grad_enabled = places, grad_enabled
        self._lines: dict[tuple[Any, ...], dict[str, Any]] = {}

    @contextlib.contextmanager
    def observing(self, torch: Any) -> Iterator[None]:
        """Feed this transcript with what this thread, and those that are started meanwhile, ask of torch."""
        before = {(owner, name): getattr(owner, name) for owner, name in STARTERS if hasattr(owner, name)}

        def starter(start: Callable[..., Any]) -> Callable[..., Any]:
            def started(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
                def observed(*given: Any, **named: Any) -> Any:
                    with self._mode(torch):  # a mode is its thread's own
                        return function(*given, **named)

                return start(observed, *args, **kwargs)

            return started

        for (owner, name), start in before.items():
            setattr(owner, name, starter(start))
        try:
            with self._mode(torch):
                yield
        finally:
            for (owner, name), start in before.items():
                setattr(owner, name, start)

    def _mode(self, torch: Any) -> Any:
        """Return a TorchFunctionMode that feeds this transcript while it is entered."""
        record, grad_enabled = self._record, self._grad_enabled

        class Observing(torch.overrides.TorchFunctionMode):  # type: ignore[misc]  # torch comes as Any: the judge's side must not import it
            def __torch_function__(
                self, func: Callable[..., Any], types: Any, args: Any = (), kwargs: Any = None
            ) -> Any:
                # Read before the call: it may change its arguments in place or switch the grad mode.
                enabled = grad_enabled()
                result = func(*args, **(kwargs or {}))
                with contextlib.suppress(Exception):  # tensors of vmap, grad, meta …: what cannot be read is let be
                    record(torch, func, args, result, enabled)
                return result

        return Observing()

    def lines(self) -> list[dict[str, Any]]:
        """Return the folded lines, in the order of first calls."""
        return list(self._lines.values())

    def _record(self, torch: Any, func: Callable[..., Any], args: tuple[Any, ...], result: Any, enabled: bool) -> None:
        name = getattr(func, "__name__", "")
        place = self._places.calling(sys._getframe(2))
        if place is None or name in ("", "__get__", "__set__"):  # attribute reads such as x.shape are no calls
            return
        tensors = [arg for arg in args if isinstance(arg, torch.Tensor)]
        shapes = [list(t.shape) for t in tensors]
        tracks = isinstance(result, torch.Tensor) and result.requires_grad and result.grad_fn is not None
        key = (name, place, str(shapes), enabled, tracks)
        if key not in self._lines and len(self._lines) >= MAX_LINES:
            return
        line = self._lines.setdefault(
            key, _new_line(name, place, shapes, [str(t.dtype) for t in tensors], enabled, tracks)
        )
        line["count"] += 1
        if tensors and line["count"] <= RANGED_CALLS:
            _widen(torch, line, tensors[0])


def _new_line(
    name: str, place: tuple[str, int], shapes: Any, dtypes: Any, enabled: bool, tracks: bool
) -> dict[str, Any]:
    return {
        "name": name,
        "where": list(place),
        "count": 0,
        "shapes": shapes,
        "dtypes": dtypes,
        "grad_enabled": enabled,
        "tracks": tracks,
        "low": None,
        "high": None,
    }


def _widen(torch: Any, line: dict[str, Any], tensor: Any) -> None:
    if not 0 < tensor.numel() <= MAX_RANGED or tensor.is_complex() or tensor.dtype == torch.bool:
        return
    low, high = (float(bound) for bound in torch.aminmax(tensor.detach()))
    if not (isfinite(low) and isfinite(high)):  # the logarithm of 0, say: there is no range to tell
        return
    line["low"] = low if line["low"] is None else min(low, line["low"])
    line["high"] = high if line["high"] is None else max(high, line["high"])
