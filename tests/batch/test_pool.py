"""Processes of a pool: a lost one costs its task alone, and none outlives the command."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from concurrent.futures.process import BrokenProcessPool

import pytest

from foundations.batch.cluster import must_be_encrypted
from foundations.batch.pool import JudgePool
from foundations.errors import CourseError

#: Makes a pool of two, prints the ids of its processes, and waits.
HOLDS_A_POOL = """
import os, time
from foundations.batch.pool import JudgePool
if __name__ == "__main__":
    pool = JudgePool(2, {})
    futures = [pool.submit(os.getpid) for _ in range(2)]
    print(*(future.result() for future in futures), flush=True)
    time.sleep(60)
"""


@pytest.fixture(scope="module")
def pool():
    made = JudgePool(2, {})
    made.start()
    assert made._starting is not None
    made._starting.join()  # before, all tasks may go to the process that is ready first
    yield made
    made.shutdown()


def end_this_process():
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_lost_process_costs_its_task_and_is_replaced(pool):
    """The other process is the same as before, and the pool still has two."""
    before = {pool.submit(os.getpid).result() for _ in range(4)}
    with pytest.raises(BrokenProcessPool):
        pool.submit(end_this_process).result()
    after = {pool.submit(os.getpid).result() for _ in range(8)}
    assert len(before) == len(after) == 2
    assert len(before & after) == 1


def test_an_error_of_a_task_is_raised_by_its_future(pool):
    """The process continues."""
    with pytest.raises(ZeroDivisionError):
        pool.submit(divmod, 1, 0).result()
    assert pool.submit(divmod, 7, 2).result() == (3, 1)


def test_a_long_path_of_the_temporary_folder_is_no_obstacle(tmp_path):
    """Addresses of sockets have about a hundred characters; folders of a cluster's jobs are often longer."""
    folder = tmp_path / ("long" * 20)
    folder.mkdir()
    code = HOLDS_A_POOL.replace("time.sleep(60)", "pool.shutdown()")
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "TMPDIR": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.split()) == 2


def test_tasks_in_the_middle_are_killed_on_request():
    """As Ctrl-C does."""
    pool = JudgePool(1, {})
    assert pool.submit(os.getpid).result()
    sleeping = pool.submit(time.sleep, 60)
    start = time.monotonic()
    pool.shutdown(wait=False, cancel_futures=True)
    with pytest.raises(BrokenProcessPool):
        sleeping.result(timeout=10)
    assert time.monotonic() - start < 10


def test_no_process_outlives_a_command_that_was_killed(tmp_path):
    """Neither the judges nor their fork servers."""
    script = tmp_path / "holds.py"
    script.write_text(HOLDS_A_POOL)
    process = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    judges = [int(number) for number in process.stdout.readline().split()]
    process.kill()
    process.wait()
    process.stdout.close()
    assert len(judges) == 2
    until = time.monotonic() + 20
    while any(os.path.exists(f"/proc/{number}") for number in judges) and time.monotonic() < until:
        time.sleep(0.05)
    assert [number for number in judges if os.path.exists(f"/proc/{number}")] == []


@pytest.mark.parametrize("address", ["tls://192.0.2.7:8786", "127.0.0.1:8786", "tcp://localhost:1", "tcp://[::1]:9"])
def test_a_scheduler_here_or_behind_tls_is_accepted(address):
    """No other machine can listen to a loopback connection."""
    must_be_encrypted(address)


@pytest.mark.parametrize("address", ["192.0.2.7:8786", "tcp://scheduler:8786", "ws://192.0.2.7:1", "tcp://0.0.0.0:1"])
def test_a_scheduler_elsewhere_without_tls_is_refused(address):
    """Hidden tests and students' work would cross the network."""
    with pytest.raises(CourseError, match="would not be encrypted"):
        must_be_encrypted(address)


def test_a_pool_without_a_task_starts_no_process():
    """A class whose results are all kept is read within seconds."""
    before = set(multiprocessing.active_children())
    made = JudgePool(2, {})
    assert made._forkserver._process is None
    made.shutdown()
    assert set(multiprocessing.active_children()) == before
