"""``nbgrader autograde`` and ``record`` write the same scores, comments and folders."""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import builders
import pytest
from course_builder import (
    NAME,
    Graded,
    autograded,
    checks,
    comments,
    gradebook,
    graded,
    hand_in,
    put,
    unreadable,
)
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from nbgrader_warnings import NBGRADER_WARNINGS

from foundations.config import Course
from foundations.errors import CourseError
from foundations.gradebook import preprocessors
from foundations.gradebook.store import course_directory, record, scores, settings

pytestmark = NBGRADER_WARNINGS


class FakeGrader:
    """A grader that returns prepared answers by student, and records the calls."""

    def __init__(self, answers: dict[str, Graded | Exception]) -> None:
        self.answers = answers
        self.asked: list[tuple[str, bool]] = []

    def grade(self, path: Path, submission: str) -> Graded:
        self.asked.append((submission, path.is_file()))
        answer = self.answers[submission]
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def autograde(course: Course, monkeypatch: pytest.MonkeyPatch) -> Callable[..., FakeGrader]:
    """Return a function that runs ``nbgrader autograde`` on ``submitted/`` with a grader that has these answers."""

    def run(answers: dict[str, Graded | Exception], **options: Any) -> FakeGrader:
        grader = FakeGrader(answers)
        monkeypatch.setattr(preprocessors, "grader_for", lambda course, assignment: grader)
        config = settings(course)
        Autograde(coursedir=course_directory(course, config, NAME), config=config, **options).start()
        return grader

    return run


def test_only_the_time_is_read_and_copied_from_the_folder(course: Course) -> None:
    """Links, disguised libraries and data are not copied."""
    folder = course.root / "submitted" / "s01" / NAME
    folder.mkdir(parents=True)
    (folder / "timestamp.txt").write_text("2026-01-02 03:04:05 UTC")
    (folder / "torch.py").write_text("raise SystemExit")
    (folder / "passwd").symlink_to("/etc/passwd")
    (folder / f"{NAME}.ipynb").symlink_to("/etc/passwd")
    put(course, s01=graded("s01"))
    made = course.root / "autograded" / "s01" / NAME
    assert sorted(path.name for path in made.iterdir()) == [f"{NAME}.ipynb", "timestamp.txt"]
    with gradebook(course) as book:
        assert book.find_submission(NAME, "s01").timestamp == datetime.datetime(2026, 1, 2, 3, 4, 5)


def test_files_of_the_instructor_are_copied(course: Course) -> None:
    """The formgrader shows the pictures of the source notebook."""
    (course.root / "source" / NAME / "figure.svg").write_text("<svg/>")
    put(course, s01=graded("s01"))
    assert (course.root / "autograded" / "s01" / NAME / "figure.svg").read_text() == "<svg/>"


def test_student_must_be_a_folder_name(course: Course) -> None:
    """A student's name cannot lead out of the course's folder."""
    with pytest.raises(CourseError, match="not the name of a student's folder"):
        record(course, {"../s01": graded("s01")}, NAME, course.root / "submitted")


def test_submitted_folder_may_have_any_name(course: Course, tmp_path: Path) -> None:
    """nbgrader would interpret the folder's name as a pattern."""
    submitted = hand_in(tmp_path / "a+b (2026) [x]", {"s01": builders.answered()})
    record(course, {"s01": graded("s01")}, NAME, submitted)
    assert scores(course, NAME)["s01"]["double"] == (5.0, 5.0, False)


# ------------------------------------------------------------------------------------------------ nbgrader autograde


def test_autograde_and_record_write_the_same(course: Course, autograde: Any) -> None:
    """Both use the same converter."""
    answers = {"s01": graded("s01", checks("pass", "fail")), "s02": graded("s02", checks("fail"))}
    hand_in(course.root / "submitted", {name: builders.answered() for name in answers})
    asked = autograde(answers).asked
    first = scores(course, NAME), {name: comments(course, name) for name in answers}
    put(course, **answers)
    assert asked == [("s01", True), ("s02", True)]
    assert first == (scores(course, NAME), {name: comments(course, name) for name in answers})


def test_autograde_continues_after_an_ungraded_submission_and_fails_at_the_end(course: Course, autograde: Any) -> None:
    """A missing notebook, one that is a link, and a good one are all in the gradebook, and the status is not 0."""
    hand_in(course.root / "submitted", {"zoe": builders.answered()})
    (course.root / "submitted" / "s01" / NAME).mkdir(parents=True)
    (course.root / "submitted" / "s02" / NAME).mkdir(parents=True)
    (course.root / "submitted" / "s02" / NAME / f"{NAME}.ipynb").symlink_to("/etc/passwd")
    answers = {"s01": unreadable("s01", "missing"), "s02": unreadable("s02", "a link"), "zoe": graded("zoe")}
    with pytest.raises(NbGraderException, match="2 submissions are not graded"):
        autograde(answers)
    recorded = scores(course, NAME)
    assert [recorded[name]["double"] for name in answers] == [(None, 5.0, True), (None, 5.0, True), (5.0, 5.0, False)]
    assert "root:" not in (course.root / "autograded" / "s02" / NAME / f"{NAME}.ipynb").read_text()


def test_autograde_skips_graded_submissions_unless_forced(course: Course, autograde: Any) -> None:
    """This is nbgrader's own rule."""
    hand_in(course.root / "submitted", {"s01": builders.answered()})
    autograde({"s01": graded("s01")})
    assert autograde({"s01": graded("s01", checks("fail"))}).asked == []
    assert scores(course, NAME)["s01"]["double"] == (5.0, 5.0, False)
    autograde({"s01": graded("s01", checks("fail"))}, force=True)
    assert scores(course, NAME)["s01"]["double"] == (0.0, 5.0, False)


def test_autograde_again_does_not_wait_for_a_pipe(course: Course, autograde: Any) -> None:
    """nbgrader would wait for a pipe forever; a later time in a readable file still counts."""
    hand_in(course.root / "submitted", {name: builders.answered() for name in ("s01", "s02")})
    for name in ("s01", "s02"):
        (course.root / "submitted" / name / NAME / "timestamp.txt").write_text("2026-01-02 00:00:00 UTC")
    answers = {"s01": graded("s01"), "s02": graded("s02")}
    autograde(answers)
    (course.root / "submitted" / "s01" / NAME / "timestamp.txt").unlink()
    os.mkfifo(course.root / "submitted" / "s01" / NAME / "timestamp.txt")
    later = "2026-01-03 00:00:00 UTC".encode("utf-16")
    (course.root / "submitted" / "s02" / NAME / "timestamp.txt").write_bytes(later)
    assert [name for name, _ in autograde(answers).asked] == ["s02"]


def test_autograde_names_a_folder_that_no_gradebook_can_hold(course: Course, autograde: Any) -> None:
    """nbgrader would stop there; here the other submissions are graded."""
    hand_in(course.root / "submitted", {name: builders.answered() for name in ("a\nb", "s01")})
    with pytest.raises(NbGraderException, match="1 submissions are not graded"):
        autograde({"s01": graded("s01")})
    assert scores(course, NAME)["s01"]["double"] == (5.0, 5.0, False)


def test_autograde_continues_after_a_bug_of_this_package(course: Course, autograde: Any) -> None:
    """The submission that met it has no score, and its page shows the reason."""
    hand_in(course.root / "submitted", {name: builders.answered() for name in ("s01", "s02")})
    with pytest.raises(NbGraderException, match="1 submissions are not graded"):
        autograde({"s01": RecursionError("too deep"), "s02": graded("s02")})
    recorded = scores(course, NAME)
    assert [recorded["s01"]["double"], recorded["s02"]["double"]] == [(None, 5.0, True), (5.0, 5.0, False)]
    assert "RecursionError (too deep)" in autograded(course, "s01").cells[0].source


def test_fault_of_the_graders_leaves_no_old_score(course: Course, autograde: Any) -> None:
    """Broken hidden tests are the author's fault: the run fails, and the score of an earlier submission is removed."""
    hand_in(course.root / "submitted", {"s01": builders.answered(), "s02": builders.answered()})
    put(course, s01=graded("s01"))
    answers = {"s01": CourseError("graders are broken"), "s02": graded("s02")}
    with pytest.raises(NbGraderException):
        autograde(answers, force=True)
    recorded = scores(course, NAME)
    assert [recorded["s01"]["double"], recorded["s02"]["double"]] == [(None, 5.0, True), (5.0, 5.0, False)]


def test_outdated_gradebook_is_refused_before_grading(course: Course, autograde: Any) -> None:
    """If points change in ``source/``, ``nbgrader autograde`` stops, and ``record`` updates the gradebook."""
    source = builders.source_notebook()
    builders.cell(source, "double").metadata.nbgrader.points = 6
    builders.write(source, course.notebook(NAME))
    hand_in(course.root / "submitted", {"s01": builders.answered()})
    with pytest.raises(NbGraderException, match=r"differ in double .* run `nbgrader generate_assignment course"):
        autograde({"s01": graded("s01")})
    assert scores(course, NAME) == {}
    assert put(course, s01=graded("s01"))["s01"]["double"] == (5.0, 6.0, False)


def test_late_penalty_comes_from_nbgraders_plugin(course: Course) -> None:
    """The plugin that the configuration names gets the report's score."""
    late = "c.AssignLatePenalties.plugin_class = 'nbgrader.plugins.LateSubmissionPlugin'\n"
    late += "c.LateSubmissionPlugin.penalty_method = 'zero'\n"
    with (course.root / "nbgrader_config.py").open("a") as file:
        file.write(late)
    with gradebook(course) as book:
        book.update_or_create_assignment(NAME, duedate=datetime.datetime(2026, 1, 1))
    folder = course.root / "submitted" / "s01" / NAME
    folder.mkdir(parents=True)
    (folder / "timestamp.txt").write_text("2026-01-02 00:00:00 UTC")
    put(course, s01=graded("s01", checks("pass", "fail")), s02=graded("s02"))
    with gradebook(course) as book:
        assert book.find_submission_notebook(NAME, NAME, "s01").late_submission_penalty == 2.5 + 4
        assert book.find_submission_notebook(NAME, NAME, "s02").late_submission_penalty is None
