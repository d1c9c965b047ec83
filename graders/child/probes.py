"""What the judge wants measured beside student code. Child side: probes measure and never judge.

Every public function here can be asked for by name; arguments and results cross the wire.
"""

from __future__ import annotations

import contextlib
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .contents import named_buffers, named_parameters
from .contents import parameters as parameters_of
from .elsewhere import answer_elsewhere as answer_elsewhere
from .elsewhere import elsewhere as elsewhere
from .elsewhere import epoch_elsewhere as epoch_elsewhere
from .elsewhere import happened as happened
from .figures import figure as figure
from .figures import saved as saved
from .loaders import bare_loader as bare_loader
from .loaders import fixed_loader as fixed_loader
from .loaders import orders_noted as orders_noted
from .loaders import shuffling_loader as shuffling_loader
from .network import fetches as fetches
from .rounds import device_name as device_name
from .rounds import fetching as fetching
from .rounds import set_parameters as set_parameters
from .rounds import stage as stage
from .rounds import timed_epoch as timed_epoch
from .rounds import train_epochs as train_epochs
from .rounds import whole_epoch as whole_epoch
from .watches import costs_noted as costs_noted
from .watches import exhausted as exhausted
from .watches import graphs_made as graphs_made
from .watches import notes as notes
from .watches import noting_criterion as noting_criterion
from .watches import tagging_criterion as tagging_criterion
from .watches import tags_alive as tags_alive
from .watches import watched as watched

PIXELS = 784
CHANNELS = 4  # of an image, at most
MAX_BATCHES = 10_000  # of one epoch of a data loader that may never end


def device(name: str) -> torch.device:
    """Return a device by its name."""
    return torch.device(name)


# ---- data


def length(dataset: Any) -> int:
    """Return how many items a data set or data loader says it has."""
    return len(dataset)


def told_length(data_loader: Any) -> Any:
    """Return how many batches a data loader says it has; None where it does not say so."""
    return len(data_loader) if hasattr(type(data_loader), "__len__") else None


def items(dataset: Any, indices: list[int]) -> list[Any]:
    """Return some items of a data set; a named tuple is a pair, too."""
    found = (dataset[index] for index in indices)
    return [tuple(item) if isinstance(item, tuple) else item for item in found]


def pictures(dataset: Any, count: int) -> tuple[int, list[Tensor]]:
    """Return how many of the first items there are, and their pictures, whatever they are and wherever they stand."""
    seen, found = 0, list[Tensor]()
    with contextlib.suppress(Exception):  # what an item lacks, and where items end, shows where they are asked for
        for index in range(min(count, len(dataset))):
            item = dataset[index]
            parts = list(item) if isinstance(item, (list, tuple)) else [item]
            found += [picture for picture in map(_picture, parts) if picture is not None][:1]
            seen += 1
    return seen, found


def _picture(part: Any) -> Tensor | None:
    """Return what has as many numbers as a picture, as float32: a tensor, an array, a list or an image of Pillow's."""
    try:
        numbers = part.detach() if isinstance(part, Tensor) else torch.from_numpy(np.array(part))
        return numbers.real.float().contiguous() if PIXELS <= numbers.numel() <= PIXELS * CHANNELS else None
    except (TypeError, ValueError, RuntimeError):
        return None


def epochs(data_loader: Any, count: int) -> list[list[Any]]:
    """Return all batches of `count` epochs."""
    return [_batches(data_loader) for _ in range(count)]


def _batches(data_loader: Any) -> list[Any]:
    batches = []
    for batch in data_loader:
        batches.append(tuple(batch) if isinstance(batch, (list, tuple)) else batch)
        if len(batches) > MAX_BATCHES:
            raise RuntimeError(f"an epoch has more than {MAX_BATCHES} batches")
    return batches


def pairs(images: Tensor, labels: Tensor) -> list[tuple[Tensor, int]]:
    """Return (image, label) pairs in a list, the plainest map-style data set."""
    return list(zip(images, labels.tolist(), strict=True))


# ---- model


def logits(model: Any, rows: Tensor) -> Tensor:
    """Return the model's logits for rows `[B, 784]` float32, as float64."""
    with torch.no_grad():
        result: Tensor = model(rows)
        return result.double()


def raw_logits(model: Any, rows: Tensor) -> Any:
    """Return just what the model returns for rows `[B, 784]` float32."""
    settle(model)
    with torch.no_grad():
        return model(rows)


def logits_of_two_starts(model: Any, seed: int, spread: float, rows: Tensor) -> list[Any]:
    """Return what the model returns for rows `[B, 784]` with two sets of parameters."""
    answers = []
    for turn in (0, 1):
        start(model, seed + turn, spread)
        torch.manual_seed(seed)  # dice fall the same way, so that they are no difference
        answer = raw_logits(model, rows)
        answers.append(answer.clone() if isinstance(answer, Tensor) else answer)  # it may be a parameter's own memory
    return answers


def affine(model: Any) -> tuple[Tensor, Tensor]:
    """Read an affine model off its answers: weights `[10, 784]`, bias `[10]`, float64, whatever it is made of."""
    settle(model)
    bias = logits(model, torch.zeros(1, PIXELS))[0]
    return (logits(model, torch.eye(PIXELS)) - bias).T.contiguous(), bias


def weights_in_use(model: Any, seed: int) -> Tensor:
    """Start a model anew and read its weights `[10, 784]` off its answers in evaluation mode."""
    start(model, seed, 0.0)
    training = model.training
    model.eval()
    weights, _ = affine(model)
    model.train(training)
    return weights


def settle(model: Any) -> None:
    """Show a model with lazy layers a blank image: only then do they have parameters to look at."""
    if any(map(torch.nn.parameter.is_lazy, parameters_of(model))):
        with torch.no_grad(), contextlib.suppress(Exception):  # what it cannot do shows where it is asked to
            model(torch.zeros(1, PIXELS))


def parameters(model: Any) -> list[tuple[list[int], bool]]:
    """Return shape and trainability of each parameter."""
    settle(model)
    return [(list(parameter.shape), parameter.requires_grad) for parameter in parameters_of(model)]


def layers(model: Any) -> list[str]:
    """Return the class names of a model's innermost modules."""
    return [type(module).__name__ for module in model.modules() if not list(module.children())]


def loose(model: Any) -> list[list[int]]:
    """Return the shapes of the tensors that modules hold without having registered them."""
    held = [value for module in model.modules() for value in vars(module).values()]
    return [list(value.shape) for value in held if isinstance(value, Tensor)]


def state(model: Any) -> dict[str, Tensor]:
    """Return copies of all parameters, buffers and gradients by name; a missing gradient is left out."""
    named = named_parameters(model)
    found = {name: value.detach().clone() for name, value in [*named, *named_buffers(model)]}
    grads = {f"{name}.grad": p.grad.clone() for name, p in named if p.grad is not None}
    return {**found, **grads}


def condition(model: Any) -> tuple[dict[str, Tensor], list[tuple[list[int], bool]]]:
    """Return a model's state and parameters."""
    return state(model), parameters(model)


def examined(model: Any, seed: int, spread: float, gradient: float) -> tuple[Any, Any]:
    """Start a model anew, read it off its answers, fill every gradient with a number; returns that, and condition."""
    shown = started(model, seed, spread)
    for parameter in parameters_of(model):
        parameter.grad = torch.full_like(parameter, gradient)
    return shown, condition(model)


def started(model: Any, seed: int, spread: float) -> tuple[Tensor, Tensor]:
    """Start a model anew and read it off its answers."""
    start(model, seed, spread)
    return affine(model)


def start(model: Any, seed: int, spread: float) -> None:
    """Set every parameter that is trained anew, without gradients, and then add normal noise of that spread.

    They are uniform within 1 / sqrt(784), as torch.nn.Linear starts its own.
    """
    settle(model)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in parameters_of(model):
            if parameter.requires_grad:
                drawn = torch.rand(parameter.shape, generator=generator) * 2 - 1
                parameter.copy_((drawn * PIXELS**-0.5).to(parameter.dtype))
            parameter.grad = None
    if spread:
        stir(model, seed, spread)


def stir(model: Any, seed: int, spread: float) -> None:
    """Add normal noise to every parameter, so that models which start from zeros answer something too."""
    settle(model)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in parameters_of(model):
            noise = torch.randn(parameter.shape, generator=generator) * spread
            parameter.add_(noise.to(parameter.dtype))


# ---- loss and optimizer


class _Doubled(torch.nn.CrossEntropyLoss):
    def forward(self, input: Tensor, target: Tensor) -> Tensor:  # noqa: A002  # the name that torch gives it
        return 2 * super().forward(input, target)


def doubled_criterion() -> torch.nn.Module:
    """Return a criterion that costs twice the mean cross-entropy."""
    return _Doubled()


def cost(criterion: Any, logits: Tensor, labels: Tensor) -> Any:
    """Return what a criterion returns."""
    return criterion(logits, labels)


def costs(criterion: Any, logits: Tensor, labels: Tensor) -> list[Any]:
    """Return what a criterion returns for each image by itself, a batch of one; None from where it raises on."""
    found: list[Any] = [None] * len(labels)
    with contextlib.suppress(Exception):  # whoever wants to know asks for that one alone
        for i in range(len(labels)):
            found[i] = criterion(logits[i : i + 1], labels[i : i + 1])
    return found


def cost_gradient(criterion: Any, logits: Tensor, labels: Tensor) -> Tensor | None:
    """Return the gradient of a criterion's cost by the logits, summed where the cost is no scalar."""
    leaf = logits.clone().requires_grad_()
    cost = criterion(leaf, labels)
    if not isinstance(cost, Tensor) or not cost.requires_grad:
        return None
    cost.sum().backward()  # type: ignore[no-untyped-call]  # torch's own
    return leaf.grad


def optimizer_steps(model: Any, optimizer: Any, gradients: list[float]) -> list[list[Tensor]]:
    """Return all parameters before the first and after each step, every gradient set to one number a step."""
    parameters = parameters_of(model)
    seen = [[p.detach().clone() for p in parameters]]
    for value in gradients:
        for parameter in parameters:
            parameter.grad = torch.full_like(parameter, value)
        optimizer.step()
        seen.append([p.detach().clone() for p in parameters])
    return seen


def optimized(model: Any, optimizer: Any) -> tuple[int, int]:
    """Return how many of the model's parameter tensors an optimizer holds, and how many others."""
    own = {id(p) for p in parameters_of(model)}
    held = [id(p) for group in optimizer.param_groups for p in group["params"]]
    return sum(p in own for p in held), sum(p not in own for p in held)
