"""Fork servers that are killed, cannot start, or are unsafe: their effects on sessions."""

import os
import threading
import time

import pytest
from sessions import call, kill, text_of

from foundations.config import Limits
from foundations.errors import InternalError
from foundations.sandbox import layers as sandbox
from foundations.session.forkserver import ForkServer, SharedForkServer
from foundations.session.session import Session


@pytest.fixture(scope="module")
def own_forkserver():
    """Start a fork server for tests that kill it."""
    with ForkServer() as process:
        yield process


def test_no_process_remains_when_the_fork_server_and_sessions_are_closed():
    """The student process is killed and reaped."""
    with ForkServer() as process:
        with Session(process, [(0, "1")], Limits()) as started:
            started.finish()
            assert started._process is not None
            pid = started._process.pid
        assert process._process is not None
    for _ in range(100):
        if not os.path.exists(f"/proc/{pid}"):
            break
        time.sleep(0.01)
    assert not os.path.exists(f"/proc/{pid}")


def test_a_fork_server_that_was_killed_is_replaced():
    """The next session gets a new fork server."""
    with ForkServer() as process:
        with Session(process, [(0, "1")], Limits()) as started:
            started.finish()
        kill(process)
        with Session(process, [(0, "print(5)")], Limits()) as other:
            other.finish()
            assert text_of(other.runs[0]) == "5\n"


def test_a_fork_server_that_cannot_start_is_an_internal_error(monkeypatch):
    """The message names the fork server."""
    process = ForkServer()
    monkeypatch.setattr("foundations.session.forkserver._ENVIRONMENT", {"PATH": "/nowhere", "PYTHONHOME": "/nowhere"})
    monkeypatch.setattr("sys.executable", "/bin/false")
    with pytest.raises(InternalError, match="fork server"):
        process.fork(Limits())
    process.close()


def test_a_fork_server_that_is_killed_costs_no_cell(own_forkserver):
    """The student process ends with it; a new process replays the cells, and the run continues."""
    with Session(own_forkserver, [(0, "x = 1"), (1, "x += 1"), (2, "print(x)")], Limits()) as started:
        started.advance(2)
        kill(own_forkserver)
        started.finish()

        assert text_of(started.runs[2]) == "2\n"
        assert [run.error for run in started.runs.values()] == [None] * 3
        assert (started.restarts, started.forkserver_losses) == (1, 1)


def test_a_fork_server_that_is_killed_while_a_cell_runs_has_the_cell_run_again(own_forkserver):
    """The student is not the cause, so the cell is not counted among those that end the process."""
    with Session(own_forkserver, [(0, "import time; time.sleep(1); print('done')")], Limits()) as started:
        own_forkserver.wait_until_ready()
        killer = threading.Timer(0.5, own_forkserver._process.kill)
        killer.start()
        started.finish()
        killer.join()

        assert text_of(started.runs[0]) == "done\n"
        assert (started.restarts, started.forkserver_losses) == (1, 1)


@pytest.mark.slow
def test_a_session_survives_the_end_of_its_fork_server(own_forkserver):
    """The stopwatch keeps one session for a whole class, and another process may get the number of its process."""
    with Session(own_forkserver, [(0, "def f(): return 1")], Limits()) as old:
        old.finish()
        kill(own_forkserver)
        with Session(own_forkserver, [(0, "print(5)")], Limits()) as other:
            other.finish()
            assert text_of(other.runs[0]) == "5\n"
            assert call(old, "f")["value"] == 1
            old.close()
            assert call(old, "f")["value"] == 1


def test_layers_of_an_unsafe_fork_server_end_with_unsafe():
    """All layers that can be applied are applied all the same."""
    with ForkServer(unsafe=True) as process, Session(process, [(0, "print(5)")], Limits()) as started:
        started.finish()

        assert text_of(started.runs[0]) == "5\n"
        assert sandbox.is_complete(started.layers[:-1])
        assert started.layers[-1] == sandbox.UNSAFE


def test_a_twin_of_a_shared_fork_server_forks_confined_processes():
    """Judges share the memory of its imports; each has a twin, and its own student processes."""
    with SharedForkServer() as shared:
        shared.start()
        twins = [ForkServer(shared=shared.address) for _ in range(2)]
        for twin in twins:
            with Session(twin, [(0, "print(6 * 7)")], Limits()) as session:
                session.start()
                session.finish()
                assert text_of(session.runs[0]) == "42\n"
                assert sandbox.is_complete(session.layers)
        twins[0].close()
        with Session(twins[0], [(0, "print(6 * 7)")], Limits()) as session:  # it connects again
            session.finish()
            assert text_of(session.runs[0]) == "42\n"
        for twin in twins:
            twin.close()


def test_without_the_shared_fork_server_a_judge_starts_one():
    """The shared one may have been killed."""
    with SharedForkServer() as shared:
        shared.start()
        shared.wait_until_ready()
        kill(shared)
        own = ForkServer(shared=shared.address)
        with Session(own, [(0, "print(6 * 7)")], Limits()) as session:
            session.finish()
            assert text_of(session.runs[0]) == "42\n"
        own.close()
