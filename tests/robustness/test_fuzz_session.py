"""A student process that sends garbage: the judge loses it with a message for the student, and everything else works.

The judge's side is real, from the session to the graders' use of a reply. The student process is a script that reads
requests and answers each with the bytes that it was given.
"""

from __future__ import annotations

import base64
import dataclasses
import json
import math
import random
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import nbformat
import pytest
import torch
from fuzzing import CASE_BYTES, Account, corrupted, damaged, limited, run_apart, small
from hypothesis import given, seed
from hypothesis import strategies as st
from replies import ERROR, REPLIES, packed, unpacked

from foundations.config import Limits
from foundations.errors import SessionLost, SubmissionError
from foundations.grading import rules, trace
from foundations.grading.compare import CheckFailed
from foundations.grading.evidence import Replayer
from foundations.grading.growth import fit_growth, growth_sizes
from foundations.grading.misconceptions import Behaviour
from foundations.grading.naming import same
from foundations.grading.speed import Stopwatch
from foundations.grading.student import Student
from foundations.notebooks.outputs import valid_outputs
from foundations.sandbox import layers
from foundations.session.forkserver import ForkServer
from foundations.session.session import Session
from foundations.worker import protocol

#: Reads frames, and answers each by the kind of request, with bytes into which the nonce is inserted.
_FAKE = """
import base64, json, os, struct, sys
requests, replies = map(int, sys.argv[1:])
def read(size):
    data = b""
    while len(data) < size:
        part = os.read(requests, size - len(data))
        if not part:
            os._exit(0)
        data += part
    return data
answers = json.load(sys.stdin)
while True:
    _, length, nonce = struct.unpack("<4sQ16s", read(28))
    request = read(length)
    action, data = next(answers[name] for name in answers if b'["op","%s"]' % name.encode() in request)
    data = base64.b64decode(data).replace(b"-- the nonce --!", nonce)
    while data:
        data = data[os.write(replies, data):]
    if action == "hang up":
        os.close(replies)
    elif action == "exit":
        os._exit(3)
    elif action == "crash":
        os.abort()
"""
NONCE = b"-- the nonce --!"
PATIENT = Limits(reply_bytes=1 << 20, restarts=1)
#: For answers that may never end. A busy machine stops some of the others, too.
HASTY = dataclasses.replace(PATIENT, cell_wall_s=0.1, check_wall_s=0.1, notebook_wall_s=0.5)
_HELLO = {"layers": list(layers.MANDATORY), "refused": []}
_EMPTY_RUN = {"outputs": [], "execution_count": 1, "error": None}
#: The script's action after its answer, and the bytes of the answer.
Answer = tuple[str, bytes]
#: By the kind of request: "hello", "cell" or "call".
Answers = dict[str, Answer]


class FakeForkServer(ForkServer):
    """Starts the script instead of a student process; ``answers`` are those of the next ones."""

    def __init__(self) -> None:
        super().__init__()
        self.answers: Answers = {}
        self.children: dict[int, subprocess.Popen[bytes]] = {}

    def start(self) -> None:
        self._process = self._process or subprocess.Popen(["sleep", "1000"])
        self._ready = True

    def _discard(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _ask(self, request: dict[str, Any], descriptors: list[int] | None = None) -> dict[str, Any]:
        if request["op"] == "fork":
            assert descriptors is not None
            return {"pid": self._begin(descriptors)}
        if request["op"] == "reap_killed":
            return {}
        child = self.children.pop(request["pid"])
        if request["op"] == "kill_later" or request["kill"]:
            child.kill()
        status = child.wait(10)
        return {"status": -status if status < 0 else status << 8, "cpu_s": 0.0, "peak_bytes": 0}

    def _begin(self, descriptors: list[int]) -> int:
        command = [sys.executable, "-I", "-S", "-c", _FAKE, *map(str, descriptors)]
        child = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, pass_fds=descriptors)
        assert child.stdin is not None
        with child.stdin as script:
            plain = {name: (how, base64.b64encode(data).decode()) for name, (how, data) in self.answers.items()}
            script.write(json.dumps(plain).encode())
        self.children[child.pid] = child
        return child.pid


def framed(payload: bytes) -> bytes:
    return protocol.frame(NONCE, payload)


def said(value: Any) -> Answer:
    return "go on", framed(protocol.encode(value, 1 << 22))


def right(**others: Any) -> Answers:
    """Return the answers of a real student process, except ``others``."""
    return {
        name: said(value) for name, value in ({"hello": _HELLO, "cell": _EMPTY_RUN, "call": _CALL} | others).items()
    }


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeForkServer]:
    with FakeForkServer() as server:
        yield server


# --------------------------------------------------------------------------------------------------- one case


def graded_or_lost(fake: FakeForkServer, answers: Answers, limits: Limits = PATIENT) -> bool:
    """Walk a notebook of one cell and call its function, as a grader does; return whether everything was answered."""
    fake.answers = answers
    with Session(fake, [(0, "x = 1")], limits) as session:
        try:
            session.finish()
            _look_at_cell(session)
            _look_at_call(fake, session)
        except (SessionLost, SubmissionError):  # lost, or could not be confined, or claimed so
            return False
        finally:
            _nobody_is_left(fake, session)
    return True


def _look_at_cell(session: Session) -> None:
    outputs = valid_outputs(session.runs[0].outputs)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x = 1", outputs=outputs)])
    nbformat.validate(notebook)
    nbformat.writes(notebook).encode()


def _look_at_call(fake: FakeForkServer, session: Session) -> None:
    """Use the result of a call in every way that graders do."""
    student = Student(
        exercise="f",
        parameters=["a"],
        session=session,
        seed=1,
        sources=["x = 1"],
        definition=None,
        stopwatch=Stopwatch(fake),
        replayer=Replayer(fake),
    )
    try:
        call = student.call(torch.ones(2, 3), trace=True)
    except CheckFailed:
        return
    for judge in (
        lambda: call.must_return(torch.ones(2, 3), numbers=True),
        lambda: call.must_return(torch.ones(()), numbers=True, dtype=False),
        call.must_leave_inputs,
        lambda: call.must_set(0, "g", torch.ones(2, 3)),
        lambda: call.must_raise(ValueError, because="of its shape"),
    ):
        try:
            judge()
        except CheckFailed as failed:
            failed.finding.text.encode()
    for value in (1.5, -1, torch.ones(2, 3), [torch.ones(4, 4)] * 8, (math.inf,), {"a": 1}):
        same(call.behaviour(), Behaviour(value, None, call.args, ({"g": torch.ones(2, 3)},)))
        same(Behaviour(value, None, call.args, ({},)), call.behaviour())
    counts = [trace.operations(call.trace or {}), 7, 9]
    sizes = growth_sizes(2, 3, 4)
    fit_growth({size: counts[number % 3] for number, size in enumerate(sizes)})
    fit_growth({size: counts[-number % 3] for number, size in enumerate(sizes)})
    rules.read_trace_for(rules.Rule("sums", frozenset(), scalars_only=True), call.trace or {})


def _nobody_is_left(fake: FakeForkServer, session: Session) -> None:
    session.close()
    assert fake.children == {}


# ---------------------------------------------------------------------------------------------------- answers


_ODD_VALUES: tuple[object, ...] = (
    None, True, -1, 0, 2**63, -(2**4000), 2**4000, math.nan, math.inf, "", "\x00", "\ud800", "é" * 1000, [], (), {},
    [[]], {"name": "x"}, {1: 2}, torch.ones(2, 3), torch.tensor(math.nan), torch.ones(0, 3), torch.ones(2, 3).bool(),
    torch.ones(2, 3).to(torch.complex64), protocol.Opaque("x" * 300), [2**4000] * 3, "NameError", "<b>",
)  # fmt: skip


def forged(value: Any, chosen: random.Random) -> Any:
    """Return a decodable reply with some part of a wrong type or size."""
    if isinstance(value, dict | list | tuple) and value and chosen.random() < 0.8:
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        key = chosen.choice(keys)
        parts = {each: value[each] for each in keys}
        parts[key] = forged(parts[key], chosen)
        if isinstance(value, dict):
            if chosen.random() < 0.1:
                del parts[key]
            return parts
        return type(value)(parts.values())
    return chosen.choice(_ODD_VALUES)


def odd_answer(value: Any, chosen: random.Random) -> Answer:
    """Return a value that is nearly the right answer."""
    payload = protocol.encode(value, 1 << 22)
    header, blob = unpacked(payload)
    others = [protocol.encode(reply, 1 << 22) for reply in REPLIES]
    how = chosen.choice(["go on"] * 6 + ["hang up", "exit", "crash"])
    match chosen.randrange(12):
        case 0:
            data = damaged(framed(payload), chosen, others)
        case 1:
            data = protocol.frame(bytes(16), payload)
        case 2:
            data = struct.pack("<4sQ16s", b"FND1", chosen.choice([0, 1, 1 << 21, 1 << 60]), NONCE) + payload
        case 3:
            data = framed(payload) * 2
        case 4:
            data = framed(chosen.choice(others))
        case 5:
            data = framed(damaged(payload, chosen, others))
        case 6 | 7:
            data = framed(packed(corrupted(header, chosen), blob))
        case _:
            data = framed(protocol.encode(forged(value, chosen), 1 << 22))
    return how, data


_CALL = REPLIES[2] | {"args": [torch.ones(2, 3)], "attributes": [{}]}


def answers_from(number: int) -> Answers:
    """Return answers to hello, to the cell, and to the call; one of them is odd."""
    chosen = random.Random(number)
    values = {"hello": _HELLO, "cell": chosen.choice([_EMPTY_RUN, REPLIES[1]]), "call": _CALL}
    odd = chosen.choice(["hello", "cell", "cell", "call", "call", "call", "call"])
    return right(cell=values["cell"]) | {odd: odd_answer(values[odd], chosen)}


def campaign(examples: str, start: str) -> Account:
    """Run hundreds of sessions; to be run in a separate process."""
    account, began = Account(), time.monotonic()
    with FakeForkServer() as fake, limited(CASE_BYTES) as peak:

        @small(int(examples))
        @given(st.integers(0, 1 << 64))
        def session(number: int) -> None:
            account.case(lambda: graded_or_lost(fake, answers_from(number), HASTY))

        seed(int(start))(session)()
        account.peak_bytes = peak()
    account.wall_s = time.monotonic() - began
    return account


@small(40)
@given(number=st.integers(0, 1 << 64))
def test_a_student_process_that_sends_garbage_is_lost(fake: FakeForkServer, number: int) -> None:
    """The failure costs the current check only, and leaves no process behind."""
    graded_or_lost(fake, answers_from(number), HASTY)


def test_the_right_answers_are_taken(fake: FakeForkServer) -> None:
    """Otherwise all cases might be refused for an unrelated reason."""
    assert graded_or_lost(fake, right())


@pytest.mark.parametrize(
    "changes",
    [
        {"trace": ...},
        {"same_object_as": ...},
        {"attributes": [5]},
        {"attributes": [{1: 2}]},
        {"args": []},
        {"error": {**ERROR, "text": "x" * 100_000}},
        {"error": {**ERROR, "bases": [1]}},
        {"error": {**ERROR, "line": "1"}},
    ],
    ids=str,
)
def test_a_call_whose_answer_lacks_a_part_is_lost(fake: FakeForkServer, changes: dict[str, Any]) -> None:
    """Graders rely on each part, and a grader that fails is its author's fault and not the student's."""
    answer = {key: value for key, value in (_CALL | changes).items() if value is not ...}
    assert not graded_or_lost(fake, right(call=answer))


@pytest.mark.parametrize(
    "hello", [None, [], {}, {"layers": 5}, {"layers": [5], "refused": []}, {"layers": []}], ids=str
)
def test_a_process_that_does_not_report_its_confinement_is_lost(fake: FakeForkServer, hello: Any) -> None:
    """No student code is sent to it."""
    assert not graded_or_lost(fake, right(hello=hello))


def test_outputs_are_counted_by_the_judge_as_well(fake: FakeForkServer) -> None:
    """Student code can falsify its own process's count; the judge would keep a gigabyte for it."""
    flood = {"outputs": [{"output_type": "stream", "name": "stdout", "text": "x" * 200_000}], "execution_count": 1}
    fake.answers = right(cell=flood | {"error": None})
    limits = Limits(output_bytes=100_000, reply_bytes=1 << 20)
    with Session(fake, [(number, "x = 1") for number in range(40)], limits) as session:
        session.finish()
    sizes = [len(run.outputs[0]["text"]) for run in session.runs.values()]
    assert sizes.count(200_000) == 15
    assert "more outputs than it may have" in session.runs[39].outputs[0]["text"]


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_hundreds_of_sessions_in_limited_memory() -> None:
    start = random.SystemRandom().randrange(1 << 32)
    account = run_apart("test_fuzz_session:campaign", "300", str(start))
    assert account["cases"] >= 300
    assert account["peak_bytes"] < CASE_BYTES
