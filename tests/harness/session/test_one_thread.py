"""Judges add up in one thread: what NumPy multiplies by is told before it is imported."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

MULTIPLIED = """
import os
import graders.harness.plugin
import numpy
numpy.ones((2_000, 784)) @ numpy.ones((784, 2_000))
print(len(os.listdir("/proc/self/task")))
"""


@pytest.mark.skipif(sys.platform != "linux" or (os.cpu_count() or 1) < 2, reason="counts threads as Linux shows them")
def test_a_judge_multiplies_in_one_thread() -> None:
    variables = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    done = subprocess.run([sys.executable, "-c", MULTIPLIED], env=variables, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1"]
