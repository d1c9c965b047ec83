"""Misconceptions about what build_model returns: what is no model at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graders.harness.base.model import Handle
from graders.harness.judge.clues import Clue
from graders.measuring import measure
from graders.mistakes.ideas import Idea

if TYPE_CHECKING:
    from graders.harness.base.model import Evidence
    from graders.measuring.pieces import Lab

ALL = (
    "test_model_has_7850_parameters",
    "test_model_has_a_bias_for_each_digit",
    "test_any_batch_gets_ten_logits_an_image",
    "test_model_returns_logits",
)
FUNCTIONS = ("function", "method", "builtin_function_or_method")


def look(lab: Lab) -> Evidence:
    """Return what build_model returned."""
    return lab.call("build_model", keep=True)


RESULT = Clue(ALL, look)


@RESULT.mistake("model-not-built", Idea.MODEL)
def _class(seen: Evidence) -> bool:
    return measure.is_class(seen)


@RESULT.mistake("model-not-a-module", Idea.MODEL)
def _function(seen: Evidence) -> bool:
    """Recognise a function or method in the place of a module."""
    return isinstance(seen.value, Handle) and seen.value.type_name in FUNCTIONS


@RESULT.mistake("model-not-returned", Idea.MODEL)
def _nothing(seen: Evidence) -> bool:
    return measure.is_nothing(seen)


CLUES = (RESULT,)
