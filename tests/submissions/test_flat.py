"""Flat files, scripts and notebooks as learners write them, are judged part by part as a careful reader would."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from corpus import NAMES
from corpus.flat_files import FLAT, FLAT_FILES, WRITTEN, flat_source, handed_in
from corpus.half_done import PARTS
from layers import layered

from graders.harness.judge.messages import Messages
from graders.outline import outline
from graders.spec import SPEC

if TYPE_CHECKING:
    from collections.abc import Callable

    from corpus.flat_files import FlatFile

pytest_plugins = ["grading"]

RUNNER = Path(__file__).resolve().parents[1] / "flat_runner.py"
RAISING = {
    "data_zero": "IndexError",
    "largest-of-the-batch": "RuntimeError",
    "transforms-not-imported": "NameError",
    "method-misspelt": "AttributeError",
    "argument-misspelt": "AttributeError",
    "rows-not-joined": "RuntimeError",
    "by-hand-nine-digits": "IndexError",
    "by-hand-no-gradient": "RuntimeError",
    "by-hand-no-leaf": "ValueError",
}
FEWEST, FEWEST_BUGS, FEWEST_NOTEBOOKS = 90, 50, 15
# What learners' files have in them, and how it can be told that one of these has it.
FORMS = {
    "X, Y": r"for X, Y in",
    "imgs, labels": r"imgs, labels",
    "enumerate": r"in enumerate\(",
    "tqdm over the epochs": r"in tqdm\(range\(",
    "tqdm over the batches": r"tqdm\(train_loader",
    "while": r"^while ",
    "view": r"\.view\(-1, 28 \* 28\)",
    "reshape": r"\.reshape\(",
    "flatten": r"\.flatten\(",
    "nn.Flatten": r"nn\.Flatten\(\)",
    "a class": r"class \w+\(nn\.Module\)",
    "a bare layer": r"^linear = torch\.nn\.Linear",
    "Sequential": r"nn\.Sequential\(",
    "an own Dataset": r"class \w+\(Dataset\)",
    "initialised afterwards": r"init\.normal_\(linear\.weight\)",
    "test_data": r"\.test_data",
    "data": r"\.data\.view",
    "running counts": r"\+= labels\.size\(0\)",
    "percent": r"100 \* correct / total",
    "Variable": r"Variable\(",
    ".data[0]": r"\.data\[0\]",
    "functions on globals": r"^def train\(epoch\)",
    "a main guard": r"^if __name__",
    "visdom": r"^import visdom",
    "random": r"^import random",
    "device by hand": r"^device = .cpu.",
    "cuda by hand": r"\.cuda\(\)",
    "Korean comments": r"# [가-힣]",
    "a path of Windows": r"C:\\\\|C:\\",
    "cross_entropy": r"F\.cross_entropy\(",
    "log_softmax and NLLLoss": r"log_softmax",
    "max": r"\.max\(1\)\[1\]|torch\.max\(outputs, 1\)",
    "topk": r"\.topk\(",
    "a title": r"\.title\(",
    "axes": r"plt\.subplots\(",
    "several pictures": r"plt\.subplot\(",
    "Colab": r"from google\.colab",
    "magics": r"^#> %",
}


@pytest.mark.parametrize("name", FORMS)
def test_every_form_is_in_a_file(name: str):
    """The corpus has the forms that it is there for."""
    assert any(re.search(FORMS[name], flat_source(file), re.MULTILINE) for file in WRITTEN)


def test_the_corpus_is_large_and_its_names_are_unique():
    """No two files share a name or are the same program, and many have a mistake or are notebooks."""
    assert len({file.name for file in FLAT_FILES}) == len(FLAT_FILES) >= FEWEST
    assert len({flat_source(file) for file in FLAT_FILES}) == len(FLAT_FILES)
    assert sum(file.is_bug for file in FLAT_FILES) >= FEWEST_BUGS
    assert sum(file.notebook for file in FLAT_FILES) >= FEWEST_NOTEBOOKS
    assert {path.stem for path in FLAT.glob("*.py")} == {file.name for file in WRITTEN}


@pytest.mark.parametrize("file", FLAT_FILES, ids=lambda file: file.name)
def test_every_file_can_be_read_and_expects_what_there_is(file: FlatFile):
    """A file is Python without any of the contract's functions; its expectation names parts, functions, mistakes."""
    source = flat_source(file)
    assert not {node.name for node in ast.walk(parsed(source)) if isinstance(node, ast.FunctionDef)} & {*NAMES} - {
        "train"
    }
    assert {*file.lost} <= {*PARTS} - {"throughput"}
    assert {*file.missing} <= {*NAMES}
    assert not file.mistake or file.mistake in Messages.of_lab(SPEC.folder, "en").titles("mistakes")
    name, text = handed_in(file)
    if file.notebook:
        code = ["".join(cell["source"]) for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
        words = re.sub(r"^[%!].*", "", "\n".join(code), flags=re.MULTILINE)
        assert ast.dump(parsed(words)) == ast.dump(parsed(source)), name


def parsed(source: str) -> ast.Module:
    """Parse a file without the warnings that a careless student earns."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(source)


@pytest.mark.parametrize("file", FLAT_FILES, ids=lambda file: file.name)
def test_every_role_is_found_or_told_to_be_missing(file: FlatFile):
    """All the contract's functions are made of a file but those that nothing in it can be made into."""
    outlined = outline.outline(parsed(flat_source(file)))
    assert outlined is not None
    assert set(outlined.missing) == set(file.missing)


@pytest.mark.whole
def test_what_does_not_raise_by_mistake_runs_through(tmp_path: Path):
    """The files are programs that their writers could have run; those that cannot be are so by their mistake."""
    scripts = [tmp_path / f"{file.name}.py" for file in FLAT_FILES]
    for script, file in zip(scripts, FLAT_FILES, strict=True):
        script.write_text(flat_source(file), encoding="utf-8")
    command = [sys.executable, str(RUNNER), *map(str, scripts)]
    ran = subprocess.run(command, cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True)
    assert json.loads(ran.stdout) == RAISING


@pytest.mark.parametrize("file", layered({file.name: file for file in FLAT_FILES}, few=2, some=8))
def test_a_flat_file_is_judged_as_a_careful_reader_would(file: FlatFile, grade: Callable[..., dict[str, Any]]) -> None:
    """It loses points in the parts of its mistakes and of what it lacks, and in no others; a bug is named, rightly.

    Nobody is sent to look at a line of ours that was put beside the student's.
    """
    name, text = handed_in(file)
    report = grade(file.name, text, name)
    failed = {
        check["title"]: check["message"] for part in report["parts"] for check in part["checks"] if check["message"]
    }
    lost = {part["name"] for part in report["parts"] if part["points"] < part["max_points"]} - {"throughput"}
    named = {check["mistake"] for part in report["parts"] for check in part["checks"]} - {None}
    assert lost == {*file.lost}, failed
    assert report["suspicions"] == []
    assert not file.mistake or named == {file.mistake}, failed
