"""What a check may ask of evidence, and in which words it is refused."""

from __future__ import annotations

import math
from functools import reduce
from typing import Any

import numpy as np
import pytest

from graders.harness.base.errors import CheckFailed
from graders.harness.base.model import Evidence, Handle, NumpyScalar, TensorValue, Where
from graders.harness.judge import expect
from graders.harness.judge.codec import JudgeCodec
from graders.harness.judge.describe import describe, describe_arguments

HERE, THERE = Where("lab.py", 3), Where("lab.py", 1)


def seen(value: object) -> Evidence:
    """Return evidence of a value."""
    return Evidence("f(x)", value, HERE, THERE)


def tensor(*shape: int, dtype: str = "float32") -> TensorValue:
    """Return a tensor of zeros."""
    return TensorValue.of(np.zeros(shape, dtype))


def refusal(check, *args, **kwargs):
    """Return the failure of a check that must refuse."""
    with pytest.raises(CheckFailed) as caught:
        check(*args, **kwargs)
    return caught.value.failure


def test_failure_carries_question_and_place():
    """A failure says what was asked and where its answer came from."""
    failure = refusal(expect.fail, seen(1), "odd", got=1)
    assert (failure.key, failure.params, failure.asked, failure.where) == ("odd", {"got": 1}, "f(x)", HERE)


def test_failure_can_point_to_a_better_place():
    """A place given by the check wins over the evidence's."""
    assert refusal(expect.fail, seen(1), "odd", where=THERE).where == THERE


def test_condition_that_holds_is_let_through():
    """Nothing happens where the condition holds, and a failure where not."""
    expect.that(True, seen(1), "odd")
    assert refusal(expect.that, [], seen(1), "odd").key == "odd"


@pytest.mark.parametrize(("value", "expected"), [(1, 1), ("a", "a"), ([1], [1]), (None, None)])
def test_equal_values_pass(value, expected):
    """A value of the same type and equal is let through."""
    expect.equal(seen(value), expected)


@pytest.mark.parametrize(("value", "expected"), [(1, 2), (1.0, 1), (True, 1), ((1,), [1]), (None, 0)])
def test_value_of_another_type_is_not_equal(value, expected):
    """Equal numbers of different types are told apart."""
    assert refusal(expect.equal, seen(value), expected).key == "plain"


def test_none_can_be_what_was_returned():
    """None as a value of its own is judged, not taken for "the evidence's"."""
    assert refusal(expect.equal, seen(1), 1, None).params["got"] == "None"


def test_tensor_of_the_right_shape_is_returned():
    """A tensor as asked for gives its values."""
    assert expect.tensor(seen(tensor(2, 3)), [2, 3], "float32").shape == (2, 3)


@pytest.mark.parametrize(
    ("value", "got"),
    [
        (tensor(3, 2), "float32 tensor [3, 2]"),
        (tensor(2, 3, dtype="float64"), "float64 tensor [2, 3]"),
        (np.zeros((2, 3), np.float32), "float32 array [2, 3]"),
        (5, "5"),
        (None, "None"),
    ],
)
def test_other_tensor_is_refused_in_few_words(value, got):
    """Anything else is named by type and shape, beside what was wanted."""
    failure = refusal(expect.tensor, seen(value), [2, 3], "float32")
    assert failure.params == {"expected": "float32 tensor [2, 3]", "got": got}


def test_dtype_is_judged_only_where_asked():
    """Without a dtype any is let through."""
    expect.tensor(seen(tensor(2, dtype="int8")), [2])


def test_instance_of_a_base_class_passes():
    """An object counts as what its base classes are."""
    handle = Handle(1, 1, ("lab.Net", "torch.nn.modules.module.Module", "builtins.object"))
    assert expect.instance(seen(handle), "torch.nn.modules.module.Module") is handle
    assert refusal(expect.instance, seen(handle), "x.Y").params["got"] == "Net"


@pytest.mark.parametrize(
    ("value", "number"),
    [(2, 2.0), (0.5, 0.5), (NumpyScalar("float32", 0.5), 0.5), (TensorValue.of(np.array([[3.0]])), 3.0)],
)
def test_anything_that_stands_for_one_number_is_one(value, number):
    """Python's, NumPy's and torch's numbers count alike."""
    assert expect.number(seen(value)) == number


@pytest.mark.parametrize("value", [None, True, "1", [1.0], tensor(2)])
def test_anything_else_is_no_number(value):
    """A flag, a text, a list or several numbers are not one number."""
    assert refusal(expect.number, seen(value)).key == "no_number"


@pytest.mark.parametrize("value", [0.5, NumpyScalar("float64", 0.5)])
def test_plain_float_passes(value):
    """Python's float, and NumPy's which is one, are plain."""
    assert expect.plain_float(seen(value)) == 0.5


@pytest.mark.parametrize("value", [1, True, NumpyScalar("float32", 0.5), tensor()])
def test_other_number_is_no_plain_float(value):
    """An int, a NumPy float32 and a tensor are no floats."""
    assert refusal(expect.plain_float, seen(value)).params["expected"] == "float"


@pytest.mark.parametrize(("got", "expected"), [(1.1, 1.0), ([[1, 2]], [[1.2, 2]]), ([], [])])
def test_close_numbers_pass(got, expected):
    """Numbers within the tolerance are let through, and so is nothing beside nothing."""
    expect.close(seen(got), got, expected, 0.25)


@pytest.mark.parametrize("got", [math.nan, math.inf, 1.3])
def test_number_beyond_the_tolerance_is_refused(got):
    """NaN and infinity are close to nothing finite."""
    assert refusal(expect.close, seen(got), got, 1.0, 0.2).key == "number"


def test_nan_is_not_even_close_to_nan():
    """A NaN that was expected is a NaN too many."""
    assert refusal(expect.close, seen(0), math.nan, math.nan, 1.0).key == "number"


def test_largest_difference_is_named():
    """Of many numbers the one furthest off is shown, with its place."""
    failure = refusal(expect.close, seen(0), [[0, 0], [0, 5]], np.zeros((2, 2)), 1.0)
    assert failure.key == "element"
    assert failure.params == {"expected": "0", "got": "5", "at": [1, 1], "difference": "5"}


def test_nan_is_the_largest_difference():
    """A NaN among numbers is shown rather than a large difference."""
    assert refusal(expect.close, seen(0), [9.0, math.nan], [0.0, 0.0], 1.0).params["at"] == [1]


def test_other_shape_is_not_broadcast():
    """One number is not close to many."""
    assert refusal(expect.close, seen(0), 1.0, [1.0, 1.0], 1.0).params == {"expected": "[2]", "got": "[]"}


# ---- words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (tensor(2, 3), "float32 tensor [2, 3]"),
        (TensorValue.of(np.array(0.5)), "tensor(0.5)"),
        (Handle(1, 1, ("torch.nn.Linear",)), "Linear"),
        (Handle(1, 1, ("builtins.NoneType",)), "None"),
        (NumpyScalar("float32", 0.5), "numpy.float32(0.5)"),
        ([1, 2, 3, 4, 5], "[1, 2, 3, 4, …]"),
        ((tensor(1), 7), "(float32 tensor [1], 7)"),
        (0.1 + 0.2, "0.3"),
        ("text", "'text'"),
    ],
)
def test_value_is_described_in_few_words(value, words):
    """Shapes for tensors, classes for objects, numbers as they are."""
    assert describe(value) == words


def test_arguments_are_described_as_they_were_given():
    """Arguments by place come first, then those by name."""
    assert describe_arguments([tensor(1, 2)], {"train": True}) == "float32 tensor [1, 2], train=True"


def test_long_text_is_cut():
    """A long text is shown in part."""
    assert len(describe("x" * 10_000)) <= 200


def test_nested_lists_are_cut():
    """Lists within lists are shown in part too."""
    text: Any = "text"
    value = reduce(lambda inner, _: [inner] * 4, range(6), text)
    assert len(describe(value)) <= 2_000


def test_class_name_with_control_characters_is_tidied():
    """The name of a student's class cannot move the terminal's cursor."""
    arrived = JudgeCodec(1).load("handle", {"id": 1, "kinds": ["lab.\x1b[2J"]}, [])
    assert "\x1b" not in describe(arrived)


@pytest.mark.parametrize(("value", "number"), [(7, 7.0), (2**1023, 2.0**1023), (10**400, None), (-(10**400), None)])
def test_whole_number_that_no_float_holds_is_no_number(value: int, number: float | None) -> None:
    """It would raise where it is compared, and the grade would be void."""
    assert expect.as_number(value) == number
