"""What the engine has to know of a lab."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from graders.harness.base.exhibits import Picture
    from graders.harness.base.outlined import Outline
    from graders.harness.base.tamed import Tamed

    from .clues import Clue, Mistake
    from .forms import Form
    from .rubric import Rubric


@dataclass(frozen=True, slots=True)
class LabSpec:
    """What the engine has to know of a lab: the folder with its rubric.toml, messages/ and child/, and what is in it.

    `thresholds` gives the lowest and the highest sensible value of each of the rubric's thresholds, `tiers` names its
    lists of (value, share of the points). `draw` makes the pictures of a report's exhibits, with the words of the lab's
    section `pictures`, and calls what it is given for each that cannot be made. `beside` names the files in child/ that
    its probes.py imports, in an order in which they can be loaded; standins.py is there besides. `correct` names the
    file there by which a fault is tried: it has a correct function for each that the contract asks for. `imports` names
    the packages that submissions import, `judges_import` the modules of the lab's that its checks do, `judges_ready`
    functions of no arguments, as `module:function`, by which a nursery of judges gets ready, `judges_read` one that
    gets the path of a folder of data and reads what it may, `judges_draw` one that gets a run's seed and draws what
    checks ask with, `types` the classes by whose names checks ask what
    something is: only those themselves, as they are before a submission is loaded, bear their names then. `timed` names
    the parts that are timed, so that nothing else may run meanwhile.
    `root` is what a folder of data is called.

    `needs` tells which of the student's functions another one may call on its way. The rest is asked for when it is
    needed, since it takes time to import: `view` returns the class of what checks get as `lab`, a kind of `Lab`,
    `sound` what later parts need of each function (it raises CheckFailed or Unwritten where they do not get it),
    `forms` the forms of the probes' answers, `clues` the catalogue of mistakes, `crashes` the rules by which it knows
    exceptions, `places` by its names what finds the line that does one in the function that was asked, `outline` what
    makes the contract's functions of a file that does its work at the top level, `digits` the fingerprint of the data
    that a check says to have used. `data` finds what checks ask with, at a root that somebody has given or not, names
    it, and raises ConfigurationError where it is not as it should be.
    """

    folder: Path
    default_submission: Path
    thresholds: Mapping[str, tuple[float, float]]
    tiers: Sequence[str] = ()
    draw: Callable[[Tamed, Mapping[str, str], Callable[[str, Exception], None]], tuple[Picture, ...]] | None = None
    beside: tuple[str, ...] = ()
    correct: str = "standins.py"
    imports: tuple[str, ...] = ()
    judges_import: tuple[str, ...] = ()
    judges_ready: tuple[str, ...] = ()
    judges_read: str = ""
    judges_draw: str = ""
    types: tuple[str, ...] = ()
    timed: tuple[str, ...] = ()
    root: str = "root"
    needs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    view: Callable[[], type[Any]] | None = None
    sound: Callable[[], Mapping[str, Callable[[Any], None]]] = dict
    forms: Callable[[], Mapping[str, Form]] = dict
    clues: Callable[[], Sequence[Clue]] = tuple
    crashes: Callable[[], Sequence[Mistake]] = tuple
    places: Callable[[], Mapping[str, Callable[[ast.FunctionDef], int | None]]] = dict
    outline: Callable[[], Outline | None] | None = None
    digits: Callable[[str], str] = str
    data: Callable[[Rubric, Path | None], str] | None = None

    @property
    def child(self) -> tuple[Path, ...]:
        """The modules that workers are sent, in an order in which they can be loaded; the last are the probes."""
        return tuple(self.folder / "child" / name for name in (*self.beside, "probes.py"))

    @property
    def workers_ready(self) -> tuple[str, ...]:
        """What is imported and done before workers are forked."""
        ahead = (f"graders.harness.link.readiness:compile_ahead={path}" for path in self.child)
        return *self.imports, "graders.harness.worker.seals:seal", *ahead
