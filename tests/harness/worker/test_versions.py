"""What Python counts of a dictionary's changes, and that patches are seen where it counts and where it does not."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from graders.harness.worker import seals, versions
from graders.harness.worker.observer import Places

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path


class Owner:
    """A class whose names are looked at through a view."""

    known = 1


MODULE = SimpleNamespace(known=1)
CHANGES: dict[str, tuple[Mapping[str, object], Callable[[], object]]] = {
    "a module's name": (vars(sys.modules[__name__]), lambda: setattr(sys.modules[__name__], "PLANTED", object())),
    "a class's name": (vars(Owner), lambda: setattr(Owner, "known", object())),
    "a new one": (vars(Owner), lambda: setattr(Owner, f"planted_{len(vars(Owner))}", object())),
    "an object's": (vars(MODULE), lambda: setattr(MODULE, "known", object())),
}


@pytest.mark.skipif(not versions.COUNTED, reason="this Python counts no changes")
@pytest.mark.parametrize("change", CHANGES)
def test_every_change_is_counted(change: str) -> None:
    """And nothing else is: neither reading nor the change of another dictionary."""
    mapping, make = CHANGES[change]
    count = versions.counter_of(mapping)
    before = count()
    _ = mapping.get("known"), list(mapping.items()), dict.fromkeys("other", 1)
    assert count() == before
    make()
    assert count() != before


def test_where_nobody_counts_nothing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then all names are looked at."""
    monkeypatch.setattr(versions, "COUNTED", False)
    assert versions.counter_of({})() == 0


@pytest.mark.parametrize("counted", [True, False])
def test_patches_are_seen_as_long_as_they_are_there(
    counted: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen again and again, and gone when taken back, whether changes are counted or not."""
    monkeypatch.setattr(versions, "COUNTED", counted and versions.COUNTED)
    lab = tmp_path / "lab.py"
    lab.write_text("def theirs():\n    pass\n", encoding="utf-8")
    scope: dict[str, Any] = {}
    exec(compile(lab.read_text(encoding="utf-8"), str(lab), "exec"), scope)
    held, places = seals._Held("Owner", vars(Owner)), Places(tmp_path)
    assert held.broken(places, "lab") == []
    before = Owner.known
    Owner.known = scope["theirs"]
    seen = [held.broken(places, "lab") for _ in range(3)]
    Owner.known = before
    assert seen == [[["Owner.known", ["lab.py", 1]]]] * 3
    assert held.broken(places, "lab") == []
    Owner.other = object()  # type: ignore[attr-defined]  # nobody's: a module that was imported since leaves its name
    assert held.broken(places, "lab") == []
