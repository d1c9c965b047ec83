"""One grading session: turns the outcome of each check into a CheckResult, and all of them into a Report."""

from __future__ import annotations

import platform
import time
import traceback
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import CheckFailed, ConfigurationError, HarnessFault, Unloadable, Unwritten
from .launcher import Launcher, Target, transport_for
from .messages import LABELS, Messages
from .model import CheckResult, Failure, Report, Status, Throughput, Where
from .rubric import load_rubric
from .scoring import score
from .source import Source
from .submission import Submission

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .model import Named

PACKAGES = ("torch", "torchvision", "numpy")


@dataclass(frozen=True, slots=True)
class LabSpec:
    """What the engine has to know of a lab: the folder with its rubric.toml, messages/ and probes.py, and its numbers.

    `thresholds` gives the lowest and the highest sensible value of each of the rubric's thresholds, `beside` the files
    of the modules that probes.py imports, in an order in which they can be loaded. standins.py is there besides.
    """

    folder: Path
    default_submission: Path
    thresholds: Mapping[str, tuple[float, float]]
    beside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Options:
    """What the person at the keyboard chose."""

    submission: Path
    rubric: Path
    isolation: str  # "none", "process" or "sandbox"
    language: str
    seed: int
    unsandboxed: str = ""  # why "auto" could not take the sandbox
    nursery: Path | None = None  # the socket of a running nursery, which saves importing torch again


@dataclass(slots=True)
class Notes:
    """What a check notes down on its way: the stand-ins it used, and where its digits came from."""

    standins: set[str] = field(default_factory=set)
    data: str | None = None
    throughput: Throughput | None = None


class Grading:
    """Holds what one run needs: rubric, messages, the submission, and the results so far."""

    def __init__(self, spec: LabSpec, options: Options) -> None:
        self.options = options
        self.rubric = load_rubric(options.rubric, spec.thresholds)
        self.messages = Messages([Path(__file__).with_name("messages"), spec.folder / "messages"], options.language)
        self.source = Source.find(options.submission, self.rubric.file)
        limits = self.rubric.limits
        modules = tuple(spec.folder / name for name in spec.beside)
        probes, standins = spec.folder / "probes.py", spec.folder / "standins.py"
        target = Target(self.source.path, probes, self.source.visible, modules, standins)
        make = partial(transport_for, options.isolation, nursery=options.nursery)
        launcher = Launcher(target, limits, make)
        self.submission = Submission(self.source, launcher, limits, self.rubric.functions)
        self.results: list[CheckResult] = []
        self._began = time.monotonic()

    # ---- one check

    def judge(self, name: str, part: str, error: BaseException | None, notes: Notes, seconds: float) -> CheckResult:
        """Turn what a check raised (None: nothing) into its result."""
        title = self.messages.entry("checks", name, {}).get("title", name)
        standins = tuple(sorted(notes.standins))
        noted: dict[str, Any] = {"standins": standins, "data": notes.data, "throughput": notes.throughput}
        passed = CheckResult(name, part, Status.PASSED, title, duration_s=seconds, **noted)
        if error is None:
            return passed
        if isinstance(error, Unwritten):
            return replace(passed, **self._unwritten(error.function, part))
        if isinstance(error, CheckFailed):
            told = self._told(error.failure, name)
            unloadable, credit = isinstance(error, Unloadable), error.failure.credit
            return replace(passed, status=Status.FAILED, unloadable=unloadable, credit=credit, **told)
        failure = Failure("void", {"text": _fault(error)})
        if isinstance(error, ConfigurationError):  # a broken data set, say: no fault of anybody's code, and no grade
            failure = Failure("unusable", {"text": str(error)})
        return replace(passed, status=Status.VOID, **self._told(failure, None))

    def _unwritten(self, function: str, part: str) -> dict[str, Any]:
        own = function in self.rubric.part(part).functions
        site = self.source.sites.get(function)
        where = Where(self.source.path.name, site.line) if site else None
        told = self._told(Failure("unwritten" if own else "blocked", {"function": function}, where=where), None)
        return {"status": Status.FAILED if own else Status.BLOCKED, "unwritten": function, **told}

    def _told(self, failure: Failure, check: str | None) -> dict[str, Any]:
        """Put a failure into words; what the failure itself does not say, the check's own entry may."""
        said = self.messages.entry("failures", failure.key, failure.params)
        general = self.messages.entry("checks", check, {}) if check else {}
        texts = {"asked": failure.asked, **general, **said, **self._explained(failure.mistakes)}
        labels = self.messages.section("labels")
        lines = [f"{labels[label]}\t{' '.join(texts[label].split())}" for label in LABELS if texts.get(label)]
        return {
            "message": "\n".join(lines),
            "hint": texts.get("hint", ""),
            "mistakes": tuple(named.name for named in failure.mistakes),
            "where": failure.where,
            "source_line": self.source.line(failure.where),
        }

    def _explained(self, mistakes: Sequence[Named]) -> dict[str, str]:
        """Return what a named mistake has to say; it knows better than its check, which only knows what it asked."""
        entries = [self.messages.entry("mistakes", named.name, named.params) for named in mistakes]
        joined = {label: " ".join(entry[label] for entry in entries) for label in ("why", "hint") if entries}
        return {"mistake": "; ".join(entry["title"] for entry in entries), **joined}

    # ---- all of them

    def report(self) -> Report:
        """Return the report of everything judged so far."""
        titles = self.messages.section("parts")
        status, parts = score(self.rubric, titles, self.results)
        most = sum(part.max_points for part in parts)
        return Report(
            lab=self.rubric.lab,
            title=self.rubric.title,
            submission=self.source.name,
            status=status,
            score=round(sum(part.points for part in parts), 2) if status == "graded" else None,
            max_score=most,
            isolation=self.options.isolation,
            unsandboxed=self.options.unsandboxed,
            data=next((result.data for result in self.results if result.data), None),
            seed=self.options.seed,
            duration_s=time.monotonic() - self._began,
            versions=_versions(),
            parts=parts,
            checks_in_rubric=sum(len(part.checks) for part in self.rubric.parts),
            throughput=tuple(result.throughput for result in self.results if result.throughput),
            suspicions=(*self.source.suspicions, *self.submission.patched),
        )


def _fault(error: BaseException) -> str:
    """Return what of ours broke, and where, in one line."""
    text = f"{type(error).__name__}: {error}" if not isinstance(error, HarnessFault) else str(error)
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    return text.strip() + place


def _versions() -> dict[str, str]:
    versions = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            versions[package] = "not installed"
    return versions


def to_plain(result: CheckResult) -> dict[str, Any]:
    """Return a result as plain values, which pytest-xdist can send between processes."""
    return {
        **asdict(result),
        "status": result.status.value,
        "standins": list(result.standins),
        "mistakes": list(result.mistakes),
    }


def from_plain(plain: dict[str, Any]) -> CheckResult:
    """Return the result that `to_plain` wrote down."""
    where = Where(**plain["where"]) if plain["where"] else None
    timed = Throughput(**plain["throughput"]) if plain["throughput"] else None
    return CheckResult(
        **{
            **plain,
            "status": Status(plain["status"]),
            "standins": tuple(plain["standins"]),
            "mistakes": tuple(plain["mistakes"]),
            "where": where,
            "throughput": timed,
        }
    )
