"""The images that hypothesis chooses for part `reshape`."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from graders import test_2_reshape as reshape

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

SEEDS = range(8)  # a number out of some source is drawn now and then only


def _chosen() -> list[bytes]:
    chosen: list[bytes] = []

    def note(images: Any) -> None:
        chosen.append(images.tobytes())

    for seed in SEEDS:
        reshape.for_any_images(seed, note)
    return chosen


def test_images_do_not_depend_on_what_else_is_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A grade is the same alone and in a class: numbers in the sources of imported modules change no image."""
    before = _chosen()
    numbers = ", ".join(str(number) for number in range(2, 131))
    (tmp_path / "somebodys_numbers.py").write_text(f"NUMBERS = [{numbers}]\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.import_module("somebodys_numbers")
    assert _chosen() == before
