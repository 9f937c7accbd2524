"""Reports reach the gradebook while others are still being graded."""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path

import nbformat
import pytest
from course_builder import NAME, checks, graded, hand_in
from nbgrader_warnings import NBGRADER_WARNINGS

from foundations.config import Course
from foundations.errors import CourseError
from foundations.gradebook.recorder import GradebookRecorder
from foundations.gradebook.store import scores

pytestmark = NBGRADER_WARNINGS

STUDENTS = ("s01", "s02", "s03")


def executed(student: str) -> nbformat.NotebookNode:
    notebook = graded(student).notebook
    assert notebook is not None
    return notebook


@pytest.fixture
def submitted(course: Course) -> Path:
    return hand_in(course.root / "submitted", {name: executed(name) for name in STUDENTS})


def test_all_reports_are_recorded_at_the_end_of_the_block(course: Course, submitted: Path) -> None:
    with GradebookRecorder(course, {NAME: submitted}) as recording:
        for name in STUDENTS:
            recording.add(graded(name, checks("pass", "fail")))
    recording.check()
    kept = scores(course, NAME)
    assert {name: kept[name]["double"] for name in kept} == dict.fromkeys(STUDENTS, (2.5, 5.0, False))


def test_a_report_is_recorded_while_the_next_submission_is_graded(course: Course, submitted: Path) -> None:
    with GradebookRecorder(course, {NAME: submitted}) as recording:
        recording.add(graded("s01"))
        until = time.monotonic() + 60
        while "s01" not in scores(course, NAME) and time.monotonic() < until:
            time.sleep(0.05)
        assert set(scores(course, NAME)) == {"s01"}
        recording.add(graded("s02"))
    assert set(scores(course, NAME)) == {"s01", "s02"}


def test_reports_finished_before_an_interrupt_are_recorded(course: Course, submitted: Path) -> None:
    def stopped_by_hand() -> None:
        with GradebookRecorder(course, {NAME: submitted}) as recording:
            recording.add(graded("s01"))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped_by_hand()
    assert set(scores(course, NAME)) == {"s01"}


def test_unusable_gradebook_is_reported_before_the_class_is_graded(course: Course, submitted: Path) -> None:
    (course.root / "nbgrader_config.py").write_text("c = get_config(\n")
    recording = GradebookRecorder(course, {NAME: submitted})

    def grade_for_a_minute() -> None:
        with recording:
            until = time.monotonic() + 60
            while time.monotonic() < until:
                recording.add(graded("s01"))
                time.sleep(0.01)

    with pytest.raises(CourseError, match=r"nbgrader_config\.py"):
        grade_for_a_minute()
    with pytest.raises(CourseError, match=r"nbgrader_config\.py"):
        recording.check()


def test_failure_of_one_batch_is_reported_at_the_end(course: Course, submitted: Path) -> None:
    """Reports for CI are written first, so that an error of the gradebook does not lose them."""
    with GradebookRecorder(course, {NAME: submitted}) as recording:
        recording.add(graded(".."))
    with pytest.raises(CourseError, match="not the name of a student's folder"):
        recording.check()


def test_switch_interval_is_restored_and_the_thread_ends(course: Course, submitted: Path) -> None:
    interval = sys.getswitchinterval()
    with GradebookRecorder(course, {NAME: submitted}) as recording:
        recording.add(graded("s01"))
    assert sys.getswitchinterval() == interval
    assert not [thread for thread in threading.enumerate() if thread.name == "recording"]


def test_an_assignment_is_complete_after_its_last_report(course: Course, submitted: Path) -> None:
    """All its reports are in the gradebook then, for feedback to be made of."""
    seen: list[tuple[str, set[str]]] = []

    def complete(assignment: str) -> None:
        seen.append((assignment, set(scores(course, assignment))))

    with GradebookRecorder(course, {NAME: submitted}, complete) as recording:
        for name in STUDENTS:
            recording.add(graded(name))
        recording.finish(NAME)
    recording.check()
    assert seen == [(NAME, set(STUDENTS))]


def test_nothing_is_completed_after_an_interrupt(course: Course, submitted: Path) -> None:
    """Feedback of hundreds takes minutes, and the command has to end now."""
    seen: list[str] = []

    def stopped_by_hand() -> None:
        with GradebookRecorder(course, {NAME: submitted}, seen.append) as recording:
            recording.add(graded("s01"))
            recording.finish(NAME)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped_by_hand()
    assert set(scores(course, NAME)) == {"s01"}
    assert seen == []


def test_a_failure_of_the_last_step_is_reported_at_the_end(course: Course, submitted: Path) -> None:
    """The reports are recorded all the same."""

    def fails(assignment: str) -> None:
        raise CourseError(f"no feedback for {assignment}", slug="feedback")

    with GradebookRecorder(course, {NAME: submitted}, fails) as recording:
        recording.add(graded("s01"))
        recording.finish(NAME)
    with pytest.raises(CourseError, match="no feedback for course"):
        recording.check()
    assert set(scores(course, NAME)) == {"s01"}
