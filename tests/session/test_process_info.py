"""What is seen of a process from outside, by Linux and by psutil, which stands in for it elsewhere."""

import os
import signal
import subprocess
import sys
import time

import pytest

from foundations.config import Limits
from foundations.session import process_info
from foundations.session.forkserver import ForkServer
from foundations.session.session import Session

pytest.importorskip("psutil")  # while the platform's true name is known
SYSTEMS = pytest.mark.parametrize("system", ["linux", "darwin"])
BUSY = "import time\nwhile time.process_time() < 0.2: pass\nprint(flush=True)\ntime.sleep(60)"


@pytest.fixture
def busy():
    """A process that has used 0.2 s of CPU and sleeps."""
    with subprocess.Popen([sys.executable, "-c", BUSY], stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        yield process
        process.kill()


@SYSTEMS
def test_the_clock_of_a_process(busy, monkeypatch, system):
    """The CPU time that it has used, not the time that has passed."""
    monkeypatch.setattr("sys.platform", system)
    assert 0.15 <= process_info.cpu_clock(busy.pid) < 2


@SYSTEMS
def test_a_process_that_is_not_there_has_no_clock(busy, monkeypatch, system):
    """Once it was waited for; until then its number is its own."""
    busy.kill()
    busy.wait()
    monkeypatch.setattr("sys.platform", system)
    with pytest.raises(OSError, match=r"Invalid argument|no longer exists|not found"):
        process_info.cpu_clock(busy.pid)


@SYSTEMS
def test_a_process_has_ended_when_it_is_a_zombie_or_gone(busy, monkeypatch, system):
    """One that sleeps, or is stopped, has not."""
    monkeypatch.setattr("sys.platform", system)
    assert not process_info.has_ended(busy.pid)
    os.kill(busy.pid, signal.SIGSTOP)
    assert not process_info.has_ended(busy.pid)
    busy.kill()
    assert process_info.has_ended(busy.pid)
    busy.wait()
    assert process_info.has_ended(busy.pid)


def test_a_name_cannot_pass_for_a_state():
    """A process chooses its name, and the name stands in the middle of the line that is read."""
    code = "import time; open('/proc/self/comm', 'w').write('x) Z 1 2'); print(flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        assert not process_info.has_ended(process.pid)
        assert process_info.threads(process.pid) == 1
        process.kill()


def test_threads_are_counted(busy):
    """And none for a process that is not there."""
    assert process_info.threads(busy.pid) == 1
    assert process_info.threads(1 << 22) == 0


@pytest.mark.slow
def test_a_session_does_without_what_only_linux_has(monkeypatch):
    """The judge's side of it: a stream for a socket, psutil for the clock. It was not tried on another system."""
    monkeypatch.setattr("sys.platform", "darwin")
    with ForkServer(unsafe=True) as forkserver:
        cells = ["x = 1", "import os; os._exit(3)", "print(x)", "while True: pass"]
        with Session(forkserver, list(enumerate(cells)), Limits(cell_cpu_s=0.3, cell_wall_s=5)) as one:
            start = time.monotonic()
            one.finish()
            assert time.monotonic() - start < 60
            assert one.runs[2].outputs[0]["text"] == "1\n"
            assert "exit code 3" in one.runs[1].error["text"]
            assert "of CPU" in one.runs[3].error["text"]
            assert one.cpu_s > 0.3
