"""Reading a process from outside, with Linux's own files and clocks and with psutil, which other systems use."""

import os
import signal
import subprocess
import sys
import time

import pytest
from sessions import error_of

from foundations.config import Limits
from foundations.session import process_info
from foundations.session.forkserver import ForkServer
from foundations.session.session import Session

pytest.importorskip("psutil")  # imported before tests change ``sys.platform``
SYSTEMS = pytest.mark.parametrize("system", ["linux", "darwin"])
BUSY = "import time\nwhile time.process_time() < 0.2: pass\nprint(flush=True)\ntime.sleep(60)"


@pytest.fixture
def busy():
    """Start a process that uses 0.2 s of CPU and then sleeps."""
    with subprocess.Popen([sys.executable, "-c", BUSY], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process
        process.kill()


@SYSTEMS
def test_the_clock_of_a_process_counts_its_cpu_time(busy, monkeypatch, system):
    """The clock shows the CPU time that the process has used, not the time that has passed."""
    monkeypatch.setattr("sys.platform", system)
    assert 0.15 <= process_info.cpu_clock(busy.pid) < 2


@SYSTEMS
def test_a_reaped_process_has_no_clock(busy, monkeypatch, system):
    """Until a process is reaped, its number is not given to another process."""
    busy.kill()
    busy.wait()
    monkeypatch.setattr("sys.platform", system)
    with pytest.raises(OSError, match=r"Invalid argument|no longer exists|not found"):
        process_info.cpu_clock(busy.pid)


@SYSTEMS
def test_a_process_has_ended_when_it_is_a_zombie_or_gone(busy, monkeypatch, system):
    """A process that sleeps, or is stopped, has not ended."""
    monkeypatch.setattr("sys.platform", system)
    assert not process_info.has_ended(busy.pid)
    os.kill(busy.pid, signal.SIGSTOP)
    assert not process_info.has_ended(busy.pid)
    busy.kill()
    assert process_info.has_ended(busy.pid)
    busy.wait()
    assert process_info.has_ended(busy.pid)


def test_the_name_of_a_process_is_not_read_as_its_state():
    """A process chooses its name, and the name is in the middle of the line that is read."""
    code = "import time; open('/proc/self/comm', 'w').write('x) Z 1 2'); print(flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert not process_info.has_ended(process.pid)
        assert process_info.threads(process.pid) == 1
        process.kill()


def test_threads_are_counted(busy):
    """A process that does not exist has none."""
    assert process_info.threads(busy.pid) == 1
    assert process_info.threads(1 << 22) == 0


@pytest.mark.slow
def test_a_session_works_without_features_of_linux(monkeypatch):
    """The judge uses a stream socket, and psutil for the clock. This has not been tested on another system."""
    monkeypatch.setattr("sys.platform", "darwin")
    with ForkServer(unsafe=True) as forkserver:
        cells = ["x = 1", "import os; os._exit(3)", "print(x)", "while True: pass"]
        with Session(forkserver, list(enumerate(cells)), Limits(cell_cpu_s=0.3, cell_wall_s=5)) as started:
            start = time.monotonic()
            started.finish()
            assert time.monotonic() - start < 60
            assert started.runs[2].outputs[0]["text"] == "1\n"
            assert "exit code 3" in error_of(started.runs[1])["text"]
            assert "of CPU" in error_of(started.runs[3])["text"]
            assert started.cpu_s > 0.3
