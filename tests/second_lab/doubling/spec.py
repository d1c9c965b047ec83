"""What the engine must know of this lab."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from graders.harness.judge import expect
from graders.harness.judge.clues import Clue
from graders.harness.judge.spec import LabSpec

if TYPE_CHECKING:
    from graders.harness.judge.lab import Lab

THREE = Clue(("test_a_number_is_doubled",), lambda lab: lab.call("double", 3).value)


@THREE.mistake("tripled", "doubling")
def _tripled(value: object) -> bool:
    return value == 9


@THREE.mistake("squared-and-one", "doubling")
def _squared(value: object) -> bool:
    return value == 10


def _double(lab: Lab) -> None:
    expect.equal(lab.call("double", 5), 10)


SPEC = LabSpec(
    folder=Path(__file__).parent,
    default_submission=Path(__file__).parent,
    thresholds={},
    imports=("torch",),
    needs={"total": ("double",)},
    sound=lambda: {"double": _double},
    clues=lambda: (THREE,),
)
