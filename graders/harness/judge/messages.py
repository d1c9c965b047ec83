"""The words of every message, kept in TOML files that a teacher can edit.

The engine and the lab have a folder `messages` each, with a folder for every language: `messages/<language>/*.toml`.
"""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graders.harness.base import particles
from graders.harness.base.errors import ConfigurationError, HarnessFault
from graders.harness.base.model import Word
from graders.harness.base.rows import Key
from graders.harness.base.words import Words

from . import private as own

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MESSAGES = Path(__file__).parents[1] / "messages"  # the engine's own
FALLBACK = "en"  # a text that a translation lacks is shown in English, rather than none
ROWS = tuple(key for key in Key if key not in (Key.WHERE, Key.HINT))  # what a check's or a failure's texts may say


class Messages:
    """The messages of one language; a later folder adds to an earlier one.

    To somebody at work in a running notebook, what the section `running` has is said in the place of notes and failures
    of the same key.
    """

    def __init__(self, folders: Iterable[Path], language: str, running: bool = False) -> None:
        self.language = language
        self._table: dict[str, Any] = {}
        for folder in folders:
            translated = _files(folder, language)
            fallback = [] if language == FALLBACK else sorted((folder / FALLBACK).glob("*.toml"))
            for path in (*fallback, *translated):
                for section, entries in read(path).items():
                    self._table.setdefault(section, {}).update(entries)
        for key, said in self._table.get("running", {}).items() if running else ():
            section = "notes" if isinstance(said, str) else "failures"
            self._table[section] = {**self._table[section], key: said}

    @classmethod
    def of_lab(cls, folder: Path, language: str, running: bool = False, private: Path | None = None) -> Messages:
        """Return the engine's messages with those of the lab in `folder`, and of a teacher's own checks in `private`.

        Raises ConfigurationError for a language that has none, and for what cannot be read.
        """
        messages = cls([MESSAGES, folder / "messages"], language, running)
        if private:
            messages._add(own.said(private), own.written(private, language))
        return messages

    def _add(self, defaults: own.Sections, texts: own.Sections) -> None:
        """Add a teacher's words; `defaults` are for what has none."""
        for section, entries in defaults.items():
            self._table[section] = entries | self._table.get(section, {})
        for section, entries in texts.items():
            self._table[section] = self._table.get(section, {}) | entries

    def text(self, section: str, key: str, **params: object) -> str:
        """Return the text at `section.key` with its fields filled in. Raises HarnessFault where there is none."""
        template = self._table.get(section, {}).get(key)
        if not isinstance(template, str):
            raise HarnessFault(f"no message {section}.{key} for the language {self.language}")
        return _fill(template, params, f"{section}.{key}")

    def entry(self, section: str, key: str, params: Mapping[str, object]) -> dict[str, str]:
        """Return all texts of the entry `section.key`, filled in, with Words among `params` in this language.

        Raises HarnessFault where there is no such entry, or no such word.
        """
        entry = self._table.get(section, {}).get(key)
        if not isinstance(entry, dict):
            raise HarnessFault(f"no message {section}.{key} for the language {self.language}")
        said = {name: self._said(value) for name, value in params.items()}
        return {name: _fill(template, said, f"{section}.{key}.{name}") for name, template in entry.items()}

    def _said(self, value: object) -> object:
        return self.text("words", value.key, **value.params) if isinstance(value, Word) else value

    def titles(self, section: str) -> Mapping[str, str]:
        """Return the titles of a section's entries as they are written, their fields not filled in."""
        return {name: entry["title"] for name, entry in self._table.get(section, {}).items() if "title" in entry}

    def written(self, section: str, key: str) -> Mapping[str, str]:
        """Return an entry's texts as they are written, their fields not filled in; none where there is no entry."""
        entry = self._table.get(section, {}).get(key)
        return dict(entry) if isinstance(entry, dict) else {}

    def section(self, section: str) -> Mapping[str, str]:
        """Return a whole section of plain texts, such as the table's headings."""
        return dict(self._table.get(section, {}))

    @property
    def words(self) -> Words:
        """The words that every format needs."""
        return Words(self.section("labels"), self.section("notes"), self.section("page"))


def _files(folder: Path, language: str) -> list[Path]:
    found = {path.name: sorted(path.glob("*.toml")) for path in sorted(folder.iterdir()) if path.is_dir()}
    if not found.get(language):
        known = ", ".join(name for name, files in found.items() if files)
        raise ConfigurationError(f"--language {language}: there are no messages in it; there are in: {known}")
    return found[language]


def read(path: Path) -> dict[str, Any]:
    """Return what a file of messages says. Raises ConfigurationError where it is no TOML."""
    return _parsed(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=128)
def _parsed(path: Path, changed: int) -> dict[str, Any]:
    """Return what a file says that was last changed then: one reading of many files takes 30 ms."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: is no TOML: {error}") from None


def _fill(template: str, params: Mapping[str, object], key: str) -> str:
    try:
        return particles.chosen(template, params).format_map(params)
    except (KeyError, IndexError, ValueError) as error:
        raise HarnessFault(f"message {key} cannot be filled in: {type(error).__name__} {error}") from None
