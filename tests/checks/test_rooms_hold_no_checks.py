"""Where checks are looked for: beside the lab's conftest.py, and in a teacher's own folder wherever that lies."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from graders import conftest
from graders.spec import SPEC


def ignored(path: str, own: str | None = None) -> bool | None:
    stub = SimpleNamespace(getoption={"private": own}.get, invocation_params=SimpleNamespace(dir=SPEC.folder))
    return conftest.pytest_ignore_collect(SPEC.folder / path, cast("pytest.Config", stub))


def test_rooms_are_not_gone_through() -> None:
    rooms = [entry.name for entry in SPEC.folder.iterdir() if entry.is_dir() and entry.name != "__pycache__"]
    assert "measuring" in rooms
    assert all(ignored(room) for room in rooms)


@pytest.mark.parametrize("path", ["test_0_data.py", "measuring/oracle.py", "../tests"])
def test_the_rest_is_left_to_pytest(path: str) -> None:
    assert ignored(path) is None


@pytest.mark.parametrize("own", ["hidden", "hidden/2026"])
def test_a_teachers_own_checks_may_lie_in_the_labs_folder(own: str) -> None:
    assert ignored("hidden", own) is None
    assert ignored("measuring", own)
