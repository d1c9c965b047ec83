"""What a nursery has done before it forks."""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING

import pytest

from graders.harness.link.readiness import get_ready

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def unfrozen() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_modules_are_imported_and_functions_called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gets_ready.py").write_text("done = []\ndef begin():\n    done.append(1)\n")
    monkeypatch.syspath_prepend(tmp_path)
    get_ready(["gets_ready", "gets_ready:begin"])
    assert sys.modules.pop("gets_ready").done == [1]


def test_a_function_gets_the_text_behind_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "reads.py").write_text("done = []\ndef read(text):\n    done.append(text)\n")
    monkeypatch.syspath_prepend(tmp_path)
    get_ready(["reads:read=/a/b=c:d"])
    assert sys.modules.pop("reads").done == ["/a/b=c:d"]


def test_a_module_that_is_not_there_keeps_nobody_from_getting_ready(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "comes_later.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    get_ready(["no_such_module:begin", "no_such_module", "comes_later"])
    assert sys.modules.pop("comes_later")
