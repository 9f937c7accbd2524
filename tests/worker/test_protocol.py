"""The protocol: values arrive as they were sent, and bytes outside the protocol are refused."""

import contextlib
import json
import math
import struct

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from foundations.worker import protocol as wire
from foundations.worker.protocol import Opaque, WireError

MAX = 1 << 20


def sent(value):
    return wire.decode(wire.encode(value, MAX))


@pytest.mark.parametrize(
    "value", [None, True, 0, -(2**70), 1.5, -0.0, "é\n", [], (), {}, [1, (2, {"a": [None]})], {1: (2.0,)}]
)
def test_plain_values_keep_their_types(value):
    """Lists stay lists, tuples stay tuples, and keys keep their types."""
    result = sent(value)

    assert repr(result) == repr(value)


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
def test_special_floats_arrive(value):
    """The protocol has names for these floats, which JSON lacks."""
    assert repr(sent(value)) == repr(value)


@pytest.mark.parametrize("name", sorted(wire.DTYPES))
def test_tensors_of_every_dtype_arrive_bit_by_bit(name):
    """Values, shape and dtype are equal."""
    value = (torch.arange(6).reshape(2, 3) % 2).to(wire.DTYPES[name])

    result = sent(value)

    assert result.dtype == value.dtype
    assert torch.equal(result, value)


@pytest.mark.parametrize(
    "value",
    [
        torch.arange(6.0).reshape(2, 3).t(),
        torch.arange(24.0).reshape(4, 6)[::2, 1::2],
        torch.arange(3.0).expand(4, 3),
        torch.tensor(2.0),
        torch.zeros(0, 3),
        torch.arange(10.0).as_strided((3, 4), (1, 1)),
        torch.arange(10.0)[5:6].expand(2, 3, 1),
    ],
    ids=["transposed", "every other", "expanded", "scalar", "empty", "overlapping", "expanded twice"],
)
def test_values_of_views_arrive_with_every_layout(value):
    """A layout may be lost, but never a value."""
    assert torch.equal(sent(value), value)


def test_layout_of_a_transposed_tensor_arrives():
    """A student's function gets the non-contiguous tensor that the grader made."""
    assert sent(torch.arange(6).reshape(2, 3).t()).stride() == (1, 3)


def test_gradients_and_subclasses_do_not_cross():
    """A parameter arrives as its values; a subclass, which could have behaviour, only as its name."""

    class Liar(torch.Tensor):
        pass

    assert type(sent(torch.nn.Parameter(torch.ones(2)))) is torch.Tensor
    assert sent(torch.ones(2).as_subclass(Liar)).type_name.endswith("Liar")


def test_other_objects_arrive_as_the_name_of_their_type():
    """Their methods are not called."""

    class Hostile:
        def _called(self, *args):
            raise AssertionError("called")

        __repr__ = __str__ = __eq__ = __reduce__ = _called

    assert isinstance(sent(Hostile()), Opaque)
    assert sent({1, 2}) == Opaque("builtins.set", "")


def test_value_that_is_too_large_arrives_as_its_size():
    """An expanded tensor can have four billion elements in a few bytes of memory."""
    result = sent([torch.ones(1).expand(1 << 32), "x" * (2 * MAX)])

    assert [type(value) for value in result] == [Opaque, Opaque]
    assert "4294967296" in result[0].why


def test_recursive_and_bushy_lists_are_cut():
    """Depth and number of items are bounded for values that contain themselves."""
    knot: list[object] = []
    knot.extend([knot, knot])

    assert len(wire.encode(knot, MAX)) < 60 * wire.MAX_ITEMS


def test_lone_surrogates_become_question_marks():
    """Text that arrives can be written to any file or database."""
    assert sent("a\ud800") == "a?"


def payload(header, blob=b""):
    raw = json.dumps(header).encode()
    return struct.pack("<Q", len(raw)) + raw + blob


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00" * 7,
        struct.pack("<Q", 100) + b"{}",
        payload({}),
        payload({"t": "spaceship"}),
        payload({"t": "tensor", "d": "float32", "s": [2], "k": None}),
        payload({"t": "tensor", "d": "float32", "s": [-1], "k": None}),
        payload({"t": "tensor", "d": "float32", "s": [1 << 60], "k": None}),
        payload({"t": "tensor", "d": "object", "s": [1], "k": None}, b"1234"),
        payload({"t": "tensor", "d": "bool", "s": [1], "k": None}, b"\x07"),
        payload({"t": "tensor", "d": "float32", "s": [True], "k": None}, b"1234"),
        payload({"t": "tensor", "d": "float32", "s": [1], "k": [-4]}, b"1234"),
        payload({"t": "tensor", "d": "float32", "s": [2, 2], "k": [1]}, b"1" * 16),
        payload({"t": "dict", "v": [[{"t": "list", "v": []}, 1]]}),
        payload({"t": "dict", "v": [[1]]}),
        payload({"t": "list", "v": 7}),
        payload({"t": "float", "v": "seven"}),
        payload(1, b"more"),
        struct.pack("<Q", 200_000) + b"[" * 200_000,
        payload({"t": "list", "v": [{"t": "list", "v": []}] * (3 * wire.MAX_ITEMS)}),
    ],
)
def test_bytes_that_are_not_a_payload_are_refused(data):
    """The only exception is WireError, and no memory is allocated beyond the size of the bytes."""
    with pytest.raises(WireError):
        wire.decode(data)


@given(st.binary(max_size=200), st.integers(0, 150), st.integers(0, 255))
@settings(max_examples=300, deadline=None)
def test_flipped_bytes_give_a_value_or_a_wire_error(noise, index, byte):
    """No other exception is raised."""
    good = bytearray(wire.encode([1, "two", {"three": torch.ones(2, 2)}], MAX))
    good[index % len(good)] = byte
    for data in (bytes(good), noise, bytes(good[:40]) + noise):
        with contextlib.suppress(WireError):
            wire.decode(data)


def test_frame_header_has_length_and_nonce():
    """A frame that is longer than allowed is refused before its payload is read."""
    nonce = b"n" * wire.NONCE_BYTES
    data = wire.frame(nonce, b"abc")

    assert wire.read_frame_header(data[: wire.FRAME.size], 3) == (3, nonce)
    with pytest.raises(WireError, match="announces 3 bytes; the limit is 2"):
        wire.read_frame_header(data[: wire.FRAME.size], 2)
    with pytest.raises(WireError, match="does not start"):
        wire.read_frame_header(b"x" * wire.FRAME.size, 3)


def test_forged_type_name_is_cut():
    """Every message about the value would otherwise show all of it."""
    header = json.dumps({"t": "opaque", "n": "x" * 100_000, "w": "y" * 100_000}).encode()

    value = wire.decode(struct.pack("<Q", len(header)) + header)

    assert value == Opaque("x" * wire.MAX_TYPE_NAME, "y" * wire.MAX_TYPE_NAME)


@pytest.mark.parametrize("name", sorted(wire.ARRAY_DTYPES))
def test_arrays_of_every_dtype_arrive(name):
    """Values, dtype, order of axes and steps are those that were sent; an array that is whole owns its memory."""
    whole = np.arange(24).reshape(4, 6).astype(name)
    for value in (whole, whole.T, whole[::-1, ::-2], whole[1:, ::2], whole[:0], whole[0, 0], np.asarray(whole[0, 0])):
        got = sent(value)
        assert (type(got), got.dtype, got.strides) == (
            type(value),
            value.dtype,
            value.strides if value.size else got.strides,
        )
        np.testing.assert_array_equal(got, value)
    assert sent(whole).flags.owndata
    assert sent(whole.T).flags.writeable


@pytest.mark.parametrize(
    ("value", "name", "why"),
    [
        (np.array([1, None]), "numpy.ndarray", "dtype object"),
        (np.zeros(2, [("a", "f8")]), "numpy.ndarray", "dtype [('a', '<f8')]"),
        (np.array(["a"]), "numpy.ndarray", "dtype <U1"),
        (np.ma.array([1]), "numpy.ma.MaskedArray", ""),
        (np.zeros(2).view(np.recarray), "numpy.rec.recarray", ""),
    ],
    ids=["objects", "records", "texts", "masked", "derived"],
)
def test_arrays_that_are_not_of_numbers_do_not_cross(value, name, why):
    """They arrive as the name of their type."""
    assert sent(value) == Opaque(name, why)


@pytest.mark.parametrize(
    "node",
    [
        {"t": "array", "d": "object", "s": [1], "k": None, "f": []},
        {"t": "array", "d": "float64", "s": [2], "k": None, "f": []},
        {"t": "array", "d": "float64", "s": [-1], "k": None, "f": []},
        {"t": "array", "d": "float64", "s": [1], "k": [1], "f": [1]},
        {"t": "array", "d": "float64", "s": [1], "k": [1, 1], "f": []},
        {"t": "array", "d": "float64", "s": [1], "k": [1], "f": "0"},
        {"t": "scalar", "d": "float64", "s": [1], "k": None, "f": []},
    ],
    ids=range(7),
)
def test_forged_arrays_are_refused(node):
    """No header makes an array of other memory than the payload's."""
    with pytest.raises(WireError):
        wire.decode(payload(node, bytes(8)))
