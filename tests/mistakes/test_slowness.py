"""A loop that is right but slow is told why, where the transcript shows one reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from corpus.timing_cheats import replaced
from layers import layered

if TYPE_CHECKING:
    from collections.abc import Callable

pytest_plugins = ["grading"]

STEP = """
scale = torch.ones(1, requires_grad=True)
def train_epoch(model, data_loader, criterion, optimizer, device):
    costs = []
    for images, labels in data_loader:
        images, labels = flatten_images(images.to(device)), labels.to(device)
        {before}
        optimizer.zero_grad()
        cost = criterion(model(images), labels)
        cost.backward()
        optimizer.step()
        costs.append(cost.detach())
        {after}
    return torch.stack(costs).mean().item()
"""
LOOPS = {
    "slow-forward-twice": ("for _ in range(60): criterion(model(images), labels)", ""),
    "slow-tests-meanwhile": ("", "for _ in range(90):\n            with torch.no_grad(): model(images).argmax(1)"),
    "slow-backward-twice": ("", "for _ in range(150): torch.autograd.grad(labels.sum() * scale, scale)"),
    "slow-image-by-image": (
        "for image in images: [image * 2 + 1 for _ in range(8)]",
        "",
    ),
    "slow-prints-every-batch": ("", "for _ in range(5000): print(len(costs))"),
    "slow-copies": ("", "kept = [images.clone() for _ in range(600)]"),
    None: ("for _ in range(1500): sum(range(400))", ""),  # nothing that torch knows of
}


@pytest.mark.parametrize("name", layered({str(name): name for name in LOOPS}, few=1, some=len(LOOPS)))
def test_slow_loop_is_told_why(name: str | None, timed: Callable[..., dict[str, Any]]) -> None:
    """The one reason that shows is named; where none does, none is."""
    before, after = LOOPS[name]
    report = timed(
        name or "unknown", replaced(STEP.format(before=before or "pass", after=after or "pass")), seconds=2.0
    )
    (check,) = report["parts"][0]["checks"]
    assert check["status"] == "failed", report["throughput"]
    assert check["mistake"] == name
    assert report["parts"][0]["points"] < report["parts"][0]["max_points"]
