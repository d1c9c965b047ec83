"""The plan of a worker's walls, as the judge draws it and the keeper reads it. Both sides; standard library only."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import ClassVar

# What starts a function of a module of ours in a fresh Python; its first argument is the folder of our packages.
BOOT = "import sys; sys.path.insert(0, sys.argv[1]); from {0} import {1}; del sys.path[0]; {1}()"
ENGINE = str(__package__).rpartition(".")[0]  # the package of all our rooms
SHARED_PLACES = ("/dev/shm", "/tmp", "/var/tmp", "/run/lock", "/dev/mqueue")  # where programs leave things for others
UNCONFINED = 239  # the exit code of a sandbox that could not be built, so that nothing of the worker ran


class Maker(StrEnum):
    """What makes sandboxes here: we, of the kernel's namespaces, or the program bubblewrap where only that may."""

    NAMESPACES = "namespaces"
    BUBBLEWRAP = "bubblewrap"


class Excess(StrEnum):
    """What a worker and its children can have too much of; the keeper then ends them."""

    MEMORY = "too_much_memory"
    PROCESSES = "too_many_processes"
    DISK = "too_much_disk"

    @property
    def code(self) -> int:
        """The keeper's exit code for it."""
        return UNCONFINED + 1 + list(Excess).index(self)


@dataclass(frozen=True, slots=True)
class Plan:
    """How a worker is walled in. Sizes in MiB, 0 for no limit.

    In a sandbox, the files that can be seen are the system's, Python's and `shown`, of which the first is the
    submission; nothing under `hidden`, unless `shown` names it. `bubblewrap` is the program that makes it, "" where
    there is no sandbox or it is made without one.
    """

    inside: ClassVar[str] = "/tmp/work"  # the worker's own folder as a sandbox has it

    sandbox: bool
    folder: str  # the worker's own, where it starts
    shown: list[str]
    hidden: list[str]
    memory: int
    disk: int
    processes: int
    copied: dict[str, str]  # files put into the worker's own folder: name there, path here
    bubblewrap: str = ""

    def to_json(self) -> str:
        """Return the plan as text."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Plan:
        """Return the plan that `to_json` wrote."""
        return cls(**json.loads(text))
