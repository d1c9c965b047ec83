"""The students' notebook in a real kernel: run as a student runs it, graded inside, and nothing of it left behind."""

from __future__ import annotations

import asyncio
import os
import re
import threading
from typing import TYPE_CHECKING, Any

import nbformat
import psutil
import pytest
import single
from grading import QUICKLY
from lxml import html
from nbclient import NotebookClient
from tiny_mnist import random_split

from graders.commands.teacher.notebook import NOTEBOOK
from graders.commands.teacher.script import GRADED, REFERENCE
from graders.digits import idx

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from graders.commands import judging

pytest_plugins = ["grading"]  # nurseries

SECONDS = 120  # for one cell on a busy machine
MIXED = "def flatten_images(images):\n    return images.reshape(784, -1).T"


class Kernel:
    """A kernel with a notebook that grows by the cells that are run in it."""

    def __init__(self, client: NotebookClient) -> None:
        self.client = client

    def run(self, source: str) -> list[Any]:
        """Run a cell; returns its outputs. Raises CellExecutionError where it raised."""
        nb: Any = nbformat  # whose functions have no types
        self.client.nb.cells.append(nb.v4.new_code_cell(source))
        done = self.client.execute_cell(self.client.nb.cells[-1], len(self.client.nb.cells) - 1)
        return list(done.outputs)

    def shown(self, source: str, kind: str = "text/plain") -> str:
        """Run a cell; returns what it shows of that kind."""
        return "".join(output.get("data", {}).get(kind, "") for output in self.run(source))

    @property
    def process(self) -> psutil.Process:
        """The kernel's process."""
        manager: Any = self.client.km
        return psutil.Process(manager.provisioner.pid)

    def interrupt(self) -> None:
        """Interrupt it, as the button with the square does."""
        manager: Any = self.client.km
        asyncio.run(manager.interrupt_kernel())


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """Start a kernel in a folder with a small MNIST."""
    folder = tmp_path_factory.mktemp("notebook")
    idx.write_root(folder / "MNIST_data", random_split(300, 1), random_split(100, 2))
    nb: Any = nbformat
    client = NotebookClient(nb.v4.new_notebook(), timeout=SECONDS, resources={"metadata": {"path": str(folder)}})
    variables = {**os.environ, "PYTHONPATH": str(REFERENCE.parents[1]), "JPY_SESSION_NAME": "work/my-lab.ipynb"}
    with client.setup_kernel(env=variables):
        yield Kernel(client)


def command(process: psutil.Process) -> str:
    """Return what a process was started with; nothing where it has ended."""
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def solved() -> list[str]:
    """Return the cells of the students' notebook, with the reference's functions where they are to be written."""
    nb: Any = nbformat
    cells = [cell.source for cell in nb.read(NOTEBOOK, as_version=4).cells if cell.cell_type == "code"]
    text = REFERENCE.read_text(encoding="utf-8")
    blocks = re.split(r"\n\n\n(?=def |class |# From here)", text)
    helpers = [block for block in blocks if re.match(r"class (Digits|ShuffledBatches)\b", block)]
    written = {name: next(block for block in blocks if block.startswith(f"def {name}(")) for name in GRADED}
    made = [next((written[name] for name in GRADED if f"def {name}(" in cell), cell) for cell in cells]
    return [*made[:2], "from collections.abc import Iterator", *helpers, *made[2:]]


@pytest.mark.sample
def test_a_student_at_work(kernel: Kernel, warm: judging.Nurseries, tmp_path: Path) -> None:
    """The whole notebook runs, its last cell grades it; a slip is found where it is, mended, and found mended.

    What is saved then, with all that it shows, gets outside what it got inside.
    """
    *cells, last = solved()
    assert last == "%grade"
    printed, pictures = "", 0
    for cell in cells:
        for output in kernel.run(cell):
            printed += output.get("text", "")
            pictures += "image/png" in output.get("data", {})
    assert re.search(r"Learning finished\nAccuracy: 0\.\d{4}\nLabel: \d\nPrediction: \d\n", printed)
    assert pictures == 1

    (output,) = kernel.run(last)
    assert "everything is right, well done" in output.data["text/plain"]
    page = html.fromstring(html.fragment_fromstring(output.data["text/html"]).get("srcdoc"))
    assert [each.text for each in page.find_class("submission")] == ["my-lab.ipynb"]
    assert page.xpath("//figure"), "the page has its pictures"

    nb: Any = nbformat
    nb.write(kernel.client.nb, tmp_path / "lab.ipynb")
    graded = single.grade("kim", tmp_path / "lab.ipynb", tmp_path / "out", QUICKLY, warm)
    assert graded.report is not None, graded.output
    assert (graded.report["score"], graded.report["max_score"]) == (95, 95)
    assert output.data["text/plain"].count("95.0 / 95") == 1

    kernel.run("x = 5")
    kernel.run(MIXED)
    count = kernel.client.nb.cells[-1].execution_count
    told = kernel.shown("%grade flatten_images --language ko")
    assert f"In [{count}] 2번째 줄: return images.reshape(784, -1).T" in told
    assert "서로 다른 이미지의 픽셀이 한 행에 섞였어요" in told
    kernel.run(MIXED.replace("reshape(784, -1).T", "flatten(1)"))
    assert "14.0 / 14  4/4" in kernel.shown("%grade reshape")

    threading.Timer(0.5, kernel.interrupt).start()
    assert kernel.shown("%grade") == "Grading was interrupted. Nothing in your notebook has changed."
    (output,) = kernel.run("print(x)")
    assert output.text == "5\n"

    below = kernel.process.children(recursive=True)
    assert len([each for each in below if "nursery" in command(each)]) >= 2
    kernel.process.kill()
    _, alive = psutil.wait_procs(below, timeout=10)
    assert [command(each) for each in alive if command(each)] == []
