"""What pictures are drawn of: small arrays that a check saw, kept in report.json; and a drawn picture."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Mapping  # noqa: TC003  # exhibits are built by their annotations (see plain.py)
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_ARRAY = 2**20  # bytes of one array of an exhibit, unpacked
PACKED_DTYPES = {"uint8": "u1", "int8": "i1", "int16": "<i2", "int32": "<i4", "float32": "<f4", "float64": "<f8"}


@dataclass(frozen=True, slots=True)
class PackedArray:
    """A small array as report.json keeps it: dtype, shape, and its bytes, packed by zlib, in base64."""

    dtype: str
    shape: tuple[int, ...]
    data: str

    @classmethod
    def of(cls, array: NDArray[Any]) -> PackedArray:
        """Pack an array."""
        data = base64.b64encode(zlib.compress(array.tobytes(), 9)).decode("ascii")
        return cls(array.dtype.name, tuple(array.shape), data)

    def unpack(self) -> NDArray[Any]:
        """Return the array. Raises ValueError where this is none, or one of more than MAX_ARRAY bytes."""
        import numpy as np

        try:
            raw = zlib.decompressobj().decompress(base64.b64decode(self.data), MAX_ARRAY)
            return np.frombuffer(raw, PACKED_DTYPES[self.dtype]).reshape(self.shape)
        except (KeyError, TypeError, zlib.error) as error:
            raise ValueError(f"no packed array: {error}") from None


@dataclass(frozen=True, slots=True)
class Exhibit:
    """What a check saw and a picture may show: the name of what it is, and its arrays by name."""

    name: str
    arrays: Mapping[str, PackedArray]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture for a page: its name (of ASCII letters), its heading, what it shows in words, and its SVG."""

    name: str
    title: str
    text: str
    svg: str
