"""What is read off a picture's title."""

from __future__ import annotations

from graders.measuring import drawn


def test_digits_are_read_with_the_words_that_name_them() -> None:
    """The word tells whether it is the prediction."""
    assert drawn.named_digits("Label: 7, Prediction: 2") == [(False, 7), (True, 2)]


def test_number_too_long_for_a_digit_is_none() -> None:
    """Python refuses to read thousands of digits; the title is wrong, and the grade is no matter of ours."""
    assert drawn.named_digits(f"Label: {'1' * 5_000}, Prediction: 2") == [(True, 2)]
