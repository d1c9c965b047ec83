"""Rounds of training beside student code: the same work for all, and nothing left undone when they end."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import torch
from torch import nn

from graders.child import rounds, standins, yardstick


@pytest.fixture
def pool() -> torch.Tensor:
    """Draw images."""
    return torch.rand(500, 1, 28, 28, generator=torch.Generator().manual_seed(1))


@pytest.fixture
def lab(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Put a lab with the yardstick's functions where a submission would be."""
    module = ModuleType("lab")
    module.train_epoch = yardstick.train_epoch  # type: ignore[attr-defined]  # made here
    module.fused_train_epoch = yardstick.fused_train_epoch  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "lab", module)
    return module


def staged(pool: Any, device: Any = "cpu") -> rounds.Stage:
    """Stage a model."""
    model = nn.Linear(784, 10)
    stage = rounds.stage(model, nn.CrossEntropyLoss(), torch.optim.SGD(model.parameters(), lr=0.1), pool, "cpu")
    return stage if device == "cpu" else rounds.Stage(stage.model, stage.criterion, stage.optimizer, pool, device)


def test_batches_are_cut_where_they_are_told_to_begin(pool):
    """Each has 100 images from its row on, uncopied, and the labels that came with it."""
    rows, labels = torch.tensor([3, 250]), torch.randint(0, 10, (2, 100))
    batches = rounds.Batches(pool, rows, labels)
    served = list(batches)
    assert len(batches) == len(served) == 2
    assert all(images.data_ptr() == pool[row].data_ptr() for (images, _), row in zip(served, (3, 250), strict=True))
    assert [own.tolist() for _, own in served] == labels.tolist()
    assert batches.batch_size == 100


def test_data_set_of_a_round_is_as_long_as_its_batches(pool):
    """Rounds on a GPU have more images than the pool, and their length is what is divided by."""
    rows, labels = torch.tensor([0, 7, 400, 7, 90, 1]), torch.randint(0, 10, (6, 100))
    batches = rounds.Batches(pool, rows, labels)
    assert len(batches) == 6
    dataset: Any = batches.dataset
    assert len(dataset) == 600 > len(pool)
    image, label = dataset[205]
    assert torch.equal(image, pool[405])
    assert label == labels[2, 5]


def test_every_round_begins_where_it_is_told_to(lab, pool):
    """Two rounds of the same work end in the same weights, whatever came between."""
    stage, start = staged(pool), torch.rand(7850) / 28
    work = torch.tensor([0, 100, 399]), torch.randint(0, 10, (3, 100))
    first = rounds.timed_epoch(stage, start, *work)
    other = rounds.timed_epoch(stage, start * 2, *work)
    assert torch.equal(rounds.timed_epoch(stage, start, *work), first)
    assert not torch.equal(other, first)


def test_reading_the_weights_waits_for_the_gpu(lab, pool, monkeypatch):
    """On CUDA all streams are waited for after the training and before the weights are read."""
    order: list[str] = []
    train = lab.train_epoch

    def train_and_tell(*pieces: Any) -> None:
        order.append("trained")
        train(*pieces[:4], "cpu")

    lab.train_epoch = train_and_tell
    monkeypatch.setattr(torch.cuda, "synchronize", lambda device: order.append("waited"))
    stage = staged(pool, SimpleNamespace(type="cuda"))
    rounds.timed_epoch(stage, torch.zeros(7850), torch.tensor([0]), torch.zeros(1, 100, dtype=torch.int64))
    assert order == ["trained", "waited"]


def test_threads_and_precision_are_the_same_for_all(lab, pool):
    """What a submission has set for itself is undone before the round."""
    threads = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        torch.backends.cuda.matmul.allow_tf32 = True
        rounds.timed_epoch(staged(pool), torch.zeros(7850), torch.tensor([0]), torch.zeros(1, 100, dtype=torch.int64))
        assert torch.get_num_threads() == 1
        assert not torch.backends.cuda.matmul.allow_tf32
    finally:
        torch.set_num_threads(threads)


def test_device_has_a_name_only_where_there_is_one(monkeypatch):
    """Without CUDA there is none; with it, the report names the card and the version."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert rounds.device_name("cuda") is None
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: "Some Card")
    assert str(rounds.device_name("cuda")).startswith("Some Card, CUDA")


def test_limit_does_the_same_work(lab, pool):
    """The fused loop ends in the weights and the cost of the lesson's loop."""
    labels = torch.randint(0, 10, (5, 100))
    loader = list(zip(pool.split(100), labels, strict=True))
    start = torch.rand(7850) / 28
    ours, cost = rounds.whole_epoch(staged(loader), start, "fused_train_epoch")
    theirs, wanted = rounds.whole_epoch(staged(loader), start, "train_epoch")
    assert torch.allclose(ours, theirs, atol=1e-6)
    assert cost == pytest.approx(wanted, abs=1e-6)


def test_fetching_tells_what_is_called_for_each_image(pool):
    """A data set that is asked for every image by itself shows by its number of calls."""

    class Singly(torch.utils.data.Dataset[Any]):
        def __len__(self) -> int:
            return 200

        def __getitem__(self, index: int) -> tuple[Any, int]:
            return pool[index], 0

    called = dict(rounds.fetching(standins.make_data_loader(Singly(), 100)))
    assert max(count for name, count in called.items() if name.endswith("Singly.__getitem__")) == 200
