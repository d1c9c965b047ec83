"""A nursery's memory is gathered in large pages, and is what it was."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

LARGE_PAGES = Path("/sys/kernel/mm/transparent_hugepage/enabled")
GATHERED = """
import sys
sys.path.insert(0, sys.argv[1])
from graders.harness.link.pages import gather
kept = [bytes([n % 251]) * 2**20 for n in range(64)]
gather()
assert all(block == bytes([n % 251]) * 2**20 for n, block in enumerate(kept))
sizes = [line.split()[1] for line in open("/proc/self/smaps") if line.startswith("AnonHugePages")]
print(sum(map(int, sizes)) // 1024)
"""


def kernel() -> tuple[int, ...]:
    """Return the kernel's version."""
    release = Path("/proc/sys/kernel/osrelease").read_text(encoding="ascii")
    return tuple(map(int, release.split("-")[0].split(".")[:2]))


@pytest.mark.skipif(not LARGE_PAGES.exists(), reason="there are no large pages here")
def test_memory_is_gathered_in_large_pages_and_holds_what_it_held() -> None:
    """64 blocks of 1 MB are what they were, and most of them in large pages where the kernel knows how."""
    command = [sys.executable, "-c", GATHERED, str(Path(__file__).parents[3])]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    if kernel() >= (6, 1):
        assert int(done.stdout) >= 32, done.stdout
