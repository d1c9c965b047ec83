"""Write the instructor's half of a course: the grader's own copy that grades, its secrets, and the pipelines that use it."""

from __future__ import annotations

import re
import secrets
import shutil
from typing import TYPE_CHECKING

from graders.harness.base.errors import ConfigurationError
from graders.harness.judge import private as own_checks

from .template import PACKAGE, ROOT

if TYPE_CHECKING:
    from pathlib import Path
