"""What crosses between judge and worker: an 8-byte length, a JSON header, raw array bytes. Never pickle.

A message is ``<header length: uint32> <payload length: uint32> <header> <payload>``, little-endian. The header is
``{"body": {...}, "arrays": [[name, dtype, shape, offset], ...]}``. The reader checks every number against a cap and
against the others before it allocates anything; a message that contradicts itself is a ``WireError``.
"""

import json
import math
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import ml_dtypes
import numpy as np

HEADER_CAP = 1 << 20  # bytes
PAYLOAD_CAP = 64 << 20  # bytes
ARRAYS_CAP = 256
RANK_CAP = 32
# What an event may hold: characters of what a case printed, of an exception's message and of a name; names in a list.
PRINTED_CAP = 4_000
MESSAGE_CAP = 2_000
NAME_CAP = 60
LIST_CAP = 64
# What a trace may hold; worker and judge both keep to it.
STEPS_CAP = 240  # below ARRAYS_CAP, since each has an array
VALUES_CAP = 1 << 22  # bytes of all values together
GIVEN = -1  # in the place of a step's index: an argument of the program
_LENGTHS = struct.Struct("<II")

# Looked up by name in a fixed table: no dtype is ever built from received text.
_NAMES = (
    "bool",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "bfloat16",
    "float16",
    "float32",
    "float64",
    "complex64",
    "complex128",
)
DTYPES: dict[str, np.dtype] = {name: np.dtype(getattr(ml_dtypes, name, name)) for name in _NAMES}


class WireError(Exception):
    """A message is malformed, too large, or contradicts itself."""


@dataclass(frozen=True)
class Message:
    """One message: plain JSON values and named arrays."""

    body: dict[str, Any]
    arrays: dict[str, np.ndarray]


def encode(body: Mapping[str, Any], arrays: Mapping[str, np.ndarray] | None = None) -> bytes:
    """Writes one message.

    Raises:
      WireError: if a dtype is not in the table or a cap is exceeded.
    """
    rows, chunks, offset = [], [], 0
    for name, value in (arrays or {}).items():
        if value.dtype.name not in DTYPES:
            raise WireError(f"dtype {value.dtype} does not cross; those that do: {', '.join(DTYPES)}")
        data = np.ascontiguousarray(value).astype(DTYPES[value.dtype.name].newbyteorder("<")).tobytes()
        rows.append([name, value.dtype.name, list(value.shape), offset])
        chunks.append(data)
        offset += len(data)
    header = json.dumps({"body": body, "arrays": rows}, allow_nan=False).encode("ascii")
    if len(header) > HEADER_CAP or offset > PAYLOAD_CAP:
        raise WireError(f"a message of {len(header)} + {offset} bytes exceeds {HEADER_CAP} + {PAYLOAD_CAP}")
    return b"".join([_LENGTHS.pack(len(header), offset), header, *chunks])


class Decoder:
    """Takes bytes as they arrive and yields whole messages."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[Message]:
        """Adds bytes and yields every message that is now complete.

        Raises:
          WireError: if what came is not a message; the decoder is of no use afterwards.
        """
        self._buffer += data
        while len(self._buffer) >= _LENGTHS.size:
            header_size, payload_size = _LENGTHS.unpack_from(self._buffer)
            if header_size > HEADER_CAP or payload_size > PAYLOAD_CAP:
                raise WireError(f"announces {header_size} + {payload_size} bytes, over {HEADER_CAP} + {PAYLOAD_CAP}")
            start, end = _LENGTHS.size, _LENGTHS.size + header_size + payload_size
            if len(self._buffer) < end:
                return
            header = bytes(self._buffer[start : start + header_size])
            payload = bytes(self._buffer[start + header_size : end])
            del self._buffer[:end]
            yield _message(header, payload)


def _message(header: bytes, payload: bytes) -> Message:
    try:
        parsed = json.loads(header, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise WireError("the header is not JSON") from error
    if not (
        isinstance(parsed, dict) and isinstance(parsed.get("body"), dict) and isinstance(parsed.get("arrays"), list)
    ):
        raise WireError("the header must be an object with body and arrays")
    if len(parsed["arrays"]) > ARRAYS_CAP:
        raise WireError(f"{len(parsed['arrays'])} arrays; at most {ARRAYS_CAP} cross")
    arrays, offset = {}, 0
    for row in parsed["arrays"]:
        name, array = _array(row, payload, offset)
        if name in arrays:
            raise WireError("two arrays of one name")
        arrays[name] = array
        offset += array.nbytes
    if offset != len(payload):
        raise WireError(f"{len(payload)} bytes came for arrays of {offset}")
    return Message(parsed["body"], arrays)


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _array(row: object, payload: bytes, offset: int) -> tuple[str, np.ndarray]:
    """Checks one row of the header and views its bytes."""
    match row:
        case [str(name), str(dtype_name), list(shape), int(at)] if dtype_name in DTYPES:
            pass
        case _:
            raise WireError("an array must be given as [name, dtype, shape, offset]")
    if len(shape) > RANK_CAP or not all(type(n) is int and 0 <= n <= PAYLOAD_CAP for n in shape):
        raise WireError("a shape must be a list of at most 32 sizes")
    dtype = DTYPES[dtype_name]
    size = math.prod(shape) * dtype.itemsize
    if at != offset or offset + size > len(payload):
        raise WireError(f"array of {size} bytes at {at}: {len(payload)} came, {offset} are taken")
    data = np.frombuffer(payload, dtype.newbyteorder("<"), math.prod(shape), offset)
    try:
        return name, data.astype(dtype).reshape(shape)
    except ValueError as error:  # sizes whose product is 0, but overflows without the 0
        raise WireError("a shape is beyond what an array can have") from error
