"""The wire: what goes in comes out, and whatever else arrives is a WireError."""

from __future__ import annotations

import contextlib
import io
import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from graders.harness.base.model import Handle, NumpyScalar, TensorValue
from graders.harness.judge.codec import JudgeCodec
from graders.harness.worker import wire
from graders.harness.worker.wire import DTYPES, MAGIC, MAX_DEPTH, MAX_HEADER, MAX_PAYLOAD, PREFIX, WireError

SETTINGS = settings(
    max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63) + 1, 2**63 - 1)
    | st.floats()
    | st.text(st.characters(exclude_categories=()), max_size=8)
)
KEYS = st.integers(-9, 9) | st.text(max_size=4) | st.tuples(st.integers(0, 3), st.booleans())
SHAPES = hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)
ARRAYS = st.sampled_from(sorted(DTYPES)).flatmap(lambda name: hnp.arrays(np.dtype(name), SHAPES))
VALUES = st.recursive(
    SCALARS | ARRAYS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(KEYS, inner, max_size=3)
        | st.fixed_dictionaries({"$": inner, "items": inner})
    ),
    max_leaves=8,
)
CODEC = JudgeCodec(generation=1)


def frame_of(value: object, codec: wire.Codec = CODEC) -> bytes:
    """Return the bytes of a frame that holds `value`."""
    arrays: list[np.ndarray] = []
    return b"".join(wire.pack({"value": wire.encode(value, codec, arrays)}, arrays))


def value_of(frame: bytes, codec: wire.Codec = CODEC) -> Any:
    """Return the value that a frame holds."""
    frame_read = wire.read_frame(io.BytesIO(frame).read)
    assert frame_read is not None
    header, arrays = frame_read
    return wire.decode(header["value"], codec, arrays)


def raw(header: object, payload: bytes = b"", head_size: int | None = None, size: int | None = None) -> bytes:
    """Return a frame with any header and any promises about its sizes."""
    head = header if isinstance(header, bytes) else json.dumps(header).encode()
    sizes = len(head) if head_size is None else head_size, len(payload) if size is None else size
    return PREFIX.pack(MAGIC, *sizes) + head + payload


def assert_same(got: Any, wanted: Any) -> None:
    """Assert that two values are of the same types all the way down, and equal; NaN equals NaN."""
    assert type(got) is type(wanted)
    if isinstance(wanted, np.ndarray):
        assert got.dtype == wanted.dtype
        assert got.shape == wanted.shape
        assert got.tobytes() == wanted.tobytes()
    elif isinstance(wanted, (list, tuple)):
        assert len(got) == len(wanted)
        for one, other in zip(got, wanted, strict=True):
            assert_same(one, other)
    elif isinstance(wanted, dict):
        assert_same(list(got.items()), list(wanted.items()))
    elif isinstance(wanted, float) and math.isnan(wanted):
        assert math.isnan(got)
    else:
        assert got == wanted
        if isinstance(wanted, float):
            assert math.copysign(1, got) == math.copysign(1, wanted)


def nested(depth: int) -> list[object]:
    """Return a list that is nested that deeply."""
    value: list[object] = []
    for _ in range(depth - 1):
        value = [value]
    return value


# ---- round trips


@SETTINGS
@given(VALUES)
def test_value_comes_out_as_it_went_in(value):
    """Nested lists, tuples, dicts, numbers, texts and arrays keep type, order and every bit."""
    assert_same(value_of(frame_of(value)), value)


@pytest.mark.parametrize("name", sorted(DTYPES))
@pytest.mark.parametrize("shape", [(), (0,), (2, 0, 3), (3, 2)], ids=str)
def test_array_of_any_dtype_and_shape_comes_out_the_same(name, shape):
    """All dtypes cross, also without dimensions and without elements."""
    array = np.arange(math.prod(shape)).reshape(shape).astype(name)
    assert_same(value_of(frame_of(array)), array)


def test_strided_array_keeps_its_order():
    """A transposed or reversed view arrives with the elements it showed."""
    array = np.arange(12).reshape(3, 4).T[::-1]
    np.testing.assert_array_equal(value_of(frame_of(array)), array)


def test_big_endian_array_keeps_its_numbers():
    """An array in the other byte order arrives with its numbers, not with its bytes misread."""
    array = np.array([1, 2, 3], ">i4")
    np.testing.assert_array_equal(value_of(frame_of(array)), array)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, -0.0, 5e-324, 1.7976931348623157e308])
def test_odd_float_survives(value):
    """What JSON has no word for, and the ends of the range, arrive as they were."""
    assert_same(value_of(frame_of(value)), value)


@pytest.mark.parametrize("value", [2**63, -(2**63), 10**100])
def test_integer_beyond_64_bits_is_left_to_the_codec(value):
    """No big integer is written down as a number of JSON's."""
    seen: list[object] = []

    class Codec:
        def dump(self, value, arrays):
            seen.append(value)
            return {"$": "own"}

        def load(self, kind, node, arrays):
            raise NotImplementedError

    assert wire.encode(value, Codec(), []) == {"$": "own"}
    assert seen == [value]


def test_subclass_is_left_to_the_codec():
    """A class that only looks like a list, a number or a text does not cross as one."""

    class Codec:
        def dump(self, value, arrays):
            return {"$": type(value).__name__}

        def load(self, kind, node, arrays):
            raise NotImplementedError

    for base in (list, dict, int, float, str, tuple):
        liar = type("Liar", (base,), {})()
        assert wire.encode(liar, Codec(), []) == {"$": "Liar"}


def test_dict_with_a_dollar_key_is_no_wire_object():
    """A dict that imitates the wire's own objects arrives as the dict it is."""
    value = {"$": "handle", "id": 1, "kinds": []}
    assert value_of(frame_of(value)) == value


@pytest.mark.parametrize("dtype", ["float32", "int64", "bool"])
def test_tensor_crosses_with_its_flag(dtype):
    """A tensor of the judge's keeps dtype, shape and requires_grad in the node that the worker reads."""
    arrays: list[Any] = []
    node = wire.encode(TensorValue(np.ones((2, 1), dtype), dtype, requires_grad=True), CODEC, arrays)
    assert node == {"$": "tensor", "i": 0, "requires_grad": True}
    assert (arrays[0].dtype.name, arrays[0].shape) == (dtype, (2, 1))


def test_scalar_node_becomes_a_numpy_scalar():
    """A NumPy scalar arrives with its dtype, so that it is told from a Python number."""
    node = {"$": "scalar", "dtype": "float32", "value": 0.5}
    assert wire.decode(node, CODEC, []) == NumpyScalar("float32", 0.5)


def test_handle_node_becomes_a_handle_of_this_generation():
    """A handle remembers which worker it lives in."""
    node = {"$": "handle", "id": 3, "kinds": ["torch.nn.Linear"]}
    assert wire.decode(node, CODEC, []) == Handle(3, 1, ("torch.nn.Linear",))


def test_frames_follow_one_another():
    """Two frames in one stream are read one after the other, then the stream is at its end."""
    read = io.BytesIO(frame_of(1) + frame_of("two")).read
    frames = [wire.read_frame(read) for _ in range(3)]
    assert [frame and frame[0]["value"] for frame in frames] == [1, "two", None]


def test_arrays_share_one_payload():
    """Several arrays in one value, some empty, some alike, find their own bytes again."""
    value = [np.arange(3), np.zeros((0, 2), "float32"), {"a": np.array(True)}, np.arange(3)]
    assert_same(value_of(frame_of(value)), value)


# ---- refusals while writing


@pytest.mark.parametrize("kind", [list, tuple, dict.fromkeys])
def test_container_that_fits_no_header_is_refused_unread(kind, monkeypatch):
    """Ten million numbers would take a minute to write down before the frame turned out too large."""
    monkeypatch.setattr(wire, "MAX_ITEMS", 3)
    assert wire.encode(kind([1, 2, 3]), CODEC, []) is not None
    with pytest.raises(WireError, match="4 items"):
        wire.encode(kind([1, 2, 3, object()]), CODEC, [])


def test_value_nested_too_deeply_is_refused():
    """A value nested beyond the limit is refused before it is sent."""
    with pytest.raises(WireError, match="nested"):
        wire.encode(nested(MAX_DEPTH + 2), CODEC, [])


def test_value_nested_to_the_limit_crosses():
    """A value at the limit still crosses."""
    value = nested(MAX_DEPTH + 1)
    assert value_of(frame_of(value)) == value


def test_endless_list_is_refused():
    """A list that contains itself is refused, not followed for ever."""
    value: list[object] = []
    value.append(value)
    with pytest.raises(WireError, match="nested"):
        wire.encode(value, CODEC, [])


def test_oversized_header_is_not_packed():
    """A header over the cap is refused on the sending side."""
    with pytest.raises(WireError, match="too large"):
        wire.pack({"value": "x" * MAX_HEADER}, [])


def test_oversized_payload_is_not_packed():
    """Arrays over the cap are refused on the sending side, without being copied."""
    giant = np.broadcast_to(np.uint8(0), (MAX_PAYLOAD + 1,))
    with pytest.raises(WireError, match="too large"):
        wire.pack({"value": None}, [giant])


# ---- refusals while reading


def read_all(data: bytes) -> None:
    """Read every frame of a stream and decode its value, if it has one."""
    read = io.BytesIO(data).read
    while (frame := wire.read_frame(read)) is not None:
        wire.decode(frame[0].get("value"), CODEC, frame[1])


@SETTINGS
@given(st.binary(max_size=200))
def test_random_bytes_raise_wire_error_and_nothing_else(data):
    """Bytes of any kind are refused in one way."""
    with contextlib.suppress(WireError):
        read_all(data)


@SETTINGS
@given(VALUES, st.data())
def test_mutated_frame_raises_wire_error_and_nothing_else(value, data):
    """A valid frame with some bytes changed is read or refused, in one way."""
    frame = bytearray(frame_of(value))
    for _ in range(data.draw(st.integers(1, 4))):
        frame[data.draw(st.integers(0, len(frame) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(WireError):
        read_all(bytes(frame))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["array", "tuple", "dict", "float", "i"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["$", "i", "items", "value", "dtype", "id"]), inner, max_size=4)
    ),
    max_leaves=6,
)


@SETTINGS
@given(JSON)
@example({"$": "dict", "items": [[[], 1]]})
@example({"$": "tuple", "items": 3})
@example({"$": []})
@example({"$": "array", "i": -1})
@example({"$": "array", "i": True})
@example({"$": "float", "value": "1e5"})
@example({"$": "handle", "id": "x", "kinds": []})
def test_any_json_is_a_value_or_a_wire_error(node):
    """Whatever JSON stands in the place of a value is decoded or refused, in one way."""
    with contextlib.suppress(WireError):
        wire.decode(node, CODEC, [np.arange(3)])


@pytest.mark.parametrize(
    "node",
    [
        {"$": "handle", "id": math.inf, "kinds": []},
        {"$": "scalar", "dtype": "float32", "value": 10**400},
        2**63,
        [10**399],
        math.inf,
    ],
    ids=["infinite_handle", "scalar_beyond_float", "beyond_64_bits", "400_digits", "overflowing_float"],
)
def test_number_out_of_range_is_a_wire_error(node):
    """A number that Python cannot convert, or that no worker writes, is refused like all else that is malformed."""
    with pytest.raises(WireError):
        wire.decode(node, CODEC, [])


@pytest.mark.parametrize("size", range(1, len(frame_of([1, np.arange(2)])), 7))
def test_truncated_frame_is_refused(size):
    """A stream that ends inside a frame is refused wherever it ends."""
    with pytest.raises(WireError, match="ends inside"):
        read_all(frame_of([1, np.arange(2)])[:size])


def test_stream_that_ends_between_frames_is_no_error():
    """An empty stream has no frame and no fault."""
    assert wire.read_frame(io.BytesIO(b"").read) is None


def test_other_magic_is_refused():
    """Text in the place of a frame is refused at its first bytes."""
    with pytest.raises(WireError, match="no frame begins here"):
        read_all(b"Epoch: 0001 cost = 0.535468459\n")


@pytest.mark.parametrize(("head_size", "size"), [(MAX_HEADER + 1, 0), (2, MAX_PAYLOAD + 1), (2**32 - 1, 2**64 - 1)])
def test_oversized_promise_is_refused_before_it_is_read(head_size, size):
    """A frame that promises more than the caps is refused without reading on."""
    asked = []
    stream = io.BytesIO(raw({}, head_size=head_size, size=size))

    def read(count):
        asked.append(count)
        return stream.read(count)

    with pytest.raises(WireError, match="too large"):
        wire.read_frame(read)
    assert asked == [PREFIX.size]


@pytest.mark.parametrize(("count", "message"), [(2, "more bytes"), (4, "fewer bytes")])
def test_header_that_miscounts_its_bytes_is_refused(count, message):
    """Arrays must fill the payload exactly."""
    with pytest.raises(WireError, match=message):
        read_all(raw({"arrays": [{"dtype": "uint8", "shape": [count]}]}, b"123"))


@pytest.mark.parametrize(
    "arrays",
    [
        None,
        "x",
        [1],
        [{"shape": [1]}],
        [{"dtype": "object", "shape": [1]}],
        [{"dtype": "uint8"}],
        [{"dtype": "uint8", "shape": [-1]}],
        [{"dtype": "uint8", "shape": [True]}],
        [{"dtype": "uint8", "shape": [1.0]}],
        [{"dtype": "uint8", "shape": [2**62, 4]}],
        [{"dtype": "uint8", "shape": [1] * 40}],
        [{"dtype": [], "shape": [1]}],
    ],
    ids=lambda arrays: json.dumps(arrays)[:40],
)
def test_malformed_array_list_is_refused(arrays):
    """Only a list of known dtypes with possible shapes is taken for arrays."""
    with pytest.raises(WireError):
        read_all(raw({"arrays": arrays}, b"1"))


@pytest.mark.parametrize("shape", [[0, 2**29, 2**29, 2**29], [2**29, 2**29, 2**29, 0]], ids=str)
def test_empty_array_of_impossible_size_is_refused(shape):
    """Dimensions that only a zero keeps from filling the memory are refused."""
    with pytest.raises(WireError):
        read_all(raw({"arrays": [{"dtype": "float64", "shape": shape}]}))


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"{",
        b"[]",
        b"1",
        b"\xff\xfe",
        b'{"arrays": [], "value": NaN}',
        b'{"arrays": [], "value": Infinity}',
        b'{"arrays": [], "value": ' + b"9" * 5000 + b"}",
        b'{"arrays": [], "value": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
    ids=["empty", "half", "list", "number", "no_utf8", "nan", "infinity", "long_integer", "deep"],
)
def test_header_that_is_no_json_object_is_refused(head):
    """The header is a JSON object without the extensions of Python's own parser."""
    with pytest.raises(WireError):
        read_all(raw(head))


def test_deep_nesting_is_refused_on_arrival():
    """A value nested too deeply is refused while it is decoded."""
    with pytest.raises(WireError, match="nested"):
        wire.decode(nested(MAX_DEPTH + 10), CODEC, [])


def test_array_that_was_not_sent_is_refused():
    """A node cannot point to an array that the frame does not have."""
    with pytest.raises(WireError, match="no such array"):
        wire.decode({"$": "array", "i": 1}, CODEC, [np.arange(3)])


def test_received_array_cannot_be_written_to():
    """Arrays on arrival are views of the frame's bytes, so nobody writes to them."""
    assert not value_of(frame_of(np.arange(3))).flags.writeable
