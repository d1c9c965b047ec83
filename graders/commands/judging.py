"""Judges that commands have at work: `pytest graders` on a submission, forked from a nursery where the system can.

Each is a fresh process with fresh workers, so its verdict is that of `pytest graders`.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from graders.harness.base import cache, seeds
from graders.harness.timing.process_tree import ProcessTree
from graders.harness.walls.levels import find_maker
from graders.spec import SPEC

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import IO

    from graders.harness.judge.spec import LabSpec
    from graders.harness.walls.plan import Maker

JUDGES_IMPORT = (  # whatever the lab is
    *("pytest", "pytest_benchmark.plugin", "jinja2", "nbformat"),
    *("graders.harness.plugin", "graders.harness.session.summary", "graders.harness.link.nursery"),
    *("graders.harness.judge.naming", "graders.harness.render.html", "cattrs"),
    # What pytest imports by itself when it starts; where a release has another, a judge imports that one.
    *("_pytest.faulthandler", "_pytest.helpconfig", "_pytest.junitxml", "_pytest.pastebin", "_pytest.setuponly"),
    *("_pytest.setupplan", "_pytest.skipping", "_pytest.threadexception", "_pytest.tracemalloc", "_pytest.unittest"),
    *("_pytest.unraisableexception", "_pytest.warnings", "_pytest._argcomplete", "pdb", "encodings.unicode_escape"),
)
# Done before judges are forked.
JUDGES_READY = ("graders.harness.render.html:template", "graders.harness.render.json_report:make_converter")
USAGE = 4  # pytest's exit code for a wrong option
SEED = "--grading-seed"
GRACE_SECONDS = 5  # for a judge that was asked to end


@dataclass(frozen=True, slots=True)
class Nurseries:
    """The sockets of running nurseries, of workers and of judges; None where the system has not what they need.

    `sandboxes` tells what can make sandboxes, so that not every judge has to try.
    """

    workers: Path | None = None
    judges: Path | None = None
    sandboxes: Maker | None = None


COLD = Nurseries()


def judges_import(spec: LabSpec) -> tuple[str, ...]:
    """Return the modules that a judge of a lab's imports."""
    return *JUDGES_IMPORT, *spec.judges_import


@contextlib.contextmanager
def nurseries(spec: LabSpec = SPEC, options: Sequence[str] = ()) -> Iterator[Nurseries]:
    """Run nurseries where the system has what they need, for judges that get these options."""
    if sys.platform == "linux":
        from graders.harness.link.nursery import Kind, nursery

        ready = (
            *judges_import(spec),
            *JUDGES_READY,
            *spec.judges_ready,
            *_read(spec, options),
            *drawn_ahead(spec, options),
        )
        with nursery(Kind.WORKERS, spec.workers_ready) as workers, nursery(Kind.JUDGES, ready) as judges:
            yield Nurseries(workers, judges, find_maker(judges.parent)[0])
    else:
        yield COLD


def _read(spec: LabSpec, options: Sequence[str]) -> list[str]:
    """Return what has the nursery read the data that judges would each read, wherever these would look first."""
    given = dict(itertools.pairwise(options)).get("--mnist-root") or os.environ.get("MNIST_ROOT") or cache.folder()
    return [f"{spec.judges_read}={Path(given).expanduser().absolute()}"] if spec.judges_read else []


def drawn_ahead(spec: LabSpec, options: Sequence[str]) -> list[str]:
    """Return what has the nursery draw what judges would each draw by the seed that they get."""
    seed = without_seed(options)[1].get(seeds.VARIABLE) or os.environ.get(seeds.VARIABLE) or str(seeds.KNOWN)
    return [f"{spec.judges_draw}={seed}"] if spec.judges_draw and seed != seeds.RANDOM else []


def arguments(submission: Path, warm: Nurseries, spec: LabSpec, *options: str) -> list[str]:
    """Return pytest's arguments for grading a submission with some options; one that is given twice counts last."""
    # Checks use no assert statements; rewriting them, and those of pytest's plugins, would take half of the time.
    # Nor do they leave behind what pytest would look for in the whole heap at the end.
    off = [word for name in ("cacheprovider", "unraisableexception") for word in ("-p", f"no:{name}")]
    asked = [str(spec.folder), "-q", *off, "--assert=plain"]
    nursery = ["--nursery", str(warm.workers)] if warm.workers else []
    known = ["--sandbox-by", warm.sandboxes] if warm.sandboxes else []
    return [*asked, f"--submission={submission.absolute()}", *nursery, *known, *options]


def run(given: Sequence[str], warm: Nurseries, spec: LabSpec, own_core: bool = False) -> tuple[int, str]:
    """Run pytest beside the lab's folder; returns its exit code and output. `own_core` is as for `start`."""
    if sys.platform == "linux" and warm.judges is not None:
        from graders.harness.link import nursery

        kept = variables(warm.judges.parent)
        return nursery.run_pytest(warm.judges, spec.folder.parent, kept, given, own_core)
    shown, seed = without_seed(given)
    command, env = [sys.executable, "-m", "pytest", *shown], variables() | seed
    done = subprocess.run(command, cwd=spec.folder.parent, env=env, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


class Judge(Protocol):
    """A judge at work, as `subprocess.Popen` shows it."""

    @property
    def stdout(self) -> IO[bytes] | None:
        """What it writes, to its end."""

    def end(self) -> None:
        """Have it ended, with its workers; nothing where it has ended."""

    def wait(self, timeout: float | None = None) -> int:
        """Return its exit code, or minus the signal. Raises subprocess.TimeoutExpired."""


class Alone(subprocess.Popen[bytes]):
    """A judge in a process started for it, which nobody's Ctrl-C reaches but by `end`."""

    def __init__(self, given: Sequence[str], spec: LabSpec, scratch: Path | None = None) -> None:
        shown, seed = without_seed(given)
        super().__init__(
            [sys.executable, "-m", "pytest", *shown],
            cwd=spec.folder.parent,
            env=variables(scratch) | seed,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=sys.platform != "win32",
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),  # Windows
        )

    def end(self) -> None:
        """Interrupt it where it can be, so that it ends its workers and clears up; then kill what is left."""
        tree = ProcessTree(self.pid)
        if sys.platform != "win32":
            self.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.wait(GRACE_SECONDS)
        tree.kill()


def without_seed(given: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """Return arguments without the seed's, and the environment that gives it: anybody here may read a command line."""
    shown, seed, left = list[str](), dict[str, str](), iter(given)
    for word in left:
        value = next(left, "") if word == SEED else word.partition(f"{SEED}=")[2]
        if value:
            seed = {seeds.VARIABLE: value}
        else:
            shown.append(word)
    return shown, seed


def start(
    given: Sequence[str], warm: Nurseries, spec: LabSpec, scratch: Path | None = None, own_core: bool = False
) -> Judge:
    """Have pytest run beside the lab's folder, its temporary files in a folder of its own. Raises OSError.

    Without one they lie beside the nursery's socket, and are gone with that at the latest. `own_core` is for judges
    that time nothing: forked ones then stay on one core, as far as there is one for each.
    """
    if sys.platform == "linux" and warm.judges is not None:
        from graders.harness.link import nursery

        kept = variables(scratch or warm.judges.parent)
        return nursery.start_pytest(warm.judges, spec.folder.parent, kept, given, own_core)
    return Alone(given, spec, scratch)


def variables(scratch: Path | None = None) -> dict[str, str]:
    """Return a judge's environment; `scratch` gets its temporary files, so that none outlive a judge that is killed.

    Started by a test that runs under pytest-xdist, a judge is still no part of that: it has its own timing.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_XDIST")}
    kept["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # whatever else is installed here has no say, and takes no time
    if scratch is not None:
        kept |= dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(scratch))
    return kept


def refusal(output: str) -> str:
    """Return what pytest says of a wrong option, without what it says around it."""
    said = [line.rpartition("rror: ")[2] for line in output.splitlines() if "rror: " in line or "ERROR: " in line]
    return said[-1].removeprefix("ERROR: ") if said else output.strip()
