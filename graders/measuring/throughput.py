"""Training speed beside the yardstick's: the work of each round, its proof, and what the rounds come to. Judge side."""

from __future__ import annotations

import contextlib
import platform
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from graders.harness.base.errors import CheckFailed, HarnessFault
from graders.harness.base.model import Evidence, Handle, TensorValue
from graders.harness.base.speed import Throughput
from graders.harness.judge import expect
from graders.harness.timing.process_tree import ProcessTree
from graders.harness.timing.race import Race, Standing

from . import inputs, measure, oracle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from graders.harness.judge.submission import Submission

    from .pieces import Lab

BATCH = 100  # the lesson's
# Batches of a round: about 12 ms of one core's work. Longer rounds are met by more of what else the machine does, and
# in shorter ones the way to and from the worker counts for too much. A GPU is busy for 10 ms with some more.
STEPS = {"cpu": 32, "cuda": 128}
POOL = 4_000  # images that batches are cut from: 12 MB, more than a core's own cache, as an epoch over MNIST is
FEW = 500  # images, where nothing is timed
WARM_UPS = 3
PIXELS, DIGITS = 784, 10


@dataclass(frozen=True, slots=True, eq=False)
class Work:
    """One round: a start, the first row of each batch in the pool, labels `[steps, 100]`, and what has to come out.

    `start` `[7850]` has the weights row by row, then the bias.
    """

    start: NDArray[np.float32]
    rows: NDArray[np.int64]
    labels: NDArray[np.int64]
    expected: NDArray[np.float64]


class Pool:
    """Images `[N, 1, 28, 28]` that nobody has seen before this run; every round's batches are cut from them anew."""

    def __init__(self, steps: int, size: int = POOL) -> None:
        self._drawn = np.random.default_rng()  # from the system's entropy: no seed that a submission could know
        self._steps = steps
        self.images = inputs.random_images(int(self._drawn.integers(2**62)), size)

    @cached_property
    def _double(self) -> NDArray[np.float64]:
        return oracle.flatten(self.images).astype(np.float64)

    def draw(self) -> Work:
        """Draw the work of a round, and work out what it must give."""
        start = drawn_start(self._drawn)
        rows = self._drawn.integers(0, len(self.images) - BATCH, self._steps)
        labels = self._drawn.integers(0, DIGITS, (self._steps, BATCH))
        batches = ((self._double[row : row + BATCH], own) for row, own in zip(rows, labels, strict=True))
        return Work(start, rows, labels, oracle.train(affine(start), batches, measure.LEARNING_RATE).model.flat)


def drawn_start(generator: np.random.Generator) -> NDArray[np.float32]:
    """Draw where a training starts, `[7850]`: weights row by row, then the bias, as torch.nn.Linear draws its own."""
    bound = PIXELS**-0.5
    return generator.uniform(-bound, bound, oracle.PARAMETERS).astype(np.float32)


def affine(start: NDArray[np.float32]) -> oracle.Affine:
    """Return the model whose parameters are `start` `[7850]`."""
    double = start.astype(np.float64)
    return oracle.Affine(double[:-DIGITS].reshape(DIGITS, PIXELS), double[-DIGITS:])


def placed(start: NDArray[np.float32], layout: NDArray[np.int64]) -> TensorValue:
    """Return parameters in the order in which a model keeps them."""
    own = np.empty_like(start)
    own[layout] = start
    return TensorValue.of(own)


@dataclass(frozen=True, slots=True, eq=False)
class Runner:
    """A worker that trains when it is told to: a contestant. `layout` tells where its model keeps each parameter."""

    ask: Callable[..., Evidence]
    stage: object
    layout: NDArray[np.int64]
    tree: ProcessTree
    function: str = "train_epoch"  # what trains

    def ready(self) -> None:
        """Let it run."""
        self.tree.resume()

    def go(self, work: Work) -> Evidence:
        """Have it train; its parameters are back when this returns."""
        sent = TensorValue.of(work.rows), TensorValue.of(work.labels)
        return self.ask("timed_epoch", self.stage, placed(work.start, self.layout), *sent)

    def epoch(self, start: NDArray[np.float32]) -> Evidence:
        """Have it train a whole epoch from `start` `[7850]`; its parameters and what it returned are back then."""
        return self.ask("whole_epoch", self.stage, placed(start, self.layout), self.function)

    def prove(self, work: Work, result: Evidence) -> None:
        """Expect the parameters to be the oracle's. Raises CheckFailed."""
        got = expect.tensor(result, [oracle.PARAMETERS])[self.layout].astype(np.float64)
        with np.errstate(invalid="ignore"):
            proven = np.abs(got - work.expected).max() <= measure.WEIGHT_ATOL  # NaN is not
        expect.that(proven, result.beside, "unproven", steps=len(work.rows))

    def rest(self) -> None:
        """Hold it up."""
        self.tree.pause()

    def cpu_seconds(self) -> float:
        """Return its processor time so far."""
        return self.tree.cpu_seconds()


def runner(lab: Lab, pool: Pool, device: str) -> Runner:
    """Stage the submission's own pieces, stand-ins where they are unsound."""
    pieces, layout = own_pieces(lab)
    stage = lab.made("stage", *pieces, TensorValue.of(pool.images), device)
    ask = partial(lab.probe, of="train_epoch", asked=asked(device), bare=True)
    return Runner(ask, stage, layout, ProcessTree(lab.submission.pid))


def own_pieces(lab: Lab) -> tuple[tuple[Handle, ...], NDArray[np.int64]]:
    """Return a submission's model, criterion and optimizer, and where its model keeps each parameter."""
    lab.require("train_epoch")
    model = lab.model()
    layout = lab.layout(model)
    assert layout is not None  # a sound model's parameters are just the oracle's, and so are a stand-in's
    return (model, lab.criterion(), lab.optimizer(model, measure.LEARNING_RATE)), layout


def asked(device: str) -> str:
    """Return what is asked in every round."""
    return f"train_epoch(…, device={device}), {STEPS[device]} x images [{BATCH}, 1, 28, 28]"


def yardstick_runner(yardstick: Submission, pool: Pool, device: str) -> Runner:
    """Stage the lesson's own loop. What fails in it is a fault of ours: raises HarnessFault."""
    ask, pieces = lessons(yardstick, "train_epoch")
    stage = ask("stage", *pieces, TensorValue.of(pool.images), device, keep=True).value
    return Runner(ask, stage, np.arange(oracle.PARAMETERS), ProcessTree(yardstick.pid))


def lessons(yardstick: Submission, function: str) -> tuple[Callable[..., Evidence], tuple[object, ...]]:
    """Return what asks the yardstick's worker, and the lesson's model, criterion and optimizer in it.

    What fails there is a fault of ours: both this and what it returns raise HarnessFault.
    """

    def ask(name: str, *args: Any, keep: bool = False) -> Evidence:
        try:
            return yardstick.probe(name, *args, function=function, keep=keep, seed=None)
        except CheckFailed as failed:
            raise _fault(failed) from None

    def build(name: str, *args: Any) -> object:
        return yardstick.call(name, *args, keep=True).value

    try:
        model = build("build_model")
        return ask, (model, build("build_criterion"), build("build_optimizer", model, measure.LEARNING_RATE))
    except CheckFailed as failed:
        raise _fault(failed) from None


def _fault(failed: CheckFailed) -> HarnessFault:
    return HarnessFault(f"the yardstick failed: {failed.failure.key} {dict(failed.failure.params)}")


# ---- what the rounds come to


def timed(standing: Standing, device: str, name: str) -> Throughput:
    """Return what a race has shown."""
    images = STEPS[device] * BATCH
    theirs = images / standing.their_seconds
    return Throughput(
        device=device,
        device_name=name,
        samples_per_second=images / standing.seconds,
        yardstick_samples_per_second=theirs,
        ratio=standing.ratio,
        ratio_low=standing.low,
        ratio_high=standing.high,
        rounds=standing.rounds,
        clock=standing.clock,
    )


def share(standing: Standing, tiers: Sequence[tuple[float, float]]) -> float:
    """Return the share of the points for a speed: the best tier that the interval leaves possible, 0 for none."""
    return max((share for ratio, share in tiers if standing.sure_high >= ratio), default=0.0)


def device_name(device: str, asked: Submission) -> str | None:
    """Return what a device calls itself, None where it is not there.

    `asked` is whose worker looks for a GPU: the yardstick's where it runs, which nobody talks into seeing none.
    """
    if device == "cpu":
        return processor()
    return cast("str | None", asked.probe("device_name", device, function="").value)


def processor() -> str:
    """Return what the processor calls itself."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


@contextlib.contextmanager
def race(lab: Lab, yardstick: Submission, device: str, budget: float) -> Iterator[Race]:
    """Set up a race between a submission and the yardstick, both warm; afterwards both workers can go on."""
    pool = Pool(STEPS[device])
    ours, theirs = runner(lab, pool, device), yardstick_runner(yardstick, pool, device)
    made = Race(ours, theirs, pool.draw, budget)
    try:
        made.warm_up(WARM_UPS)
        yield made
    finally:
        ours.ready()
        theirs.ready()


def prove(lab: Lab, device: str) -> None:
    """Have a round's work done and check its proof; nothing is timed. Raises CheckFailed."""
    pool = Pool(STEPS[device], FEW)
    work, ours = pool.draw(), runner(lab, pool, device)
    ours.prove(work, ours.go(work))
