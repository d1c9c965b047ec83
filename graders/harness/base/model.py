"""The values that travel through the judge: evidence in, report out. NumPy only, no torch."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003  # what a report holds is built by its annotations (see plain.py)
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from .exhibits import Exhibit  # noqa: TC001  # the same
from .fingerprints import Fingerprints
from .late import Late  # noqa: TC001  # the same
from .made import Made  # noqa: TC001  # the same
from .rows import Excerpt, Row  # noqa: TC001  # the same
from .speed import Throughput  # noqa: TC001  # the same

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from .scene import Scene


class Status(StrEnum):
    """What became of a check, a part or a submission."""

    PASSED = "passed"
    FAILED = "failed"  # the submission's fault: wrong, raised, timed out, crashed, unreadable
    BLOCKED = "blocked"  # something it needs is unfinished
    SKIPPED = "skipped"  # this machine cannot run it
    VOID = "void"  # our fault: no score is given


class Visibility(StrEnum):
    """Who may see a part's result, where a learning system shows results to students; the words are Gradescope's."""

    VISIBLE = "visible"
    AFTER_DUE_DATE = "after_due_date"
    HIDDEN = "hidden"


# ---- evidence: what a worker sends back


@dataclass(frozen=True, slots=True, eq=False)
class TensorValue:
    """A tensor as it crossed the wire: its bytes and what torch said about it.

    `array` holds the values; what NumPy lacks, such as bfloat16, arrives as float32 with its own name in `dtype`.
    """

    array: NDArray[np.generic]
    dtype: str = "float32"
    device: str = "cpu"
    requires_grad: bool = False

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape, as the bytes have it."""
        return self.array.shape

    @classmethod
    def of(cls, array: NDArray[np.generic]) -> TensorValue:
        """Return a judge's array as the tensor that it becomes in the worker, of the same dtype."""
        return cls(array, array.dtype.name)


@dataclass(frozen=True, slots=True)
class Handle:
    """Something that stays in the worker; the judge can only pass it back.

    `kinds` are the qualified names of its class and base classes. A handle dies with the worker that made it.
    """

    id: int
    generation: int
    kinds: tuple[str, ...] = ()

    @property
    def type_name(self) -> str:
        """The short name of its class."""
        return self.kinds[0].rpartition(".")[2] if self.kinds else "object"


@dataclass(frozen=True, slots=True, eq=False)
class Folder:
    """A folder of files that the worker finds in its own place, and whose path is what the student's function gets."""

    name: str  # its path there
    files: Mapping[str, NDArray[np.uint8]] = field(default_factory=dict)  # by path inside the folder


@dataclass(frozen=True, slots=True)
class NumpyScalar:
    """A NumPy scalar, which is no Python number: its dtype and its value."""

    dtype: str
    value: float


@dataclass(frozen=True, slots=True)
class Where:
    """A place in the student's files, relative to the submission; lines, of a notebook's cell there, count from 1."""

    file: str
    line: int
    cell: int | None = None  # its number among all cells, from 1


@dataclass(frozen=True, slots=True)
class Raised:
    """An exception that student code raised: its type's name, its text, its innermost place in the student's files."""

    type_name: str
    text: str
    where: Where | None = None
    function: str | None = None  # the student's function that raised it
    standin: str | None = None  # the function whose stand-in lacked something
    called: Where | None = None  # the line outside functions that called the one that raised
    scene: Scene | None = None  # what stood around it


@dataclass(frozen=True, slots=True)
class TorchCall:
    """One line of the transcript: a torch call that a line of the student's made, `count` times alike."""

    name: str
    where: Where
    count: int
    shapes: tuple[tuple[int, ...], ...]
    dtypes: tuple[str, ...]
    grad_enabled: bool
    tracks_gradients: bool  # its result hangs on a graph
    low: float | None = None  # range of the first tensor's values over all the calls; None where not read
    high: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What came of one request to the worker."""

    asked: str
    value: object
    where: Where | None = None  # where the value was returned
    function_at: Where | None = None  # where the function begins
    stdout: str = ""
    transcript: tuple[TorchCall, ...] = ()
    grad_enabled_after: bool = True
    changed: tuple[int, ...] = ()  # the places of arguments whose tensors have another shape, type or content now

    @property
    def beside(self) -> Evidence:
        """The same evidence for judging what the function did beside returning a value: its place is the function's."""
        return replace(self, where=self.function_at)


# ---- verdicts: what the judge makes of it


@dataclass(frozen=True, slots=True)
class Word:
    """A word within a message, in its reader's language: the key of a text in the section `words`, and its fields."""

    key: str
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Named:
    """A mistake's name in the lab's catalogue, what goes into its message, and the lesson's idea that it belongs to.

    `idea` is the key of a text in the section `ideas`; empty where there is none.
    """

    name: str
    params: Mapping[str, object] = field(default_factory=dict)
    idea: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a check did not pass: the key of a message and what goes into it. The words come later, in a language.

    `mistakes` are the misconceptions that together explain it: one as a rule, two at most, none where none known does.
    `credit` is the share of its points that the check earns all the same, in [0, 1); `raised` what student code raised.
    """

    key: str
    params: Mapping[str, object] = field(default_factory=dict)
    asked: str = ""
    where: Where | None = None
    mistakes: tuple[Named, ...] = ()
    credit: float = 0.0
    raised: Raised | None = None


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check's outcome, with texts in the chosen language."""

    name: str
    part: str
    title: str = field(default="", kw_only=True)
    status: Status
    rows: tuple[Row, ...] = ()  # what the message says
    failure: str = field(default="", kw_only=True)  # the message's key, such as "timeout", the same in every language
    raised: str = field(default="", kw_only=True)  # the type of what student code raised, where that is why
    mistakes: tuple[str, ...] = ()  # names in the lab's catalogue
    hint: str = ""
    where: Where | None = None
    source_line: str = ""
    excerpt: Excerpt | None = None
    unwritten: str | None = None  # the function that is to be written first, or to be mended where the check is blocked
    unloadable: bool = False  # the whole submission cannot be loaded, so this check never ran
    standins: tuple[str, ...] = ()
    data: str | None = None  # where the digits came from, when the check used some
    credit: float = 0.0  # the share of its points that a check earns all the same which failed, or waits
    uncapped: float = 0.0  # the same, had it nothing to do with what the function has lost that it waits for
    duration_s: float = 0.0
    throughput: Throughput | None = None  # what the check timed
    figures: Mapping[str, float] = field(default_factory=dict)  # what the check measured, by name
    unseen: tuple[str, ...] = ()  # what it could not look at here, in words
    exhibits: tuple[Exhibit, ...] = ()


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Something in a submission that a person should look at. It moves no points.

    `kind` is the name of its sentence in the messages, `what` the words of the submission's that gave rise to it.
    """

    kind: str
    what: str
    where: Where | None = None


@dataclass(frozen=True, slots=True)
class PartResult:
    """One part's points and checks. `max_points` is 0 where every check was skipped."""

    name: str
    title: str
    status: Status
    points: float
    max_points: float
    visibility: Visibility = field(default=Visibility.VISIBLE, kw_only=True)
    checks: tuple[CheckResult, ...]
    functions: tuple[str, ...] = ()  # that it asks for


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The whole result of grading one submission; every format is rendered from it. Fields stand as in report.json.

    `status` is "graded", or, with no grade and `score` None, "partial" (some checks did not run) or "void" (our fault).
    """

    lab: str
    title: str
    submission: str
    student: str = ""  # whose submission it is
    status: str
    score: float | None
    max_score: float
    by_teacher: tuple[str, ...] = ()  # what a teacher has set, in words
    late: Late | None = None  # what of that is a penalty for being late: `score` is what it leaves
    isolation: str
    unsandboxed: str = ""  # why there was no sandbox, where one was wanted
    data: str | None
    seed: int | None  # None where it is not told
    fingerprints: Fingerprints = field(default_factory=Fingerprints)
    graded_at: str = ""  # ISO 8601, UTC
    language: str = "en"  # of its messages
    duration_s: float
    versions: Mapping[str, str]
    checks_in_rubric: int
    parts: tuple[PartResult, ...]
    skipped: tuple[str, ...] = ()  # why checks were skipped, in words, and what others could not look at
    throughput: tuple[Throughput, ...] = ()
    suspicions: tuple[Suspicion, ...] = ()
    remarks: tuple[str, ...] = ()  # how the file was read, where that is not as it stands, in words
    outlined: tuple[Made, ...] = ()  # the functions that were made of the file
    withheld: int = 0  # how many parts are not told, since students shall not see them yet
    altered: tuple[str, ...] = ()  # files of the grader that are not as students were given them

    @property
    def checks(self) -> tuple[CheckResult, ...]:
        """All checks, in the order of the parts."""
        return tuple(check for part in self.parts for check in part.checks)

    @property
    def exhibits(self) -> Mapping[str, Exhibit]:
        """All exhibits by name."""
        return {exhibit.name: exhibit for check in self.checks for exhibit in check.exhibits}

    @property
    def figures(self) -> Mapping[str, float]:
        """All figures by name."""
        return {name: value for check in self.checks for name, value in check.figures.items()}
