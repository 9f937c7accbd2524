"""Requests and replies on pipes whose other ends the test holds: limits of time and output, and the protocol."""

import os
import threading

import pytest

from foundations.config import Limits
from foundations.errors import OutOfTime, SessionLost
from foundations.session.transport import PipeClosed, Transport
from foundations.worker import protocol


class PlayedProcess:
    """The judge's ends of two pipes, as :class:`StudentProcess` has them; the test holds the other ends."""

    pid = os.getpid()

    def __init__(self):
        self.student_requests, self.requests = os.pipe()
        self.replies, self.student_replies = os.pipe()
        self.used_s, self.excess = 0.0, None
        for descriptor in (self.requests, self.replies):
            os.set_blocking(descriptor, False)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        for descriptor in (self.student_requests, self.requests, self.replies, self.student_replies):
            os.close(descriptor)

    def cpu_s(self):
        return self.used_s

    def scratch_excess(self):
        return self.excess

    def answer(self, reply, nonce=None):
        """Read one request and send ``reply``, with the nonce of the request unless there is another."""
        header = os.read(self.student_requests, protocol.FRAME.size)
        length, echoed = protocol.read_frame_header(header, 1 << 20)
        os.read(self.student_requests, length)
        os.write(self.student_replies, protocol.frame(nonce or echoed, protocol.encode(reply, 1 << 20)))


class SilentProcess(PlayedProcess):
    """A process that reads requests and never replies."""

    def answer(self, reply, nonce=None):
        os.read(self.student_requests, 1 << 16)


@pytest.fixture
def process():
    with PlayedProcess() as played:
        yield played


@pytest.fixture
def silent():
    with SilentProcess() as played:
        yield played


def ask(process, reply=None, *, nonce=None, wall_s=5.0, transport=None):
    """Send a request to ``process``, which answers with ``reply`` unless it is silent."""
    answering = threading.Thread(target=process.answer, args=(reply, nonce))
    answering.start()
    try:
        return (transport or Transport(Limits())).ask(process, "hello", 5.0, wall_s, {})
    finally:
        answering.join()


def test_reply_is_decoded_and_measured(process):
    """The size of the last reply is kept for the output budget."""
    transport = Transport(Limits())
    assert ask(process, {"value": 1}, transport=transport) == {"value": 1}
    assert transport.reply_bytes == len(protocol.encode({"value": 1}, 1 << 20))


def test_reply_with_another_nonce_is_refused(process):
    """Student code cannot know the nonce, so it wrote the reply."""
    with pytest.raises(SessionLost, match="wrote to the grader's pipe"):
        ask(process, {"value": 1}, nonce=bytes(protocol.NONCE_BYTES))


def test_broken_server_is_reported(process):
    """The code in the student process reports that it cannot continue."""
    with pytest.raises(SessionLost, match="failed with KeyError"):
        ask(process, {"broken": {"name": "KeyError", "text": "x"}})


def test_excess_in_the_scratch_folder_is_reported_after_the_reply(process):
    """A quick request could otherwise leave too many files behind."""
    process.excess = "it made more than 3 files"
    with pytest.raises(SessionLost, match="more than 3 files"):
        ask(process, {"value": 1})


def test_silence_ends_at_the_limit_of_the_request(silent):
    """The message has the limit."""
    with pytest.raises(OutOfTime, match=r"stopped after 0\.1 s: it did not come to an end"):
        ask(silent, wall_s=0.1)


def test_silence_ends_at_the_limit_of_the_notebook(silent):
    """The notebook's time counts from the first start of its clock."""
    transport = Transport(Limits(notebook_wall_s=0.1))
    transport.start_notebook_clock()
    transport.start_notebook_clock()
    with pytest.raises(SessionLost, match=r"the notebook has had the 0\.1 s it may take as a whole"):
        ask(silent, transport=transport)


def test_cpu_time_ends_at_the_limit_of_the_request(silent, monkeypatch):
    """Only CPU time since the beginning of the request counts."""
    readings = iter([100.0, 101.0, 106.0])
    monkeypatch.setattr(silent, "cpu_s", lambda: next(readings))
    with pytest.raises(OutOfTime, match="stopped after 5 s of CPU"):
        ask(silent)


@pytest.mark.parametrize("end", ["student_requests", "student_replies"])
def test_closed_pipe_is_reported_without_a_reason(process, end):
    """The exit status of the process shows the reason."""
    os.close(getattr(process, end))
    with pytest.raises(PipeClosed):
        Transport(Limits()).ask(process, "hello", 5.0, 5.0, {})
    setattr(process, end, os.open(os.devnull, os.O_RDONLY))


def test_outputs_of_a_notebook_have_a_budget():
    """The replies of 32 cells may reach the limit of one cell's outputs."""
    transport = Transport(Limits(output_bytes=1000))
    assert [transport.charge_outputs(16_000) for _ in range(3)] == [True, True, False]
