"""Has student code work on another device than the CPU: on a GPU, or on one that is only pretended. Child side.

A pretended tensor says that it is on the device `meta`, which student code names nowhere, and keeps its numbers in a
tensor on the CPU. A dispatch mode carries out every operation on those, and raises what torch raises where a tensor
on the CPU meets a pretended one; it does so only for operations of which that is certain on a GPU.
"""

from __future__ import annotations

import contextlib
import sys
import threading
from typing import TYPE_CHECKING, Any
from unittest import mock

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_map
from torch.utils.data import DataLoader, TensorDataset

from .rounds import set_parameters

if TYPE_CHECKING:
    from collections.abc import Iterator

PRETENDED = torch.device("meta")  # the engine of autograd needs no thread of its own for it, as it does for others
MOST_NOTED = 200
# Operations for which a GPU takes no tensor from the CPU, one number alone in some of them. What is not here may be
# right, to copy or to index with one say: nothing can be told of it.
APART = {
    *("mm", "addmm", "bmm", "baddbmm", "mv", "addmv", "dot", "linear", "convolution", "cat", "stack", "equal"),
    *("add", "add_", "sub", "sub_", "mul", "mul_", "div", "div_", "eq", "ne", "lt", "le", "gt", "ge", "maximum"),
    *(
        "matmul",
        "cross_entropy_loss",
        "nll_loss",
        "nll_loss_nd",
        "nll_loss_forward",
        "gather",
        "scatter",
        "scatter_",
        "index_select",
        "logical_and",
        "bitwise_and",
    ),
}
INDEXING = {"index", "index_put", "index_put_"}  # take indices from the CPU
FROM_NUMBERS = {torch.tensor, torch.as_tensor, torch.asarray}  # fill nothing in where the device is `meta`
TO_NUMPY = (
    f"can't convert {PRETENDED} device type tensor to numpy. Use Tensor.cpu() to copy the tensor to host memory first."
)


_DATA: Any = vars(torch._C.TensorBase)["data"]  # torch's own way to read it


class NotPretended(Exception):
    """Something happened that the pretended device cannot do."""


class _Pretended(Tensor):
    """A tensor that says that it is elsewhere; its numbers are in `near`."""

    near: Tensor
    __torch_function__ = torch._C._disabled_torch_function_impl  # type: ignore[assignment]  # torch's stubs have it a static method

    @staticmethod
    def __new__(cls, near: Tensor) -> Any:
        made: Any = Tensor._make_wrapper_subclass(
            cls,
            near.size(),
            strides=near.stride(),
            storage_offset=near.storage_offset(),
            dtype=near.dtype,
            layout=near.layout,
            device=PRETENDED,
        )
        made.near = near
        return made

    @classmethod
    def __torch_dispatch__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:  # type: ignore[override]  # as torch documents it
        return _carry_out(func, args, dict(kwargs or {}), [])  # outside the mode: in a thread of torch's own, say

    # What reads memory by itself, past every operation.

    def tolist(self) -> Any:
        """Return the numbers."""
        return self.near.tolist()

    def numpy(self, *, force: bool = False) -> Any:
        """Refuse as torch does."""
        if not force:
            raise TypeError(TO_NUMPY)
        return self.near.detach().numpy()

    def new_tensor(self, data: Any, **options: Any) -> Any:  # type: ignore[override]  # torch takes these by name, too
        """Make a tensor of numbers, here unless another device is named."""
        device = options.pop("device", PRETENDED)
        return torch.tensor(data, **{"dtype": self.dtype, **options}).to(device)

    @property
    def data(self) -> Any:
        """The same numbers without a graph."""
        return _DATA.__get__(self)

    @data.setter
    def data(self, value: Any) -> None:
        if type(value) is not _Pretended:
            raise NotPretended("data from another device")
        self.near = value.near


def _near(tensor: Tensor) -> Tensor:
    """Return what has a tensor's numbers."""
    if isinstance(tensor, _Pretended):
        return tensor.near
    if tensor.device == PRETENDED:
        raise NotPretended("a tensor without numbers")
    return tensor


def _carry_out(func: Any, args: Any, kwargs: dict[str, Any], notes: list[Any]) -> Any:
    """Carry out an operation on the numbers of its tensors; the result is elsewhere where the tensors are."""
    known: dict[int, Tensor] = {}  # so that an operation in place returns the tensor itself
    given: list[Tensor] = []

    def near(value: Any) -> Any:
        if isinstance(value, torch.device):
            raise NotPretended("a device in an unknown place")
        if not isinstance(value, Tensor):
            return value
        given.append(value)
        found = _near(value)
        known[id(found)] = value
        return found

    def far(value: Any) -> Any:
        if not isinstance(value, Tensor) or id(value) in known:
            return known.get(id(value), value)
        return _Pretended(value) if there else value

    goal = kwargs.pop("device", None)
    nears, options = tree_map(near, args), tree_map(near, kwargs)
    there = any(type(tensor) is _Pretended for tensor in given)
    if goal is not None:
        was, there = there, torch.device(goal) == PRETENDED
        if given and was != there:
            _note(notes, "moved" if there else "back", given[0])
        options["device"] = torch.device("cpu")
    elif there:
        _expect_together(func, given, notes)
    if "pin_memory" in options and there:
        options["pin_memory"] = False
    result = func(*nears, **options)
    return tree_map(far, result)


def _expect_together(func: Any, given: list[Tensor], notes: list[Any]) -> None:
    """Raise what torch raises where a tensor on the CPU meets one that is elsewhere, if that is certain."""
    left = [tensor for tensor in given if type(tensor) is not _Pretended]
    name = func._schema.name.rpartition("::")[2]
    in_place = name.endswith("_") and left and left[0] is given[0]
    if in_place or any(tensor.dim() for tensor in left):
        first = next((tensor for tensor in left if tensor.dim()), left[0])
        if name == "copy_" or (name in INDEXING and type(given[0]) is _Pretended):
            return
        if name not in APART or first.numel() == 0:
            raise NotPretended(name)
        _note(notes, "left", first)
        raise RuntimeError(
            f"Expected all tensors to be on the same device, but found at least two devices, {PRETENDED} and cpu! "
            f"(when checking arguments of {name})"
        )


def _note(notes: list[Any], kind: str, tensor: Tensor) -> None:
    if len(notes) < MOST_NOTED:
        notes.append((kind, str(tensor.dtype).removeprefix("torch."), list(tensor.shape)))


class _Carrying(TorchDispatchMode):  # type: ignore[no-untyped-call]  # torch's own
    def __init__(self, notes: list[Any]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # torch's own
        self._notes = notes

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        options = dict(kwargs or {})
        if torch.is_inference_mode_enabled():  # where operations arrive that are made of others
            with self:
                made = func.decompose(*args, **options)
            if made is not NotImplemented:
                return made
        return _carry_out(func, args, options, self._notes)


class _Asked(TorchFunctionMode):
    """Fills in numbers where torch takes a device without any, and notes what else is named as a device."""

    def __init__(self, notes: list[Any]) -> None:
        super().__init__()
        self._notes = notes

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = dict(kwargs or {})
        if func in FROM_NUMBERS:
            goal = kwargs.get("device") or torch.get_default_device()
            if torch.device(goal) == PRETENDED:
                return func(*args, **{**kwargs, "device": "cpu"}).to(goal)
        if func in (Tensor.to, Tensor.cpu) and type(args[0]) is Tensor:
            named = [kwargs.get("device"), *args[1:2], *(["cpu"] if func is Tensor.cpu else [])]
            if any(isinstance(goal, (str, torch.device)) and torch.device(goal) != PRETENDED for goal in named):
                _note(self._notes, "other", args[0])
        return func(*args, **kwargs)


class Place:
    """A device to work on, and what was noted there: kind, dtype and shape of the tensor."""

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self.notes: list[Any] = []

    @contextlib.contextmanager
    def working(self) -> Iterator[None]:
        """Have what follows work there, other threads' work too; a default device that it sets does not outlive it."""
        notes, run, default = self.notes, threading.Thread.run, torch.get_default_device()

        def elsewhere(thread: Any) -> None:
            with _Carrying(notes), _Asked(notes):  # a mode is its thread's own
                run(thread)

        try:
            with contextlib.ExitStack() as stack:
                if self.device == PRETENDED:
                    stack.enter_context(mock.patch.object(threading.Thread, "run", elsewhere))
                    stack.enter_context(_Carrying(notes))
                    stack.enter_context(_Asked(notes))
                yield
        finally:
            if torch.get_default_device() != default:
                torch.set_default_device(None if default.type == "cpu" else default)

    @contextlib.contextmanager
    def with_model(self, model: Any) -> Iterator[None]:
        """Have what follows work there with a model that is there, and note whether it is so afterwards."""
        with self.working():
            model.to(self.device)
            self.notes.clear()
            yield
            for parameter in model.parameters():
                if parameter.device.type != self.device.type:
                    _note(self.notes, "model", parameter)


def elsewhere(pretended: bool) -> Place:
    """Return a device that is not the CPU: a GPU where there is one, unless a pretended one is asked for."""
    return Place(PRETENDED if pretended or not torch.cuda.is_available() else torch.device("cuda"))


def happened(place: Place) -> list[Any]:
    """Return what was noted, each with a tensor's dtype and shape.

    Kinds are moved (there), back, left (on the CPU), other (device) and model (a parameter that is not there any more).
    """
    return list(place.notes)


def epoch_elsewhere(
    place: Place, model: Any, start: Tensor, images: Tensor, labels: Tensor, batch_size: int, rate: float
) -> Any:
    """Train an epoch with the submission's own function.

    Returns its cost, the parameters `[7850]` after it, and what was noted.
    """
    batches = DataLoader(TensorDataset(images, labels), batch_size=batch_size)
    set_parameters(model, start)
    with place.with_model(model):
        optimizer = torch.optim.SGD(model.parameters(), lr=rate)
        criterion = torch.nn.CrossEntropyLoss()
        cost = sys.modules["lab"].train_epoch(model, batches, criterion, optimizer, place.device)
        end = torch.cat([parameter.detach().flatten().cpu() for parameter in model.parameters()])
    return cost, end, happened(place)


def answer_elsewhere(place: Place, model: Any, start: Tensor, function: str, subject: Any) -> Any:
    """Ask the submission's `evaluate` about a data set, or its `predict` about an image.

    Returns the answer, and what was noted.
    """
    set_parameters(model, start)
    with place.with_model(model):
        answer = getattr(sys.modules["lab"], function)(model, subject, place.device)
    return answer, happened(place)
