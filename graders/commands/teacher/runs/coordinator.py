"""A class's grading: what is left to be done for each hand-in is done, and recorded as it lands."""

from __future__ import annotations

import json
import logging
import signal
from typing import TYPE_CHECKING, Any

from graders.commands.teacher.grades.keys import ALL, Step, plan
from graders.commands.teacher.grades.results import Outcome

from .judged import TRIES
from .tasks import WAIT, Task
from .work import Landed, Now, Work

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from graders.commands.teacher.grades.keys import Key, Plan
    from graders.commands.teacher.grades.results import Result
    from graders.commands.teacher.grades.store import Gradebook
    from graders.commands.teacher.handed_in.hand_in import ClassFolder, HandIn

    from .reports import Reports
    from .tasks import Done, Scheduler
    from .work import Rules

LOG = logging.getLogger(__name__)
MAX_WHY = 200  # characters of what a judge says at its end


class Coordinator:
    """One run of a class's. `tell` gets each student as something has become of them.

    Parts that are `timed` are judged after all others, one student at a time; until then a report is partial.
    """

    def __init__(
        self,
        found: ClassFolder,
        book: Gradebook,
        scheduler: Scheduler,
        rules: Rules,
        reports: Reports,
        timed: Collection[str],
        tell: Callable[[Landed], None],
    ) -> None:
        self._found, self._book, self._scheduler, self._rules = found, book, scheduler, rules
        self._reports, self._timed, self._tell = reports, timed, tell
        self._at_work: dict[str, Work] = {}
        self._to_time: dict[str, Work] = {}  # in the order in which they are timed
        self._stopped = False

    def run(self) -> None:
        """Grade until all is done, or it is stopped. Raises ConfigurationError where nothing can be graded."""
        try:
            for done in self._scheduler.run(self._tasks()):
                self._land(done)
        finally:
            for student in self._at_work:
                self._book.release(student)

    def stop(self) -> None:
        """End what runs; `run` returns soon."""
        self._stopped = True
        self._scheduler.stop()

    def _tasks(self) -> Iterator[Task]:
        """Yield what is to be judged, one after another as they are asked for; what needs no judge is done here."""
        for hand_in in self._found.hand_ins:
            if self._stopped:
                return
            if task := self._begun(hand_in):
                yield task
        while self._to_time and not self._stopped:
            student = next((one for one in self._to_time if one not in self._at_work), None)
            if student is None:  # a class of few, all of whom are still at work
                yield WAIT
                continue
            if task := self._begun(self._to_time.pop(student).hand_in, timing=True):
                yield task

    def _begun(self, hand_in: HandIn, *, timing: bool = False) -> Task | None:
        """Claim a hand-in and return what is to be judged of it now, or do what needs no judge."""
        student, key = hand_in.student, self._rules.key(hand_in)
        old = self._book.current(student)
        left = _left(old, key)
        if not left.judges:
            self._settle(student, key, old, left.step)
            return None
        if not self._book.claim(student, key):
            LOG.info("%s: another run is at it", student)
            self._tell(Landed(student, Now.ELSEWHERE))
            return None
        left = _left(self._book.current(student), key)  # under the claim: another run may have done a part of it
        parts = left.parts or tuple(key.parts)
        later = tuple(part for part in parts if part in self._timed)
        now = parts if timing else tuple(part for part in parts if part not in later)
        work = Work(hand_in, key, left.step is Step.PARTS, () if timing else later)
        if later and not timing:
            self._to_time[student] = work
        if not now:
            self._book.release(student)
            self._tell(Landed(student, Now.TO_TIME))
            return None
        self._at_work[student] = work
        LOG.info("%s: judging %s", student, ", ".join(now))
        some = now if len(now) < len(key.parts) else ()
        return Task(student, hand_in.path, some, alone=timing and any(part in self._timed for part in now))

    def _settle(self, student: str, key: Key, old: Result | None, step: Step) -> None:
        """Do what needs no judge: nothing, or to work out the points anew."""
        if step is Step.POINTS and old is not None and (text := old.text) is not None:
            text = self._rules.rescored(text)
            if self._record(student, key, text, judged=()):
                self._reports.rescored(student, self._standing(student, text))
            LOG.info("%s: points were worked out anew", student)
            self._tell(Landed(student, Now.RESCORED))
            return
        if old is not None and self._reports.is_stale(student, old) and (text := old.text) is not None:
            self._reports.rewritten(student, self._rules.standing(text, old))
        self._tell(Landed(student, Now.UNCHANGED))

    def _land(self, done: Done) -> None:
        """Record what came of a task, and write its report."""
        student = done.task.student
        work = self._at_work.pop(student)
        if done.report is None:
            self._to_time.pop(student, None)
            outcome, why, params = _missed(done)
            self._record(student, work.key, None, outcome, why, params, seconds=done.seconds)
            self._reports.missed(student)
            self._reports.keep(student, done.output)
            LOG.warning("%s: %s %s after %.1f s", student, outcome, params, done.seconds)
            self._tell(Landed(student, Now.JUDGED, done.seconds, done.task.alone))
            return
        base = self._base(work)
        text = self._rules.merged(base, done.report) if base else done.report
        plain = json.loads(text)
        why, params = _unloadable(plain)
        if plain["status"] == "partial" and student in self._to_time:
            why, params = "not_timed", {}
        judged = done.task.parts or None
        if self._record(student, work.key, text, None, why, params, seconds=done.seconds, judged=judged):
            stands = self._standing(student, text)
            self._reports.judged(student, stands, None if base else done.page, own=stands is done.report)
            self._reports.keep(student, done.output if plain["status"] == "void" else "")
        points = plain["status"] if plain["score"] is None else f"{plain['score']:g} / {plain['max_score']:g}"
        LOG.info("%s: %s after %.1f s %s", student, points, done.seconds, " ".join([why, *params.values()]))
        waits = student in self._to_time
        self._tell(Landed(student, Now.TO_TIME if waits else Now.JUDGED, done.seconds, done.task.alone))

    def _base(self, work: Work) -> str | None:
        """Return the report into which a new one is merged, without the parts that are still to be judged anew."""
        old = self._book.current(work.hand_in.student) if work.merges else None
        text = old.text if old else None
        if text is None or not work.later:
            return text
        plain = json.loads(text)
        return json.dumps({**plain, "parts": [part for part in plain["parts"] if part["name"] not in work.later]})

    def _standing(self, student: str, text: str) -> str:
        return self._rules.standing(text, self._book.current(student))

    def _record(self, student: str, key: Key, report: str | None, *said: Any, **more: Any) -> bool:
        recorded = self._book.record(student, key, report, *said, folder=self._reports.folder(student).name, **more)
        if not recorded:
            LOG.warning("%s: another run has taken it over", student)
        return recorded


def _left(old: Result | None, key: Key) -> Plan:
    return plan(old.key, key, old.again) if old else ALL


def _missed(done: Done) -> tuple[Outcome, str, dict[str, str]]:
    """Return what became of a task without a report, and why."""
    if done.timed_out:
        return Outcome.TIMED_OUT, "timed_out", {"seconds": f"{done.seconds:.0f}"}
    if done.lost_workers:
        return Outcome.KILLED, "workers_lost", {"times": str(done.lost_workers)}
    if done.code < 0:
        return Outcome.FAILED, "killed", {"signal": _signal(-done.code), "times": str(TRIES)}
    lines = done.output.strip().splitlines()
    return Outcome.FAILED, "no_report", {"text": lines[-1][:MAX_WHY] if lines else "?"}


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)


def _unloadable(report: dict[str, Any]) -> tuple[str, dict[str, str]]:
    """Return why a submission could not be loaded, in a word, where it could not."""
    for part in report["parts"]:
        for check in part["checks"]:
            if check.get("unloadable"):
                rows = {row["key"]: row["text"] for row in reversed(check.get("rows", ()))}
                # What was found says why; what was looked for does not.
                said = rows.get("got") or next(iter(reversed(rows.values())), "") or check["message"]
                return "unloadable", {"text": next(iter(said.splitlines()), "")[:MAX_WHY]}
    return "", {}
