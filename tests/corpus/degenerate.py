"""Degenerate labs: the reference, in which some functions give what is plausible and holds no work, or raise.

Alone, each costs nothing but the parts of its own function; together they leave little to examine, and still there is a
grade. `COMPANIES` are pieces of different functions together: every pair, and larger sets at random.
"""

from __future__ import annotations

import itertools
import random

from . import reference_source

# What each function may cost: the rubric's parts for it; a training is worth nothing without its accuracy and speed.
PARTS = {
    "load_mnist": {"data"},
    "make_data_loader": {"loader"},
    "flatten_images": {"reshape"},
    "build_model": {"model"},
    "build_criterion": {"loss"},
    "build_optimizer": {"training"},
    "train_epoch": {"training", "accuracy", "throughput"},
    "train": {"training", "accuracy"},
    "evaluate": {"evaluation"},
    "predict": {"prediction"},
    "show_prediction": {"prediction"},
}
_SIGNATURES = {
    "load_mnist": "root, train, download=False",
    "make_data_loader": "dataset, batch_size=100",
    "flatten_images": "images",
    "build_model": "",
    "build_criterion": "",
    "build_optimizer": "model, learning_rate=0.1",
    "train_epoch": "model, data_loader, criterion, optimizer, device",
    "train": "model, data_loader, criterion, optimizer, device, training_epochs=15",
    "evaluate": "model, dataset, device",
    "predict": "model, image, device",
    "show_prediction": "image, label, prediction",
}
_MODEL = "model = nn.Linear(784, 10); {} ; return model"
_ANSWERS = "model = nn.Linear(784, 10); model.forward = lambda rows: {}; return model"
_CRITERION = "return lambda logits, labels: {}"
# Of each function: what stands in its body. `_right` is what stood there before, `_kept` a list that lasts.
_BODIES: dict[str, dict[str, str]] = {
    "load_mnist": {
        "one-digit": "right = _right({given}); return [right[0]]",
        "same-digit": "right = _right({given}); return [right[0]] * len(right)",
        "zeros": "return [(torch.zeros(1, 28, 28), 0)] * len(_right({given}))",
        "one-of-zeros": "return [(torch.zeros(1, 28, 28), 0)]",
        "nothing": "return []",
        "no-labels": "return [(image, 0) for image, _ in _right({given})]",
        "training-digits": "return _right(root, True, download)",
        "random-digits": "return [(torch.rand(1, 28, 28), 3) for _ in range(10)]",
    },
    "make_data_loader": {
        "first-batch": "return [next(iter(_right({given})))]",
        "nothing": "return []",
        "endless": "return itertools.cycle(_right({given}))",
        "ones": "return [(image[None], torch.tensor([label])) for image, label in dataset]",
        "same-batch": "right = list(_right({given})); return right[:1] * len(right)",
        "zeros": "return [(torch.zeros(batch_size, 1, 28, 28), torch.zeros(batch_size).long())]",
        "dataset": "return dataset",
        "used-up": "return iter(_right({given}))",
    },
    "flatten_images": {
        "zeros": "return torch.zeros(len(images), 784, dtype=images.dtype)",
        "images": "return images",
        "first-row": "return images.reshape(len(images), 784)[:1]",
        "one-row": "return images.reshape(1, -1)",
        "same-row": "return images.reshape(len(images), 784)[:1].expand(len(images), 784)",
        "mean": "return images.mean((1, 2, 3))[:, None].expand(-1, 784)",
        "hundred": "return images.view(100, 784)",
        "empty": "return images.reshape(len(images), 784)[:0]",
    },
    "build_model": {
        "zeros": _MODEL.format("nn.init.zeros_(model.weight); nn.init.zeros_(model.bias)"),
        "huge": _MODEL.format("nn.init.constant_(model.weight, 1e30)"),
        "huge-bias": _MODEL.format("nn.init.constant_(model.bias, 1e30)"),
        "nan": _MODEL.format("nn.init.constant_(model.weight, float('nan'))"),
        "zero-logits": _ANSWERS.format("torch.zeros(len(rows), 10, requires_grad=True)"),
        "bias-alone": _ANSWERS.format("model.bias.expand(len(rows), 10)"),
        "bools": _ANSWERS.format("nn.functional.linear(rows, model.weight, model.bias) > 0"),
        "digits": _ANSWERS.format("nn.functional.linear(rows, model.weight, model.bias).argmax(1)"),
        "one-for-all": "_kept or _kept.append(nn.Linear(784, 10)); return _kept[0]",
        "identity": "return nn.Identity()",
    },
    "build_criterion": {
        "constant": _CRITERION.format("logits.sum() * 0 + 2.3"),
        "number": _CRITERION.format("2.3"),
        "nan": _CRITERION.format("logits.sum() * float('nan')"),
        "infinite": _CRITERION.format("logits.sum() * float('inf')"),
        "sum": _CRITERION.format("logits.sum()"),
        "tensor": _CRITERION.format("torch.tensor(2.3, requires_grad=True)"),
        "each": _CRITERION.format("nn.functional.cross_entropy(logits, labels, reduction='none')"),
        "detached": _CRITERION.format("nn.functional.cross_entropy(logits, labels).detach()"),
    },
    "build_optimizer": {
        "rate-0": "return torch.optim.SGD(model.parameters(), lr=0.0)",
        "other-parameters": "return torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=learning_rate)",
        "other-model": "return torch.optim.SGD(nn.Linear(784, 10).parameters(), lr=learning_rate)",
        "idle": "right = _right({given}); right.step = lambda closure=None: None; return right",
        "huge-rate": "return torch.optim.SGD(model.parameters(), lr=1e30)",
        "one-for-all": "_kept or _kept.append(_right({given})); return _kept[0]",
        "itself": "return model",
    },
    "train_epoch": {
        "constant": "return 0.5",
        "nan": "return float('nan')",
        "none": "return None",
        "one-batch": "return _right(model, [next(iter(data_loader))], criterion, optimizer, device)",
        "untrained": "_right({given}); nn.init.zeros_(model.weight); return 0.5",
        "twice": "_right({given}); return _right({given})",
        "looks-only": "[batch for batch in data_loader]; return 2.3",
    },
    "train": {
        "nothing": "return []",
        "none": "return None",
        "constants": "return [0.5] * training_epochs",
        "nans": "return [float('nan')] * training_epochs",
        "prints-only": "print('Epoch: 0001 cost = 0.535468459\\nLearning finished'); return [0.5]",
        "one-epoch": "return _right(model, data_loader, criterion, optimizer, device, 1)",
    },
    "evaluate": {
        "zero": "return 0.0",
        "one": "return 1.0",
        "nan": "return float('nan')",
        "none": "return None",
        "constant": "torch.ones(3).sum(); return 0.9",
        "zeroed": "nn.init.zeros_(model.weight); nn.init.zeros_(model.bias); return 0.1",
        "huge": "return 10**400",
    },
    "predict": {
        "zero": "return 0",
        "negative": "return -1",
        "huge": "return 10**400",
        "none": "return None",
        "sum": "return int(image.sum())",
        "text": "return 'seven'",
    },
    "show_prediction": {
        "empty": "from matplotlib.figure import Figure; return Figure()",
        "none": "return None",
        "same": "_kept or _kept.append(_right({given})); return _kept[0]",
        "zeros": "return _right(image * 0, label, prediction)",
        "no-title": "right = _right({given}); right.axes[0].set_title(''); return right",
        "axes": "return _right({given}).axes[0]",
        "huge": "right = _right({given}); right.set_size_inches(1e5, 1e5); return right",
    },
}
_HEAD = """

import itertools


class _Mute(Exception):
    def __str__(self):
        raise self

    __repr__ = __str__


class _Base(BaseException):
    pass


class _Nameless(Exception):
    __name__ = property(lambda self: 1 / 0)
    __traceback__ = property(lambda self: 1 / 0)


def _circle():
    first, second = ValueError("first"), ValueError("second")
    first.__cause__, second.__cause__ = second, first
    return first


def _deep():
    return _deep()
"""
# What a function may raise instead of returning anything.
_RAISED = {
    "mute": "_Mute()",
    "nameless": "_Nameless()",
    "base": "_Base('base')",
    "keyboard": "KeyboardInterrupt()",
    "exit": "SystemExit(0)",
    "exit-text": "SystemExit('bye')",
    "generator-exit": "GeneratorExit()",
    "stop": "StopIteration(3)",
    "stop-async": "StopAsyncIteration()",
    "recursion": "_deep()",
    "memory": "MemoryError()",
    "encode": "UnicodeEncodeError('utf-8', '\\ud800', 0, 1, 'surrogates')",
    "decode": "UnicodeDecodeError('utf-8', b'\\xff', 0, 1, 'no start')",
    "surrogate": "ValueError('\\ud800\\udfff')",
    "escapes": "ValueError('\\x1b[2J\\r\\n::error::x\\0')",
    "huge": "ValueError('x' * 10**7)",
    "circle": "_circle()",
    "group": "ExceptionGroup('group', [ValueError(1), ExceptionGroup('inner', [KeyError(2)])])",
    "base-group": "BaseExceptionGroup('group', [KeyboardInterrupt()])",
    "no-class": "5",
    "class-alone": "ZeroDivisionError",
    "assertion": "AssertionError()",
    "import": "ImportError('no such thing', name='thing')",
    "unwritten": "NotImplementedError('later')",
    "end-of-file": "EOFError()",
    "broken-pipe": "BrokenPipeError(32, 'Broken pipe')",
    "timeout": "TimeoutError()",
    "warning": "DeprecationWarning('old')",
    "attributes": "AttributeError('shape', name='shape', obj=torch)",
    "key": "KeyError(float('nan'))",
}


def _defined(function: str, body: str) -> str:
    """Return a definition with a body of one line."""
    signature = _SIGNATURES[function]
    names = ", ".join(name.partition("=")[0].strip() for name in signature.split(",")) if signature else ""
    # What is kept from the function before goes by parameters, since these pieces stand in one module.
    own = f"{signature}, " if signature else ""
    text = body.replace("{given}", names)
    return f"\n\ndef {function}({own}_right={function}, _kept=[]):\n    {text}\n"


PIECES = {
    f"{function}-{name}": (function, body) for function, bodies in _BODIES.items() for name, body in bodies.items()
}
RAISED = {
    f"{function}-raises-{name}": (function, f"raise {error}") for function in PARTS for name, error in _RAISED.items()
}


def degenerate_source(*pieces: tuple[str, str]) -> str:
    """Return the reference with pieces in the places of its functions."""
    return reference_source() + _HEAD + "".join(_defined(function, body) for function, body in pieces)


def _companies(larger: int, seed: int) -> dict[str, tuple[tuple[str, str], ...]]:
    """Return every pair of pieces of different functions, and so many larger sets."""
    pairs = [p for p in itertools.combinations(PIECES, 2) if PIECES[p[0]][0] != PIECES[p[1]][0]]
    drawn = random.Random(seed)
    sets = []
    for _ in range(larger):
        functions = drawn.sample(sorted(PARTS), drawn.randint(3, len(PARTS)))
        sets.append(tuple(drawn.choice([n for n, (f, _) in PIECES.items() if f == function]) for function in functions))
    return {"+".join(names): tuple(PIECES[name] for name in names) for names in (*pairs, *dict.fromkeys(sets))}


COMPANIES = _companies(larger=300, seed=13)
