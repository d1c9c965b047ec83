"""Misconceptions about the optimizer: what each would have made of the same parameters and gradients."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from graders.harness.base.model import Named, Word
from graders.harness.judge.clues import Clue, NoClue
from graders.measuring import measure
from graders.mistakes import values
from graders.mistakes.formulas.rules import DECAYS, MOMENTA, RULES, sgd
from graders.mistakes.ideas import Idea

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from graders.measuring.pieces import Lab
    from graders.mistakes.formulas.rules import Parameters, Rule

RATES = (None, 0.03, 0.25)  # None: the default
MIN_DECAY = 1e-5  # below that it is rounding
FACTORS = (0.01, 0.1, 0.5, 2.0, 10.0, 100.0)  # by which a rate is often wrong, beside another slip
FIXED = (measure.LEARNING_RATE, 0.01, 0.001)  # rates that are often written down as a number


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """Parameters before the first and after each of three steps, flattened `[7850]`, and the rate asked for."""

    rate: float | None
    states: list[Parameters]
    sizes: list[int]  # of the parameter tensors, in their order in the states


@dataclass(frozen=True, slots=True, eq=False)
class Runs:
    """What an optimizer does at several rates, and how many of its parameter tensors are the model's and are not."""

    runs: list[Run]
    held: tuple[int, int]

    def follow(self, rule: Rule, rate_of: Callable[[float], float] = float) -> bool:
        """Tell whether all runs are a rule's, at rates that follow from those asked for."""
        return all(_follows(run, rule, rate_of(run.rate or measure.LEARNING_RATE)) for run in self.runs)


def _follows(run: Run, rule: Rule, rate: float) -> bool:
    wanted = rule(run.states[0], measure.GRADIENTS, rate)
    return all(_near(got, state) for got, state in zip(run.states[1:], wanted, strict=True))


def _near(got: Parameters, wanted: Parameters) -> bool:
    return bool(np.allclose(got, wanted, rtol=1e-5, atol=measure.STEP_ATOL))


def look(lab: Lab) -> Runs:
    """Let the optimizer take three steps at each rate. Raises NoClue where parameters are missing, or resized."""
    runs = [_run(lab, rate) for rate in RATES]
    model = lab.model()
    optimizer = lab.call("build_optimizer", model, keep=True).value
    held = cast("tuple[int, int]", lab.probe("optimized", model, optimizer, of="build_optimizer").value)
    return Runs(runs, held)


def _run(lab: Lab, rate: float | None) -> Run:
    model = lab.model()
    optimizer = lab.call("build_optimizer", model, *([] if rate is None else [rate]), keep=True).value
    seen = lab.probe("optimizer_steps", model, optimizer, list(measure.GRADIENTS), of="build_optimizer").value
    states = [[values.array(p).ravel() for p in state] for state in cast("list[list[object]]", seen)]
    sizes = values.only({tuple(p.size for p in state) for state in states})
    if not sum(sizes):
        raise NoClue
    return Run(rate, [np.concatenate(state) for state in states], list(sizes))


def _pairs(seen: Runs) -> Iterator[tuple[str, str | Named]]:
    """Yield a wrong rule together with a wrong rate, or momentum together with weight decay."""
    for momentum, decay in itertools.product(MOMENTA, DECAYS):
        if seen.follow(partial(sgd, momentum=momentum, decay=decay)):
            yield "momentum", "weight-decay"
    for name, rules in RULES.items():
        for rule in rules:
            for factor in FACTORS:
                if seen.follow(rule, _by(factor)):
                    yield name, Named("learning-rate-scaled", {"factor": f"{factor:g}"})
            for rate in FIXED:
                if seen.follow(rule, _always(rate)):
                    yield name, Named("learning-rate-ignored", {"rate": f"{rate:g}"})


def _by(factor: float) -> Callable[[float], float]:
    return lambda rate: rate * factor


def _always(number: float) -> Callable[[float], float]:
    return lambda _rate: number


STEPS = Clue(("test_optimizer_honours_the_learning_rate", "test_optimizer_is_plain_sgd"), look, _pairs)


def _ruled(name: str, seen: Runs) -> bool:
    return any(seen.follow(rule) for rule in RULES[name])


for _name in RULES.keys() - {"momentum", "weight-decay"}:
    STEPS.mistake(_name, Idea.DESCENT)(partial(_ruled, _name))


@STEPS.mistake("momentum", Idea.DESCENT)
def _momentum(seen: Runs) -> bool:
    """Recognise momentum of any size: the second gradient is 0, so the second step tells it."""
    first, second = (float(np.median(a - b)) for a, b in itertools.pairwise(seen.runs[0].states[:3]))
    ratio = round(values.ratio(second, first), 4)
    if ratio <= 0:
        return False
    rules = (partial(sgd, momentum=ratio), partial(sgd, momentum=round(ratio**0.5, 4), nesterov=True))
    return any(map(seen.follow, rules)) or _ruled("momentum", seen)


@STEPS.mistake("weight-decay", Idea.DESCENT)
def _decay(seen: Runs) -> bool:
    """Recognise a decay of any size: the first step differs from parameter to parameter by it."""
    before, after = seen.runs[0].states[:2]
    if not np.isfinite(before).all() or not np.isfinite(after).all():
        return False
    if np.ptp(before) == 0:  # no one line goes through a single point
        return _ruled("weight-decay", seen)
    slope = float(np.polyfit(before, (before - after) / measure.LEARNING_RATE, 1)[0])
    rules = (partial(sgd, decay=float(f"{slope:.{digits}g}")) for digits in (1, 2, 3))
    return slope > MIN_DECAY and (any(map(seen.follow, rules)) or _ruled("weight-decay", seen))


def _ratios(seen: Runs) -> list[float]:
    """Return the first step of each run in units of the gradient, which is 1."""
    return [float(np.median(run.states[0] - run.states[1])) for run in seen.runs]


@STEPS.mistake("learning-rate-scaled", Idea.DESCENT)
def _scaled(seen: Runs) -> dict[str, object] | bool:
    factor = round(_ratios(seen)[2] / 0.25, 6)
    return factor not in (0, 1, -1) and seen.follow(sgd, _by(factor)) and {"factor": f"{factor:g}"}


@STEPS.mistake("gradient-ascent", Idea.DESCENT)
def _up(seen: Runs) -> bool:
    return seen.follow(sgd, _by(-1))


@STEPS.mistake("learning-rate-ignored", Idea.DESCENT)
def _ignored(seen: Runs) -> dict[str, object] | bool:
    rate = round(_ratios(seen)[0], 6)
    return rate != 0 and seen.follow(sgd, _always(rate)) and {"rate": f"{rate:g}"}


@STEPS.mistake("learning-rate-default-changed", Idea.DESCENT)
def _another_default(seen: Runs) -> dict[str, object] | bool:
    """Recognise a rate that is honoured where it is given."""
    default, *given = seen.runs
    rate = round(_ratios(seen)[0], 6)
    right = all(_follows(run, sgd, run.rate or 0) for run in given)
    other = rate != measure.LEARNING_RATE and _follows(default, sgd, rate)
    return right and other and {"rate": f"{rate:g}"}


@STEPS.mistake("parameters-left-out", Idea.DESCENT)
def _left_out(seen: Runs) -> dict[str, object] | bool:
    """Recognise parameters that never move beside others that move rightly."""
    still, names = set[str](), {10: "bias", 7840: "weights"}
    for run in seen.runs:
        wanted = sgd(run.states[0], measure.GRADIENTS, run.rate or measure.LEARNING_RATE)[-1]
        for size, part in zip(run.sizes, _slices(run.sizes), strict=True):
            if np.array_equal(run.states[-1][part], run.states[0][part]):
                still.add(names.get(size, ""))
            elif not _near(run.states[-1][part], wanted[part]):
                return False
    which = still.pop() if len(still) == 1 else ""
    return bool(which) and {"which": Word(which)}


def _slices(sizes: Sequence[int]) -> Iterator[slice]:
    for stop, size in zip(itertools.accumulate(sizes), sizes, strict=True):
        yield slice(stop - size, stop)


@STEPS.mistake("optimizer-of-another-model", Idea.DESCENT)
def _foreign(seen: Runs) -> bool:
    """Recognise an optimizer that holds parameters, but none of this model's."""
    own, others = seen.held
    return own == 0 and others > 0 and seen.follow(sgd, _always(0.0))


def _class_returned(lab: Lab) -> Any:
    return lab.call("build_optimizer", lab.model(), keep=True)


BUILT = Clue(STEPS.checks, _class_returned)


@BUILT.mistake("optimizer-not-built", Idea.DESCENT)
def _not_built(seen: Any) -> bool:
    return measure.is_class(seen)


@BUILT.mistake("optimizer-not-returned", Idea.DESCENT)
def _not_returned(seen: Any) -> bool:
    return measure.is_nothing(seen)


CLUES = (STEPS, BUILT)
