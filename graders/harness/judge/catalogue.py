"""Message files looked at as a whole, before anything is judged: a slip in one would else be found by some student.

What one language says of a message, another one confirms: its texts, and the fields that are filled in. What a
translation lacks altogether is shown in English.
"""

from __future__ import annotations

import string
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from graders.harness.base.errors import ConfigurationError
from graders.harness.base.nearest import meant

from . import private as own
from .messages import FALLBACK, MESSAGES, read

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    Entries = dict[str, tuple[Path, Mapping[str, str]]]  # by dotted key: the file, and the texts by their names

PLAIN = ("checks",)  # sections whose texts stand for whatever fails, so that nothing is filled in


def expect_whole(folder: Path, private: Path | None = None, *more: Path) -> None:
    """Look through the messages of the engine, of the lab in `folder`, of own checks in `private`, and `more` folders.

    Raises ConfigurationError, in one line, for what cannot be read or filled in. The second look at files that have not
    changed takes a millisecond.
    """
    for messages in (MESSAGES, folder / "messages", *more):
        if found := problem(messages):
            raise ConfigurationError(found)
    if private and (private / own.MESSAGES).is_file():
        for _, _ in _texts(private / own.MESSAGES):
            pass


def problem(folder: Path) -> str:
    """Return what is wrong with a folder's message files, in one line; nothing where they are whole."""
    files = [path for language in folder.iterdir() if language.is_dir() for path in language.glob("*.toml")]
    return _problem(tuple((path, path.stat().st_mtime_ns) for path in sorted(files)))


@lru_cache(maxsize=8)
def _problem(files: tuple[tuple[Path, int], ...]) -> str:
    """Return what is wrong with files that were last changed then."""
    languages: dict[str, Entries] = {}
    try:
        for path, _ in files:
            entries = languages.setdefault(path.parent.name, {})
            entries.update((key, (path, texts)) for key, texts in _texts(path))
        english = languages.get(FALLBACK, {})
        for language, entries in languages.items():
            if language != FALLBACK and english:
                _expect_alike(entries, english)
    except ConfigurationError as error:
        return str(error)
    return ""


def _expect_alike(entries: Entries, english: Entries) -> None:
    for key, (path, texts) in entries.items():
        if key not in english:
            raise ConfigurationError(f"{path}: {key}: there is no such message in {FALLBACK}{meant(key, english)}")
        there, right = english[key]
        if lacking := [name for name in right if name not in texts]:
            raise ConfigurationError(f"{path}: {key}: lacks {', '.join(lacking)}, which {there} has")
        if odd := _all_fields(texts) ^ _all_fields(right):
            said = ", ".join(f"{{{field}}}" for field in sorted(odd))
            raise ConfigurationError(f"{path}: {key}: {said} is not filled in both here and in {there}")


def _all_fields(texts: Mapping[str, str]) -> set[str]:
    return set[str]().union(*map(_fields, texts.values()))


def _texts(path: Path) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield each message's key and texts. Raises ConfigurationError for one that is none, or cannot be filled in."""
    for section, said in read(path).items():
        if not isinstance(said, dict):
            raise ConfigurationError(f"{path}: {section}: must be a table")
        for key, entry in said.items():
            yield from _entry(path, section, f"{section}.{key}", entry)


def _entry(path: Path, section: str, key: str, entry: Any) -> Iterator[tuple[str, Mapping[str, str]]]:
    if len(section) == own.LANGUAGE_LETTERS and isinstance(entry, dict):  # a teacher's words in another language
        inner = key.rpartition(".")[2]
        for name, texts in entry.items():
            yield from _entry(path, inner, f"{key}.{name}", texts)
        return
    texts = {"": entry} if isinstance(entry, str) else entry
    if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
        raise ConfigurationError(f"{path}: {key}: must be a text, or a table of texts")
    for name, text in texts.items():
        at = f"{key}.{name}" if name else key
        try:
            fields = _fields(text)
        except ValueError as error:
            raise ConfigurationError(f"{path}: {at}: cannot be filled in: {error} (a brace is written twice)") from None
        if fields and section in PLAIN:
            raise ConfigurationError(f"{path}: {at}: nothing is filled in here (a brace is written twice)")
    yield key, texts


def _fields(text: str) -> set[str]:
    if "{" not in text and "}" not in text:
        return set()
    fields = [field for _, field, _, _ in string.Formatter().parse(text) if field is not None]
    if not all(field.isidentifier() for field in fields):
        raise ValueError(f"no field is called {next(field for field in fields if not field.isidentifier())!r}")
    return set(fields)
