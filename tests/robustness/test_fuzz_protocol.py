"""Bytes from a hostile student process: each gives a value or a :class:`WireError`, soon and in little memory.

The few hundred cases of each test here are made like the thousands that ``campaign`` tries in a process with limited
memory.
"""

from __future__ import annotations

import json
import random
import struct
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
import torch
from fuzzing import CASE_BYTES, CASE_S, Account, corrupted, damaged, exploded, limited, run_apart, small
from hypothesis import given, seed
from hypothesis import strategies as st
from machine import cpu_unit
from replies import REPLIES, packed, unpacked

from foundations.grading.compare import describe, difference
from foundations.worker import protocol
from foundations.worker.protocol import Opaque, WireError

MAX = 1 << 22
#: Cases made of one drawn example: the drawing takes longer than the decoding.
_OF_ONE = 12

# ---------------------------------------------------------------------------------------------------- valid values


@st.composite
def tensors(draw: st.DrawFn) -> torch.Tensor:
    """Draw small tensors of every dtype, in layouts of every kind."""
    shape = draw(st.lists(st.integers(0, 4), max_size=4))
    made = torch.randint(0, 2, [*shape, 2]).to(protocol.DTYPES[draw(st.sampled_from(sorted(protocol.DTYPES)))])
    return draw(st.sampled_from([made, made.t() if made.dim() == 2 else made.mT if shape else made, made[..., :1]]))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | tensors(),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=4) | st.integers() | st.tuples(st.integers(), st.text(max_size=2)), inner)
    ),
    max_leaves=12,
)
_NUMBERS = st.integers(-2, 5) | st.sampled_from([1 << 31, (1 << 40) - 1, 1 << 40, 1 << 63, 10**400, True, 1.0])
_SIZES = st.lists(_NUMBERS, max_size=5) | st.lists(st.sampled_from([0, 1, 2]), max_size=18) | _NUMBERS
#: Nodes as the decoder expects them, and with any value instead of any other.
NODES = st.recursive(
    st.none() | st.booleans() | _NUMBERS | st.floats() | st.text(max_size=6),
    lambda inner: (
        st.fixed_dictionaries({"t": st.sampled_from(["list", "tuple"]), "v": st.lists(inner, max_size=5) | inner})
        | st.fixed_dictionaries({"t": st.just("dict"), "v": st.lists(st.lists(inner, max_size=3), max_size=4) | inner})
        | st.fixed_dictionaries(
            {"t": st.just("float"), "v": st.sampled_from(["nan", "inf", "-inf", "NaN", ""]) | inner}
        )
        | st.fixed_dictionaries({"t": st.just("opaque"), "n": inner, "w": inner})
        | st.fixed_dictionaries(
            {
                "t": st.just("tensor"),
                "d": st.sampled_from([*sorted(protocol.DTYPES), "quint8", ""]) | inner,
                "s": _SIZES | inner,
                "k": st.none() | _SIZES | inner,
            }
        )
        | st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from("tvsdknw"), inner)
    ),
    max_leaves=10,
)


# ------------------------------------------------------------------------------------------------------- the invariants


def leaves(value: Any) -> Iterator[Any]:
    if type(value) in (list, tuple):
        for item in value:
            yield from leaves(item)
    elif type(value) is dict:
        for key, item in value.items():
            yield from leaves(key)
            yield from leaves(item)
    else:
        yield value


def decoded_or_refused(data: bytes) -> bool:
    """Return whether ``data`` was decoded."""
    try:
        value = protocol.decode(data)
    except WireError as error:
        refusal = str(error)
    else:
        _must_be_harmless(value, len(data))
        return True
    assert len(refusal) < 300
    return False


def _must_be_harmless(value: Any, size: int) -> None:
    """Assert that the value from ``size`` bytes is plain, owns its memory, and can be compared, shown and sent."""
    memory = 0
    for leaf in leaves(value):
        assert leaf is None or type(leaf) in (bool, int, float, str, Opaque, torch.Tensor), type(leaf)
        for text in (leaf,) if type(leaf) is str else (leaf.type_name, leaf.why) if type(leaf) is Opaque else ():
            text.encode()
        if type(leaf) is torch.Tensor:
            assert not leaf.requires_grad
            assert leaf.device.type == "cpu"
            memory += leaf.untyped_storage().nbytes()
            if leaf.numel() < 1000:
                difference(leaf, torch.ones(leaf.shape), subject="f(x)", dtype=False)
        difference(leaf, torch.ones(()), subject="f(x)", numbers=True)
    assert memory <= 5 * size + 2000 * protocol.MAX_TENSORS
    describe(value)
    protocol.decode(protocol.encode(value, MAX))


def header_or_refused(data: bytes, most: int) -> bool:
    try:
        length, nonce = protocol.read_frame_header(data, most)
    except WireError:
        return False
    assert 0 <= length <= most
    assert len(nonce) == protocol.NONCE_BYTES
    return True


def variants(value: Any, chosen: random.Random) -> Iterator[bytes]:
    """Return the payload of ``value``, and a batch of payloads that are nearly it."""
    payload = protocol.encode(value, MAX)
    header, blob = unpacked(payload)
    yield payload
    others = [protocol.encode(reply, MAX) for reply in REPLIES]
    for number in range(_OF_ONE - 1):
        match number % 4:
            case 0:
                yield damaged(payload, chosen, others)
            case 1:
                yield packed(corrupted(header, chosen), blob)
            case 2:
                yield packed(json.dumps(header).encode(), damaged(blob, chosen, others))
            case _:
                length = chosen.choice([0, 1, len(payload), len(payload) - 8, 1 << 31, (1 << 64) - 1])
                yield struct.pack("<Q", length) + payload[8:]


# ---------------------------------------------------------------------------------------------------- the tests


def attempts(examples: int, account: Account) -> list[Callable[[], None]]:
    """Return the properties as functions without arguments, each over ``examples`` drawn examples."""

    @small(examples)
    @given(VALUES | st.sampled_from(REPLIES), st.integers(0, 1 << 64))
    def nearly_valid(value: Any, number: int) -> None:
        for data in variants(value, random.Random(number)):
            account.case(partial(decoded_or_refused, data))

    @small(examples)
    @given(NODES, st.binary(max_size=64))
    def odd_nodes(node: Any, blob: bytes) -> None:
        account.case(lambda: decoded_or_refused(packed(json.dumps(node).encode(), blob)))

    @small(examples)
    @given(st.binary(max_size=300))
    def noise(data: bytes) -> None:
        account.case(lambda: decoded_or_refused(data))
        account.case(lambda: decoded_or_refused(packed(data)))

    @small(examples)
    @given(st.binary(max_size=60) | st.binary(min_size=24, max_size=24).map(lambda tail: protocol.MAGIC + tail))
    def headers(data: bytes) -> None:
        account.case(lambda: header_or_refused(data, 1 << 27))

    return [nearly_valid, odd_nodes, noise, headers]


@pytest.mark.parametrize("which", range(4), ids=["nearly valid", "odd nodes", "noise", "frame headers"])
def test_any_bytes_are_a_value_or_refused(which: int) -> None:
    """A case raises no other exception, and takes two seconds of CPU at most."""
    account = Account()
    attempts(40 if which == 0 else 200, account)[which]()
    assert account.cases >= 200


def campaign(examples: str, start: str) -> Account:
    """Try thousands of cases; to be run in a separate process."""
    account, began = Account(), time.monotonic()
    protocol.decode(protocol.encode(REPLIES[2], MAX))
    with limited(CASE_BYTES) as peak:
        for attempt in attempts(int(examples), account):
            seed(int(start))(attempt)()
        account.peak_bytes = peak()
    account.wall_s = time.monotonic() - began
    return account


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_thousands_of_payloads_in_limited_memory() -> None:
    """Both decoded and refused payloads are among them, so that both ends of the decoder are exercised."""
    start = random.SystemRandom().randrange(1 << 32)
    account = run_apart("test_fuzz_protocol:campaign", "1500", str(start))
    assert account["cases"] >= 20_000
    assert 0.2 < account["refused"] / account["cases"] < 0.9
    assert account["longest_s"] < CASE_S
    assert account["peak_bytes"] < CASE_BYTES


# ---------------------------------------------------------------------------------------------------------- regressions


def _many(text: bytes, size: int) -> bytes:
    return b'{"t":"list","v":[' + text * (size // len(text)) + b"0]}"


def bomb(name: str, size: int) -> bytes:
    """Return a payload of about ``size`` bytes that costs as much as bytes of its kind can."""
    tensor = b'{"t":"tensor","d":"uint8","s":[1,1],"k":[64,1]},'
    headers: dict[str, Callable[[], bytes]] = {
        "empty lists": lambda: _many(b"[],", size),
        "empty objects": lambda: _many(b'{"":0},', size),
        "numbers": lambda: _many(b"0.5,", size),
        "brackets in a string": lambda: b'"' + b"[,{" * (size // 3) + b'"',
        "one wide character": lambda: b'"\\ud83d\\ude00' + b"a" * size + b'"',
        "as many items as may be": lambda: _many(b'{"t":"tuple","v":[]},', 8_000_000),
        "tensors": lambda: _many(tensor, size),
    }
    return packed(headers[name](), bytes(size // len(tensor)) if name == "tensors" else b"")


BOMBS = (
    "empty lists",
    "empty objects",
    "numbers",
    "brackets in a string",
    "one wide character",
    "as many items as may be",
    "tensors",
)
#: Bytes of memory and CPU seconds that a payload may cost: the needs of its text in Python, and of its items.
_BYTES_FOR_EACH, _BYTES_FOR_ALL, _BOMB_S = 11, 256 << 20, 5.0
#: The same for a small payload, in units of this machine's speed.
_BOMB_UNITS = 120


def explode() -> Account:
    """Decode all bombs at full size, one after the other; to be run in a separate process."""
    account = Account()
    for name in BOMBS:
        data = bomb(name, 100_000_000)
        most = _BYTES_FOR_EACH * len(data) + _BYTES_FOR_ALL
        exploded(data, account, most, _BOMB_S, partial(decoded_or_refused, data))
    return account


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_largest_payloads_in_limited_memory() -> None:
    """The payloads are 100 MB of the worst content that a reply can have."""
    account = run_apart("test_fuzz_protocol:explode")
    assert account["cases"] == len(BOMBS)
    assert account["refused"] >= 4


@pytest.mark.parametrize("name", BOMBS)
def test_payloads_that_cost_more_than_their_size_are_refused(name: str) -> None:
    """Objects are not built by the million before their number is checked."""
    data = bomb(name, 6_000_000)
    start = time.process_time()
    decoded_or_refused(data)
    assert time.process_time() - start < _BOMB_UNITS * cpu_unit()


@pytest.mark.parametrize("shape", [[0, 1 << 31, (1 << 40) - 1], [0] + [1 << 39] * 15, [1 << 39, 1 << 39, 0]])
def test_empty_tensors_of_endless_shapes_are_refused(shape: list[int]) -> None:
    """They have no elements, and strides that do not fit into 64 bits."""
    node = {"t": "tensor", "d": "float32", "s": shape, "k": None}
    with pytest.raises(WireError, match="proper shape"):
        protocol.decode(packed(json.dumps(node).encode()))


def test_keys_that_share_a_hash_are_refused() -> None:
    """Multiples of the modulus all have the hash 0: a dict of 200,000 of them would block the judge for minutes."""
    modulus = sys.hash_info.modulus
    pairs = [[number * modulus, 0] for number in range(1, protocol.MAX_ODD_KEYS + 2)]
    assert {hash(key) for key, _ in pairs} == {0}
    with pytest.raises(WireError, match="key"):
        protocol.decode(packed(json.dumps({"t": "dict", "v": pairs}).encode()))
    protocol.decode(packed(json.dumps({"t": "dict", "v": pairs[1:]}).encode()))


def test_plain_keys_by_the_thousand_arrive() -> None:
    """A vocabulary is a dict of 50,000 numbers, and not an attack."""
    words = {number: str(number) for number in range(50_000)}
    assert protocol.decode(protocol.encode(words, MAX)) == words


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ({(number,): 0 for number in range(protocol.MAX_ODD_KEYS + 1)}, "keys that are neither text nor small numbers"),
        ([torch.ones(1)] * (protocol.MAX_TENSORS + 1), "more than 20,000 tensors"),
        ({(0,) * (protocol.MAX_KEY_LENGTH + 1): 0}, "as a key"),
        ({torch.ones(1): 0}, "as a key"),
        (torch.empty(0).reshape(0, 1 << 39, 1 << 39), "too large to hand over"),
    ],
)
def test_values_that_the_decoder_would_refuse_are_not_sent(value: Any, why: str) -> None:
    """A student who returns such a value reads the reason, and is not treated as an attacker."""
    arrived = protocol.decode(protocol.encode(value, MAX))
    assert why in " ".join(leaf.why for leaf in leaves(arrived) if type(leaf) is Opaque)


def test_a_frame_header_of_another_length_is_refused() -> None:
    """The header is too short, too long, or empty."""
    for size in (0, protocol.FRAME.size - 1, protocol.FRAME.size + 1):
        with pytest.raises(WireError, match="ends before"):
            protocol.read_frame_header(b"F" * size, 10)
