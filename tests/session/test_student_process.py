"""A student process takes its pipes and its scratch folder along when it ends."""

import os
import signal
import tempfile

import pytest
from sessions import SCRATCH

from foundations.config import Limits
from foundations.errors import InternalError
from foundations.session.forkserver import ForkServer, ForkServerLost
from foundations.session.student_process import StudentProcess


@pytest.fixture
def student_process(forkserver):
    forkserver.wait_until_ready()
    return StudentProcess.fork(forkserver, Limits(**SCRATCH))


def is_open(descriptor):
    return os.path.exists(f"/proc/self/fd/{descriptor}")


@pytest.mark.parametrize("end", [StudentProcess.end, StudentProcess.end_later], ids=["end", "end later"])
def test_ended_process_leaves_no_folder_and_no_pipe(student_process, end):
    """The process is reaped as well, so it has no CPU clock any more."""
    assert student_process.has_parent()
    end(student_process)
    assert not student_process.scratch.folder.exists()
    assert not is_open(student_process.requests)
    assert not is_open(student_process.replies)
    with pytest.raises(ForkServerLost, match="CPU clock"):
        student_process.cpu_s()


def test_end_returns_the_status_and_the_cpu_time(student_process):
    """A process that waits for a request exits when its pipe closes, or is killed if that takes too long."""
    status, cpu_s = student_process.end()
    assert status in (0, signal.SIGKILL)
    assert cpu_s >= 0


@pytest.mark.parametrize("error", [ForkServerLost, InternalError])
def test_scratch_folder_is_removed_if_the_fork_fails(tmp_path, monkeypatch, error):
    """No later call could remove it."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    forkserver = ForkServer()
    forkserver.owner = os.getuid()

    def refuse(*arguments):
        assert list(tmp_path.iterdir()) != []
        raise error("no process")

    monkeypatch.setattr(forkserver, "fork", refuse)
    with pytest.raises(error):
        StudentProcess.fork(forkserver, Limits(**SCRATCH))
    assert list(tmp_path.iterdir()) == []
