"""How much a worker may use."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What a worker may use. Seconds of wall-clock time; memory and disk in MiB; 0 for no limit of the latter."""

    start_seconds: float = 120.0
    call_seconds: float = 20.0
    memory_megabytes: int = 0
    import_seconds: float = 60.0
    disk_megabytes: int = 0
    processes: int = 0
    grading_seconds: float = 300.0
    submission_seconds: float = 600.0  # of a judge in a class, from its start to its end
