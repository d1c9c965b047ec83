"""What each of this lab's probes answers. What the submission's own piece returned may be anything: checks judge it."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from graders.harness.base.model import Handle, TensorValue
from graders.harness.judge.forms import Form, each, of, row

FIGURE = {
    "images": TensorValue,
    "shades": TensorValue,
    "cmaps": str,
    "interpolations": str,
    "seen": float,
    "titles": str,
}


def _is_figure(value: Any) -> bool:
    return type(value) is dict and value.keys() == FIGURE.keys() and all(each(of(FIGURE[k]))(value[k]) for k in FIGURE)


def _is_state(value: Any) -> bool:
    return type(value) is dict and all(
        type(name) is str and type(array) is TensorValue for name, array in value.items()
    )


def _are_steps(value: Any) -> bool:
    shapes = [[p.shape for p in state] for state in value] if each(each(of(TensorValue)))(value) else [None, 0]
    return all(before == after for before, after in pairwise(shapes))


def _is_affine(value: Any) -> bool:
    return row(of(TensorValue), of(TensorValue))(value) and [part.shape for part in value] == [(10, 784), (10,)]


def _is_trained(value: Any) -> bool:
    return type(value) is TensorValue and value.shape == (7_850,)


def _anything(_value: Any) -> bool:
    return True


def _is_count(value: Any) -> bool:
    return type(value) is int and value >= 0


HAPPENED = each(row(of(str), of(str), each(of(int))))
PARAMETERS = each(row(each(of(int)), of(bool)))
CONDITION = row(_is_state, PARAMETERS)
NOTHING = Form(of(type(None)))
FORMS = {
    "length": Form(_is_count),
    "told_length": Form(lambda value: value is None or _is_count(value)),
    "items": Form(of(list), lambda sent: len(sent[1])),
    "pictures": Form(row(of(int), each(of(TensorValue)))),
    "epochs": Form(each(of(list)), lambda sent: int(sent[1])),
    "raw_logits": Form(_anything),
    "logits": Form(of(TensorValue)),
    "weights_in_use": Form(of(TensorValue)),
    "start": NOTHING,
    "stir": NOTHING,
    "set_parameters": NOTHING,
    "parameters": Form(PARAMETERS),
    "logits_of_two_starts": Form(of(list), lambda _: 2),
    "affine": Form(_is_affine),
    "state": Form(_is_state),
    "condition": Form(CONDITION),
    "started": Form(_is_affine),
    "examined": Form(row(_is_affine, CONDITION)),
    "cost": Form(_anything),
    "cost_gradient": Form(of(TensorValue, type(None))),
    "costs": Form(of(list), lambda sent: len(sent[2].array)),
    "figure": Form(_is_figure),
    "saved": Form(_is_count),
    "optimizer_steps": Form(_are_steps, lambda sent: len(sent[2]) + 1),
    "optimized": Form(row(of(int), of(int))),
    "train_epochs": NOTHING,
    "timed_epoch": Form(of(TensorValue)),
    "whole_epoch": Form(row(_is_trained, _anything)),
    "tags_alive": Form(each(row(of(int), of(int)))),
    "exhausted": Form(_is_count),
    "fetches": Form(row(_is_count, each(of(TensorValue)))),
    "graphs_made": Form(row(_is_count, _is_count, _is_count)),
    "costs_noted": Form(each(of(float))),
    "orders_noted": Form(each(each(of(int)))),
    "layers": Form(each(of(str))),
    "loose": Form(each(each(of(int)))),
    "watched": Form(row(of(Handle), of(Handle), of(Handle))),
    "notes": Form(each(of(str))),
    "fetching": Form(each(row(of(str), of(int)))),
    "epoch_elsewhere": Form(row(_anything, _anything, HAPPENED)),
    "answer_elsewhere": Form(row(_anything, HAPPENED)),
    "happened": Form(HAPPENED),
    "device_name": Form(of(str, type(None))),
}
