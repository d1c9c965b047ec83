"""Message files are looked at whole: what a student would find in them, a teacher is told before anything is judged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from graders.commands.teacher.runs.ahead import OVERVIEW
from graders.harness.base.errors import ConfigurationError
from graders.harness.judge import catalogue
from graders.spec import SPEC

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ENGLISH = """
[labels]
got = "got"
[failures.timeout]
got = "no answer within {text} s"
hint = "A loop? {{}}"
[checks.test_first]
title = "a title"
"""
KOREAN = """
[labels]
got = "결과"
[failures.timeout]
got = "{text}초 안에 답이 오지 않았어요"
hint = "반복문인가요? {{}}"
[checks.test_first]
title = "제목"
"""


@pytest.fixture
def look(tmp_path: Path) -> Callable[..., str]:
    """Return a function that writes a folder of messages, a text replaced in one of them, and looks through it."""

    def written(language: str = "", old: str = "", new: str = "") -> str:
        for name, text in {"en": ENGLISH, "ko": KOREAN}.items():
            assert name != language or old in text
            (tmp_path / name).mkdir(exist_ok=True)
            changed = text.replace(old, new, 1) if name == language else text
            (tmp_path / name / "words.toml").write_text(changed, encoding="utf-8-sig")
        return catalogue.problem(tmp_path).replace(f"{tmp_path}/", "").replace(f"{tmp_path}\\", "").replace("\\", "/")

    return written


def test_whole_messages_are_taken(look: Callable[..., str]) -> None:
    """With a byte order mark, too; and what a translation lacks is shown in English."""
    assert look() == ""
    assert look("ko", '[checks.test_first]\ntitle = "제목"\n', "") == ""


@pytest.mark.parametrize(
    ("language", "old", "new", "said"),
    [
        ("ko", "[failures", "[failure", "ko/words.toml: failure.timeout: there is no such message in en; did you mean"),
        ("en", "timeout]", "time]", "ko/words.toml: failures.timeout: there is no such message in en; did you mean"),
        ("ko", "hint =", "hnit =", "ko/words.toml: failures.timeout: lacks hint, which en/words.toml has"),
        ("ko", "{text}", "{txt}", "failures.timeout: {text}, {txt} is not filled in both here and in en/words.toml"),
        ("en", "{text}", "{text", "en/words.toml: failures.timeout.got: cannot be filled in: expected '}'"),
        ("ko", "{{}}", "{}", "ko/words.toml: failures.timeout.hint: cannot be filled in: no field is called ''"),
        ("en", "a title", "{title}", "en/words.toml: checks.test_first.title: nothing is filled in here"),
        ("en", 'got = "got"', "got = 3", "en/words.toml: labels.got: must be a text, or a table of texts"),
        ("en", "[labels]", "labels = 3\n[other]", "en/words.toml: labels: must be a table"),
        ("ko", "[labels]", "[labels", "ko/words.toml: is no TOML"),
    ],
)
def test_a_slip_is_told_in_one_line(look: Callable[..., str], language: str, old: str, new: str, said: str) -> None:
    """With the file and the message."""
    found = look(language, old, new)
    assert said in found
    assert "\n" not in found


def test_our_own_messages_are_whole() -> None:
    """The engine's, the lab's, and those of a class's page."""
    catalogue.expect_whole(SPEC.folder, None, OVERVIEW)


def test_a_teachers_words_in_two_languages_are_looked_at(tmp_path: Path) -> None:
    """A brace that nobody fills in, in either."""
    path = tmp_path / "messages.toml"
    path.write_text('[ko.checks.test_a]\ntitle = "집합 {1, 2}"\n', encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"messages\.toml: ko\.checks\.test_a\.title: cannot be filled in"):
        catalogue.expect_whole(SPEC.folder, tmp_path)
