"""The folder of ours in the user's cache."""

from __future__ import annotations

from typing import TYPE_CHECKING

import platformdirs

if TYPE_CHECKING:
    from pathlib import Path


def folder() -> Path:
    """Return the folder's path, whether it is there or not."""
    return platformdirs.user_cache_path("course-grader")
