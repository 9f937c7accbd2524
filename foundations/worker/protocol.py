"""The protocol between judge and student process: only typed values, in length-prefixed frames.

Pickle is never used. These values can cross: ``None``, ``bool``, ``int``, ``float``, ``str``, ``list``, ``tuple``,
``dict``, tensors, and NumPy's arrays and numbers. Any other value arrives as :class:`Opaque`, which has the name of its
type and no behaviour. That includes arrays of objects or records, masked arrays, and classes derived from an array.

A frame is ``magic, length, nonce, payload``; a payload is ``length of header, JSON header, tensor bytes``. Each reply
carries the nonce of its request, so that the judge detects bytes that were written before the request.
"""

from __future__ import annotations

import json
import math
import struct
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

MAGIC = b"FND1"
FRAME = struct.Struct("<4sQ16s")
NONCE_BYTES = 16
_HEADER_LENGTH = struct.Struct("<Q")

#: In the metadata of an output: it replaces a figure that was not drawn.
UNDRAWN = "foundations_undrawn"

#: Limits that do not depend on the course: a deeper, longer or wider value becomes an :class:`Opaque`.
MAX_DEPTH = 32
MAX_ITEMS = 200_000
MAX_TENSORS = 20_000
MAX_DIMENSIONS = 16
MAX_TYPE_NAME = 200
MAX_INT_BITS = 4096
#: Number of dict keys that are neither text nor small numbers, such as tuples. Their hashes are predictable, so an
#: attacker can make each key collide with all others.
MAX_ODD_KEYS = 1_000
MAX_KEY_LENGTH = 16

# The header of a value within these limits has at most this many brackets and braces, and this many commas.
_MAX_CONTAINERS = 4 * MAX_ITEMS
_MAX_COMMAS = 16 * MAX_ITEMS
#: Estimated bytes that an item of a decoded value takes in addition to its content: a tensor more, a number less.
_ITEM_BYTES = 200

DTYPES: dict[str, torch.dtype] = {
    str(dtype).removeprefix("torch."): dtype
    for dtype in (
        torch.bool, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64,
        torch.float16, torch.bfloat16, torch.float32, torch.float64, torch.complex64, torch.complex128,
    )
}  # fmt: skip
_NAMES = {dtype: name for name, dtype in DTYPES.items()}
ARRAY_DTYPES: dict[str, np.dtype[Any]] = {
    name: np.dtype(name)
    for name in (
        "bool", "uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64",
        "float16", "float32", "float64", "complex64", "complex128",
    )
}  # fmt: skip
#: The classes of NumPy's numbers; some dtypes have two, such as ``long`` and ``longlong``.
_SCALARS = frozenset(np.dtype(code).type for code in "?bBhHiIlLqQefdFD")


class WireError(Exception):
    """The bytes are not a frame of this protocol, or exceed a limit."""


@dataclass(frozen=True)
class Opaque:
    """Represents a value that cannot cross, by the name of its type and the reason in ``why``."""

    type_name: str
    why: str = ""


def frame(nonce: bytes, payload: bytes) -> bytes:
    """Return ``payload`` in a frame."""
    return FRAME.pack(MAGIC, len(payload), nonce) + payload


def read_frame_header(header: bytes | bytearray, max_bytes: int) -> tuple[int, bytes]:
    """Return the length of the payload in bytes, and the nonce.

    Raises:
        WireError: this is not a frame of this protocol, or the payload is longer than ``max_bytes``.
    """
    if len(header) != FRAME.size:
        raise WireError("the reply ends before its frame does")
    magic, length, nonce = FRAME.unpack(header)
    if magic != MAGIC:
        raise WireError("the reply does not start with the first bytes of a frame")
    if length > max_bytes:
        raise WireError(f"the reply announces {length:,} bytes; the limit is {max_bytes:,}")
    return length, nonce


def encode(value: object, max_bytes: int) -> bytes:
    """Return the payload of ``value``, in which a tensor that does not fit into ``max_bytes`` is an :class:`Opaque`."""
    encoder = _Encoder(max_bytes)
    header = json.dumps(encoder.node(value, 0), separators=(",", ":")).encode("ascii")
    return b"".join([_HEADER_LENGTH.pack(len(header)), header, *encoder.blobs])


def decode(payload: bytes | bytearray) -> Any:
    """Return the value in ``payload``, in which tensors are plain tensors that own their memory.

    Raises:
        WireError: any part is not as :func:`encode` writes it.
    """
    return weighed(payload)[0]


def weighed(payload: bytes | bytearray) -> tuple[Any, int]:
    """Return the value in ``payload``, and an estimate of the bytes of memory that it takes.

    Raises:
        WireError: as :func:`decode`.
    """
    if len(payload) < _HEADER_LENGTH.size:
        raise WireError("the payload is shorter than its own length field")
    (length,) = _HEADER_LENGTH.unpack_from(payload)
    start = _HEADER_LENGTH.size + length
    if start > len(payload):
        raise WireError("the header is longer than the payload")
    header = payload[_HEADER_LENGTH.size : start]
    if _intricate(header):
        raise WireError("the header has more values than a reply may have")
    try:
        document = json.loads(header.decode("ascii"))
    except (ValueError, RecursionError) as error:
        raise WireError(f"the header is not JSON: {type(error).__name__}") from None
    decoder = _Decoder(payload, start)
    value = decoder.value(document, 0)
    if decoder.offset != len(payload):
        raise WireError("bytes follow the last tensor")
    return value, len(payload) + _ITEM_BYTES * decoder.items_read


def _intricate(header: bytes | bytearray) -> bool:
    """Return whether parsing would make more objects than any value needs, by a count of characters outside strings."""
    if header.count(b"[") + header.count(b"{") <= _MAX_CONTAINERS and header.count(b",") <= _MAX_COMMAS:
        return False
    bare = np.frombuffer(header.replace(b"\\\\", b"").replace(b'\\"', b""), np.uint8)
    outside = bare[~np.logical_xor.accumulate(bare == ord('"'))]
    opening, comma = (outside == ord("[")) | (outside == ord("{")), outside == ord(",")
    return int(opening.sum()) > _MAX_CONTAINERS or int(comma.sum()) > _MAX_COMMAS


class _Encoder:
    """Converts a value to JSON nodes, and collects the bytes of its tensors in the order of their nodes."""

    def __init__(self, max_bytes: int) -> None:
        self.blobs: list[bytes] = []
        self.bytes_left = max_bytes
        self.items_left = MAX_ITEMS
        self.tensors_left = MAX_TENSORS
        self.odd_keys_left = MAX_ODD_KEYS

    def node(self, value: object, depth: int) -> object:  # noqa: PLR0911 - a return for each kind of value
        self.items_left -= 1
        if self.items_left < 0:
            return self.opaque(value, f"more than {MAX_ITEMS:,} items")
        kind = type(value)
        if kind is str:
            return self.text(value)  # type: ignore[arg-type]
        if value is None or kind is bool:
            return value
        if kind is int:
            return value if abs(value).bit_length() <= MAX_INT_BITS else self.opaque(value, "a very large number")  # type: ignore[arg-type]
        if kind is float:
            return {"t": "float", "v": repr(value)} if not math.isfinite(value) else value  # type: ignore[arg-type]
        if kind in (list, tuple, dict):
            return self.container(value, depth)
        if kind in (torch.Tensor, torch.nn.Parameter):
            return self.tensor(value)  # type: ignore[arg-type]
        if kind is np.ndarray:
            return self.array(value)  # type: ignore[arg-type]
        if kind in _SCALARS:
            return self.array(np.asarray(value)) | {"t": "scalar"}
        if kind is Opaque:
            return {"t": "opaque", "n": value.type_name, "w": value.why}  # type: ignore[attr-defined]
        return self.opaque(value, "")

    def text(self, value: str) -> object:
        self.bytes_left -= len(value)
        return value if self.bytes_left >= 0 else self.opaque(value, f"{len(value):,} characters")

    def container(self, value: Any, depth: int) -> object:
        if depth >= MAX_DEPTH:
            return self.opaque(value, f"nested deeper than {MAX_DEPTH}")
        if len(value) > self.items_left:
            return self.opaque(value, f"{len(value):,} items")
        if type(value) is dict:
            self.odd_keys_left -= sum(not _is_plain_key(key) for key in list(value))
            if self.odd_keys_left < 0:
                return self.opaque(value, f"more than {MAX_ODD_KEYS:,} keys that are neither text nor small numbers")
            pairs = [[self.key(key, depth + 1), self.node(item, depth + 1)] for key, item in list(value.items())]
            return {"t": "dict", "v": pairs}
        return {"t": type(value).__name__, "v": [self.node(item, depth + 1) for item in list(value)]}

    def key(self, key: object, depth: int) -> object:
        return self.node(key, depth) if _may_be_key(key) else self.opaque(key, "as a key")

    def tensor(self, value: torch.Tensor) -> object:
        self.tensors_left -= 1
        if self.tensors_left < 0:
            return self.opaque(value, f"more than {MAX_TENSORS:,} tensors")
        if value.is_nested:  # reading its shape raises an exception
            return self.opaque(value, "nested")
        shape = tuple(value.shape)
        if value.layout is not torch.strided or value.device.type != "cpu" or value.dtype not in _NAMES:
            return self.opaque(value, f"{value.layout}, {value.device.type}, {value.dtype}")
        size = value.numel() * value.element_size()
        if not _is_shape(shape) or size > self.bytes_left:
            return self.opaque(value, f"shape {shape}, {size:,} bytes: too large to hand over")
        self.bytes_left -= size
        whole = value.detach().resolve_conj().resolve_neg().contiguous()
        # reshape would keep a stride of a one-element tensor that view cannot read.
        plain = whole.as_strided((whole.numel(),), (1,))
        self.blobs.append(plain.view(torch.uint8).numpy().tobytes() if size else b"")
        return {"t": "tensor", "d": _NAMES[value.dtype], "s": list(shape), "k": _memory_order(value)}

    def array(self, value: np.ndarray[Any, Any]) -> dict[str, Any]:
        self.tensors_left -= 1
        if self.tensors_left < 0:
            return self.opaque(value, f"more than {MAX_TENSORS:,} arrays")
        shape = value.shape
        native = ARRAY_DTYPES.get(value.dtype.name)  # the order of bytes is a matter of files and not of values
        if native is None:
            return self.opaque(value, f"dtype {value.dtype}")
        if not _is_shape(shape) or value.nbytes > self.bytes_left:
            return self.opaque(value, f"shape {shape}, {value.nbytes:,} bytes: too large to hand over")
        self.bytes_left -= value.nbytes
        self.blobs.append(value.astype(native, copy=False).tobytes())
        return {"t": "array", "d": native.name, "s": list(shape), **_array_order(value)}

    def opaque(self, value: object, why: str) -> dict[str, Any]:
        kind = type(value)
        return {"t": "opaque", "n": f"{kind.__module__}.{kind.__qualname__}"[:MAX_TYPE_NAME], "w": why}


def _memory_order(value: torch.Tensor) -> list[int] | None:
    """Return ``None`` for a contiguous tensor, otherwise its strides, so that inputs keep their layout."""
    return None if value.is_contiguous() else list(value.stride())


def _array_order(value: np.ndarray[Any, Any]) -> dict[str, Any]:
    """Return the strides of an array in elements as ``k``, ``None`` if it is contiguous; ``f`` lists reversed axes."""
    if value.flags.c_contiguous or any(step % value.itemsize for step in value.strides):
        return {"k": None, "f": []}
    strides = [step // value.itemsize for step in value.strides]
    return {"k": [abs(step) for step in strides], "f": [axis for axis, step in enumerate(strides) if step < 0]}


class _Decoder:
    """Builds values from untrusted JSON nodes."""

    def __init__(self, payload: bytes | bytearray, offset: int) -> None:
        self.payload = payload
        self.offset = offset
        self.items_left = MAX_ITEMS * 2
        self.tensors_left = MAX_TENSORS
        self.odd_keys_left = MAX_ODD_KEYS

    @property
    def items_read(self) -> int:
        return 2 * MAX_ITEMS - self.items_left

    def value(self, node: Any, depth: int) -> Any:
        self.items_left -= 1
        if depth > MAX_DEPTH + 1 or self.items_left < 0:
            raise WireError("the value is nested too deep or has too many items")
        kind = type(node)  # JSON makes no instances of derived classes
        if kind is str:
            return _printable(node)
        if kind is dict:
            read = _READERS.get(self.string(node, "t"))
            if read is None:
                raise WireError("a node has an unknown type")
            return read(self, node, depth)
        if kind is list:
            raise WireError("a node is neither a plain value nor a typed one")
        return node

    def sequence(self, node: dict[str, Any], depth: int) -> list[Any]:
        values = node.get("v")
        if type(values) is not list:
            raise WireError("a sequence has no list of items")
        depth += 1
        return [self.value(item, depth) for item in values]

    def mapping(self, node: dict[str, Any], depth: int) -> dict[Any, Any]:
        result = {}
        pairs: Any = node.get("v")
        for pair in pairs if isinstance(pairs, list) else [None]:
            if not isinstance(pair, list) or len(pair) != 2:
                raise WireError("a dict has an item that is not a pair")
            key = self.value(pair[0], depth + 1)
            if type(key) is not str:
                self.odd_keys_left -= not _is_plain_key(key)
                if not _may_be_key(key) or self.odd_keys_left < 0:
                    raise WireError("a dict has a key that is not allowed, or too many keys that are not text")
            result[key] = self.value(pair[1], depth + 1)
        return result

    def special_float(self, node: dict[str, Any]) -> float:
        special = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}
        name = self.string(node, "v")
        if name not in special:
            raise WireError("a float has no valid value")
        return special[name]

    def tensor(self, node: dict[str, Any]) -> torch.Tensor:
        self.tensors_left -= 1
        if self.tensors_left < 0:
            raise WireError("more tensors than a reply may have")
        shape: Any = node.get("s")
        strides: Any = node.get("k")
        dtype = DTYPES.get(self.string(node, "d"))
        if dtype is None or not _whole_numbers(shape) or not _is_shape(shape):
            raise WireError("a tensor has no proper shape and dtype")
        size = math.prod(shape) * dtype.itemsize
        if size > len(self.payload) - self.offset:
            raise WireError("a tensor is larger than the payload")
        raw = bytearray(memoryview(self.payload)[self.offset : self.offset + size])
        self.offset += size
        if dtype is torch.bool and raw.translate(None, b"\x00\x01"):
            raise WireError("a boolean tensor has bytes other than 0 and 1")
        flat = torch.frombuffer(raw, dtype=dtype) if size else torch.empty(0, dtype=dtype)
        plain = flat.reshape(shape)
        return plain if strides is None else _laid_out(plain, strides)

    def array(self, node: dict[str, Any]) -> np.ndarray[Any, Any]:
        self.tensors_left -= 1
        if self.tensors_left < 0:
            raise WireError("more arrays than a reply may have")
        shape: Any = node.get("s")
        strides: Any = node.get("k")
        reversed_axes: Any = node.get("f")
        dtype = ARRAY_DTYPES.get(self.string(node, "d"))
        if dtype is None or not _whole_numbers(shape) or not _is_shape(shape):
            raise WireError("an array has no proper shape and dtype")
        if not _whole_numbers(reversed_axes) or any(axis >= len(shape) for axis in reversed_axes):
            raise WireError("an array has reversed axes that it does not have")
        size = math.prod(shape) * dtype.itemsize
        if size > len(self.payload) - self.offset:
            raise WireError("an array is larger than the payload")
        raw = bytes(memoryview(self.payload)[self.offset : self.offset + size])
        self.offset += size
        if dtype == np.bool_ and raw.translate(None, b"\x00\x01"):
            raise WireError("a boolean array has bytes other than 0 and 1")
        plain = np.frombuffer(raw, dtype).reshape(shape) if size else np.empty(shape, dtype)
        return plain.copy() if strides is None else _array_laid_out(plain, strides, sorted(set(reversed_axes)))

    def scalar(self, node: dict[str, Any]) -> Any:
        value = self.array(node)
        if value.ndim:
            raise WireError("a number of NumPy has axes")
        return value[()]

    def opaque(self, node: dict[str, Any]) -> Opaque:
        return Opaque(self.string(node, "n")[:MAX_TYPE_NAME], self.string(node, "w")[:MAX_TYPE_NAME])

    def string(self, node: dict[str, Any], key: str) -> str:
        value = node.get(key)
        if not isinstance(value, str):
            raise WireError(f"a node has no text under {key!r}")
        return _printable(value)


#: The method that reads a typed node, by the node's type.
_READERS: dict[str, Callable[[_Decoder, dict[str, Any], int], Any]] = {
    "list": _Decoder.sequence,
    "tuple": lambda decoder, node, depth: tuple(decoder.sequence(node, depth)),
    "dict": _Decoder.mapping,
    "tensor": lambda decoder, node, depth: decoder.tensor(node),
    "array": lambda decoder, node, depth: decoder.array(node),
    "scalar": lambda decoder, node, depth: decoder.scalar(node),
    "float": lambda decoder, node, depth: decoder.special_float(node),
    "opaque": lambda decoder, node, depth: decoder.opaque(node),
}


def _printable(text: str) -> str:
    """Replace lone surrogates in ``text``, which cannot be encoded for a file, database or page."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _is_plain_key(key: object) -> bool:
    """Return whether hash collisions of such keys cannot be constructed.

    Text is hashed with a secret, and a number below the modulus is its own hash.
    """
    return key is None or type(key) in (bool, str) or (type(key) is int and abs(key) < sys.hash_info.modulus)


def _may_be_key(key: object) -> bool:
    if type(key) is str:
        return True
    parts = key if type(key) is tuple else (key,)
    return len(parts) <= MAX_KEY_LENGTH and all(
        part is None or type(part) in (bool, int, float, str, Opaque) for part in parts
    )


def _whole_numbers(values: Any) -> bool:
    return isinstance(values, list) and all(type(value) is int and 0 <= value < 1 << 40 for value in values)


def _is_shape(sizes: Sequence[int]) -> bool:
    """Return whether torch can make a tensor of these sizes.

    A tensor without elements may still have strides that do not fit into 64 bits.
    """
    return len(sizes) <= MAX_DIMENSIONS and math.prod(max(size, 1) for size in sizes) < 1 << 40


def _laid_out(plain: torch.Tensor, strides: Any) -> torch.Tensor:
    """Copy ``plain`` (any shape) to the memory layout ``strides``, or return it if that layout cannot be kept.

    Raises:
        WireError: the strides do not fit the shape.
    """
    if not _whole_numbers(strides) or len(strides) != plain.dim():
        raise WireError("a tensor has strides that do not fit its shape")
    # A layout much larger than its values, such as a narrow column of a wide matrix, would waste memory.
    span = 1 + sum(step * (size - 1) for step, size in zip(strides, plain.shape, strict=True)) if plain.numel() else 0
    if span > 4 * plain.numel() + 64:
        return plain
    kept = tuple(slice(0, 1) if step == 0 else slice(None) for step in strides)
    base = plain[kept]
    target = torch.empty_strided(base.shape, [step or 1 for step in strides], dtype=plain.dtype)
    if _overlaps(base.shape, strides):
        return plain
    return target.copy_(base).expand(plain.shape)


def _array_laid_out(plain: np.ndarray[Any, Any], strides: Any, reversed_axes: Sequence[int]) -> np.ndarray[Any, Any]:
    """Return a writable copy of ``plain`` in the memory layout ``strides``, along ``reversed_axes`` from the end."""
    step = tuple(slice(None, None, -1) if axis in reversed_axes else slice(None) for axis in range(plain.ndim))
    turned = torch.from_numpy(plain[step].copy())
    made: np.ndarray[Any, Any] = _laid_out(turned, strides).numpy()[step]
    # An array that is a whole in Fortran's order owns its memory, as one from numpy.asfortranarray does.
    return made.copy(order="F") if made.flags.f_contiguous else made


def _overlaps(shape: torch.Size, strides: list[int]) -> bool:
    """Return whether two indices have the same memory address (sliding windows), so that writing is not possible."""
    reach = 1
    for step, size in sorted((step, size) for step, size in zip(strides, shape, strict=True) if size > 1):
        if step < reach:
            return True
        reach = step * (size - 1) + reach
    return False
