"""Korean particles go by the sound of what is filled in before them, and stay double where nobody knows it."""

from __future__ import annotations

import pytest

from graders.harness.base.particles import chosen
from graders.harness.judge.messages import Messages
from graders.spec import SPEC


def said(template: str, value: object) -> str:
    fields = {"x": value}
    return chosen(template, fields).format_map(fields)


@pytest.mark.parametrize(
    ("value", "object_", "subject", "topic", "way"),
    [
        (0, "0을", "0이", "0은", "0으로"),  # 영
        (1, "1을", "1이", "1은", "1로"),  # 일
        (2, "2를", "2가", "2는", "2로"),  # 이
        (3, "3을", "3이", "3은", "3으로"),  # 삼
        (4, "4를", "4가", "4는", "4로"),  # 사
        (5, "5를", "5가", "5는", "5로"),  # 오
        (6, "6을", "6이", "6은", "6으로"),  # 육
        (7, "7을", "7이", "7은", "7로"),  # 칠
        (8, "8을", "8이", "8은", "8로"),  # 팔
        (9, "9를", "9가", "9는", "9로"),  # 구
        (10, "10을", "10이", "10은", "10으로"),  # 십
        (100, "100을", "100이", "100은", "100으로"),  # 백
        (784, "784를", "784가", "784는", "784로"),
        ("60,000", "60,000을", "60,000이", "60,000은", "60,000으로"),  # 만
        (10**12, "1000000000000를", "1000000000000가", "1000000000000는", "1000000000000로"),  # 조
        (0.84, "0.84를", "0.84가", "0.84는", "0.84로"),
        ("-1.0", "-1.0을", "-1.0이", "-1.0은", "-1.0으로"),
        ("모델", "모델을", "모델이", "모델은", "모델로"),
        ("함수", "함수를", "함수가", "함수는", "함수로"),
        ("셀", "셀을", "셀이", "셀은", "셀로"),
        ("값", "값을", "값이", "값은", "값으로"),
    ],
)
def test_a_particle_goes_by_the_sound(value: object, object_: str, subject: str, topic: str, way: str) -> None:
    """Of the last digit, of the unit behind which zeros are not read, or of the last syllable."""
    forms = [said(f"{{x}}{pair}", value) for pair in ("을(를)", "이(가)", "은(는)", "(으)로")]
    assert forms == [object_, subject, topic, way]


@pytest.mark.parametrize(
    "value", ["lab.py", "conv2", "float64", "1e-05", "nan", "`x`", "", "[1, 2]", "10.0.0.1", 10**20]
)
def test_both_forms_stay_where_nobody_knows(value: object) -> None:
    """Names, code and what is no plain number."""
    assert said("{x}을(를) 봐요", value) == f"{value}을(를) 봐요"


def test_brackets_and_percent_stand_between() -> None:
    """What closes behind a number is not read; a percent sign is."""
    assert said("[784, {x}]이(가) 왔어요", 3) == "[784, 3]이 왔어요"
    assert said("({x})와(과)", 2) == "(2)와"
    assert said("{x}이에요(예요)", 10) == "10이에요"
    assert said("{x:.1f}%이(가)", 3) == "3.0%가"


def test_what_is_filled_in_is_left_alone() -> None:
    """A student's own text may have such words."""
    assert said("{x}: 끝", "3을(를)") == "3을(를): 끝"


@pytest.mark.parametrize(("images", "word"), [(32, "[784, 32]가"), (100, "[784, 100]이")])
def test_a_mistake_is_told_with_the_right_particle(images: int, word: str) -> None:
    """In the lab's own messages."""
    told = Messages.of_lab(SPEC.folder, "ko")
    key = next(key for key, title in told.titles("mistakes").items() if "[784, {images}]이(가)" in title)
    assert word in told.entry("mistakes", key, {"images": images, "name": "x", "code": "y"})["title"]
