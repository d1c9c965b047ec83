"""Show how large a class's page is, how fast it is drawn, and how smooth it is in a browser.

    python benchmarks/class_page.py [--students 5000] [--keep page.html]

The class is made up. Size, drawing and memory are those of the page alone, as if the gradebook had all that it needs;
first paint and the time from a key in the search box to what is painted after it are Chromium's, where there is one.
"""

from __future__ import annotations

import argparse
import gzip
import os
import resource
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from made_up_class import class_of, data_of  # noqa: E402  # after the path is set

from graders.commands.teacher.overview import alike, page  # noqa: E402

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
TYPED = "kim 12 민수 nguyễn 4"
# Notes when a key came, and when the frame after it was painted: what is posted in a frame comes after its paint.
WATCH = """
window.keys = [];
document.getElementById("search").addEventListener("input", (event) => {
  const came = event.timeStamp;
  requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => window.keys.push(performance.now() - came);
    channel.port2.postMessage(0);
  });
}, true);
"""


PAINTED = """new Promise((tell) => new PerformanceObserver((seen) => {
  for (const one of seen.getEntries()) if (one.name === "first-contentful-paint") tell(one.startTime);
}).observe({ type: "paint", buffered: true }))"""
SORT = """(() => {
  const began = performance.now();
  document.querySelector("[data-sort='4'] button").click();
  document.body.offsetHeight; // laid out, too
  return performance.now() - began;
})()"""


def drawn(students: int) -> str:
    """Draw the page of a class, and print what that took."""
    rows = list(class_of(students))
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
    data = data_of(rows)
    gathered = time.perf_counter()
    text = page.render(data, page.messages_in("en"), "2026-01-31 12:00 UTC")
    ended = time.perf_counter()
    more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    whole = text.encode()
    began_alike = time.perf_counter()
    groups = alike.groups([row.marks for row in rows])
    compared = time.perf_counter() - began_alike
    print(f"{students} students: {len(whole) / 1e6:.2f} MB, {len(gzip.compress(whole)) / 1e6:.2f} MB packed")
    print(f"gathered in {gathered - began:.2f} s ({compared:.2f} s of it to find {len(groups)} groups that are alike)")
    print(f"drawn in {ended - gathered:.2f} s; {more:.0f} MiB more memory at the peak than its rows")
    return text


def browsed(path: Path) -> None:
    """Open the page a few times, type into its search box, and print how long each takes. Milliseconds."""
    from playwright.sync_api import sync_playwright

    sandbox = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=sandbox)
        paints, keys, sorts = list[float](), list[float](), list[float]()
        for _ in range(5):
            tab = browser.new_context(viewport={"width": 1280, "height": 800}, offline=True).new_page()
            tab.goto(path.resolve().as_uri())
            paints.append(_first_paint(tab))
            tab.evaluate(WATCH)
            tab.locator("#search").focus()
            for letter in TYPED:
                tab.keyboard.insert_text(letter)
            for _ in TYPED:
                tab.keyboard.press("Backspace")
            tab.wait_for_timeout(500)  # the last frames
            keys += tab.evaluate("window.keys")
            sorts.append(tab.evaluate(SORT))
            tab.close()
        print(f"first paint: {statistics.median(paints):.0f} ms, at worst {max(paints):.0f} ms")
        print(f"a key in the search box to its paint: {statistics.median(keys):.0f} ms, at worst {max(keys):.0f} ms")
        print(f"sorting by points: {statistics.median(sorts):.0f} ms")
        browser.close()


def _first_paint(tab: Any) -> float:
    return float(tab.evaluate(PAINTED))


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--students", type=int, default=5000)
    parser.add_argument("--keep", type=Path, metavar="FILE", help="where to leave the page")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = options.keep or Path(folder) / "index.html"
        path.write_text(drawn(options.students), encoding="utf-8")
        if CHROMIUM is None:
            print("no Chromium here: nothing of a browser is measured")
        else:
            browsed(path)


if __name__ == "__main__":
    main()
