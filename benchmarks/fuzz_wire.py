"""Feed the frame decoder with inputs that find their own way into it: a small coverage-guided fuzzer.

    python benchmarks/fuzz_wire.py --inputs 1000000

Inputs start from honest frames and are changed at random; one that reaches a line of `wire` or of the judge's codec in
a combination not seen before is kept and changed further. Whatever reading a frame raises beyond MALFORMED, a read
that takes a second, and memory that grows are errors. Prints what was run, and ends with 1 where something was wrong.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import random
import resource
import struct
import sys
import time
from typing import TYPE_CHECKING, Any

import numpy as np

from graders.harness.base.model import Folder, TensorValue
from graders.harness.judge import codec, submission
from graders.harness.worker import wire

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

FILES = {wire.__file__, codec.__file__, submission.__file__}
LEAVES: list[Any] = [None, True, -1, 0, 2**70, 1.5, "", "nan", "x" * 3000, [], {}, [[]], {"$": "array", "i": 0}]
LEAVES += [{"$": kind} for kind in ("float", "tuple", "dict", "array", "tensor", "scalar", "handle", "folder", "?")]
REARRANGED_SHARE = 0.6  # of the changes; bytes changed at random are mostly no JSON any more
TRACED_SHARE = 0.05  # of the inputs whose lines are looked at: tracing is slow
SLOW_SECONDS = 1.0
MAX_GROWTH = 50 * 2**20  # bytes of the process's peak, after the first tenth of the inputs
MAX_KEPT = 2_000
CODEC = submission.JudgeCodec(1)
WORDS = [b'"$"', b'"i"', b'"array"', b'"tensor"', b'"handle"', b'"float"', b'"dict"', b'"tuple"', b'"items"', b'"nan"']
WORDS += [
    b"null",
    b"true",
    b"-1",
    b"1e999",
    b"NaN",
    b"[",
    b"]",
    b"{",
    b"}",
    b"9" * 30,
    b"\\ud800",
    b'"shape"',
    b'"arrays"',
]
NUMBERS = [0, 1, 4, 8, 127, 2**31 - 1, 2**32 - 1, wire.MAX_HEADER, wire.MAX_HEADER + 1]


def seeds() -> list[bytes]:
    """Return honest frames of every kind of value."""
    values: list[Any] = [None, True, 3, 0.5, float("nan"), "text", [1, [2, [3]]], (1, 2), {1: 2}]
    values += [np.arange(6.0).reshape(2, 3), np.zeros((), np.float32), TensorValue(np.zeros((2, 0), np.float32))]
    values += [Folder("root", {"a": np.zeros(3, np.uint8)})]
    frames = []
    for value in values:
        arrays: list[Any] = []
        body = wire.encode(value, CODEC, arrays)
        header = {"id": 1, "value": body, "stdout": "", "transcript": [], "grad_enabled": True, "patched": []}
        frames.append(b"".join(bytes(piece) for piece in wire.pack(header, arrays)))
    node = {"$": "tensor", "i": 0, "dtype": "float32", "device": "cpu", "requires_grad": False}
    for value in (node, {"$": "handle", "id": 1, "kinds": ["a.B"]}, {"$": "scalar", "dtype": "float32", "value": 1.0}):
        frames.append(b"".join(bytes(p) for p in wire.pack({"id": 1, "value": value}, [np.zeros(2, np.float32)])))
    return frames


def rearranged(data: bytes, dice: random.Random) -> bytes:
    """Return a frame whose header is JSON still, with one thing in it replaced by another."""
    head_size = wire.PREFIX.unpack(data[: wire.PREFIX.size])[1]
    start = wire.PREFIX.size
    header, payload = json.loads(data[start : start + head_size]), data[start + head_size :]
    places = list(_places(header))
    holder, key = dice.choice(places)
    other = dice.choice(places)
    holder[key] = dice.choice([*LEAVES, json.loads(json.dumps(other[0][other[1]]))])
    head = json.dumps(header).encode()
    return wire.PREFIX.pack(wire.MAGIC, len(head), len(payload)) + head + payload


def _places(node: Any) -> Iterator[tuple[Any, Any]]:
    for key in node if isinstance(node, dict) else range(len(node)):
        yield node, key
        if isinstance(node[key], (dict, list)):
            yield from _places(node[key])


def changed(data: bytes, other: bytes, dice: random.Random) -> bytes:
    """Return a frame with some random changes; its lengths are mostly set right again, so that more of it is read."""
    if dice.random() < REARRANGED_SHARE:
        try:
            return rearranged(data, dice)
        except (ValueError, RecursionError, LookupError, struct.error, TypeError):
            pass  # it is no frame any more
    body = bytearray(data)
    for _ in range(dice.randint(1, 4)):
        at, kind = dice.randrange(len(body) + 1), dice.randrange(7)
        if kind == 0 and body:
            body[min(at, len(body) - 1)] = dice.randrange(256)
        elif kind == 1:
            body[at:at] = dice.choice(WORDS)
        elif kind == 2:
            del body[at : at + dice.randint(1, 8)]
        elif kind == 3:
            body[at : at + 4] = dice.choice(NUMBERS).to_bytes(4, "big")
        elif kind == 4:
            body[at:at] = other[: dice.randrange(len(other) + 1)]
        elif kind == 5:
            body[at : at + dice.randint(1, 12)] = dice.choice(WORDS)
        else:
            body[at:at] = body[dice.randrange(len(body) + 1) :][: dice.randint(1, 64)]
    return mended(bytes(body), dice) if dice.random() < 0.8 else bytes(body)


def mended(data: bytes, dice: random.Random) -> bytes:
    """Set a frame's magic and lengths right, its header ending where its last brace is."""
    rest = data[wire.PREFIX.size :]
    end = rest.rfind(b"}") + 1 or dice.randrange(len(rest) + 1)
    return wire.PREFIX.pack(wire.MAGIC, end, len(rest) - end) + rest


def read(data: bytes) -> None:
    """Read a frame and what it holds as the judge does."""
    frame = wire.read_frame(io.BytesIO(data).read, wire.MAX_REPLY)
    if frame is not None:
        header, arrays = frame
        wire.decode(header["value"], CODEC, arrays)
        for line in header["transcript"]:
            codec.read_line(line)


def lines_of(data: bytes) -> frozenset[tuple[str, int]]:
    """Return the lines that reading a frame goes through."""
    seen: set[tuple[str, int]] = set()

    def trace(frame: FrameType, event: str, _: object) -> Any:
        if frame.f_code.co_filename not in FILES:
            return None
        if event == "line":
            seen.add((frame.f_code.co_filename, frame.f_lineno))
        return trace

    before = sys.gettrace()  # that of coverage.py, say
    sys.settrace(trace)
    try:
        with contextlib.suppress(BaseException):  # it is read again, and then told
            read(data)
    finally:
        sys.settrace(before)
    return frozenset(seen)


def peak() -> int:
    """Return the most memory that this process has had, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def fuzz(inputs: int, seed: int) -> dict[str, Any]:
    """Run that many inputs; returns what came of them."""
    dice = random.Random(seed)
    pool, known = seeds(), set[frozenset[tuple[str, int]]]()
    read_well = refused = 0
    wrong: list[str] = []
    slowest, early = 0.0, 0
    for number in range(inputs):
        data = changed(dice.choice(pool), dice.choice(pool), dice)
        if dice.random() < TRACED_SHARE and (path := lines_of(data)) not in known:
            known.add(path)
            if len(pool) < MAX_KEPT and len(data) < 2**16:
                pool.append(data)
        began = time.perf_counter()
        try:
            read(data)
            read_well += 1
        except wire.MALFORMED:
            refused += 1
        except BaseException as error:
            wrong.append(f"{type(error).__name__}: {data[:200]!r}")
        slowest = max(slowest, time.perf_counter() - began)
        early = peak() if number == inputs // 10 else early
    lines = {line for path in known for line in path}
    grown = peak() - early
    bad = bool(wrong) or slowest > SLOW_SECONDS or grown > MAX_GROWTH
    return {
        "inputs": inputs,
        "read": read_well,
        "refused": refused,
        "wrong": wrong[:5],
        "paths": len(known),
        "lines": len(lines),
        "slowest_s": round(slowest, 4),
        "grown_mb": round(grown / 2**20, 1),
        "bad": bad,
    }


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="Fuzz the frame decoder.")
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    began = time.perf_counter()
    result = fuzz(options.inputs, options.seed)
    print(json.dumps({**result, "seconds": round(time.perf_counter() - began, 1)}))
    return 1 if result["bad"] else 0


if __name__ == "__main__":
    sys.exit(main())
