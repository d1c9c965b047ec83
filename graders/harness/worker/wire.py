"""Frames between judge and worker: a JSON header and the raw bytes of arrays. Never pickle.

A frame is `magic (4) | header length (u32) | payload length (u64) | header | payload`, big-endian. The header is JSON
in UTF-8; its "arrays" lists dtype and shape of the arrays whose C-ordered bytes follow one another in the payload. A
value is JSON where JSON has it (None, bool, int, finite float, str, list) and `{"$": kind, …}` where not.

Both sides import this module, so it knows neither torch nor the judge's classes: each side brings a `Codec` of its own.
"""

from __future__ import annotations

import json
import math
import re
import struct
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

MAGIC = b"EVD1"
PREFIX = struct.Struct(">4sIQ")
MAX_HEADER = 8 * 2**20  # bytes; a transcript is a few kB, a list of 100,000 numbers 2 MB
MAX_PAYLOAD = 512 * 2**20  # bytes; the training digits are 47 MB, as float32 188 MB
MAX_REPLY = 32 * 2**20  # bytes of a worker's answer; the largest honest one is 2 MB, and the judge's memory is dear
MAX_ITEMS = MAX_HEADER // 2  # of one container: each takes a character and a comma at least
MAX_DEPTH = 24  # nested containers; deeper values are nobody's answer
MAX_INT = 2**63
# What one reply holds at most beside its value: lines of a transcript, after folding equal ones; names that were
# patched; characters of output, of its beginning and as many of its end (15 epochs print 600, and somebody who prints
# every batch beside them 100,000).
MAX_LINES, MAX_BROKEN, MAX_STDOUT = 500, 20, 400_000
DTYPES = frozenset(
    ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "float32", "float64"]
)


MAX_TEXT = 2_000  # characters of any text that a worker sends for people to read
ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,}")


class WireError(Exception):
    """The bytes are no frame, or the frame holds no value we know."""


# What reading a frame can raise when its sender chose every byte of it.
MALFORMED = (
    WireError,
    LookupError,
    TypeError,
    ValueError,
    AttributeError,
    ArithmeticError,
    RecursionError,
    MemoryError,
)


def tidy(text: object, limit: int = MAX_TEXT) -> str:
    """Return text fit to be shown: no object addresses, no control characters, at most `limit` characters."""
    clean = ADDRESS.sub("0x…", str(text)[: limit + 1])
    if type(clean) is not str or not clean.replace("\n", "").isprintable():  # nearly every text is
        clean = "".join(c if c.isprintable() or c == "\n" else repr(c)[1:-1] for c in clean)
    return clean if len(clean) <= limit else clean[:limit] + "…"


class Codec(Protocol):
    """One side's translation of what JSON and NumPy do not have."""

    def dump(self, value: object, arrays: list[NDArray[Any]]) -> dict[str, Any]:
        """Describe `value` as a `{"$": kind, …}` object, appending its arrays."""

    def load(self, kind: str, node: dict[str, Any], arrays: list[NDArray[Any]]) -> object:
        """Build the value that `node` describes; raises WireError for a kind it does not know."""


def encode(value: object, codec: Codec, arrays: list[NDArray[Any]], depth: int = 0) -> Any:
    """Turn a value into JSON, moving arrays into `arrays`. Raises WireError when it is nested too deeply."""
    if depth > MAX_DEPTH:
        raise WireError("nested too deeply")
    kind = type(value)  # exact types, and asked first: a subclass may lie about itself, and any __class__
    if value is None or kind in (bool, str):
        return value
    if kind is int and isinstance(value, int) and abs(value) < MAX_INT:
        return value
    if kind is float and isinstance(value, float):
        return value if math.isfinite(value) else {"$": "float", "value": repr(value)}
    if kind in (list, tuple, dict) and isinstance(value, (list, tuple, dict)) and len(value) > MAX_ITEMS:
        raise WireError(f"too large: {len(value):,} items")  # known before a minute is spent on them
    if kind in (list, tuple) and isinstance(value, (list, tuple)):
        items = [encode(item, codec, arrays, depth + 1) for item in value]
        return items if kind is list else {"$": "tuple", "items": items}
    if kind is dict and isinstance(value, dict):
        pairs = [[encode(k, codec, arrays, depth + 1), encode(v, codec, arrays, depth + 1)] for k, v in value.items()]
        return {"$": "dict", "items": pairs}
    if kind is np.ndarray and isinstance(value, np.ndarray) and value.dtype.name in DTYPES:
        return {"$": "array", **place(value, arrays)}
    return codec.dump(value, arrays)


def place(array: NDArray[Any], arrays: list[NDArray[Any]]) -> dict[str, int]:
    """Append an array to the payload and return the field that points to it."""
    native = np.ascontiguousarray(array, array.dtype.newbyteorder("="))
    arrays.append(native.reshape(array.shape))  # ascontiguousarray makes 0-d arrays 1-d
    return {"i": len(arrays) - 1}


def decode(node: Any, codec: Codec, arrays: list[NDArray[Any]], depth: int = 0) -> Any:
    """Turn JSON back into the value. Raises WireError for anything that `encode` would not have written."""
    if depth > MAX_DEPTH + 1:
        raise WireError("nested too deeply")
    if node is None or isinstance(node, (bool, str)):
        return node
    if isinstance(node, int):
        return whole(node)
    if isinstance(node, float):
        return finite(node)
    if isinstance(node, list):
        return [decode(item, codec, arrays, depth + 1) for item in node]
    try:
        return _decode_object(node, codec, arrays, depth + 1)
    except WireError:
        raise
    except MALFORMED as error:
        raise WireError(f"malformed value: {type(error).__name__}") from None


def _decode_object(node: dict[str, Any], codec: Codec, arrays: list[NDArray[Any]], depth: int) -> Any:
    kind = node["$"]
    if kind == "float":
        return {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}[node["value"]]
    if kind == "tuple":
        return tuple(decode(item, codec, arrays, depth) for item in node["items"])
    if kind == "dict":
        pairs = (
            (decode(key, codec, arrays, depth), decode(value, codec, arrays, depth)) for key, value in node["items"]
        )
        return dict(pairs)
    if kind == "array":
        return pick(node, arrays)
    return codec.load(kind, node, arrays)


def whole(number: Any) -> int:
    """Return what `encode` writes down as a whole number. Raises WireError for anything else."""
    if type(number) is not int or abs(number) >= MAX_INT:
        raise WireError("no whole number")
    return number


def finite(number: Any) -> float:
    """Return what `encode` writes down as a float. Raises WireError for anything else, one that JSON overflows say."""
    if type(number) is not float or not math.isfinite(number):
        raise WireError("no number")
    return number


def pick(node: dict[str, Any], arrays: list[NDArray[Any]]) -> NDArray[Any]:
    """Return the array that `node` points to."""
    index = node["i"]
    if type(index) is not int or not 0 <= index < len(arrays):
        raise WireError("no such array")
    return arrays[index]


def pack(header: dict[str, Any], arrays: list[NDArray[Any]], most: int = MAX_PAYLOAD) -> list[bytes | memoryview]:
    """Return the pieces of one frame, arrays uncopied. Raises WireError when they have more than `most` bytes."""
    described = {**header, "arrays": [{"dtype": a.dtype.name, "shape": a.shape} for a in arrays]}
    head = json.dumps(described, allow_nan=False, separators=(",", ":"), ensure_ascii=True).encode()
    size = sum(a.nbytes for a in arrays)
    _check_caps(len(head), size, most)
    return [PREFIX.pack(MAGIC, len(head), size), head, *(a.reshape(-1).view(np.uint8).data for a in arrays if a.size)]


def read_frame(
    read: Callable[[int], bytes], most: int = MAX_PAYLOAD
) -> tuple[dict[str, Any], list[NDArray[Any]]] | None:
    """Read one frame through `read(n)`, which returns exactly n bytes, fewer only at the end.

    Returns header and arrays, or None where the stream ended between frames. Raises WireError for anything else.
    """
    prefix = read(PREFIX.size)
    if not prefix:
        return None
    if len(prefix) < PREFIX.size:
        raise WireError("the stream ends inside a frame")
    magic, head_size, size = PREFIX.unpack(prefix)
    if magic != MAGIC:
        raise WireError("no frame begins here")
    _check_caps(head_size, size, most)
    head, payload = read(head_size), read(size) if size else b""
    if len(head) < head_size or len(payload) < size:
        raise WireError("the stream ends inside a frame")
    header = _parse_header(head)
    try:
        return header, _split(header.get("arrays"), payload)
    except WireError:
        raise
    except MALFORMED as error:
        raise WireError(f"malformed arrays: {error}") from None


def _check_caps(head_size: int, size: int, most: int) -> None:
    if head_size > MAX_HEADER or size > most:
        raise WireError(f"too large: {head_size + size:,} bytes")


def _parse_header(head: bytes) -> dict[str, Any]:
    try:
        header = json.loads(head, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise WireError(f"the header is no JSON: {type(error).__name__}") from None
    if not isinstance(header, dict):
        raise WireError("the header is no object")
    return header


def _refuse(name: str) -> float:
    raise ValueError(name)  # NaN and Infinity are no JSON; encode spells them otherwise


def _split(described: object, payload: bytes) -> list[NDArray[Any]]:
    arrays, start = [], 0
    if not isinstance(described, list):
        raise WireError("the header lists no arrays")
    for entry in described:
        dtype, shape = _array_type(entry)
        stop = start + dtype.itemsize * math.prod(shape)
        if stop > len(payload):
            raise WireError("fewer bytes than the header promises")
        arrays.append(np.frombuffer(memoryview(payload)[start:stop], dtype).reshape(shape))
        start = stop
    if start != len(payload):
        raise WireError("more bytes than the header promises")
    return arrays


def _array_type(entry: object) -> tuple[np.dtype[Any], tuple[int, ...]]:
    if not isinstance(entry, dict) or not isinstance(entry.get("shape"), list):
        raise WireError("an array without dtype and shape")
    if not isinstance(entry.get("dtype"), str) or entry["dtype"] not in DTYPES:
        raise WireError("an array of unknown dtype")
    shape = tuple(entry["shape"])
    if len(shape) > 16 or any(type(n) is not int or not 0 <= n <= MAX_PAYLOAD for n in shape):
        raise WireError("an array with an impossible shape")
    return np.dtype(entry["dtype"]), shape
