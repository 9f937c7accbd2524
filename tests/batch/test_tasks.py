"""A task has the same digest and the same hidden inputs until something changes that its result depends on."""

import os
import stat
from dataclasses import replace

import pytest

from foundations.batch.tasks import SECRET, Options, Task, secret_of
from foundations.errors import CourseError
from foundations.notebooks.handed_in import HandedIn
from foundations.report.model import Decision, Review

TASK = Task("course", "s01", HandedIn("course.ipynb", b"{}", (("data.csv", b"1"),)), (), "digest", Options())
DECISION = Decision(Review("x", "y"), ("double",), "me", "now", "f")


@pytest.mark.parametrize(
    "other",
    [
        replace(TASK, assignment="other"),
        replace(TASK, student="s02"),
        replace(TASK, handed=replace(TASK.handed, notebook=b"{ }")),
        replace(TASK, handed=replace(TASK.handed, files=(("data.csv", b"2"),))),
        replace(TASK, handed=replace(TASK.handed, files=(("data2.csv", b"1"),))),
        replace(TASK, handed=replace(TASK.handed, problem=("is empty", "notebook-empty"))),
        replace(TASK, course="another digest"),
        replace(TASK, options=Options(feedback="full")),
        replace(TASK, options=Options(unsafe=True)),
    ],
)
def test_a_change_of_anything_gives_another_digest_and_other_inputs(other):
    """The result of one task is never taken for that of another."""
    assert other.digest != TASK.digest
    assert other.seed(b"secret") != TASK.seed(b"secret")


def test_equal_tasks_have_one_digest_and_one_seed():
    """A submission that is graded again gets the same hidden inputs."""
    twin = replace(TASK)
    assert (twin.digest, twin.seed(b"s")) == (TASK.digest, TASK.seed(b"s"))
    assert 0 <= TASK.seed(b"s") < 1 << 53


def test_a_decision_changes_the_result_and_not_the_inputs():
    """A person decides about the run that they saw."""
    decided = replace(TASK, decisions=(DECISION,))
    assert decided.digest != TASK.digest
    assert decided.seed(b"s") == TASK.seed(b"s")


def test_a_seed_needs_the_secret():
    """Students know everything else."""
    assert TASK.seed(b"one") != TASK.seed(b"another")
    assert replace(TASK, options=Options(seed=7)).seed(b"one") == 7


def test_the_secret_of_a_course_is_made_once_and_private(tmp_path):
    """Only this user can read it."""
    secret = secret_of(tmp_path)
    assert secret_of(tmp_path) == secret
    assert len(secret) == 32
    assert stat.S_IMODE(os.stat(tmp_path / SECRET).st_mode) == 0o600


def test_a_course_that_cannot_be_written_is_graded_with_new_inputs(tmp_path, monkeypatch):
    """A course may lie in a folder that everybody reads."""

    def refused(*arguments):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("foundations.batch.tasks.os.open", refused)
    assert len({secret_of(tmp_path), secret_of(tmp_path)}) == 2


def test_a_damaged_secret_is_one_sentence(tmp_path):
    """The message explains that all inputs change with a new one."""
    (tmp_path / SECRET).write_bytes(b"short")
    with pytest.raises(CourseError, match="has 5 bytes instead of 32; remove it"):
        secret_of(tmp_path)
