"""What is told of devices: nothing of work that a pretended one cannot judge, and no name for another slip."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from corpus import edit, reference_source
from layers import layered

if TYPE_CHECKING:
    from collections.abc import Callable

pytest_plugins = ["grading"]

EVALUATION = "    was_training = model.training\n"
IMAGES, LABELS = "images = flatten_images(images.to(device))", "        labels = labels.to(device)  # [B]\n"
COSTS, MEAN = "costs.append(cost.detach())", "return torch.stack(costs).mean().item()"
# Right work that refuses a device of which it has never heard, or does there what ends the worker.
STRANGE = {
    "refuses the device": 'assert device.type in ("cpu", "cuda", "mps"), device',
    "raises for it": "if device.type != 'cpu':\n        torch.cuda.current_stream(device)",
    "ends the process": "if device.type not in ('cpu', 'cuda'):\n        __import__('os')._exit(1)",
    "is not written for it": "if device.type not in ('cpu', 'cuda'):\n        raise NotImplementedError",
    "allocates on it": "if device.type != 'cpu':\n        torch.Generator(device)",
}
# Slips on devices that have no name, or another one's beside them.
NAMELESS = {
    "moved and back": ((IMAGES, "images = flatten_images(images.to(device)).cpu()"),),
    "total on the CPU": (
        ("    costs = []\n    for images", "    costs = torch.zeros(1)\n    for images"),
        (COSTS, "costs += cost.detach()"),
        (MEAN, "return costs.item() / len(data_loader)"),
    ),
    "images moved one by one in vain": (
        (IMAGES, "[image.to(device) for image in images]\n        images = flatten_images(images)"),
    ),
}


def check(report: dict[str, Any], name: str) -> dict[str, Any]:
    """Return a check of a report."""
    (found,) = (check for part in report["parts"] for check in part["checks"] if check["name"] == name)
    return dict(found)


@pytest.mark.parametrize("line", layered(STRANGE, few=1, some=len(STRANGE)))
def test_what_only_the_pretending_brings_about_costs_nothing(line: str, grade: Callable[..., dict[str, Any]]) -> None:
    """The report says that devices were not looked at, for that function alone, and takes no points."""
    report = grade("strange", edit("strange", reference_source(), ((EVALUATION, f"    {line}\n{EVALUATION}"),)))
    assert report["score"] == report["max_score"]
    (told,) = check(report, "test_accuracy_is_a_fraction")["unseen"]
    assert "evaluate" in told
    assert told in report["skipped"]
    assert not any("train_epoch" in text or "predict" in text for text in report["skipped"])


@pytest.mark.parametrize("edits", layered(NAMELESS, few=1, some=len(NAMELESS)))
def test_other_slips_on_devices_get_no_name(
    edits: tuple[tuple[str, str], ...], grade: Callable[..., dict[str, Any]]
) -> None:
    """The line is shown, and what was seen there."""
    source = edit("nameless", reference_source(), edits)
    failed = check(grade("nameless", source), "test_epoch_uses_the_criterion_it_is_given")
    assert (failed["status"], failed["mistake"]) == ("failed", None)
    assert "on the CPU" in failed["message"]
    assert failed["where"]["line"] > 1


WEIGHT = "images = flatten_images(images.to(model.weight))"


@pytest.mark.parametrize("labels", layered({"moved": LABELS, "left": ""}, few=1, some=2))
def test_students_own_model_is_taken_where_it_is_asked_for(labels: str, grade: Callable[..., dict[str, Any]]) -> None:
    """What only that model has is no reason not to look; the slip is seen all the same."""
    report = grade("own", edit("own", reference_source(), ((IMAGES, WEIGHT), (LABELS, labels))))
    found = check(report, "test_epoch_uses_the_criterion_it_is_given")
    assert found["unseen"] == []
    assert (found["status"], found["mistake"]) == (("passed", None) if labels else ("failed", "labels-left-on-the-cpu"))


def test_slip_of_the_criterion_is_told_before_one_of_the_device(grade: Callable[..., dict[str, Any]]) -> None:
    """A check that fails for another reason is not explained by a device."""
    both = (
        (LABELS, ""),
        ("cost = criterion(model(images), labels)", "cost = nn.CrossEntropyLoss()(model(images), labels)"),
    )
    failed = check(grade("both", edit("both", reference_source(), both)), "test_epoch_uses_the_criterion_it_is_given")
    assert failed["mistake"] == "criterion-ignored"
