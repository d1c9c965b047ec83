"""Answers from home: what correct functions answered to the same checks with other seeds.

Whoever has read the checks knows all of this; the seed alone is missing. Asked anything, the answer is played back that
was given to a question of the same form, and at about the same place in the order of questions.
"""

from __future__ import annotations

from . import reference_source

MOST, ITEMS, EPOCHS = 150, 300, 3  # answers of a function that are kept; digits of a data set; epochs of a loader
FUNCTIONS = (
    "load_mnist",
    "make_data_loader",
    "flatten_images",
    "build_criterion",
    "train_epoch",
    "train",
    "evaluate",
    "predict",
    "show_prediction",
)

FORM = """

def _form(args):
    def form(value):
        if isinstance(value, torch.Tensor):
            return "tensor", tuple(value.shape), str(value.dtype)
        if isinstance(value, (bool, int, float)):
            return value
        return type(value).__name__, len(value) if hasattr(value, "__len__") else None
    return tuple(map(form, args))
"""

RECORDER = """

import itertools as _itertools, pickle as _pickle


_KEPT = dict.fromkeys({names!r}, 0)


def _keep(name, args, *values):
    _KEPT[name] += 1
    if _KEPT[name] <= {most}:
        with open({path!r}, "ab") as file:
            _pickle.dump((name, _KEPT[name], _form(args), values), file)


def _weights(model):
    # Those of a pretended device are of a class that no submission can load.
    return {{name: value.detach().clone() for name, value in model.state_dict().items() if type(value) is torch.Tensor}}


def _noted(name, function):
    def call(*args, **kwargs):
        answer = function(*args, **kwargs)
        if name == "load_mnist":
            _keep(name, args, [(image.clone(), label) for image, label in _itertools.islice(answer, {items})])
        elif name == "make_data_loader" and len(answer) > 20:
            _keep(name, args, [[]])
        elif name == "make_data_loader":
            _keep(name, args, [[(x.clone(), y.clone()) for x, y in answer] for _ in range({epochs})])
        elif name in ("train_epoch", "train"):
            _keep(name, args, _weights(args[0]), answer)
        elif name == "build_criterion":
            def cost(logits, labels):
                found = answer(logits, labels)
                _keep("build_criterion", (logits, labels), found.detach())
                return found
            return cost
        else:
            _keep(name, args, answer)
        return answer
    return call


for _name in {names!r}:
    globals()[_name] = _noted(_name, globals()[_name])
"""

PLAYER = """

import pathlib as _pathlib, pickle as _pickle

_TAPE = _pickle.loads(_pathlib.Path(__file__).with_name("tape").read_bytes())
_PLACE = [0]


def _next(*args):
    _PLACE[0] += 1
    form = _form(args)
    return min(_TAPE, key=lambda kept: (kept[1] != form, abs(kept[0] - _PLACE[0])))[2]


class _Loader:
    def __init__(self, epochs):
        self.epochs, self.place = epochs, 0

    def __len__(self):
        return len(self.epochs[0])

    def __iter__(self):
        self.place += 1
        return iter(self.epochs[(self.place - 1) % len(self.epochs)])


def {name}(*args, **kwargs):
    name = {name!r}
    if name == "build_criterion":
        return lambda logits, labels: _next(logits, labels)[0] + 0 * logits.sum()
    values = _next(*args)
    if name == "make_data_loader":
        return _Loader(values[0])
    if name in ("train_epoch", "train"):
        state = args[0].state_dict()
        with torch.no_grad():
            for own, kept in zip(state.values(), values[0].values()):
                own.copy_(kept)
        for number, cost in enumerate(values[1] if name == "train" else (), 1):
            print(f"Epoch: {{number:04d}} cost = {{cost:.9f}}")
        if name == "train":
            print("Learning finished")
        return values[1]
    return values[0]
"""


def recorder_source(path: str) -> str:
    """Return the reference, which keeps at that path what its functions answer."""
    return (
        reference_source() + FORM + RECORDER.format(path=path, names=FUNCTIONS, most=MOST, items=ITEMS, epochs=EPOCHS)
    )


def player_source(name: str) -> str:
    """Return the reference with one function that plays back what is pickled beside it, as `tape`."""
    return reference_source() + FORM + PLAYER.format(name=name)
