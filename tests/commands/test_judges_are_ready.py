"""What judges are forked from has imported all that a grading needs of ours: it would be imported once a submission."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

GRADED = """
import json, sys
import pytest
from graders.commands.judging import JUDGES_READY, judges_import
from graders.harness.link.readiness import get_ready
from graders.spec import SPEC

get_ready((*judges_import(SPEC), *JUDGES_READY, *SPEC.judges_ready))
before = set(sys.modules)
plain = ["-q", "-p", "no:cacheprovider", "-p", "no:benchmark", "--assert=plain"]
code = pytest.main(["graders", *plain, "--submission=reference", "--report-dir", sys.argv[1]])
print(json.dumps([int(code), sorted(name for name in sys.modules.keys() - before if name.startswith("graders."))]))
"""


@pytest.mark.sample
def test_a_judge_imports_nothing_of_ours(tmp_path: Path) -> None:
    variables = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-c", GRADED, str(tmp_path)]
    done = subprocess.run(command, cwd=root, env=variables, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout.splitlines()[-1]) == [0, []]
