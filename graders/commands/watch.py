"""Grade a submission again whenever it is saved: first the parts that the change can touch, then the others."""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import signal
import sys
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from graders.harness.base import seeds
from graders.harness.base.errors import ConfigurationError, Unloadable
from graders.harness.judge.messages import Messages
from graders.harness.judge.rubric import load_rubric
from graders.harness.render import progress, telling, terminal
from graders.harness.source import changes
from graders.harness.source.source import Source
from graders.spec import SPEC

from . import judging
from .followed import Followed, is_whole
from .saves import saves

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator, Sequence
    from types import FrameType

    from graders.harness.base.model import Failure
    from graders.harness.base.tamed import Tamed
    from graders.harness.judge.spec import LabSpec

MOST_NAMES = 3  # of what changed, that are told
GRACE_SECONDS = 5  # for a judge that was given up


@dataclass(frozen=True, slots=True)
class Text:
    """What a submission says: its Python files, and its own one parsed, or why it cannot be."""

    file: str
    read: dict[str, bytes]
    tree: ast.Module | None
    problem: Failure | None = None

    @classmethod
    def of(cls, source: Source) -> Text:
        """Read a submission."""
        try:
            return cls(source.path.name, source.texts.read, source.tree)
        except Unloadable as error:
            return cls(source.path.name, source.texts.read, None, error.failure)

    @property
    def is_absent(self) -> bool:
        """Whether there is neither the file nor one that may be meant for it."""
        return self.problem is not None and self.problem.key == "no_file" and self.problem.params["found"] == "-"

    def is_like(self, other: Text | None) -> bool:
        """Tell whether another one says the same."""
        return other is not None and (self.read, self.problem) == (other.read, other.problem)

    def changed(self, before: Text | None) -> set[str] | None:
        """Return the names that are defined otherwise than before; None where anything may be another."""
        if before is None or self.tree is None or before.tree is None:
            return None
        own = {self.file, before.file}
        others = ({name: text for name, text in one.read.items() if name not in own} for one in (self, before))
        return changes.changed(before.tree, self.tree) if next(others) == next(others) else None


class Watch:
    """What is watched, what is being graded, and what the last whole grading found."""

    def __init__(self, options: argparse.Namespace, spec: LabSpec) -> None:
        self._options, self._spec, self._warm = options, spec, judging.COLD
        self._rubric = load_rubric(options.rubric, spec.thresholds, spec.tiers)
        self._messages = Messages.of_lab(spec.folder, options.language)
        self._seen: Text | None = None  # is graded, or was
        self._waiting = False  # whether there is nothing to grade
        self._graded: tuple[Text, Tamed] | None = None  # by the last whole grading of a file that can be loaded
        self._running: Followed | None = None

    def run(self) -> None:
        """Watch until it is interrupted; nothing of a grading is left then."""
        self._say("begin", path=self._options.path)
        try:
            with judging.nurseries(self._spec) as self._warm:
                self._say("cold" if self._warm == judging.COLD else "warming")
                try:
                    for saved in saves(self._options.path.resolve()):
                        self.look(saved)
                finally:
                    for number in (signal.SIGINT, *_others()):
                        signal.signal(number, signal.SIG_IGN)  # an end is not interrupted
                    self.give_up()
        finally:
            if self._running:
                self._running.wait(GRACE_SECONDS)

    def look(self, saved: bool) -> None:
        """Look at the submission, and grade it where it says something else than before."""
        try:
            rubric, outline = self._rubric, self._spec.outline
            text = Text.of(Source.find(self._options.path, rubric.file, rubric.functions, outline))
        except ConfigurationError:  # there is nothing of that name
            text = None
        if text is None or text.is_absent:
            if not self._waiting:
                self.give_up()
                self._say("missing", path=self._options.path / text.file if text else self._options.path)
            self._seen, self._waiting = None, True
        elif not text.is_like(self._seen):
            self.give_up()
            self._seen, self._waiting = text, False
            self._begin(text)
        elif saved and not self._at_work:
            self._say("same", file=text.file)

    @property
    def _at_work(self) -> bool:
        return self._running is not None and self._running.at_work

    def _begin(self, text: Text) -> None:
        """Have a text graded."""
        names = text.changed(self._graded[0] if self._graded else None)
        first = self._first(text, names)
        if names:
            own = [name for name in self._rubric.functions if name in names]  # these say most to a student
            told = [*own, *sorted(names.difference(own))]
            told[MOST_NAMES:] = ["…"] if len(told) > MOST_NAMES else []
            self._say("changed", file=text.file, names=", ".join(told))
        else:
            self._say("saved" if self._graded else "grading", file=text.file)
        judge = judging.start(self._arguments(first), self._warm, self._spec)
        self._running = Followed(judge, partial(self._tell, text, first), self._miss)

    def _first(self, text: Text, names: set[str] | None) -> list[str]:
        """Return the parts that a change of those names can touch; none where these would be most of them."""
        if names is None or text.tree is None:
            return []
        functions = changes.touched(text.tree, names, self._rubric.functions)
        first = [part.name for part in self._rubric.parts if functions.intersection(part.functions)]
        return first if 2 * len(first) <= len(self._rubric.parts) else []

    def _arguments(self, first: Sequence[str]) -> list[str]:
        options = self._options
        given = ["--follow", "--first", ",".join(first), "--rubric", str(options.rubric.absolute())]
        given += ["--language", options.language, "--grading-seed", options.grading_seed]
        given += ["--isolation", options.isolation, *(["-p", "benchmark"] if options.timing else [])]
        given += ["--mnist-root", str(options.mnist_root.expanduser().absolute())] if options.mnist_root else []
        return judging.arguments(options.path, self._warm, self._spec, *given)

    def give_up(self) -> None:
        """End what is being graded."""
        if self._running:
            self._running.give_up()

    # ---- telling

    def _tell(self, text: Text, first: Sequence[str], report: Tamed) -> None:
        """Tell what a report says of a text: of its first parts alone, or of what these have left to tell."""
        whole, style = is_whole(report), _style(self._messages)
        if progress.unloadable(report):
            if not (whole and first):  # the first parts have told it
                _print(progress.render(report, None, style))
                self._say("waiting")
            return
        before = self._graded[1] if self._graded else None
        if not whole:
            _print(progress.render(report, before, style, total=False))
            self._say("partly", parts=", ".join(part.title for part in report.parts))
            return
        _print(progress.render(report, before, style, told=first))
        if before is None:
            self._remark(report, style)
        elif not progress.steps(before, report):
            _print(self._messages.text("watch", "unchanged"))
        self._graded = text, report

    def _remark(self, report: Tamed, style: terminal.Style) -> None:
        """Tell once what a reader should know besides."""
        notes = list(telling.footnotes(report, style.words))
        if not self._options.timing:
            notes = [note for note in notes if note not in report.skipped]
            notes.append(self._messages.text("watch", "untimed"))
        _print("\n".join(line for note in notes for line in terminal.wrapped(note, style)))

    def _miss(self, code: int, output: str) -> None:
        """Tell that a judge has ended without a whole report."""
        self._say("unjudged")
        _print(judging.refusal(output) if code == judging.USAGE else output.strip())

    def _say(self, key: str, **params: object) -> None:
        text = f"{time.strftime('%H:%M:%S')}  {self._messages.text('watch', key, **params)}"
        _print(_style(self._messages).paint(text, "bold"))


def _style(messages: Messages) -> terminal.Style:
    """Return how to write on what standard output is now: a window may have become wider."""
    colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
    if sys.platform == "win32":
        colour = colour and "WT_SESSION" in os.environ  # an older window would show the signs for colours
    return terminal.Style(messages.words, colour, shutil.get_terminal_size().columns)


def _print(text: str) -> None:
    """Print a block."""
    try:
        print(f"{text}\n", flush=True)
    except OSError:  # whoever read it has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nor is there any use in what is left of it
        signal.raise_signal(signal.SIGTERM)


# ---- from the beginning to the end


def main(arguments: Sequence[str]) -> int:
    """Run `python -m graders watch [PATH]` until Ctrl-C, which is exit code 0; a signal N gives 128 + N."""
    parser = argparse.ArgumentParser(prog="python -m graders watch", description=__doc__)
    described = "a folder or a file (default: %(default)s)"
    parser.add_argument(
        "path",
        nargs="?",
        type=Path,
        default=_default(),
        metavar="PATH",
        help=described,
    )
    parser.add_argument("--timing", action="store_true", help="time the training, too, which takes some seconds")
    parser.add_argument("--language", default="en", metavar="LANG", help="of the messages (default: %(default)s)")
    parser.add_argument("--grading-seed", default="0", metavar="N", help="of every random input (default: %(default)s)")
    parser.add_argument("--rubric", type=Path, default=SPEC.folder / "rubric.toml", metavar="FILE")
    parser.add_argument("--isolation", choices=("auto", "process", "sandbox"), default="auto")
    parser.add_argument("--mnist-root", type=Path, metavar="DIR", help="where MNIST lies, as torchvision has it")
    options = parser.parse_args(arguments)
    if not os.path.lexists(options.path):
        raise ConfigurationError(f"{options.path}: there is no such file or folder")
    options.grading_seed = str(seeds.parse(options.grading_seed, judging.SEED))
    watch = Watch(options, SPEC)
    came = [signal.SIGINT]

    def end(number: int, _frame: FrameType | None) -> None:
        came.append(signal.Signals(number))
        raise KeyboardInterrupt

    for number in _others():
        if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup has it
            signal.signal(number, end)
    with contextlib.suppress(KeyboardInterrupt):
        watch.run()
    return 0 if came[-1] == signal.SIGINT else 128 + came[-1]


def _others() -> Iterator[signal.Signals]:
    """Yield the signals that end a program besides that of Ctrl-C, as far as the system has them."""
    yield signal.SIGTERM
    if sys.platform != "win32":
        yield signal.SIGHUP


def _default() -> Path:
    """Return what `pytest graders` grades, as somebody in the current folder would type it."""
    path = SPEC.default_submission
    return Path(os.path.relpath(path)) if path.is_relative_to(Path.cwd()) else path
