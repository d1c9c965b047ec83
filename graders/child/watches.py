"""Watches over student code: graphs that are made or kept alive, the order of a loop. Child side, like `probes`."""

from __future__ import annotations

import itertools
import sys
import traceback
import types
import weakref
from typing import Any

import torch
from torch import Tensor

PIXELS = 784
MAX_YIELDED = 10_000  # by a generator; no epoch has more batches


class _Tag:
    """Lives as long as the graph that it is tied to."""


class _Tagging(torch.nn.CrossEntropyLoss):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[Any] = []
        self.noted: list[tuple[int, int]] = []

    def forward(self, input: Tensor, target: Tensor) -> Tensor:  # noqa: A002  # the name that torch gives it
        depth = sum(1 for _ in traceback.walk_stack(None))
        self.noted.append((sum(tag() is not None for tag in self.tags), depth))
        cost = super().forward(input, target)
        if cost.requires_grad:
            tag = _Tag()
            self.tags.append(weakref.ref(tag))
            # What a graph calls on its way back lives as long as the graph; torch.func's has nobody to keep it.
            cost.register_hook(lambda _, _tag=tag: None)  # type: ignore[no-untyped-call]  # torch's own
        return cost


def tagging_criterion() -> torch.nn.Module:
    """Return the mean cross-entropy; it notes, whenever it is asked, how many graphs of its earlier costs are alive."""
    return _Tagging()


def tags_alive(criterion: Any) -> list[tuple[int, int]]:
    """Return for each cost how many graphs of earlier ones were alive, and how many calls were under way."""
    return list(criterion.noted)


class _Noting(torch.nn.CrossEntropyLoss):
    def __init__(self) -> None:
        super().__init__()
        self.costs: list[float] = []

    def forward(self, input: Tensor, target: Tensor) -> Tensor:  # noqa: A002  # the name that torch gives it
        cost = super().forward(input, target)
        self.costs.append(cost.item())
        return cost


def noting_criterion() -> torch.nn.Module:
    """Return the mean cross-entropy; it notes every cost that it returns."""
    return _Noting()


def costs_noted(criterion: Any) -> list[float]:
    """Return the costs that a noting criterion returned."""
    return list(criterion.costs)


# What torch counts in C++, whatever is switched off in Python; its functions as they are before a submission is loaded.
_NODES = torch._C._autograd._get_sequence_nr
_IS_TRACKED = vars(torch._C.TensorBase)["requires_grad"].__get__
_WATCH_FORWARD = torch.nn.Module.register_forward_hook
_Saving = torch.autograd.graph.saved_tensors_hooks


def graphs_made(model: Any, dataset: Any, device: Any) -> tuple[int, int, int]:
    """Ask the submission's `evaluate`, and return how many graphs it has made.

    That is: how many answers of the model hung on one, how many tensors were kept for a way back, and how many nodes
    graphs got. A function that was derived by hand makes nodes even where nothing is tracked: with a model that has
    one, they say nothing.
    """
    with torch.no_grad():
        before = _NODES()
        model(torch.zeros(1, PIXELS))
        by_hand = _NODES() != before
    answers, kept = list[Any](), list[Any]()

    def note(_module: Any, _given: Any, answer: Any) -> None:
        if isinstance(answer, Tensor) and _IS_TRACKED(answer):
            answers.append(None)

    def keep(tensor: Tensor) -> Tensor:
        kept.append(None)
        return tensor

    hook = _WATCH_FORWARD(model, note)
    nodes = _NODES()
    try:
        with _Saving(keep, lambda tensor: tensor):
            sys.modules["lab"].evaluate(model, dataset, device)
        return len(answers), len(kept), 0 if by_hand else _NODES() - nodes
    finally:
        hook.remove()


def exhausted(generator: Any) -> int:
    """Run a generator to its end, or as long as an epoch can be; returns how much it yielded."""
    return sum(1 for _ in itertools.islice(generator, MAX_YIELDED))


# ---- watching a training loop


class _WatchedLoader:
    """Serves a data loader's batches and notes each."""

    def __init__(self, data_loader: Any, events: list[str]) -> None:
        self._data_loader, self._events = data_loader, events

    def __len__(self) -> int:
        return len(self._data_loader)

    def __iter__(self) -> Any:
        for batch in self._data_loader:
            self._events.append("batch")
            yield batch

    def __getattr__(self, name: str) -> Any:
        return getattr(self._data_loader, name)


def watched(model: Any, data_loader: Any, criterion: Any, optimizer: Any) -> tuple[Any, Any, Any]:
    """Note what a training loop does with its pieces; returns data loader and criterion to use, and the notes.

    A note is one of batch, forward, cost, backward, step, zero, in the order in which they happen. Besides, before a
    cost, what the criterion is given where it is not the model's answer as it was: cut (its numbers, without their
    graph) or argmax; and behind a step "rate" and its number, where the optimizer has another than at first.
    """
    events: list[str] = []
    answers: list[Any] = [None]

    def asked(module: Any, _given: Any, answer: Any) -> None:
        if module is model:  # a copy of the model has a copy of the hook
            events.append("forward")
            answers[0] = answer

    model.register_forward_hook(asked)
    rate, stepping = _rate(optimizer), optimizer.step

    def step(_self: Any, *args: Any, **kwargs: Any) -> Any:
        now = _rate(optimizer)
        if now != rate:
            events.append(f"rate {now!r}")
        return stepping(*args, **kwargs)

    optimizer.step = types.MethodType(step, optimizer)
    for piece, method, note in (
        (model, "zero_grad", "zero"),
        (optimizer, "zero_grad", "zero"),
        (optimizer, "step", "step"),
    ):
        # A method, as it was: torch's schedulers wrap an optimizer's step, and look for the function behind it.
        setattr(piece, method, types.MethodType(_noting(getattr(piece, method), note, events), piece))
    return _WatchedLoader(data_loader, events), _watched_criterion(criterion, events, answers), _Notes(events)


def _rate(optimizer: Any) -> float | None:
    """Return an optimizer's learning rate, None where it shows none in the way of torch's own."""
    groups = getattr(optimizer, "param_groups", None)
    group = groups[0] if isinstance(groups, list) and groups else None
    rate = group.get("lr") if isinstance(group, dict) else None
    return float(rate) if isinstance(rate, (int, float)) else None


def _given(answer: Any, args: tuple[Any, ...]) -> str:
    """Return what a criterion is given in the place of the model's answer, where that is known."""
    if len(args) != 2 or not all(isinstance(arg, Tensor) for arg in (answer, *args)) or answer.dim() != 2:
        return ""
    first = args[0]
    if first.requires_grad and not first.is_leaf:
        return ""
    if first.shape == answer.shape and torch.equal(first, answer):
        return "cut"
    digits = answer.argmax(1)
    return "argmax" if first.shape == digits.shape and torch.equal(first.to(digits.dtype), digits) else ""


class _Notes:
    """Keeps a list in the worker: a plain list would cross the wire."""

    def __init__(self, events: list[str]) -> None:
        self.events = events


def notes(noted: Any) -> list[str]:
    """Return what was noted so far."""
    return list(noted.events)


def _noting(method: Any, note: str, events: list[str]) -> Any:
    def noting(_self: Any, *args: Any, **kwargs: Any) -> Any:
        events.append(note)
        return method(*args, **kwargs)

    return noting


def _watched_criterion(criterion: Any, events: list[str], answers: list[Any]) -> Any:
    def watching(*args: Any, **kwargs: Any) -> Any:
        with torch.no_grad():
            if given := _given(answers[0], args):
                events.append(given)
        cost = criterion(*args, **kwargs)
        events.append("cost")
        if isinstance(cost, Tensor) and cost.requires_grad:
            cost.register_hook(lambda _: events.append("backward"))  # type: ignore[no-untyped-call]  # torch's own
        return cost

    return watching
