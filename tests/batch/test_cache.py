"""Kept results are those that were put in, or count as missing."""

import os
import stat
import time
from copy import deepcopy

import nbformat
import pytest

from foundations.batch.cache import Cache
from foundations.report.model import Check, Decision, Example, Exercise, Graded, Report, Review

DIGEST = "ab" + "0" * 62


def result(outcome="pass", **more) -> Graded:
    example = Example(("a = 1",), "f(a)", "2", "3")
    checks = [Check("one", outcome, 2.0, "message", "name", gate=True), Check("two", "fail", 1.0, example=example)]
    review = Review("x", "y", ("double",), 3, 4)
    report = Report(
        "course", "s01", [Exercise("double", 3.0, checks)], review=[review], reviewed=[Decision(review, ("double",))]
    )
    for name, value in more.items():
        setattr(report, name, value)
    cell = nbformat.v4.new_code_cell("1", outputs=[nbformat.v4.new_output("stream", text="1")])
    return Graded(report, nbformat.v4.new_notebook(cells=[cell]))


@pytest.fixture
def cache(tmp_path) -> Cache:
    return Cache(tmp_path / "graded")


def test_a_result_comes_back_as_it_was(cache):
    """The report with all of its fields, and the notebook."""
    cache.put(DIGEST, result())
    kept = cache.get(DIGEST)
    assert kept is not None
    assert kept.report == result().report
    assert kept.notebook is not None
    assert kept.notebook.cells[0].outputs[0].text == "1"
    assert cache.get("cd" + DIGEST[2:]) is None


@pytest.mark.parametrize(
    "graded",
    [
        result("inconclusive"),
        result("fault"),
        result(fault=3),
        result(reason="not graded: no confinement"),
        result(killed=True),
    ],
    ids=["inconclusive", "fault of a test", "our fault", "no verdict", "killed"],
)
def test_what_another_run_may_decide_otherwise_is_not_kept(cache, graded):
    """A fault is looked at again by the next run."""
    cache.put(DIGEST, graded)
    assert cache.get(DIGEST) is None


@pytest.mark.parametrize(
    "damage", [lambda data: data[:-1], lambda data: data + b"x", lambda data: b"", lambda data: b"0" * len(data)]
)
def test_a_damaged_entry_counts_as_missing(cache, damage):
    """Also one that was moved to another digest."""
    cache.put(DIGEST, result())
    [path] = cache.folder.glob("??/*")
    other = cache.folder / DIGEST[:2] / ("ab" + "1" * 62)
    other.write_bytes(path.read_bytes())
    path.write_bytes(damage(path.read_bytes()))
    assert cache.get(DIGEST) is None
    assert cache.get(other.name) is None


def test_entries_are_private(cache):
    """They have students' work in them."""
    cache.put(DIGEST, result())
    [path] = cache.folder.glob("??/*")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_old_and_many_entries_are_removed(cache):
    """Those that were used longest ago go first."""
    digests = [f"{number:02x}" + "0" * 62 for number in range(4)]
    for age, digest in enumerate(digests):
        cache.put(digest, deepcopy(result()))
        path = cache.folder / digest[:2] / digest
        os.utime(path, (time.time() - 1000 * age,) * 2)
    size = path.stat().st_size
    cache.prune(most_bytes=10 * size, longest_s=2500)
    assert [cache.get(digest) is not None for digest in digests] == [True, True, True, False]
    os.utime(cache.folder / "00" / digests[0], (time.time() + 9,) * 2)
    cache.prune(most_bytes=size + 100)
    assert [path.name for path in cache.folder.glob("??/*")] == [digests[0]]


def test_a_full_disk_is_no_error(tmp_path):
    """The folder cannot be made here, because a file has its name."""
    (tmp_path / "graded").write_text("")
    cache = Cache(tmp_path / "graded")
    cache.put(DIGEST, result())
    assert cache.get(DIGEST) is None
