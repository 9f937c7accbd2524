"""A real Dask cluster of two workers grades a class, also when one of them is killed in the middle."""

import json
import os
import shutil
import signal
import tempfile
import threading
import time

import pytest
from command import foundations
from course_builder import make_class

from foundations.batch.cluster import Cluster
from foundations.config import Course
from foundations.errors import CourseError

distributed = pytest.importorskip("distributed")
dask = pytest.importorskip("dask")

CLASS = [f"s{number:02}" for number in range(1, 9)]

pytestmark = [
    pytest.mark.slow,
    # Dask starts its event loop as asyncio has deprecated it, and leaves sockets of killed workers to the collector.
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture
def course(tmp_path) -> Course:
    return make_class(tmp_path / "root", CLASS)


@pytest.fixture
def cluster(monkeypatch):
    """Start two workers with one thread each. A killed judge leaves its folder, which the next one removes."""
    folder = tempfile.mkdtemp(prefix="dask-")
    monkeypatch.setenv("TMPDIR", folder)
    with (
        dask.config.set({"temporary-directory": folder}),
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as started,
    ):
        yield started
    shutil.rmtree(folder, ignore_errors=True)


def reports(course, folder):
    """Read the reports of a run, without measured times."""
    read = {path.stem: json.loads(path.read_text()) for path in (course.root / folder).glob("*.json")}
    return {name: {key: report[key] for key in report if key != "timing"} for name, report in read.items()}


def test_a_cluster_gives_the_same_reports_as_this_machine(course, cluster):
    """The workers get the course with their first task."""
    here = foundations("grade", "submitted", "--json-dir", "here", "--no-gradebook", cwd=course.root)
    options = ("--json-dir", "there", "--no-gradebook", "--force", "--scheduler", cluster.scheduler_address)
    there = foundations("grade", "submitted", *options, cwd=course.root)
    assert (here.returncode, there.returncode) == (0, 0), there.stderr
    assert reports(course, "here") == reports(course, "there")
    assert len(reports(course, "there")) == len(CLASS)


def test_a_worker_that_is_killed_costs_no_points(course, cluster):
    """Dask gives its task to the other worker."""
    log = course.root / "log.jsonl"
    victim = next(iter(cluster.workers.values())).pid

    def kill() -> None:
        until = time.monotonic() + 60
        while time.monotonic() < until and not (log.exists() and '"graded"' in log.read_text()):
            time.sleep(0.02)
        os.kill(victim, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    options = ("--json-dir", "there", "--no-gradebook", "--log-json", str(log))
    done = foundations("grade", "submitted", *options, "--scheduler", cluster.scheduler_address, cwd=course.root)
    killer.join()
    assert done.returncode == 0, done.stderr
    assert [reports(course, "there")[name]["verdict"] for name in CLASS] == ["graded"] * len(CLASS)


def test_a_scheduler_that_does_not_answer_is_one_sentence(monkeypatch):
    """The command waits for a while first."""
    monkeypatch.setattr("foundations.batch.cluster._PATIENCE_S", 1)
    with pytest.raises(CourseError, match="cannot be reached"):
        Cluster("127.0.0.1:9")
