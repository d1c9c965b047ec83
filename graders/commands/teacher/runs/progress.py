"""What is seen of a run while it goes on: a bar on a terminal, plain lines elsewhere. Both go to standard error."""

from __future__ import annotations

import os
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType
    from typing import Self

    from graders.harness.judge.messages import Messages

    from .tally import Tally
    from .tasks import Task

SUMMARY_SECONDS = 60.0  # between two summaries in plain lines
BEAT_SECONDS = 5.0
SLOWEST = 3  # of those at work, that are named
BAR = 40  # columns
WIDE = 24  # letters of a name beside the bar


def any_name(*streams: Any) -> None:
    """Have streams write any name whatever their encoding is: what it lacks is escaped, and never stops a run."""
    for stream in streams:
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def on_terminal() -> bool:
    """Tell whether a bar can be drawn on standard error. What a service sets to have colours makes no terminal."""
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


class Progress:
    """Shows a run, while it is entered. `beat` is called every few seconds, whatever is shown."""

    def __init__(
        self,
        tally: Tally,
        in_flight: Callable[[], Sequence[tuple[Task, float]]],
        messages: Messages,
        beat: Callable[[], None],
    ) -> None:
        self._tally, self._in_flight, self._messages, self._beat = tally, in_flight, messages, beat
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._tick, daemon=True)

    def landed(self, line: str) -> None:
        """Show a student's line."""
        raise NotImplementedError

    def summary(self) -> str:
        """Return how far the run is, in a line."""
        tally, say = self._tally, self._text
        told = [say("progress", done=tally.done, all=tally.students)]
        told += [f"{say(f'now_{kind}')} {count}" for kind, count in tally.counts.items()]
        if tally.rate:
            told.append(say("rate", rate=f"{tally.rate:.0f}"))
        if (left := tally.seconds_left) and (tally.done < tally.students or "to_time" in tally.counts):
            told.append(say("left", time=clock(left)))
        return ", ".join(told)

    def slowest(self) -> str:
        """Return who is at work, the slowest first; nothing where nobody is."""
        named = [f"{_short(task.student)} {seconds:.0f} s" for task, seconds in self._in_flight()[:SLOWEST]]
        return self._text("at_work", names=", ".join(named)) if named else ""

    def _text(self, key: str, **params: object) -> str:
        return self._messages.text("runs", key, **params)

    def _tick(self) -> None:
        while not self._over.wait(BEAT_SECONDS):
            self._beat()
            self._remind()

    def _remind(self) -> None:
        """Show how far it is, where that is not seen all the time."""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()


class Lines(Progress):
    """A line a student, and now and then how far the run is."""

    _said = 0.0

    def landed(self, line: str) -> None:
        """Print it."""
        self._print(line)

    def _remind(self) -> None:
        self._said = self._said or time.monotonic()
        if time.monotonic() - self._said >= SUMMARY_SECONDS:
            self._said = time.monotonic()
            self._print("; ".join(filter(None, (self.summary(), self.slowest()))))

    @staticmethod
    def _print(line: str) -> None:
        print(line, file=sys.stderr, flush=True)


class Bar(Progress):
    """A bar at the foot of a terminal, students' lines above it."""

    def __enter__(self) -> Self:
        from rich.console import Console
        from rich.live import Live

        self._console = Console(stderr=True, highlight=False, markup=False, emoji=False)
        self._live = Live(
            console=self._console, get_renderable=self._drawn, refresh_per_second=4, transient=True,
            redirect_stdout=False, redirect_stderr=False,
        )  # fmt: skip
        self._live.start()
        return super().__enter__()

    def __exit__(self, *raised: Any) -> None:
        super().__exit__(*raised)
        self._live.stop()

    def landed(self, line: str) -> None:
        """Print it above the bar."""
        self._console.print(self._writable(line), soft_wrap=True)

    def _writable(self, text: str) -> str:
        """Return a text as the terminal's encoding has it, so that its width is known."""
        return text.encode(self._console.encoding, "backslashreplace").decode(self._console.encoding)

    def _drawn(self) -> Any:
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        most = max(1, self._tally.students)
        rows = Table.grid()
        rows.add_row(ProgressBar(most, min(self._tally.done, most), width=BAR))
        for line in filter(None, (self.summary(), self.slowest())):
            rows.add_row(Text(self._writable(line), overflow="ellipsis", no_wrap=True))
        return rows


def clock(seconds: float) -> str:
    """Return a time as hours, minutes and seconds."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _short(name: str) -> str:
    return name if len(name) <= WIDE else f"{name[: WIDE - 1]}…"
