"""What a check notes down on its way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from graders.harness.base.exhibits import Exhibit, PackedArray

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from graders.harness.base.speed import Throughput


@dataclass(slots=True)
class Notes:
    """What a check notes down on its way: the stand-ins it used, where its digits came from, what it measured.

    `wanted` tells whether exhibits are; without a page to show them on they would be made for nobody.
    """

    wanted: bool = False
    standins: set[str] = field(default_factory=set)
    own: set[str] = field(default_factory=set)  # functions that keep their place, since their stand-ins lack something
    data: str | None = None
    throughput: Throughput | None = None
    figures: dict[str, float] = field(default_factory=dict)
    exhibits: list[Exhibit] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)  # what could not be looked at here, in words

    def exhibit(self, name: str, **arrays: NDArray[Any]) -> None:
        """Note arrays for the picture `name`, each small and of one of PACKED_DTYPES."""
        self.exhibits.append(Exhibit(name, {key: PackedArray.of(array) for key, array in arrays.items()}))

    def keep(self, function: str) -> None:
        """Have a function's own result used, whatever it is."""
        self.own.add(function)
        self.standins.discard(function)
