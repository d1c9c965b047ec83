"""Faults of ours that cost nobody anything are told as warnings, in one line that holds nothing of the submission's."""

from __future__ import annotations

import traceback
import warnings
from pathlib import Path

OURS = Path(__file__).parents[2]  # the package


class NamingFault(UserWarning):
    """A failure stayed unnamed for a fault of the catalogue's or the harness's, not for what the submission did."""


class CheckFault(UserWarning):
    """A check met what it has no words for. Correct functions do not meet it, so the submission has caused it."""


class PictureFault(UserWarning):
    """The page lacks a picture that could not be made."""


def tell(kind: type[UserWarning], said: str, error: Exception) -> None:
    """Warn of a fault; `said` has a place for what was raised and where.

    It is a warning whatever the filters: errors would cost the verdict. pytest shows warnings behind the tests,
    whichever process ran them, and goes by them in nothing.
    """
    frames = [f for f in traceback.extract_tb(error.__traceback__) if Path(f.filename).is_relative_to(OURS)]
    place = f"{Path(frames[-1].filename).relative_to(OURS).as_posix()}:{frames[-1].lineno}" if frames else "?"
    with warnings.catch_warnings():
        warnings.simplefilter("always", kind)
        warnings.warn(said.format(fault=f"{type(error).__name__} at {place}"), kind, stacklevel=1)
