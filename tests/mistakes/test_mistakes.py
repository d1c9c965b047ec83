"""The catalogue of mistakes: none explains correct work, none is a guess, its arithmetic is torch's."""

from __future__ import annotations

import re
import warnings
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pytest

from graders import mistakes
from graders.harness.base.errors import CheckFailed, HarnessFault, StaleHandle, Unwritten
from graders.harness.base.model import Failure, Named
from graders.harness.judge import naming
from graders.harness.judge.clues import Clue, NoClue
from graders.harness.judge.grading import Grading, Options
from graders.harness.judge.lab import Shared
from graders.harness.judge.notes import Notes
from graders.harness.walls.levels import Chosen
from graders.measuring import inputs, oracle
from graders.measuring.pieces import Lab
from graders.mistakes.formulas import loops, rules
from graders.mistakes.ideas import Idea
from graders.spec import SPEC

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from graders.harness.judge.submission import Submission

ROOT = Path(__file__).parents[2]
FEWEST = 40
ENTRIES = [(clue, mistake) for clue in mistakes.CLUES for mistake in clue.mistakes]
NAMES = sorted({mistake.name for _, mistake in ENTRIES})
CHECKS = sorted(
    name
    for path in sorted((ROOT / "graders").glob("test_*.py"))
    for name in re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
)


# ---- the catalogue


def test_catalogue_is_large_and_covers_every_idea():
    """There are at least forty misconceptions, of every idea of the lesson."""
    assert len(NAMES) >= FEWEST
    assert {mistake.idea for _, mistake in ENTRIES} | {rule.idea for rule in mistakes.CRASHES} == set(Idea)


def test_names_are_plain():
    """A name is lower-case words with hyphens, or a number within."""
    assert [name for name in NAMES if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9.]+)*", name)] == []


def strangers(clues: Iterable[Clue]) -> set[str]:
    """Return the checks of clues that are none of the graders'."""
    return {check for clue in clues for check in clue.checks} - set(CHECKS)


def test_clues_belong_to_checks_that_exist():
    """Every check of a clue is one of the graders'; another one would be found."""
    assert strangers(mistakes.CLUES) == set()
    assert strangers([Clue(("test_no_such_check",), always)]) == {"test_no_such_check"}


@pytest.fixture(scope="module")
def reference() -> Iterator[Lab]:
    """Return the reference as checks see it."""
    options = Options(ROOT / "reference", SPEC.folder / "rubric.toml", Chosen("process"), "en", 0)
    grading = Grading(SPEC, options)
    yield Lab(SPEC, grading.submission, 0, Notes(), Shared())
    grading.submission.close()


def clue_id(index: int) -> str:
    """Return a name of a clue that no other has: several look by the same function, or by an unnamed one."""
    look = mistakes.CLUES[index].look
    function = getattr(look, "func", look)
    module = getattr(function, "__module__", "").rpartition(".")[2]
    return f"{index}-{module}-{getattr(function, '__name__', 'look').strip('<>')}"


EVERY_CLUE = pytest.mark.parametrize("clue", [pytest.param(c, id=clue_id(i)) for i, c in enumerate(mistakes.CLUES)])


@EVERY_CLUE
def test_every_look_runs_on_correct_work(clue, reference):
    """A look that fails on correct work explains nothing, so that the next test could not fail."""
    reference.seen(clue.look)


def assert_unexplained(clue: Clue, lab: Lab) -> None:
    """Fail where a mistake, alone or with another, explains what a clue sees, or where one chokes on it.

    Two mistakes that both explain it are a doubt in a grading; on correct work each of them is wrong.
    """
    seen = lab.seen(clue.look)
    with np.errstate(all="ignore"):
        assert [named.name for named in clue.alone(seen)] == []
        assert list(clue.pairs(seen) if clue.pairs else ()) == []


@EVERY_CLUE
def test_correct_work_is_explained_by_no_mistake(clue, reference):
    """What gives on some inputs what correct work gives is no explanation of anything."""
    assert_unexplained(clue, reference)


def always(_seen: object) -> bool:
    """Explain whatever is seen."""
    return True


def choke(_seen: object) -> bool:
    """Be a look or a formula with a fault of its own."""
    raise TypeError("planted")


def planted(clue: Clue, explains: Callable[[Any], bool]) -> Clue:
    """Return a clue that sees what another does, with one mistake's formula in the place of its own."""
    faulty = Clue(clue.checks, clue.look)
    faulty.mistake("planted", Idea.BATCHES)(explains)
    return faulty


CLUE_OF_ORDER = next(c for c in mistakes.CLUES if "never-shuffled" in [mistake.name for mistake in c.mistakes])


def test_guard_sees_a_mistake_that_explains_correct_work(reference):
    """A never-shuffled that always says yes is caught, even beside another one that does."""
    faulty = planted(CLUE_OF_ORDER, always)
    with pytest.raises(AssertionError, match="planted"):
        assert_unexplained(faulty, reference)
    faulty.mistake("another", Idea.BATCHES)(always)
    with pytest.raises(AssertionError, match="2 more items"):
        assert_unexplained(faulty, reference)


def test_guard_sees_a_pair_that_explains_correct_work(reference):
    """Two mistakes that together explain everything are caught as well."""
    with pytest.raises(AssertionError):
        assert_unexplained(Clue(("test_x",), lambda _lab: None, lambda _seen: [("a", "b")]), reference)


def test_guard_sees_a_formula_and_a_look_that_choke(reference):
    """A TypeError of the catalogue's own passes for no match neither in a formula nor in a look."""
    with pytest.raises(TypeError, match="planted"):
        assert_unexplained(planted(CLUE_OF_ORDER, choke), reference)
    with pytest.raises(TypeError, match="planted"):
        assert_unexplained(Clue(("test_x",), choke), reference)


def test_a_mistake_belongs_to_one_idea():
    """Whichever clue names a mistake, it belongs to the same idea."""
    assert len({(mistake.name, mistake.idea) for _, mistake in ENTRIES}) == len(NAMES)


# ---- no guess


def clue_of(*answers: object, fallback: bool = False) -> Clue:
    """Return a clue whose mistakes a, b, … answer as given."""
    clue = Clue(("test_x",), lambda _lab: None, fallback=fallback)
    for name, answer in zip("abcdef", answers, strict=False):
        clue.mistake(name, Idea.COST)(partial(_give, answer))
    return clue


def _give(answer: Any, _seen: object) -> Any:
    return answer


def named(*clues: Clue) -> list[str]:
    """Return the names that some clues give to a failure."""
    return [found.name for found in naming.name(nothing(*clues), "test_x", Failure("plain")).mistakes]


def nothing(*clues: Clue) -> Lab:
    """Return a lab without a submission, and with some clues."""
    return Lab(
        replace(SPEC, clues=lambda: clues),
        cast("Submission", SimpleNamespace(generation=1, hurried=False)),
        0,
        Notes(),
        Shared(),
    )


def test_one_explanation_is_named():
    """A single mistake that fits has its name given, and its details."""
    assert named(clue_of(False, {"n": 3}, False)) == ["b"]
    assert clue_of(False, {"n": 3}).explain(nothing()) == (Named("b", {"n": 3}),)


@pytest.mark.parametrize(
    "clues",
    [
        [clue_of(False, False)],
        [clue_of(True, True)],
        [clue_of(True), clue_of(False, True)],
        [clue_of(True, True), clue_of(fallback=True)],
    ],
    ids=["none fits", "two fit", "two clues disagree", "two fit and no fallback"],
)
def test_doubt_is_not_named(clues):
    """Where no mistake fits, or more than one, no name is given."""
    assert named(*clues) == []


def test_formula_that_fits_nothing_warns_nobody(recwarn):
    """A formula may divide by a cost of 0; what NumPy says of that is no student's business."""
    clue = Clue(("test_x",), lambda _lab: np.float64(0))
    clue.mistake("a", Idea.COST)(lambda seen: np.float64(1) / seen > 1)
    assert named(clue) == ["a"]
    assert [str(warning.message) for warning in recwarn] == []


def test_fallback_is_asked_last():
    """A fallback speaks only where no other clue does."""
    assert named(clue_of(False, True), clue_of(True, fallback=True)) == ["b"]
    assert named(clue_of(False, False), clue_of(True, fallback=True)) == ["a"]


def test_pair_is_named_where_no_mistake_alone_fits():
    """Two mistakes that together explain what was seen are named together; two such pairs are a doubt."""

    def pairs_of(*pairs):
        return Clue(("test_x",), lambda _lab: None, lambda _seen: pairs)

    assert named(pairs_of(("a", "b"))) == ["a", "b"]
    assert named(pairs_of(("a", "b"), ("b", "a"))) == ["a", "b"]
    assert named(pairs_of(("a", "b"), ("a", "c"))) == []


@pytest.mark.parametrize("error", [NoClue(), CheckFailed(Failure("plain")), Unwritten("f")])
def test_what_a_submission_causes_is_no_match(error, recwarn):
    """A look or a comparison that meets what it cannot compare does not hold, and the others go on."""
    looking = Clue(("test_x",), partial(_fail, error))
    comparing = clue_of(True)
    comparing.mistake("b", Idea.COST)(partial(_fail, error))
    assert named(looking, comparing) == ["a"]
    assert recwarn.list == []


def _fail(error: Exception, _seen: object) -> Any:
    raise error


@pytest.mark.parametrize("error", [ValueError, KeyError, ZeroDivisionError, AttributeError, TypeError, HarnessFault])
@pytest.mark.parametrize("where", ["look", "formula", "pairs"])
def test_fault_of_the_catalogue_leaves_the_failure_unnamed_and_is_told(where, error):
    """It costs no verdict, whatever the warning filters are, and hides from nobody."""
    raising = partial(_fail, error("0xdeadbeef\n"))
    look, pairs = (raising if where == place else give_nothing for place in ("look", "pairs"))
    clue = Clue(("test_x",), look, pairs)
    if where == "formula":
        clue.mistake("a", Idea.COST)(raising)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("error")
        assert named(clue, clue_of(False, True)) == ["b"]
    (said,) = [str(warning.message) for warning in told]
    assert re.search(rf"{error.__name__} at .*:\d+;", said)
    assert "\n" not in said
    assert "0x" not in said


def give_nothing(_seen: object) -> tuple[()]:
    """See nothing, and yield no pair."""
    return ()


@pytest.mark.parametrize("died", [True, False])
def test_stale_handle_is_told_only_where_no_worker_has_died(died, recwarn):
    """A submission that kills its worker while it is looked at again is no fault of the catalogue's."""
    lab = nothing()

    def look(_lab: object) -> None:
        cast("Any", lab.submission).generation += died
        raise StaleHandle("planted")

    clue = Clue(("test_x",), look)
    lab = replace(lab, spec=replace(lab.spec, clues=lambda: (clue,)))
    assert naming.name(lab, "test_x", Failure("plain")).mistakes == ()
    assert len(recwarn) == (not died)


# ---- arithmetic


def start() -> oracle.Affine:
    """Return a model to train."""
    generator = np.random.default_rng(3)
    return oracle.Affine(generator.normal(0, 0.05, (10, 784)), generator.normal(0, 0.05, 10))


def test_a_right_loop_is_the_oracles():
    """The loop without slips leaves the oracle's weights and costs."""
    batches = inputs.training_batches(0, 5)
    made, truth = loops.Loop().run(start(), batches, 0.1), oracle.train(start(), batches, 0.1)
    np.testing.assert_allclose(made.model.weights, truth.model.weights, atol=1e-12)
    np.testing.assert_allclose(made.model.bias, truth.model.bias, atol=1e-12)
    np.testing.assert_allclose(made.costs, truth.costs, atol=1e-12)


def test_slips_of_two_loops_add_up():
    """A loop with another's slips has both."""
    both = loops.Loop(script=("forward", "backward", "step")).with_(loops.Loop(images=loops.times(2)))
    assert both.script == ("forward", "backward", "step")
    assert both.images(3) == 6


BENDS = {"softmax": loops.softmax_first, "relu": loops.relu_first, "sigmoid": loops.sigmoid_first}


@pytest.mark.parametrize("bend", BENDS)
def test_gradient_behind_an_activation_is_torchs(bend):
    """The chain rule by hand gives what autograd gives."""
    import torch

    logits, labels = inputs.random_logits(0, 6)
    leaf = torch.tensor(logits, dtype=torch.float64, requires_grad=True)
    bent = leaf.softmax(dim=1) if bend == "softmax" else getattr(leaf, bend)()
    torch.nn.functional.cross_entropy(bent, torch.tensor(labels)).backward()
    np.testing.assert_allclose(
        BENDS[bend](logits.astype(float), labels), cast("torch.Tensor", leaf.grad).numpy(), atol=1e-12
    )


def torch_rules() -> dict[str, tuple[Callable[..., Any], Callable[..., Any]]]:
    """Return torch's optimizers beside the rules that stand for them."""
    import torch

    sgd = torch.optim.SGD
    return {
        "momentum": (partial(sgd, momentum=0.9), partial(rules.sgd, momentum=0.9)),
        "nesterov": (partial(sgd, momentum=0.8, nesterov=True), partial(rules.sgd, momentum=0.8, nesterov=True)),
        "decay": (partial(sgd, weight_decay=0.01), partial(rules.sgd, decay=0.01)),
        "adam": (torch.optim.Adam, rules.adam),
        "adamw": (torch.optim.AdamW, partial(rules.adam, decay=0.01)),
        "nadam": (torch.optim.NAdam, rules.nadam),
        "adamax": (torch.optim.Adamax, rules.adamax),
        "adagrad": (torch.optim.Adagrad, rules.adagrad),
        "rmsprop": (torch.optim.RMSprop, rules.rmsprop),
    }


@pytest.mark.parametrize(
    "name", ["momentum", "nesterov", "decay", "adam", "adamw", "nadam", "adamax", "adagrad", "rmsprop"]
)
def test_rule_walks_as_torchs_optimizer(name):
    """Each rule takes the steps of torch's optimizer of that name."""
    import torch

    build, rule = torch_rules()[name]
    parameter = torch.nn.Parameter(torch.linspace(-1, 1, 7, dtype=torch.float64))
    before, optimizer, gradients = parameter.detach().numpy().copy(), build([parameter], lr=0.1), (1.0, 0.0, -2.0)
    for wanted, gradient in zip(rule(before, gradients, 0.1), gradients, strict=True):
        parameter.grad = torch.full_like(parameter, gradient)
        optimizer.step()
        np.testing.assert_allclose(parameter.detach().numpy(), wanted, atol=1e-9)
