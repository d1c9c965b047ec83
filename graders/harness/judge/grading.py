"""One grading session: turns the outcome of each check into a CheckResult, and all of them into a Report."""

from __future__ import annotations

import platform
import time
import traceback
from dataclasses import dataclass, replace
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graders.harness.base.errors import (
    Charged,
    CheckFailed,
    ConfigurationError,
    HarnessFault,
    OutOfTime,
    Spoilt,
    Unloadable,
    Unwritten,
)
from graders.harness.base.model import CheckResult, Failure, Report, Status, Where
from graders.harness.base.rows import Row
from graders.harness.base.times import utc
from graders.harness.link.launcher import Launcher, Target
from graders.harness.link.workers import Workers
from graders.harness.source import released
from graders.harness.source.ours import ours
from graders.harness.source.source import Source
from graders.harness.source.suspicion import ranked

from . import asked, fingerprints
from .messages import ROWS, Messages
from .rubric import load_rubric
from .scoring import score, totals, unseen
from .submission import Submission

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from graders.harness.base.model import Named, Suspicion
    from graders.harness.walls.levels import Chosen

    from .notes import Notes
    from .spec import LabSpec

PACKAGES = ("torch", "torchvision", "numpy")


@dataclass(frozen=True, slots=True)
class Options:
    """What the person at the keyboard chose."""

    submission: Path
    rubric: Path
    chosen: Chosen  # the level of isolation
    language: str
    seed: int
    nursery: Path | None = None  # the socket of a running nursery, which saves importing torch again
    fresh: bool = False  # whether every worker imports torch anew
    exhibits: bool = False  # whether somebody will look at pictures
    student: str | None = None  # whose submission it is, where its name does not say
    without: tuple[str, ...] = ()  # parts that the rubric shall not have, for everybody alike
    private: Path | None = None  # the folder of a teacher's own checks
    running: bool = False  # whether it is what a notebook has run so far, whose n-th cell is In [n]


class Grading:
    """Holds what one run needs: rubric, messages, the submission, and the results so far."""

    def __init__(self, spec: LabSpec, options: Options) -> None:
        self.spec, self.options = spec, options
        self.rubric = load_rubric(options.rubric, spec.thresholds, spec.tiers).without(options.without)
        self.messages = Messages.of_lab(spec.folder, options.language, options.running, options.private)
        asked.expect_there(self.rubric, options.rubric, spec, options.private)
        self.source = Source.find(options.submission, self.rubric.file, self.rubric.functions, spec.outline)
        if options.running:  # it lies in a folder made for it, which its writer does not know, with what it imports
            path = self.source.path
            self.source = replace(self.source, name=path.name, visible=path.parent)
        # Taken now: what runs later may write to files of its own, and where it is walled in by nothing, to ours.
        self._fingerprints = fingerprints.of(spec, self.rubric, options.submission, options.private)
        self._altered = self._changes()
        _ = self.source.texts  # read now: where a submission can write, its files say something else once it has run
        self._workers = Workers(options.chosen, spec.workers_ready, options.nursery, options.fresh)
        self.submission = self._opened(self.source, self.rubric.functions)
        self._beside: list[Submission] = []
        self.results: list[CheckResult] = []
        self._began = time.monotonic()

    # ---- workers

    def _opened(self, source: Source, functions: Sequence[str] = ()) -> Submission:
        limits, types = self.rubric.limits, self.spec.types
        *modules, probes = self.spec.child
        path, visible = source.run_from
        target = Target(path, probes, visible, tuple(modules), self.spec.folder / "child" / "standins.py", types)
        return Submission(source, Launcher(target, limits, self._workers.make), limits, functions)

    def beside(self, path: Path) -> Submission:
        """Return a file of the lab's own as a second submission, with a worker of its own that starts when asked."""
        self._beside.append(self._opened(ours(path)))
        return self._beside[-1]

    @cached_property
    def correct(self) -> Submission:
        """The lab's own correct functions as a second submission, with its worker on the way."""
        submission = self.beside(self.spec.folder / "child" / self.spec.correct)
        submission.start(self.rubric.functions)
        return submission

    @property
    def nursery(self) -> Path | None:
        """The socket of the nursery that workers are forked from, for gradings beside this one; None without one."""
        return self._workers.nursery

    def close(self) -> None:
        """End the nursery and every worker."""
        self._workers.close()  # first: it may still be importing for a worker that nobody needs any more
        for submission in (self.submission, *self._beside):
            submission.close()
            submission.source.close()

    # ---- one check

    def asks(self, check: str) -> bool:
        """Tell whether a check is asked of this submission: some are not where functions were made of a file."""
        return check not in self.rubric.not_asked_outlined or not self.source.is_outlined

    def title(self, check: str) -> str:
        """Return what a check is called, in the reader's language."""
        return self.messages.entry("checks", check, {}).get("title", check)

    def judge(self, name: str, part: str, error: BaseException | None, notes: Notes, seconds: float) -> CheckResult:
        """Turn what a check raised (None: nothing) into its result."""
        standins = tuple(sorted(notes.standins))
        noted: dict[str, Any] = {
            "standins": standins,
            "data": notes.data,
            "throughput": notes.throughput,
            "figures": dict(notes.figures),
            "exhibits": tuple(notes.exhibits),
            "unseen": tuple(dict.fromkeys(notes.unseen)),
        }
        passed = CheckResult(name, part, Status.PASSED, title=self.title(name), duration_s=seconds, **noted)
        if error is None:
            return passed
        if self.options.running and isinstance(error, CheckFailed) and error.failure.key == "missing":
            error = Unwritten(str(error.failure.params["function"]))  # its cell has not been run yet
        if isinstance(error, Unwritten):
            return replace(passed, **self._unwritten(error, part))
        if isinstance(error, Spoilt):
            return replace(passed, **self._waiting(error.function, Failure("spoilt", {"function": error.function})))
        if isinstance(error, Charged):
            return replace(
                passed, credit=1.0, **self._waiting(error.function, Failure("charged", {"function": error.function}))
            )
        if isinstance(error, CheckFailed):
            told = self._told(error.failure, name)
            unloadable = isinstance(error, Unloadable) and not isinstance(error, OutOfTime)
            credit = error.failure.credit
            return replace(passed, status=Status.FAILED, unloadable=unloadable, credit=credit, **told)
        failure = Failure("void", {"text": _fault(error)})
        if isinstance(error, ConfigurationError):  # a broken data set, say: no fault of anybody's code, and no grade
            failure = Failure("unusable", {"text": str(error)})
        return replace(passed, status=Status.VOID, **self._told(failure, None))

    def _waiting(self, function: str, failure: Failure) -> dict[str, Any]:
        """Put into texts that a check waits for a function that is wrong."""
        told = self._told(replace(failure, where=self.source.where(function)), None)
        return {"status": Status.BLOCKED, "unwritten": function, **told}

    def _unwritten(self, error: Unwritten, part: str) -> dict[str, Any]:
        function, where = error.function, error.where or self.source.where(error.function)
        own = function in self.rubric.part(part).functions
        key = "blocked" if not own else "still_raises" if error.where else "unwritten"
        told = self._told(Failure(key, {"function": function}, where=where), None)
        return {"status": Status.FAILED if own else Status.BLOCKED, "unwritten": function, **told}

    def _told(self, failure: Failure, check: str | None) -> dict[str, Any]:
        """Put a failure into texts; what the failure itself does not say, the check's own entry may."""
        said = self.messages.entry("failures", failure.key, self._placed(failure.params))
        general = self.messages.entry("checks", check, {}) if check else {}
        texts = {"asked": failure.asked, **general, **said, **self._explained(failure.mistakes)}
        return {
            "rows": tuple(Row(key, " ".join(texts[key].split())) for key in ROWS if texts.get(key)),
            "failure": failure.key,
            "raised": failure.raised.type_name if failure.raised else "",
            "hint": texts.get("hint", ""),
            "mistakes": tuple(named.name for named in failure.mistakes),
            "where": self.source.told(failure.where),
            "source_line": self.source.line(failure.where),
            "excerpt": self.source.excerpt(failure.where),
        }

    def _explained(self, mistakes: Sequence[Named]) -> dict[str, str]:
        """Return what a named mistake has to say; it knows better than its check, which only knows what it asked."""
        entries = [self.messages.entry("mistakes", named.name, self._placed(named.params)) for named in mistakes]
        joined = {label: " ".join(entry[label] for entry in entries) for label in ("why", "hint") if entries}
        ideas = dict.fromkeys(self.messages.text("ideas", named.idea) for named in mistakes if named.idea)
        return {"mistake": "; ".join(entry["title"] for entry in entries), "idea": "; ".join(ideas), **joined}

    def _placed(self, params: Mapping[str, object]) -> dict[str, object]:
        """Return what goes into a message, with places as they are told."""
        words = self.messages.words
        told = {name: self.source.told(value) for name, value in params.items() if isinstance(value, Where)}
        return {**params, **{name: words.placed(where) for name, where in told.items() if where}}

    # ---- all of them

    def report(self) -> Report:
        """Return the report of everything judged so far."""
        titles = self.messages.section("parts")
        status, parts = score(self.rubric, titles, self.results)
        points, most = totals(status, parts)
        data = next((result.data for result in self.results if result.data and not result.unloadable), None)
        return Report(
            lab=self.rubric.lab,
            title=self.messages.text("lab", "title"),
            submission=self.source.name,
            status=status,
            score=points,
            max_score=most,
            isolation=self.options.chosen.isolation,
            unsandboxed=self.options.chosen.unsandboxed,
            data=data,
            seed=self.options.seed,
            fingerprints=replace(self._fingerprints, digits=self.spec.digits(data) if data else ""),
            graded_at=utc(),
            duration_s=time.monotonic() - self._began,
            versions=_versions(),
            parts=parts,
            checks_in_rubric=sum(len(part.checks) for part in self.rubric.parts),
            skipped=tuple(dict.fromkeys(text for result in self.results for text in unseen(result))),
            throughput=tuple(replace(one.throughput, part=one.part) for one in self.results if one.throughput),
            language=self.options.language,
            student=self.options.student or self.source.owner(self.rubric.file),
            remarks=tuple(self._remarks()),
            outlined=tuple(self.source.made),
            altered=self._altered,
            suspicions=ranked(replace(one, where=self.source.told(one.where)) for one in self._suspicions()),
        )

    def _changes(self) -> tuple[str, ...]:
        """Return what of a students' copy of the grader is not as it was given to them, another rubric included."""
        changed, rubric = released.altered(self.spec.folder), self.options.rubric
        is_copy = (self.spec.folder / released.MANIFEST).is_file()
        other = is_copy and rubric.resolve() != (self.spec.folder / "rubric.toml").resolve()
        return (*changed, rubric.name) if other else changed

    def _remarks(self) -> Iterator[str]:
        for remark in self.source.remarks:
            # Whoever runs cells one by one knows that what is graded are functions.
            if remark.key != "notebook_read" or not self.options.running:
                yield self.messages.text("words", remark.key, **remark.params)

    def _suspicions(self) -> Iterator[Suspicion]:
        text = self.source.suspicions
        yield from text
        yield from (one for one in self.submission.sightings.beside(text) if not self.source.is_glue(one.where))
        yield from self.submission.patched


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
