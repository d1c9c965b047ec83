"""A teacher's own checks, from a folder beside the lab's: they are collected, run and weighed as the lab's are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from graders.harness.base.model import Failure
from graders.harness.judge import private

if TYPE_CHECKING:
    from collections.abc import Sequence


def add_options(group: pytest.OptionGroup) -> None:
    """Add the option that names the folder."""
    group.addoption(
        "--private", metavar="FOLDER", help="also run the checks of your own in there; its rubric.toml counts"
    )


def folder(config: pytest.Config) -> Path | None:
    """Return the folder of a teacher's own checks; None where there is none."""
    given = config.getoption("private")
    return (config.invocation_params.dir / Path(given).expanduser()).resolve() if given else None


def rubric(config: pytest.Config) -> Path | None:
    """Return the rubric that lies beside them."""
    return private.rubric_in(folder(config))


def collect(config: pytest.Config) -> None:
    """Have them collected with what was asked for; those of pytest-xdist's processes were told already."""
    own = folder(config)
    if own and str(own) not in config.args:
        config.args.append(str(own))


def is_own(item: pytest.Item) -> bool:
    """Tell whether a check is the teacher's own."""
    own = folder(item.config)
    return own is not None and item.path.resolve().is_relative_to(own)


def refuse_names(config: pytest.Config, items: Sequence[pytest.Item]) -> None:
    """Refuse a check that bears the name of one of the lab's: their results could not be told apart."""
    if folder(config) is None:
        return
    lab = {_name(item) for item in items if not is_own(item)}
    for item in items:
        if is_own(item) and _name(item) in lab:
            raise pytest.UsageError(f"--private: {item.path.name}: the lab has a check called {_name(item)}, too")


def asserted(error: AssertionError) -> Failure:
    """Return what a check's assert says: its message; what pytest makes of the values would not be a student's."""
    text = (str(error).splitlines() or [""])[0].strip()
    spoken = bool(text) and not text.startswith("assert ")
    return Failure("asserted", {"text": text}) if spoken else Failure("asserted_silently")


def _name(item: pytest.Item) -> str:
    return getattr(item, "originalname", None) or item.name
