"""Draw the pictures of README.md: what a student sees of a lab that is half done, in the terminal and on the page.

    python benchmarks/pictures.py [--mnist-root DIR]

Writes `docs/pictures/`: the terminal as SVG, the top of the page as PNG in both colour schemes, and the words of the
page, whose hash the PNGs hold: by these `tests/test_readme.py` knows whether the pictures are of today's grader. Needs
MNIST and Chromium.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import pictured  # noqa: E402  # after the path is set
from pictured import PICTURES  # noqa: E402

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
WIDTH = 800  # pixels


def draw_page(page: str, scheme: str, target: Path) -> None:
    """Draw a page from its top to the end of the first thing to fix, as PNG."""
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo
    from playwright.sync_api import sync_playwright

    sandbox = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as running:
        path = Path(folder) / "report.html"
        path.write_text(page, encoding="utf-8")
        browser = running.chromium.launch(executable_path=CHROMIUM, args=sandbox)
        viewport = {"width": WIDTH, "height": WIDTH}
        tab = browser.new_context(viewport=viewport, color_scheme=scheme, offline=True).new_page()
        tab.goto(path.as_uri())
        end = tab.evaluate("document.querySelector('article').getBoundingClientRect().bottom")
        clip = {"x": 0, "y": 0, "width": WIDTH, "height": end + 16}
        tab.screenshot(path=path.with_suffix(".png"), clip=clip, full_page=True)
        browser.close()
        note = PngInfo()
        note.add_text(pictured.SAYS, pictured.hashed(pictured.lines_in_page(page)))
        with Image.open(path.with_suffix(".png")) as picture:
            few = picture.convert("RGB").quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
            few.save(target, optimize=True, pnginfo=note)


def main() -> None:
    """Draw them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mnist-root", type=Path, default=os.environ.get("MNIST_ROOT"), metavar="DIR")
    options = parser.parse_args()
    if options.mnist_root is None or CHROMIUM is None:
        parser.error("needs MNIST (--mnist-root or $MNIST_ROOT) and Chromium")
    with tempfile.TemporaryDirectory() as folder:
        report = pictured.graded(Path(folder), Path(options.mnist_root))
    page = pictured.page_of(report)
    PICTURES.mkdir(exist_ok=True)
    (PICTURES / "terminal.svg").write_text(pictured.svg_of(pictured.terminal_of(report, colour=True)), encoding="utf-8")
    (PICTURES / "page.txt").write_text("\n".join(pictured.lines_in_page(page)) + "\n", encoding="utf-8")
    for scheme in ("light", "dark"):
        draw_page(page, scheme, PICTURES / f"page-{scheme}.png")
    for path in sorted(PICTURES.iterdir()):
        print(f"{path.relative_to(ROOT)}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
