"""What pages of ours share: escaped templates, a style sheet, and the hashes by which a policy knows a text."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jinja2 import Environment
    from markupsafe import Markup

SHARED = Path(__file__).with_name("shared.css")
WORD = re.compile(r"(?:`[^`]+`|\S)+")  # in code may be blanks
CODE = re.compile(r"`([^`]+)`")
# Between a Korean letter and what is none browsers part words, `word-break: keep-all` or not: after [B] in "[B]여야".
PARTED = re.compile(r"[^\w\s][가-힣]|[가-힣][^\w\s.,:;!?…]")


def environment(folder: Path) -> Environment:
    """Return what reads the templates in a folder.

    Its filter `coded` shows what stands between backticks as code, and keeps Korean words whole.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup, escape

    @lru_cache(maxsize=2_000, typed=True)  # the pages of a class say most texts alike; markup is not escaped again
    def coded(text: str) -> Markup:
        return Markup("".join(_pieces(text)))

    def _pieces(text: str) -> Iterator[str]:
        end = 0
        for word in WORD.finditer(text):
            yield text[end : word.start()]
            end = word.end()
            shown = CODE.sub(r"<code>\1</code>", str(escape(word[0])))
            yield f'<span class="word">{shown}</span>' if PARTED.search(word[0]) else shown
        yield text[end:]

    made = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["coded"] = coded
    return made


def style(folder: Path) -> str:
    """Return the style sheet of the page whose template lies in a folder: what all pages share, then its own."""
    return "".join(path.read_text(encoding="utf-8") for path in (SHARED, folder / "page.css"))


def source(text: str) -> str:
    """Return how a content security policy names a style sheet or a script that stands in the page."""
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")
    return f"'sha256-{digest}'"
