"""Pages in a real browser, as somebody sees who double-clicks a file: a pytest plugin.

Needs Playwright and a Chromium of the system's; where there is none, tests that ask for `browser` are skipped.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
SIZES = {"desk": 1280, "phone": 360}  # pixels


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Run a headless Chromium."""
    playwright = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("needs Chromium")
    sandbox = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with playwright.sync_playwright() as running:
        chromium = running.chromium.launch(executable_path=CHROMIUM, args=sandbox)
        yield chromium
        chromium.close()


def violations(tab: Any) -> list[tuple[str, list[str]]]:
    """Return what axe-core complains of in a page, opened up: each rule, and the elements that break it."""
    axe = pytest.importorskip("axe_core_python.sync_playwright").Axe()
    tab.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    found = axe.run(tab)
    assert len(found["passes"]) > 10
    return [(each["id"], [node["html"] for node in each["nodes"]]) for each in found["violations"]]


@dataclass
class Opened:
    """A page in the browser, with what its console said."""

    page: Any
    said: list[str]


def open_page(browser: Any, path: Path, width: int, scheme: str = "light", **options: Any) -> Opened:
    """Open a file as somebody does who double-clicks it. `options` are those of Playwright's contexts."""
    viewport = {"width": width, "height": 800}
    context = browser.new_context(viewport=viewport, color_scheme=scheme, offline=True, **options)
    opened = Opened(context.new_page(), [])
    opened.page.on("console", lambda message: opened.said.append(message.text))
    opened.page.on("pageerror", lambda error: opened.said.append(str(error)))
    opened.page.goto(path.resolve().as_uri())
    return opened
