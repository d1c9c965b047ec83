"""Odd labs: the reference, in which one thing gives a value that nobody would expect of it.

Nobody hands such work in on purpose; a slip makes it, and whoever looks for the slip's name meets the value first.
"""

from __future__ import annotations

import itertools

from . import reference_source

HEAD = """

import numpy as _np

class _Odd:
    pass


def _count():
    yield from range(3)


"""

# What gives the value: `right` is what it gave before; `{odd}` stands for the value.
_FUNCTION = """
def {function}(*given, _before={function}, **named):
    right = _before(*given, **named)
    return {odd}
"""
FUNCTIONS = (
    *("load_mnist", "make_data_loader", "flatten_images", "build_model", "build_criterion", "build_optimizer"),
    *("train_epoch", "train", "evaluate", "predict", "show_prediction"),
)
_PLACES = {
    **{function: _FUNCTION.replace("{function}", function) for function in FUNCTIONS},
    "image": """
class Digits(Digits):
    def __getitem__(self, index):
        right, label = super().__getitem__(index)
        return {odd}, label
""",
    "label": """
class Digits(Digits):
    def __getitem__(self, index):
        image, right = super().__getitem__(index)
        return image, {odd}
""",
    "item": """
class Digits(Digits):
    def __getitem__(self, index):
        right = super().__getitem__(index)
        return {odd}
""",
    "length": """
class Digits(Digits):
    def __len__(self):
        right = super().__len__()
        return {odd}
""",
    "batch": """
def make_data_loader(dataset, batch_size=100, _before=make_data_loader):
    return [{odd} for right in _before(dataset, batch_size)]
""",
    "images": """
def make_data_loader(dataset, batch_size=100, _before=make_data_loader):
    return [({odd}, labels) for right, labels in _before(dataset, batch_size)]
""",
    "labels": """
def make_data_loader(dataset, batch_size=100, _before=make_data_loader):
    return [(images, {odd}) for images, right in _before(dataset, batch_size)]
""",
    "logits": """
class _Model(nn.Linear):
    def forward(self, rows):
        right = super().forward(rows)
        return {odd}


def build_model():
    return _Model(784, 10)
""",
    "cost": """
def build_criterion(_before=build_criterion):
    def criterion(logits, labels):
        right = _before()(logits, labels)
        return {odd}

    return criterion
""",
}
_VALUES = {
    "none": "None",
    "zero": "0",
    "true": "True",
    "nan": "float('nan')",
    "infinity": "float('-inf')",
    "huge": "10**400",
    "negative": "-1",
    "text": "''",
    "bytes": "b'7'",
    "complex-number": "1j",
    "list": "[]",
    "table": "{}",
    "tuple": "()",
    "set": "set()",
    "object": "object()",
    "own-object": "_Odd()",
    "class": "_Odd",
    "function": "_count",
    "module": "torch",
    "generator": "_count()",
    "range": "range(3)",
    "list-of-none": "[None, None, None]",
    "list-of-texts": "['a', 'b']",
    "ragged-list": "[[1.0], [1.0, 2.0]]",
    "deep-list": "[[[[[1]]]]]",
    "list-of-tensors": "[torch.zeros(2), torch.zeros(3)]",
    "numpy-number": "_np.float32(0.5)",
    "numpy-array": "_np.zeros(3)",
    "numpy-texts": "_np.array(['a', 'b'])",
    "numpy-objects": "_np.array([None, 1], dtype=object)",
    "empty-numpy-array": "_np.zeros((0, 784))",
    "tensor-of-no-axis": "torch.tensor(0.5)",
    "tensor-of-one": "torch.zeros(1)",
    "tensor-of-seven": "torch.zeros(7)",
    "tensor-of-five-axes": "torch.zeros(1, 1, 1, 1, 1)",
    "tensor-of-nan": "torch.full((3, 5), float('nan'))",
    "empty-tensor": "torch.zeros(0)",
    "empty-rows": "torch.zeros(0, 784)",
    "complex-tensor": "torch.ones(3, 10, dtype=torch.complex64)",
    "bool-tensor": "torch.ones(3, 10, dtype=torch.bool)",
    "sparse-tensor": "torch.eye(3).to_sparse()",
    "in-a-tuple": "(right,)",
    "in-a-list": "[right]",
    "twice": "(right, right)",
    "in-a-table": "{'value': right}",
    "behind-a-function": "lambda: right",
    "written-out": "str(right)",
}
_OF_TENSORS = {  # what can be made of a right tensor alone
    "first-only": "right[:1]",
    "none-left": "right[:0]",
    "one-axis": "right.reshape(-1)",
    "an-axis-more": "right[..., None]",
    "as-whole-numbers": "right.long()",
    "as-bools": "right.bool()",
    "as-complex": "right.to(torch.complex64)",
    "as-bfloat16": "right.to(torch.bfloat16)",
    "as-numpy": "right.detach().numpy()",
    "as-list": "right.tolist()",
    "all-nan": "torch.full_like(right, float('nan'), dtype=torch.float32)",
    "all-infinite": "right * float('inf')",
    "all-zero": "right * 0",
    "in-pieces": "list(right)",
}
_TENSORS = ("flatten_images", "image", "images", "labels", "logits")


def odd_source(place: str, value: str) -> str:
    """Return the reference with a value, as Python has it, in one place."""
    return reference_source() + HEAD + _PLACES[place].replace("{odd}", value)


ODD = {
    f"{place}-{name}": (place, value)
    for place, (name, value) in itertools.chain(
        itertools.product(_PLACES, _VALUES.items()), itertools.product(_TENSORS, _OF_TENSORS.items())
    )
}
