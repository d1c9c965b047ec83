"""Time `%grade` in a real kernel: the first one, and the median of those after it.

    python benchmarks/notebook_magic.py [--times N] [--part PART]

The notebook holds the reference's functions. The first `%grade` is run at once, while the kernel has just begun to
import torch for it; the others find that done. Before each, a function's cell is run again, as after a correction.
"""

import argparse
import os
import re
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def notebook_cells() -> list[str]:
    """Return the reference as cells, one a function, and without what runs the lab."""
    text = (ROOT / "reference" / "lab.py").read_text(encoding="utf-8").partition("# From here on")[0]
    return re.split(r"\n\n\n(?=def |class )", text)


def run(client, source: str) -> float:
    """Run a cell; returns how many seconds it took."""
    import nbformat

    client.nb.cells.append(nbformat.v4.new_code_cell(source))
    started = time.perf_counter()
    client.execute_cell(client.nb.cells[-1], len(client.nb.cells) - 1)
    return time.perf_counter() - started


def main() -> None:
    """Print the seconds of the first grading and of those after it, of everything and of one part."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=5, help="gradings of each kind (default: %(default)s)")
    parser.add_argument("--part", default="reshape", help="the part that is graded alone (default: %(default)s)")
    options = parser.parse_args()
    import nbformat
    from nbclient import NotebookClient

    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(nbformat.v4.new_notebook(), timeout=600, resources={"metadata": {"path": folder}})
        with client.setup_kernel(env={**os.environ, "PYTHONPATH": str(ROOT)}):
            cells = ["%load_ext graders", *notebook_cells()]
            loading = sum(run(client, cell) for cell in cells)
            print(f"load_ext and the cells   {loading:5.2f} s")
            print(f"%grade, the first        {run(client, '%grade'):5.2f} s")
            for line in ("%grade", f"%grade {options.part}"):
                seconds = []
                for _ in range(options.times):
                    run(client, next(cell for cell in cells if cell.startswith("def flatten_images")))
                    seconds.append(run(client, line))
                told = ", ".join(f"{each:.2f}" for each in seconds)
                print(f"{line:<25}{statistics.median(seconds):5.2f} s in the median of {told}")


if __name__ == "__main__":
    sys.exit(main())
