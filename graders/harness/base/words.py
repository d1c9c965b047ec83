"""The words that every format needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Words:
    """A language's words: the labels of messages and tables, whole sentences, and a page's headings."""

    labels: Mapping[str, str]
    notes: Mapping[str, str]
    page: Mapping[str, str]
