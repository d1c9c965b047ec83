"""Misconceptions about what load_mnist and make_data_loader return: what is no data at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from graders.harness.base.model import Handle, TensorValue
from graders.harness.judge.clues import Clue
from graders.measuring import inputs, measure
from graders.mistakes.data import dataset
from graders.mistakes.ideas import Idea

from . import batches

if TYPE_CHECKING:
    from graders.harness.base.model import Evidence
    from graders.measuring.pieces import Lab


def look_at_dataset(lab: Lab) -> Evidence:
    """Return what loading the training digits returns, whatever it is."""
    root = lab.root(inputs.tiny_split(lab.seed, True), inputs.tiny_split(lab.seed, False))
    return lab.call("load_mnist", root, True, keep=True)


def look_at_data_loader(lab: Lab) -> Evidence:
    """Return what make_data_loader returns, whatever it is."""
    dataset = lab.dataset(inputs.tiny_split(lab.seed, True), train=True)
    return lab.call("make_data_loader", dataset, inputs.tiny(lab.seed).batch, keep=True)


def look_at_tensors(lab: Lab) -> tuple[Evidence, list[Any]]:
    """Return what loading the training digits returns, and its first two items."""
    seen = lab.seen(look_at_dataset)
    return seen, cast("list[Any]", lab.probe("items", seen.value, [0, 1], of="load_mnist").value)


DATASET, DATA_LOADER = Clue(dataset.SERVING, look_at_dataset), Clue(batches.ALL, look_at_data_loader)
TENSORS = Clue((*dataset.SERVING, dataset.FETCHED), look_at_tensors)


@DATASET.mistake("dataset-not-returned", Idea.DATASET)
def _no_dataset(seen: Evidence) -> bool:
    return measure.is_nothing(seen)


@DATA_LOADER.mistake("data-loader-not-returned", Idea.BATCHES)
def _no_data_loader(seen: Evidence) -> bool:
    return measure.is_nothing(seen)


@TENSORS.mistake("tensors-for-dataset", Idea.DATASET)
def _tensors(seen: tuple[Evidence, list[Any]]) -> bool:
    """Recognise a tuple of all the images and all the labels."""
    returned, (images, labels) = seen
    several = all(isinstance(one, TensorValue) and len(one.shape) >= 1 for one in (images, labels))
    alike = several and images.shape[0] == labels.shape[0] == labels.array.size > 1
    return isinstance(returned.value, Handle) and dataset.is_sequence(returned.value) and alike


CLUES = (DATASET, DATA_LOADER, TENSORS)
