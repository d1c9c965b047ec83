"""What pages of ours share: escaped templates, a style sheet, and the hashes by which a policy knows a text."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

SHARED = Path(__file__).with_name("shared.css")
CODE = re.compile(r"`([^`]+)`")


def environment(folder: Path) -> Environment:
    """Return what reads the templates in a folder; its filter `coded` shows what stands between backticks as code."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup, escape

    def coded(text: str) -> Markup:
        return Markup(CODE.sub(r"<code>\1</code>", str(escape(text))))

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
