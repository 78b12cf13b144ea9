import json
import struct

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.worker import wire

ARRAYS = {
    "f": np.arange(6, dtype=np.float32).reshape(2, 3),
    "b": np.array([1.5, -2], ml_dtypes.bfloat16),
    "scalar": np.array(3.0),
    "empty": np.zeros((0, 4), np.int8),
    "c": np.array([1 + 2j], np.complex64),
    "flag": np.array([True, False]),
    "strided": np.arange(12, dtype=np.int64)[::3],
    "big endian": np.arange(3, dtype=">f8"),
}


def decode(data):
    return list(wire.Decoder().feed(data))


def raw(header, payload=b""):
    data = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<II", len(data), len(payload)) + data + payload


def test_what_goes_in_comes_out():
    (message,) = decode(wire.encode({"a": [1, "x", None]}, ARRAYS))
    assert message.body == {"a": [1, "x", None]}
    for name, array in ARRAYS.items():
        assert message.arrays[name].dtype == array.dtype.newbyteorder("=")
        np.testing.assert_array_equal(message.arrays[name], array)


@given(st.integers(1, 50))
def test_messages_may_come_in_any_pieces(size):
    data = wire.encode({"n": 1}) + wire.encode({"n": 2}, {"x": np.ones(3)})
    decoder, bodies = wire.Decoder(), []
    for at in range(0, len(data), size):
        bodies += [m.body["n"] for m in decoder.feed(data[at : at + size])]
    assert bodies == [1, 2]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (struct.pack("<II", 2**31, 0), "announces 2147483648"),
        (struct.pack("<II", 10, 2**30), "announces 10 \\+ 1073741824"),
        (raw(b"not json"), "not JSON"),
        (raw(b"\xff\xfe"), "not JSON"),
        (raw(b"[" * 100_000), "not JSON"),
        (raw(b"9" * 5000), "not JSON"),
        (raw(b'{"body": {"x": NaN}, "arrays": []}'), "not JSON"),
        (raw([1]), "object with body and arrays"),
        (raw({"body": {}}), "object with body and arrays"),
        (raw({"body": [], "arrays": []}), "object with body and arrays"),
        (raw({"body": {}, "arrays": [["x", "float32", [2], 0]]}, b"1234"), "array of 8 bytes at 0: 4 came"),
        (raw({"body": {}, "arrays": [["x", "float32", [1], 0]]}, b"12345678"), "8 bytes came for arrays of 4"),
        (raw({"body": {}, "arrays": [["x", "float32", [1], 4]]}, b"12345678"), "array of 4 bytes at 4"),
        (raw({"body": {}, "arrays": [["x", "object", [1], 0]]}, b"12345678"), r"must be given as \[name"),
        (raw({"body": {}, "arrays": [["x", "float32", [-1], 0]]}, b"1234"), "a shape must be"),
        (raw({"body": {}, "arrays": [["x", "float32", [1.0], 0]]}, b"1234"), "a shape must be"),
        (raw({"body": {}, "arrays": [["x", "float32", [True], 0]]}, b"1234"), "a shape must be"),
        (raw({"body": {}, "arrays": [["x", "float32", [1] * 33, 0]]}, b"1234"), "a shape must be"),
        (raw({"body": {}, "arrays": [["x", "float32", [2**26] * 32, 0]]}, b"1234"), "array of"),
        (raw({"body": {}, "arrays": [["x", "float32", [0] + [2**26] * 31, 0]]}), "beyond what an array can have"),
        (raw({"body": {}, "arrays": [["x", "int8", [0], 0]] * 2}), "two arrays of one name"),
        (raw({"body": {}, "arrays": [["x", "int8", [0], 0]] * 300}), "at most 256"),
        (raw({"body": {}, "arrays": ["x"]}), r"must be given as \[name"),
        (raw({"body": {}, "arrays": [[1, "int8", [0], 0]]}), r"must be given as \[name"),
        (raw({"body": {}, "arrays": [["x", ["int8"], [0], 0]]}), r"must be given as \[name"),
    ],
)
def test_lies_are_refused(data, message):
    with pytest.raises(wire.WireError, match=message):
        decode(data)


@given(st.binary(max_size=200))
def test_noise_is_refused_or_waited_for(data):
    try:
        messages = decode(data)
    except wire.WireError:
        return
    assert all(isinstance(m, wire.Message) for m in messages)


@given(st.data())
def test_a_flipped_byte_never_gives_anything_but_a_message_or_a_refusal(data):
    good = bytearray(wire.encode({"event": "answered", "case": 0}, {"value": np.ones((2, 3), np.float32)}))
    good[data.draw(st.integers(0, len(good) - 1))] ^= data.draw(st.integers(1, 255))
    test_noise_is_refused_or_waited_for.hypothesis.inner_test(bytes(good))


def test_what_cannot_cross_is_refused_at_once():
    with pytest.raises(wire.WireError, match="dtype object does not cross; those that do: bool, int8"):
        wire.encode({}, {"x": np.array([None])})
    with pytest.raises(wire.WireError, match="exceeds"):
        wire.encode({"x": "y" * (2 << 20)})
