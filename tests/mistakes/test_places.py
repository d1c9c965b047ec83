"""Which line of a student's function does a mistake: the right one, or none where several could."""

from __future__ import annotations

import ast
import textwrap
from typing import TYPE_CHECKING

import pytest
from corpus import BUGS, bug_source

from graders import mistakes
from graders.mistakes.places import PLACES

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

pytest_plugins = ["grading"]

LINES = {  # by the name of a bug: its function, and the line that does it
    "no-zero-grad": ("train_epoch", "for images, labels in data_loader:"),
    "no-step": ("train_epoch", "for images, labels in data_loader:"),
    "no-backward": ("train_epoch", "for images, labels in data_loader:"),
    "zero-grad-once-before-the-epoch": ("train_epoch", "optimizer.zero_grad()"),
    "zero-grad-before-the-step": ("train_epoch", "optimizer.zero_grad()"),
    "step-before-backward": ("train_epoch", "optimizer.step()"),
    "step-every-second-batch": ("train_epoch", "optimizer.step()"),
    "backward-behind-the-loop": ("train_epoch", "cost.backward()"),
    "backward-twice": ("train_epoch", "cost.backward()"),
    "logits-detached": ("train_epoch", "cost = criterion(model(images).detach(), labels)"),
    "backward-from-a-new-leaf": ("train_epoch", "cost.detach().requires_grad_().backward()"),
    "argmax-before-the-cost": ("train_epoch", "cost = criterion(model(images).argmax(dim=1).float(), labels.float())"),
    "first-batch-only": ("train_epoch", "break"),
    "rate-of-0.01-in-the-epoch": ("train_epoch", "group['lr'] = 0.01"),
    "costs-added-up-with-their-graphs": ("train_epoch", "mean_cost += cost / len(data_loader)"),
    "cost-with-its-graph-until-the-end": ("train_epoch", "costs.append(cost)"),
    "cost-after-the-step": ("train_epoch", "costs.append(criterion(model(images), labels).detach())"),
    "gradients-clipped": ("train_epoch", "nn.utils.clip_grad_value_(model.parameters(), 0.01)"),
    "criterion-rebuilt-in-the-epoch": ("train_epoch", "criterion = build_criterion()"),
    "optimizer-rebuilt-in-the-epoch": ("train_epoch", "optimizer = build_optimizer(model)"),
    "model-rebuilt-in-the-epoch": ("train_epoch", "model = build_model().to(device)"),
    "loader-restarted-every-batch": ("train_epoch", "images, labels = next(iter(data_loader))"),
    "learning-rate-decays": ("train", 'optimizer.param_groups[0]["lr"] *= 0.5'),
    "learning-rate-scheduled": ("train", "schedule.step()"),
    "one-epoch-too-few": ("train", "for epoch in range(1, training_epochs):"),
    "cost-of-four-decimals": ("train", 'print(f"Epoch: {epoch:04d} cost = {cost:.4f}")'),
    "learning-rate-printed": ("train", "print(f\"Epoch: {epoch:04d} cost = {optimizer.param_groups[0]['lr']:.9f}\")"),
    "learning-finished-every-epoch": ("train", 'print("Learning finished")'),
    "step-binds-a-name": ("build_optimizer", "p = p - learning_rate * p.grad"),
    "step-computed-only": ("build_optimizer", "p - learning_rate * p.grad"),
    "training-labels-moved-in-vain": ("train_epoch", "labels.to(device)"),
    "argmin-for-argmax": ("evaluate", "correct += (logits.argmin(dim=1) == labels.to(device)).sum().item()"),
    "softmax-over-the-test-batch": (
        "evaluate",
        "correct += (logits.softmax(dim=0).argmax(dim=1) == labels.to(device)).sum().item()",
    ),
    "gradients-zeroed-by-testing": ("evaluate", "model.zero_grad()"),
}


def test_raw_pixels_are_taken_where_the_data_set_is_asked_for_them() -> None:
    """`.data` of the data set, under any name, holds the files' numbers; that of logits does not."""
    text = """\
        def evaluate(model, dataset, device):
            test_set = dataset
            images = test_set.data.float()
            return (model(images).data.argmax(1) == test_set.targets).float().mean()
        """
    function = ast.parse(textwrap.dedent(text)).body[0]
    assert isinstance(function, ast.FunctionDef)
    assert PLACES["raw-pixels"](function) == 3


def found(name: str, function: str = "train_epoch") -> str:
    """Return the line that is found in a bug's function, nothing where none is."""
    bug = next(bug for bug in BUGS if bug.name == name)
    source = bug_source(bug)
    node = next(part for part in ast.parse(source).body if getattr(part, "name", "") == function)
    assert isinstance(node, ast.FunctionDef)
    line = PLACES[bug.mistake](node) if bug.mistake in PLACES else None
    return source.splitlines()[line - 1].partition("  # ")[0].strip() if line else ""


@pytest.mark.parametrize("bug", LINES)
def test_line_of_a_mistake_is_found(bug: str) -> None:
    """The one line that does it."""
    function, line = LINES[bug]
    assert found(bug, function) == line


@pytest.mark.parametrize("texts", ["optimizer.step()\n    optimizer.step()", "pass"], ids=["two", "none"])
def test_nothing_is_found_where_no_one_line_can_be_meant(texts: str) -> None:
    """Two steps, or none, are no place of the step."""
    node = ast.parse(f"def train_epoch(optimizer):\n    {texts}\n").body[0]
    assert isinstance(node, ast.FunctionDef)
    assert PLACES["step-before-backward"](node) is None


@pytest.mark.parametrize(
    ("mistake", "body", "line"),
    [
        ("columns-first", "x = images.transpose(2, 3)\nreturn x.reshape(-1, 784)", 2),
        ("columns-first", "x = images.permute(0, 3, 1, 2)\nx = x.transpose(1, 2)\nreturn x.reshape(-1, 784)", None),
        ("costs-divided-by-batch-size", "for X, Y in loader:\n    cost += step(X, Y) / len(X)\nreturn cost", 3),
        (
            "costs-divided-by-batch-size",
            "for X, Y in loader:\n    cost += step(X / 1, Y)\ncost /= 100\nreturn cost",
            None,
        ),
        ("pixels-scaled-otherwise", "data = read(root)\ndata = data / 128\nreturn Digits(data)", 3),
        ("costs-divided-by-batch-size", "X = X.view(-1, 28 * 28)\ncost = f(X) / len(X)\nreturn cost", 3),
        ("pixels-scaled-otherwise", "data = data / 255\ndata = data.div(2)\nreturn Digits(data)", None),
        ("pixels-scaled-otherwise", "data = data / 255\ndata = data * 0.5\nreturn Digits(data)", None),
        ("no-bias", "linear = torch.nn.Linear(784, 10)\nlinear.bias = None\nreturn linear", None),
        ("learning-rate-ignored", "learning_rate = 1\nreturn torch.optim.SGD(p, lr=learning_rate)", None),
        ("no-bias", "linear = torch.nn.Linear(784, 10, bias=False)\nreturn linear", 2),
        ("learning-rate-ignored", "optimizer = torch.optim.SGD(model.parameters(), lr=0.01)\nreturn optimizer", 2),
    ],
)
def test_line_is_found_above_the_return(mistake: str, body: str, line: int | None) -> None:
    """What is done before the return is shown where it is done, unless two lines could be meant."""
    function = ast.parse(f"def f():\n{textwrap.indent(body, '    ')}").body[0]
    assert isinstance(function, ast.FunctionDef)
    assert PLACES[mistake](function) == line


def test_places_are_of_mistakes_that_exist() -> None:
    """A name without a mistake would never be asked for."""
    crashed = {rule.name for rule in mistakes.CRASHES}
    assert PLACES.keys() <= {mistake.name for clue in mistakes.CLUES for mistake in clue.mistakes} | crashed


def test_report_shows_the_line(grade: Callable[..., dict[str, Any]]) -> None:
    """The place of a named mistake is the line's, not the function's."""
    bug = next(bug for bug in BUGS if bug.name == "zero-grad-before-the-step")
    checks = [check for part in grade(bug.name, bug_source(bug))["parts"] for check in part["checks"]]
    lines = {check["source_line"].strip() for check in checks if check["mistake"] == bug.mistake}
    assert lines == {"optimizer.zero_grad()"}
