"""Damage to valid bytes, and the record of a decoder's behaviour: cases, longest case, memory.

``python tests/support/fuzzing.py MODULE:FUNCTION`` runs that function in a process with limited memory, and prints its
record as JSON: a decoder that asks for more memory ends there, whatever size the bytes promise.
"""

from __future__ import annotations

import importlib
import json
import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings

HERE = Path(__file__).parent
#: CPU seconds and bytes that decoding one small case (some hundred kB at most) may take; a third on a quick machine.
CASE_S = 6.0
CASE_BYTES = 256 << 20

#: JSON values for places where another value is expected, as they are written. Each represents a way in which readers
#: differ.
JUNK = [
    b"null", b"true", b"0", b"-1", b"-0", b"1.5", b"1e999", b"-1e999", b"NaN", b"Infinity", b"-Infinity",
    b"1152921504606846976", b"18446744073709551616", b"-9223372036854775809", b"9" * 4000, b"9" * 5000,
    b'""', b'"\\ud800"', b'"\\udc00\\ud800"', b'"\\ud83d\\ude00"', b'"\\u0000"', b'"\x7f"', b'"\xc3\xa9"', b'"\xff"',
    b"[]", b"{}", b"[[]]", b"[null]", b'{"":0}', b'{"t":"list","v":[]}', b'{"t":"tensor"}', b'{"a":1,"a":[2]}',
    b"[" * 40 + b"]" * 40, b"[" * 2000 + b"]" * 2000, b'{"v":' * 1000 + b"0" + b"}" * 1000, b"[0" + b",0" * 300 + b"]",
    b"",
]  # fmt: skip
#: Bytes with a meaning to one decoder or another.
SPICES = [
    b"\x00", b"\xff" * 8, b"\x00" * 8, b"FND1", b"\xef\xbb\xbf", b"\xff\xfe", b'"', b"\\", b"\\u", b"{", b"}", b"[",
    b"]", b",", b":", b'{"', b'":', b"\xed\xa0\x80", b"\xf0\x9f\x98\x80", b"\r\n", b"1e9", b"-", b"NaN", b"\x1b[2J",
]  # fmt: skip


@dataclass
class Account:
    """The result of a campaign. ``longest_s`` is CPU time; ``peak_bytes`` is above the process's memory before."""

    cases: int = 0
    refused: int = 0
    longest_s: float = 0.0
    peak_bytes: int = 0
    wall_s: float = 0.0

    def case(self, attempt: Callable[[], bool]) -> None:
        """Count one case; ``attempt`` returns whether the bytes were accepted."""
        start = time.process_time()
        accepted = attempt()
        spent = time.process_time() - start
        self.cases += 1
        self.refused += not accepted
        self.longest_s = max(self.longest_s, spent)
        assert spent < CASE_S, f"one case took {spent:.1f} s of CPU; {CASE_S:g} s is the most it may take"


# ------------------------------------------------------------------------------------------------------ damage


def damaged(data: bytes, chosen: random.Random, others: Sequence[bytes] = ()) -> bytes:
    """Return ``data`` with one to four changes: bits, bytes, pieces cut, doubled, moved, or taken from ``others``."""
    for _ in range(chosen.randint(1, 4)):
        data = chosen.choice(_CHANGES)(data, chosen, others)
    return data


def _bit(data: bytes, chosen: random.Random, _: Sequence[bytes]) -> bytes:
    if not data:
        return data
    index = chosen.randrange(len(data))
    return data[:index] + bytes([data[index] ^ 1 << chosen.randrange(8)]) + data[index + 1 :]


def _cut_off(data: bytes, chosen: random.Random, _: Sequence[bytes]) -> bytes:
    return data[: chosen.randint(0, len(data))]


def _piece(data: bytes, chosen: random.Random) -> tuple[int, int]:
    start = chosen.randint(0, len(data))
    return start, min(len(data), start + chosen.choice([1, 2, 8, 64, 1024]))


def _cut_out(data: bytes, chosen: random.Random, _: Sequence[bytes]) -> bytes:
    start, stop = _piece(data, chosen)
    return data[:start] + data[stop:]


def _doubled(data: bytes, chosen: random.Random, _: Sequence[bytes]) -> bytes:
    start, stop = _piece(data, chosen)
    return data[:stop] + data[start:stop] * chosen.choice([1, 1, 50]) + data[stop:]


def _spiced(data: bytes, chosen: random.Random, _: Sequence[bytes]) -> bytes:
    start, stop = _piece(data, chosen)
    return data[:start] + chosen.choice([*SPICES, *JUNK]) + data[chosen.choice([start, stop]) :]


def _spliced(data: bytes, chosen: random.Random, others: Sequence[bytes]) -> bytes:
    other = chosen.choice([data, *others])
    start, stop = _piece(other, chosen)
    index = chosen.randint(0, len(data))
    return data[:index] + other[start : chosen.choice([stop, len(other)])]


_CHANGES: tuple[Callable[[bytes, random.Random, Sequence[bytes]], bytes], ...] = (
    _bit, _bit, _cut_off, _cut_out, _doubled, _spiced, _spliced,
)  # fmt: skip


def places(value: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield every place inside a JSON value."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield (*here, key)
        yield from places(child, (*here, key))


def corrupted(document: Any, chosen: random.Random) -> bytes:
    """Return ``document`` as JSON text with one to four places replaced by junk, deleted, doubled, or copied.

    Copies come from other places of the document.
    """
    document = json.loads(json.dumps(document))
    all_places = list(places(document))
    for place in chosen.sample(all_places, min(len(all_places), chosen.randint(1, 4))):
        try:
            _corrupt(document, place, chosen, all_places)
        except (LookupError, TypeError):
            continue  # an earlier change removed this place
    text = json.dumps(document).encode()
    for number, raw in enumerate(JUNK):
        text = text.replace(b'"%s"' % _token(number).encode(), raw)
    return text.replace(_TWICE.encode(), b"")


#: Added to a key that then appears twice, because the suffix is removed from the text.
_TWICE = "@twice@"


def _token(number: int) -> str:
    return f"@junk-{number}@"


def _corrupt(document: Any, place: tuple[Any, ...], chosen: random.Random, all_places: list[tuple[Any, ...]]) -> None:
    *above, last = place
    table = document
    for key in above:
        table = table[key]
    action = chosen.choice(["junk", "junk", "junk", "delete", "copy", "double"])
    if action == "junk":
        table[last] = _token(chosen.randrange(len(JUNK)))
    elif action == "delete":
        del table[last]
    elif action == "copy":
        other = document
        for key in chosen.choice(all_places):
            other = other[key]
        table[last] = json.loads(json.dumps(other))
    elif isinstance(table, list):
        table[last:last] = [table[last]] * chosen.choice([1, 1, 40])
    else:
        table[f"{last}{_TWICE}"] = table[last]


# -------------------------------------------------------------------------------------------- under a limit


def _status(name: str) -> int:
    """Return the bytes of a line of ``/proc/self/status``."""
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) * 1024
    raise ValueError(f"/proc/self/status has no {name} line")


@contextmanager
def limited(extra_bytes: int) -> Iterator[Callable[[], int]]:
    """Allow no more than ``extra_bytes`` beyond the current memory; return a function for the peak so far, above it.

    For a separate process: the peak is reset.
    """
    with suppress(OSError):  # a container may refuse it: the peak is then that of the whole lifetime
        Path("/proc/self/clear_refs").write_text("5", "ascii")
    before = _status("VmHWM")
    limits = {kind: resource.getrlimit(kind) for kind in (resource.RLIMIT_DATA, resource.RLIMIT_AS)}
    for kind, name in ((resource.RLIMIT_DATA, "VmData"), (resource.RLIMIT_AS, "VmSize")):
        resource.setrlimit(kind, (_status(name) + extra_bytes, limits[kind][1]))
    try:
        yield lambda: max(0, _status("VmHWM") - before)
    finally:
        for kind, pair in limits.items():
            resource.setrlimit(kind, pair)


def exploded(data: bytes, account: Account, most_bytes: int, most_s: float, attempt: Callable[[], bool]) -> None:
    """Count one case that is made to cost much, with separate limits; ``data`` is only weighed."""
    with limited(most_bytes) as peak:
        start = time.process_time()
        account.refused += not attempt()
        spent = time.process_time() - start
        account.peak_bytes = max(account.peak_bytes, peak())
    account.cases += 1
    account.longest_s = max(account.longest_s, spent)
    assert spent < most_s, f"{len(data):,} bytes took {spent:.1f} s of CPU; {most_s:g} s is the most they may take"


def small(examples: int) -> settings:
    return settings(
        max_examples=examples,
        deadline=None,
        database=None,
        # To explain a failure every line is traced, which takes several times the CPU time that a case may take.
        phases=[phase for phase in Phase if phase is not Phase.explain],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


def run_apart(function: str, *arguments: str, timeout_s: float = 870) -> dict[str, Any]:
    """Run ``"module:function"`` in a separate process; return its record, or fail the test.

    ``timeout_s`` allows for machines with much other work; each case has its own limit of CPU time.
    """
    command = [sys.executable, __file__, function, *arguments]
    environment = os.environ | {"PYTHONPATH": str(HERE.parent / "robustness")}
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=timeout_s, check=False, errors="replace", env=environment
    )
    if done.returncode != 0:
        pytest.fail(f"{' '.join(command[1:])} ended with {done.returncode}:\n{(done.stdout + done.stderr)[-6000:]}")
    account: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    print(account)
    return account


def main() -> None:
    name, *arguments = sys.argv[1:]
    module, _, function = name.partition(":")
    account: Account = getattr(importlib.import_module(module), function)(*arguments)
    print(json.dumps(asdict(account)))


if __name__ == "__main__":
    main()
