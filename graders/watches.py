"""Watches over student code: whether it asks for the network, which graphs it keeps. Child side, like `probes`."""

from __future__ import annotations

import contextlib
import socket
import sys
import traceback
import weakref
from typing import Any
from unittest import mock

import torch
from torch import Tensor


def fetches(*args: Any) -> int:
    """Call the student's `load_mnist` where there is no network, and return how often it asked for one."""
    asked: list[Any] = []

    def refuse(*address: Any, **_options: Any) -> Any:
        asked.append(address)
        raise OSError("the network was taken away")

    with contextlib.ExitStack() as stack:
        for way in ("getaddrinfo", "create_connection"):
            stack.enter_context(mock.patch.object(socket, way, refuse))
        # It must fail where it finds no digits; how, is not the question here.
        stack.enter_context(contextlib.suppress(Exception, SystemExit))
        sys.modules["lab"].load_mnist(*args)
    return len(asked)


class _Tag:
    """Lives as long as the graph that it is tied to."""


class _Tagged(torch.autograd.Function):
    """Passes a cost on and ties a tag to its graph."""

    @staticmethod
    def forward(ctx: Any, cost: Tensor, tags: list[Any]) -> Tensor:
        ctx.tag = _Tag()
        tags.append(weakref.ref(ctx.tag))
        return cost.clone()

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        return gradients[0], None


class _Tagging(torch.nn.CrossEntropyLoss):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[Any] = []
        self.noted: list[tuple[int, int]] = []

    def forward(self, input: Tensor, target: Tensor) -> Tensor:  # noqa: A002  # the name that torch gives it
        depth = sum(1 for _ in traceback.walk_stack(None))
        self.noted.append((sum(tag() is not None for tag in self.tags), depth))
        tagged: Tensor = _Tagged.apply(super().forward(input, target), self.tags)
        return tagged


def tagging_criterion() -> torch.nn.Module:
    """Return the mean cross-entropy; it notes, whenever it is asked, how many graphs of its earlier costs are alive."""
    return _Tagging()


def tags_alive(criterion: Any) -> list[tuple[int, int]]:
    """Return for each cost how many graphs of earlier ones were alive, and how many calls were under way."""
    return list(criterion.noted)
