"""Student processes that end only partly, or pretend to, do not hold up the judge or the fork server."""

import os
import textwrap
import threading
import time

import pytest
from sessions import CLOSE_ALL, LEADERLESS, SCRATCH, call, error_of, kill, text_of

from foundations.config import Limits
from foundations.errors import InternalError, SessionLost
from foundations.session.forkserver import ForkServer, ForkServerLost
from foundations.session.session import Session

HALF_ENDED = {
    "the first thread has ended": LEADERLESS.format(hold=CLOSE_ALL, threads=1),
    "of many threads the first has ended": LEADERLESS.format(hold=CLOSE_ALL, threads=60),
    "the first thread has ended and the pipes are held": LEADERLESS.format(hold="", threads=1),
    "the first thread has ended and the others are stopped": LEADERLESS.format(
        hold=CLOSE_ALL + "; os.kill(os.getpid(), 19)", threads=2
    ),
    "the first thread has ended and the others compute": LEADERLESS.format(
        hold=CLOSE_ALL + "\n        while True: pass", threads=3
    ),
    "the first thread ends again and again": LEADERLESS.format(
        hold=CLOSE_ALL + "\n        threading.Thread(target=hold).start()\n        ctypes.CDLL(None).syscall(60, 0)",
        threads=2,
    ),
    "pipes are closed and the process sleeps": f"import os, time\n{CLOSE_ALL}\ntime.sleep(3600)",
    "pipes are closed and the process computes": f"import os\n{CLOSE_ALL}\nwhile True: pass",
    "pipes are closed and the process is stopped": f"import os\n{CLOSE_ALL}\nos.kill(os.getpid(), 19)",
    "it is stopped twice": "import os, threading, time\n"
    "threading.Timer(0.1, os.kill, (os.getpid(), 19)).start()\nos.kill(os.getpid(), 19)",
    "only the pipe of requests is closed": "import os, stat\n"
    "for fd in range(3, 32):\n"
    "    try:\n"
    "        if stat.S_ISFIFO(os.fstat(fd).st_mode) and os.get_blocking(fd) is not None:\n"
    "            os.close(fd); break\n"
    "    except OSError: pass\n"
    "import time; time.sleep(3600)",
    "half an answer and then nothing": "import os, struct, time\n"
    "for fd in range(3, 32):\n"
    "    try: os.write(fd, b'FND1' + struct.pack('<Q', 1000))\n"
    "    except OSError: pass\n"
    "time.sleep(3600)",
    "an answer byte by byte": "import os, time\n"
    "def drip(fd):\n"
    "    try:\n"
    "        while os.write(fd, b'F'): time.sleep(0.02)\n"
    "    except OSError: pass\n"
    "for fd in range(3, 32): drip(fd)\n"
    "time.sleep(3600)",
    "threads at the memory limit": "import threading, time\n"
    "kept = []\n"
    "def fill():\n"
    "    try:\n"
    "        while True: kept.append(bytearray(1 << 22))\n"
    "    except MemoryError: time.sleep(3600)\n"
    "for _ in range(40):\n"
    "    try: threading.Thread(target=fill).start()\n"
    "    except (RuntimeError, MemoryError): pass\n"
    "time.sleep(3600)",
    "every signal is blocked": "import signal, threading\n"
    "signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\n"
    "for n in range(1, 65):\n"
    "    try: signal.signal(n, signal.SIG_IGN)\n"
    "    except (OSError, ValueError): pass\n"
    "threading.Event().wait()",
}


def gone(pid, seconds=5.0):
    """Decide whether process ``pid`` disappears within ``seconds``."""
    until = time.monotonic() + seconds
    while os.path.exists(f"/proc/{pid}") and time.monotonic() < until:
        time.sleep(0.01)
    return not os.path.exists(f"/proc/{pid}")


#: The cases of the quick tests; the others are variants.
QUICK = ("the first thread has ended", "pipes are closed and the process is stopped", "an answer byte by byte")


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(source, id=name, marks=() if name in QUICK else pytest.mark.slow)
        for name, source in HALF_ENDED.items()
    ],
)
def test_process_that_ends_partly_costs_its_own_cell(session, source):
    """The fork server survives, and the next cell runs in a new process."""
    source = textwrap.dedent(source)
    started = session("x = 1", source, "x += 1; print(x)", cell_cpu_s=0.5, cell_wall_s=1.5, memory_bytes=256 << 20)
    began = time.monotonic()
    started.finish()

    assert started.runs[1].error["name"] == "SessionLost"
    assert (text_of(started.runs[2]), started.forkserver_losses) == ("2\n", 0)
    assert time.monotonic() - began < 15


def test_process_that_ends_partly_after_its_cell_costs_the_next_call(session):
    """A thread of an earlier cell closes the pipes, and the first thread ends in the call."""
    later = f"import ctypes, os, threading, time\ndef later():\n    time.sleep(0.2); {CLOSE_ALL}; time.sleep(3600)"
    started = session(
        f"{later}\ndef f():\n    threading.Thread(target=later).start()\n    ctypes.CDLL(None).syscall(60, 0)"
    )
    started.finish()

    with pytest.raises(SessionLost):
        call(started, "f")
    assert (call(started, "os.getpid")["error"], started.forkserver_losses) == (None, 0)


@pytest.mark.slow
def test_a_process_whose_first_thread_has_ended_ends_with_the_fork_server():
    """Its other threads do not outlive the process that forked it."""
    source = textwrap.dedent(HALF_ENDED["the first thread has ended and the pipes are held"])
    with ForkServer() as forkserver, Session(forkserver, [], Limits()) as started:
        started.start()
        assert started._process is not None
        pid = started._process.pid
        timer = threading.Timer(0.5, kill, (forkserver,))
        timer.start()
        with pytest.raises(ForkServerLost):
            started._ask("cell", 60.0, 60.0, {"source": source})
        timer.join()
        assert gone(pid)


def test_a_fork_server_that_is_lost_twice_during_one_cell_costs_that_cell(forkserver, monkeypatch):
    """The submission is the cause: the run continues with a new fork server, and the next cells are run."""
    ask = Session._ask

    def kill_first(session, operation, cpu_s, wall_s, values):
        if operation == "cell" and "deadly" in values["source"]:
            kill(forkserver)
        return ask(session, operation, cpu_s, wall_s, values)

    monkeypatch.setattr(Session, "_ask", kill_first)
    with Session(forkserver, list(enumerate(["x = 1", "deadly = 1", "print(x)"])), Limits()) as started:
        started.finish()
        assert "ended twice while this code ran" in error_of(started.runs[1])["text"]
        assert text_of(started.runs[2]) == "1\n"
        assert (started.forkserver_losses, started.restarts) == (2, 2)


@pytest.mark.slow
def test_a_fork_server_that_is_lost_before_any_student_code_is_our_fault(forkserver, monkeypatch):
    """Student code did not run yet, so it cannot be the cause."""
    ask = ForkServer._ask

    def kill_first(self, *arguments):
        kill(self)
        return ask(self, *arguments)

    with Session(forkserver, [(0, "1")], Limits()) as started:
        monkeypatch.setattr(ForkServer, "_ask", kill_first)
        with pytest.raises(ForkServerLost):
            started.finish()
        monkeypatch.undo()
        started.finish()
        assert started.runs[0].error is None


def test_a_scratch_folder_that_is_kept_busy_is_removed(session):
    """Threads make and remove files in it as long as they live."""
    busy = """
        import os, threading
        def work(name):
            while True:
                try:
                    os.makedirs(f"{name}/a/b"); open(f"{name}/a/b/c", "w").close()
                    os.remove(f"{name}/a/b/c"); os.removedirs(f"{name}/a/b")
                except OSError: pass
        for n in range(4): threading.Thread(target=work, args=(n,)).start()
    """
    limits = SCRATCH | {"scratch_files": 1000}  # more than the threads can have at a time
    started = session(textwrap.dedent(busy), "import time; time.sleep(0.5)", "print('next')", **limits)
    started.finish()
    folder = started._process.scratch.folder
    started.close()

    assert started.forkserver_losses == 0
    assert not folder.exists()


def test_the_kernel_ends_student_code_first_when_memory_runs_out(session):
    """The fork server and the judge survive."""
    started = session("1")
    started.finish()
    with open(f"/proc/{started._process.pid}/oom_score_adj") as score:
        assert score.read().strip() == "1000"


def test_a_machine_that_gives_no_process_is_an_internal_error(forkserver, monkeypatch):
    """The fork server survives, its answer has the reason, and the student is not at fault."""
    monkeypatch.setattr(
        forkserver, "_ask", lambda *arguments: {"refused": "[Errno 11] Resource temporarily unavailable"}
    )
    before = len(os.listdir("/proc/self/fd"))
    with Session(forkserver, [(0, "1")], Limits()) as started, pytest.raises(InternalError, match="gives no process"):
        started.start()
    assert len(os.listdir("/proc/self/fd")) == before
