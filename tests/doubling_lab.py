"""The second lab, laid out as a repository of its own: a pytest plugin. Its gradings take a second."""

from __future__ import annotations

import importlib
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graders.harness.judge.spec import LabSpec

LAB = Path(__file__).parent / "second_lab" / "doubling"
RIGHT = "def double(n):\n    return 2 * n\n\n\ndef total(numbers):\n    return sum(double(n) for n in numbers)\n"
CLASS = {
    "right": RIGHT,
    "tripled": RIGHT.replace("2 * n", "3 * n"),
    "off": RIGHT.replace("2 * n", "2 * n + 7"),
    "unwritten": RIGHT.replace("return 2 * n", "raise NotImplementedError"),
    "wrong-total": RIGHT.replace("sum(", "max("),
}


@pytest.fixture(scope="module")
def doubling(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabSpec]:
    """Lay the lab out, under names that pytest looks for; these tests must not find them."""
    root = tmp_path_factory.mktemp("second")
    shutil.copytree(LAB, root / "doubling", ignore=shutil.ignore_patterns("__pycache__"))
    for path in (root / "doubling").glob("check_*.py"):
        path.rename(path.with_name(path.name.replace("check_", "test_")))
    (root / "doubling" / "conftest_of_lab.py").rename(root / "doubling" / "conftest.py")
    (root / "conftest.py").write_text('pytest_plugins = ["graders.harness.plugin"]\n', encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(root)
        spec: LabSpec = importlib.import_module("doubling.spec").SPEC
        yield spec
    for name in [name for name in sys.modules if name.partition(".")[0] == "doubling"]:
        del sys.modules[name]
