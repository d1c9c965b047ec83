"""Misconceptions about the cost: what each would have made of the same logits and labels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from graders.harness.base.errors import CheckFailed
from graders.harness.base.model import TensorValue
from graders.harness.judge.clues import Clue, NoClue
from graders.measuring import inputs, measure, oracle
from graders.mistakes import values
from graders.mistakes.formulas.costs import FORMULAS, binary_of, each, sigmoid, softmax, two_slips
from graders.mistakes.ideas import Idea
from graders.mistakes.model import layers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from graders.measuring.pieces import Lab
    from graders.mistakes.formulas.costs import Formula

SIZES = (1, 6, 10, 12)  # of the batches asked for: a rule that depends on the size shows
LARGE = 6.0  # of logits that reach 15 and more, where clamps and floors show
LEFT = "softmax-missing"
SMALL, ROUGHLY = 0.5, 0.02  # logits of a size at which 1 - p loses little; the share that it loses at ordinary ones


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One batch and the cost that the submission gave it; None where it raised, with the text, or gave no numbers."""

    logits: NDArray[np.float64]
    labels: NDArray[np.int64]
    cost: NDArray[np.float64] | None
    text: str = ""

    @property
    def number(self) -> float:
        """The cost, where it is one number. Raises NoClue elsewhere."""
        if self.cost is None:
            raise NoClue
        return values.number(self.cost)

    def is_(self, formula: Formula, atol: float) -> bool:
        """Tell whether the cost is what a formula gives, in shape and value, relative to its size."""
        with np.errstate(all="ignore"):
            wanted = np.asarray(formula(self.logits, self.labels), np.float64)
        if self.cost is None or wanted.shape != self.cost.shape:
            return False
        return bool(np.allclose(self.cost, wanted, rtol=atol, atol=atol, equal_nan=True))


@dataclass(frozen=True, slots=True, eq=False)
class Costs:
    """What a criterion makes of ordinary batches, of small logits, and of single images with extreme logits."""

    ordinary: list[Case]
    small: list[Case]  # where exp() and log() round little
    extreme: list[Case]
    lab: Lab

    def are(self, formula: Formula, extreme: bool = False) -> bool:
        """Tell whether a formula gives all the ordinary costs and, if asked, the extreme ones."""
        right = all(case.is_(formula, measure.COST_ATOL) for case in self.ordinary)
        return right and (not extreme or all(case.is_(formula, measure.EXTREME_ATOL) for case in self.extreme))

    def nearly(self, formula: Formula) -> bool:
        """Tell whether a formula gives all the costs, ordinary ones but for what probabilities in float32 lose."""
        small = all(case.is_(formula, measure.COST_ATOL) for case in self.small)
        return small and all(case.is_(formula, ROUGHLY) for case in self.ordinary)

    def ratio(self) -> float:
        """Return by how much the mean cross-entropy is multiplied in every batch; NaN where that differs."""
        first = self.ordinary[1]
        ratio = first.number / oracle.cross_entropy(first.logits, first.labels)
        return ratio if self.are(lambda z, y: ratio * oracle.cross_entropy(z, y), extreme=True) else float("nan")


def ask(lab: Lab, logits: NDArray[Any], labels: NDArray[np.int64]) -> Case:
    """Return one case."""
    wide = logits.astype(np.float64)
    try:
        value = measure.cost(lab, logits, labels).value
    except CheckFailed as failed:
        return Case(wide, labels, None, str(failed.failure.params.get("text", "")))
    return Case(wide, labels, values.array(value) if isinstance(value, (float, np.ndarray, TensorValue)) else None)


def look(lab: Lab) -> Costs:
    """Ask for the costs of batches of several sizes."""
    ordinary = [ask(lab, *inputs.random_logits(lab.seed + size, size)) for size in SIZES]
    ordinary.append(ask(lab, *inputs.random_logits(lab.seed, 6, LARGE)))
    ordinary += [ask(lab, row[None], np.array([k])) for k, row in enumerate(inputs.random_logits(lab.seed, 10)[0])]
    small = [ask(lab, *inputs.random_logits(lab.seed + size, size, SMALL)) for size in SIZES[:2]]
    extreme = zip(*inputs.extreme_logits(lab.seed, 6), strict=True)
    return Costs(ordinary, small, [ask(lab, row[None], np.array([label])) for row, label in extreme], lab)


def _pairs(seen: Costs) -> Iterator[tuple[str, str]]:
    """Yield what an image costs together with how a batch of them is summed up."""
    for image, batch, formula in two_slips():
        if seen.are(formula):
            yield image, batch


ORDINARY = Clue(
    (
        "test_cost_of_one_image_is_its_cross_entropy",
        "test_cost_is_the_mean_over_the_batch",
        "test_cost_is_a_scalar",
        "test_cost_can_be_differentiated",
    ),
    look,
    _pairs,
)
UNUSUAL = Clue(("test_cost_survives_extreme_logits",), look)
CLUES = (ORDINARY, UNUSUAL)


def _computed(name: str, extreme: bool, seen: Costs) -> bool:
    if seen.are(oracle.cross_entropy, extreme):  # what gives the truth on these inputs explains nothing
        return False
    fits = any(seen.are(formula, extreme) for formula in FORMULAS[name])
    # A model that ends in a log-softmax leaves none to be missed.
    return fits and not (name == LEFT and layers.ends_in_log_softmax(seen.lab))


for _name in FORMULAS:
    ORDINARY.mistake(_name, Idea.COST)(partial(_computed, _name, False))
    UNUSUAL.mistake(_name, Idea.COST)(partial(_computed, _name, True))


@ORDINARY.mistake("log-softmax-left-to-the-model", Idea.COST)
def _left(seen: Costs) -> bool:
    """Recognise a cost of log-probabilities beside a model that returns them."""
    return any(map(seen.are, FORMULAS[LEFT])) and layers.ends_in_log_softmax(seen.lab)


UNUSUAL.mistake("log-softmax-left-to-the-model", Idea.COST)(_left)


# ---- what is no fixed formula


@UNUSUAL.mistake("softmax-and-log-apart", Idea.COST)
def _overflows(seen: Costs) -> bool:
    """Recognise a cross-entropy, in whatever unit and however summed up, that extreme logits make infinite."""
    alone = [case for case in seen.ordinary if len(case.labels) == 1]
    ratios = [case.number / oracle.cross_entropy(case.logits, case.labels) for case in alone]
    overflows = any(case.cost is not None and not np.isfinite(case.cost).all() for case in seen.extreme)
    return bool(np.allclose(ratios, ratios[0], rtol=1e-4)) and overflows


@UNUSUAL.mistake("binary-cross-entropy", Idea.COST)
@ORDINARY.mistake("binary-cross-entropy", Idea.COST)
def _binary_of_probabilities(seen: Costs) -> bool:
    """Recognise the binary cross-entropy of probabilities that were worked out first, and rounded."""
    if any(seen.are(formula) for formula in FORMULAS["binary-cross-entropy"]):
        return False  # told already, by itself
    return any(seen.nearly(formula) for curve in (softmax, sigmoid) for formula in binary_of(curve))


@UNUSUAL.mistake("loss-scaled", Idea.COST)
@ORDINARY.mistake("loss-scaled", Idea.COST)
def _scaled(seen: Costs) -> dict[str, object] | bool:
    """Recognise the mean times a number that has no name of its own."""
    ratio = seen.ratio()
    named = (1.0, -1.0, 1 / np.log(2), 1 / np.log(10))
    return ratio > 0 and not np.isclose(ratio, named, rtol=1e-4).any() and {"factor": f"{ratio:.4g}"}


def _in_base(base: int, z: NDArray[np.float64], y: NDArray[np.int64]) -> float:
    return oracle.cross_entropy(z, y) / float(np.log(base))


@UNUSUAL.mistake("log-of-another-base", Idea.COST)
@ORDINARY.mistake("log-of-another-base", Idea.COST)
def _other_base(seen: Costs) -> dict[str, object] | bool:
    bases = [base for base in (2, 10) if seen.are(partial(_in_base, base))]
    return bool(bases) and {"base": bases[0]}


@UNUSUAL.mistake("cost-constant", Idea.COST)
@ORDINARY.mistake("cost-constant", Idea.COST)
def _constant(seen: Costs) -> dict[str, object] | bool:
    """Recognise a cost that is the same whatever it is asked about."""
    first = seen.ordinary[0]
    number = first.number + 0.0  # no -0
    constant = np.isfinite(number) and seen.are(lambda _z, _y: first.cost, extreme=True)
    return bool(constant) and {"number": f"{number:.4g}"}


@UNUSUAL.mistake("sign-forgotten", Idea.COST)
@ORDINARY.mistake("sign-forgotten", Idea.COST)
def _negated(seen: Costs) -> bool:
    return seen.are(lambda z, y: -oracle.cross_entropy(z, y))


@UNUSUAL.mistake("batch-size-hard-coded-in-the-cost", Idea.COST)
@ORDINARY.mistake("batch-size-hard-coded-in-the-cost", Idea.COST)
def _divided(seen: Costs) -> dict[str, object] | bool:
    """Recognise the sum divided by a number that is not the size of the batch."""
    first = seen.ordinary[1]
    number = round(values.ratio(each(first.logits, first.labels).sum(), first.number))
    return number > 1 and seen.are(lambda z, y: each(z, y).sum() / number, extreme=True) and {"number": number}


@ORDINARY.mistake("cost-without-graph", Idea.GRADIENT)
def _detached(seen: Costs) -> bool:
    """Recognise the right cost with nothing to go backward from."""
    logits, labels = inputs.random_logits(seen.lab.seed, 1)
    gradient = measure.cost_gradient(seen.lab, logits, labels).value
    return gradient is None and seen.are(oracle.cross_entropy)


@UNUSUAL.mistake("criterion-not-built", Idea.COST)
@ORDINARY.mistake("criterion-not-built", Idea.COST)
def _class_returned(seen: Costs) -> bool:
    """Recognise a class in the place of an object: calling it builds one and costs nothing."""
    return measure.is_class(seen.lab.call("build_criterion", keep=True))


@UNUSUAL.mistake("criterion-not-returned", Idea.COST)
@ORDINARY.mistake("criterion-not-returned", Idea.COST)
def _nothing(seen: Costs) -> bool:
    return measure.is_nothing(seen.lab.call("build_criterion", keep=True))


@UNUSUAL.mistake("criterion-arguments-swapped", Idea.COST)
@ORDINARY.mistake("criterion-arguments-swapped", Idea.COST)
def _swapped(seen: Costs) -> bool:
    """Labels first and logits second, and the costs are right."""
    criterion = seen.lab.call("build_criterion", keep=True).value
    logits, labels = inputs.random_logits(seen.lab.seed, 6)
    sent = TensorValue.of(labels), TensorValue.of(logits)
    value = seen.lab.probe("cost", criterion, *sent, of="build_criterion").value
    got = values.number(value) if isinstance(value, TensorValue) else float("nan")
    return seen.ordinary[1].cost is None and abs(got - oracle.cross_entropy(logits, labels)) <= measure.COST_ATOL
