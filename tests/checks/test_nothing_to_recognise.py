"""What questions look like: by nothing cheap can they be told from the lesson's own use of a function."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pytest

from graders.measuring import inputs

GRADERS = Path(inputs.__file__).parents[1]
ASKS = {"call", "probe", "made", "piece", "standin", "_affine"}  # of a lab: their arguments go to the worker


def _seeds_sent(tree: ast.AST) -> list[int]:
    """Return the lines in which a run's own seed, or a number made of it, is sent to the worker."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    asking = [call for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr in ASKS]
    sent = [part for call in asking for part in (*call.args, *(keyword.value for keyword in call.keywords))]
    found = []
    while sent:
        part = sent.pop()
        name = part.attr if isinstance(part, ast.Attribute) else part.id if isinstance(part, ast.Name) else ""
        if name == "seed":
            found.append(part.lineno)
        if isinstance(part, (ast.BinOp, ast.List, ast.Tuple, ast.Starred)):  # what a call makes of it is another matter
            sent += [child for child in ast.iter_child_nodes(part) if isinstance(child, ast.expr)]
    return found


def test_a_seed_that_is_sent_is_seen() -> None:
    """Also where something is added to it, and not where digits are made of it."""
    text = "lab.probe('stir', model, lab.seed + 1)\nlab.call('f', seed)\nlab.call('f', digits(lab.seed))\n"
    assert sorted(_seeds_sent(ast.parse(text))) == [1, 2]


def test_no_worker_is_told_the_seed_of_the_run() -> None:
    """`lab.told` is what generators and probes there draw by: student code can read both."""
    paths = [path for path in GRADERS.rglob("*.py") if "harness" not in path.parts]
    found = {path.name: lines for path in paths if (lines := _seeds_sent(ast.parse(path.read_text(encoding="utf-8"))))}
    assert found == {}


@pytest.mark.parametrize("seed", [0, 5, 2**50])
def test_written_images_are_no_noise(seed: int) -> None:
    """Their edge is black, most pixels are, some are white, and neighbours are alike, as MNIST's are."""
    images = inputs.written(seed, 100)[:, 0]
    assert images.shape == (100, 28, 28)
    assert images.dtype == np.float32
    edge = np.concatenate([images[:, [0, -1]].ravel(), images[:, :, [0, -1]].ravel()])
    assert not edge.any()
    assert (images.max(axis=(1, 2)) == 1).all()
    assert 0.05 < (images > 0).mean() < 0.35
    assert len(np.unique(images.reshape(100, -1), axis=0)) == 100
    noise = inputs.random_images(seed, 100)[:, 0]
    steps = [np.abs(np.diff(each, axis=2)).sum() / each.sum() for each in (images, noise)]
    assert steps[0] < 0.6 * steps[1]


def test_written_images_hang_on_the_seed() -> None:
    """Nobody who knows those of another seed knows these."""
    assert not np.array_equal(inputs.written(1, 3), inputs.written(2, 3))
