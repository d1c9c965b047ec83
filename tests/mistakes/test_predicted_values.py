"""Predictions in a form of their own: which mistake each is named after."""

from __future__ import annotations

import numpy as np
import pytest

from graders.measuring import inputs, oracle
from graders.mistakes.prediction import predicted

FORMS = {
    "list": (lambda digit: [digit], "prediction-in-a-list"),
    "array": (lambda digit: np.array([digit]), "prediction-as-array"),
    "array-of-no-axis": (lambda digit: np.array(digit), "prediction-as-array"),
    "list-of-array": (lambda digit: [np.array([digit])], "prediction-in-a-list"),
}


def named(form) -> list[str]:
    """Return what is said of right digits that each come in a form."""
    random = np.random.default_rng(3)
    model, images = oracle.Affine(random.normal(size=(10, 784)), random.normal(size=10)), inputs.random_images(0, 12)
    digits = model.logits(images[:, 0].astype(np.float64)).argmax(axis=1)
    seen = predicted.Predicted(model, images, [form(int(digit)) for digit in digits], "", False)
    return [found.name for clue in (predicted.NEITHER, predicted.TYPE) for found in clue.alone(seen)]


@pytest.mark.parametrize("form", FORMS)
def test_right_digit_in_a_list_or_an_array_is_named(form):
    """It has to be taken out, whichever of the two it is in."""
    made, name = FORMS[form]
    assert named(made) == [name]


@pytest.mark.parametrize("wrong", [lambda _: [], lambda d: [d, d], lambda d: np.array([d, d]), lambda d: [[d]]])
def test_what_is_no_digit_in_a_list_is_not_named(wrong):
    """Two digits, none, or a list in the list are something else."""
    assert named(wrong) == []
