"""The words of every message, kept in TOML files that a teacher can edit.

The engine and the lab have a folder each, with a file `<language>.toml` for every language.
"""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

from .errors import ConfigurationError, HarnessFault

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

LABELS = ("asked", "expected", "got", "why")  # the lines of a message, in the order in which they are shown


class Messages:
    """The messages of one language; a later folder adds to an earlier one."""

    def __init__(self, folders: Iterable[Path], language: str) -> None:
        self.language = language
        self._table: dict[str, Any] = {}
        for folder in folders:
            for section, entries in _read(folder / f"{language}.toml").items():
                self._table.setdefault(section, {}).update(entries)

    def text(self, section: str, key: str, **params: object) -> str:
        """Return the text at `section.key` with its fields filled in. Raises HarnessFault where there is none."""
        template = self._table.get(section, {}).get(key)
        if not isinstance(template, str):
            raise HarnessFault(f"no message {section}.{key} in {self.language}.toml")
        return _fill(template, params, f"{section}.{key}")

    def entry(self, section: str, key: str, params: Mapping[str, object]) -> dict[str, str]:
        """Return all texts of the entry `section.key`, filled in; an entry that does not exist is a HarnessFault."""
        entry = self._table.get(section, {}).get(key)
        if not isinstance(entry, dict):
            raise HarnessFault(f"no message {section}.{key} in {self.language}.toml")
        return {name: _fill(template, params, f"{section}.{key}.{name}") for name, template in entry.items()}

    def section(self, section: str) -> Mapping[str, str]:
        """Return a whole section of plain texts, such as the table's headings."""
        return dict(self._table.get(section, {}))


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        known = ", ".join(sorted(other.stem for other in path.parent.glob("*.toml")))
        raise ConfigurationError(
            f"--language {path.stem}: there are no messages in it; there are in: {known}"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: is no TOML: {error}") from None


def _fill(template: str, params: Mapping[str, object], key: str) -> str:
    try:
        return template.format_map(params)
    except (KeyError, IndexError, ValueError) as error:
        raise HarnessFault(f"message {key} cannot be filled in: {type(error).__name__} {error}") from None
