"""The words of mistakes, ideas and messages: all there, in every language, each guard shown to find a planted fault."""

from __future__ import annotations

import re
import string
import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from graders import mistakes
from graders.mistakes.ideas import Idea

if TYPE_CHECKING:
    from collections.abc import Mapping

    Table = Mapping[str, Mapping[str, str]]  # the texts of each entry

ROOT = Path(__file__).parents[2]
MESSAGES = {"engine": ROOT / "graders" / "harness" / "messages", "lab": ROOT / "graders" / "messages"}
LANGUAGES = ("en", "ko")
NAMES = {mistake.name for clue in mistakes.CLUES for mistake in clue.mistakes} | {
    rule.name for rule in mistakes.CRASHES
}
PARTS = {"title", "why", "hint"}  # of a mistake's words
LONGEST_IDEA = 70  # characters: a line of a message


@cache
def words(folder: str, language: str) -> Table:
    """Return all message entries of a language by their dotted keys."""
    table: dict[str, dict[str, str]] = {}
    for path in sorted((MESSAGES[folder] / language).glob("*.toml")):
        for section, entries in tomllib.loads(path.read_text(encoding="utf-8")).items():
            for key, texts in entries.items():
                assert f"{section}.{key}" not in table, f"{path.name}: {section}.{key} is there twice"
                table[f"{section}.{key}"] = texts if isinstance(texts, dict) else {"": texts}
    return table


def section(table: Table, name: str) -> Table:
    """Return the entries of one section, by their own keys."""
    return {key.partition(".")[2]: texts for key, texts in table.items() if key.startswith(f"{name}.")}


def wordless(entries: Table, names: set[str]) -> set[str]:
    """Return the mistakes that lack some words, and the words that belong to none."""
    lacking = {key for key, texts in entries.items() if set(texts) != PARTS or not all(map(str.strip, texts.values()))}
    return lacking | (set(entries) ^ names)


def different(first: Table, other: Table) -> set[str]:
    """Return the entries that one language lacks, or has with other texts or fields than the other one."""
    return {key for key in first.keys() | other.keys() if _asked(first.get(key, {})) != _asked(other.get(key, {}))}


def _asked(texts: Mapping[str, str]) -> tuple[set[str], set[str]]:
    found = {field for text in texts.values() for _, field, _, _ in string.Formatter().parse(text) if field}
    return set(texts), found


def untranslated(first: Table, other: Table) -> set[str]:
    """Return the entries with a sentence that is the same in both languages."""
    same = {(key, name) for key, texts in first.items() for name in texts if texts[name] == other[key].get(name)}
    return {key for key, name in same if len(re.sub(r"\{\w+\}|[^A-Za-z ]", "", first[key][name]).split()) > 2}


def unlike(entries: Table, ideas: set[str]) -> set[str]:
    """Return the ideas without a text of one line, and the texts of none."""
    return {key for key, texts in entries.items() if not 0 < len(texts[""]) <= LONGEST_IDEA} | (set(entries) ^ ideas)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_mistake_has_its_words(language: str) -> None:
    """Every name of the catalogue has title, why and hint in every language, and no words are left over."""
    assert wordless(section(words("lab", language), "mistakes"), NAMES) == set()


@pytest.mark.parametrize("folder", MESSAGES)
@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_languages_say_the_same(folder: str, language: str) -> None:
    """Every message exists in every language, with the same texts and fields; none is missing, none is stale."""
    assert different(words(folder, LANGUAGES[0]), words(folder, language)) == set()


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_language_is_really_another(language: str) -> None:
    """A text that is the English one, letter by letter, was forgotten, unless it is all code and fields."""
    assert untranslated(words("lab", LANGUAGES[0]), words("lab", language)) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_idea_has_its_words(language: str) -> None:
    """Every idea of the lesson has a text of one line, and no text is left over."""
    assert unlike(section(words("lab", language), "ideas"), set(Idea)) == set()


# ---- the guards themselves

WHOLE = {"title": "the costs are summed", "why": "A sum grows.", "hint": "Which reduction?"}
KOREAN = {"title": "합이에요", "why": "합은 커져요.", "hint": "어떤 reduction인가요?"}


@pytest.mark.parametrize(
    "entries",
    [{}, {"a": WHOLE, "b": WHOLE}, {"a": {"title": "t", "why": "w"}}, {"a": {**WHOLE, "why": " "}}],
    ids=["missing", "left over", "no hint", "blank"],
)
def test_guard_of_words_finds(entries: Table) -> None:
    """A mistake without words, words without a mistake, an entry that lacks a text."""
    assert wordless({"a": WHOLE}, {"a"}) == set()
    assert wordless(entries, {"a"}) != set()


@pytest.mark.parametrize(
    "other",
    [{}, {"a": KOREAN, "b": KOREAN}, {"a": {"title": "합이에요"}}, {"a": {**KOREAN, "why": "{n} 배예요."}}],
    ids=["missing", "stale", "fewer texts", "another field"],
)
def test_guard_of_languages_finds(other: Table) -> None:
    """An entry that one language has alone, or with other texts or fields."""
    assert different({"a": WHOLE}, {"a": KOREAN}) == set()
    assert different({"a": WHOLE}, other) == {"b" if "b" in other else "a"}


@pytest.mark.parametrize("text", ["title", "hint"])
def test_guard_of_translations_finds(text: str) -> None:
    """A single sentence that was left in English, beside others that were not."""
    sentence = "which reduction has your criterion"
    assert untranslated({"a": {**WHOLE, text: sentence}}, {"a": KOREAN}) == set()
    assert untranslated({"a": {**WHOLE, text: sentence}}, {"a": {**KOREAN, text: sentence}}) == {"a"}


@pytest.mark.parametrize(
    "entries",
    [{}, {"a": {"": "x"}, "b": {"": "x"}}, {"a": {"": ""}}, {"a": {"": "x" * 71}}],
    ids=["missing", "left over", "blank", "too long"],
)
def test_guard_of_ideas_finds(entries: Table) -> None:
    """An idea without a text, a text without an idea, one that fills no line or more than one."""
    assert unlike({"a": {"": "x"}}, {"a"}) == set()
    assert unlike(entries, {"a"}) != set()
