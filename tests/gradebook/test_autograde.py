"""Scores, comments and folders that nbgrader's own converter leaves, from reports."""

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
    course_with_gradebook,
    gradebook,
    graded,
    hand_in,
    put,
    unreadable,
)
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException

from foundations.config import Course
from foundations.errors import CourseError
from foundations.gradebook import preprocessors
from foundations.gradebook.store import course_directory, record, scores, settings

pytestmark = [
    # nbgrader's own: datetime.utcnow, names SQLAlchemy will drop.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning"),
]

PAYLOAD = "<script>alert('x')</script><img src=x onerror=alert(1)>"


@pytest.fixture
def course(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Course:
    return course_with_gradebook(tmp_path_factory, tmp_path)


class FakeGrader:
    """Hands out what it is given, by student, and remembers what it was asked."""

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
    """Run what ``nbgrader autograde`` runs, on ``submitted/``, with a grader that has these answers."""

    def run(answers: dict[str, Graded | Exception], **options: Any) -> FakeGrader:
        grader = FakeGrader(answers)
        monkeypatch.setattr(preprocessors, "grader_for", lambda course, assignment: grader)
        config = settings(course)
        Autograde(coursedir=course_directory(course, config, NAME), config=config, **options).start()
        return grader

    return run


def test_nothing_is_read_or_copied_from_the_folder_but_the_time(course: Course) -> None:
    """Links, libraries in disguise and data stay where they are."""
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


def test_files_of_the_instructor_go_along(course: Course) -> None:
    """A picture that the source notebook shows is there for the formgrader."""
    (course.root / "source" / NAME / "figure.svg").write_text("<svg/>")
    put(course, s01=graded("s01"))
    assert (course.root / "autograded" / "s01" / NAME / "figure.svg").read_text() == "<svg/>"


def test_student_must_be_a_folder_name(course: Course) -> None:
    """A name cannot lead out of the course."""
    with pytest.raises(CourseError, match="not the name of a student's folder"):
        record(course, {"../s01": graded("s01")}, NAME, course.root / "submitted")


def test_folder_outside_the_course_with_a_strange_name(course: Course, tmp_path: Path) -> None:
    """nbgrader takes folders for patterns; ours may be named as they please."""
    submitted = hand_in(tmp_path / "a+b (2026) [x]", {"s01": builders.answered()})
    record(course, {"s01": graded("s01")}, NAME, submitted)
    assert scores(course, NAME)["s01"]["double"] == (5.0, 5.0, False)


# ------------------------------------------------------------------------------------------------ nbgrader autograde


def test_autograde_and_record_write_the_same(course: Course, autograde: Any) -> None:
    """One converter, two ways in."""
    answers = {"s01": graded("s01", checks("pass", "fail")), "s02": graded("s02", checks("fail"))}
    hand_in(course.root / "submitted", {name: builders.answered() for name in answers})
    asked = autograde(answers).asked
    first = scores(course, NAME), {name: comments(course, name) for name in answers}
    put(course, **answers)
    assert asked == [("s01", True), ("s02", True)]
    assert first == (scores(course, NAME), {name: comments(course, name) for name in answers})


def test_autograde_goes_on_after_an_ungraded_one_and_says_so(course: Course, autograde: Any) -> None:
    """A missing notebook, another that is a link, and one that is fine: all in the gradebook, status not 0."""
    hand_in(course.root / "submitted", {"zoe": builders.answered()})
    (course.root / "submitted" / "s01" / NAME).mkdir(parents=True)
    (course.root / "submitted" / "s02" / NAME).mkdir(parents=True)
    (course.root / "submitted" / "s02" / NAME / f"{NAME}.ipynb").symlink_to("/etc/passwd")
    answers = {"s01": unreadable("s01", "missing"), "s02": unreadable("s02", "a link"), "zoe": graded("zoe")}
    with pytest.raises(NbGraderException, match="2 submissions are not graded"):
        autograde(answers)
    found = scores(course, NAME)
    assert [found[name]["double"] for name in answers] == [(None, 5.0, True), (None, 5.0, True), (5.0, 5.0, False)]
    assert "root:" not in (course.root / "autograded" / "s02" / NAME / f"{NAME}.ipynb").read_text()


def test_autograde_skips_what_it_has_done_unless_forced(course: Course, autograde: Any) -> None:
    """As nbgrader's users know it."""
    hand_in(course.root / "submitted", {"s01": builders.answered()})
    autograde({"s01": graded("s01")})
    assert autograde({"s01": graded("s01", checks("fail"))}).asked == []
    assert scores(course, NAME)["s01"]["double"] == (5.0, 5.0, False)
    autograde({"s01": graded("s01", checks("fail"))}, force=True)
    assert scores(course, NAME)["s01"]["double"] == (0.0, 5.0, False)


def test_autograde_again_reads_no_timestamp_that_is_none(course: Course, autograde: Any) -> None:
    """nbgrader itself would wait for a pipe for ever; a later time that can be read is still seen."""
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
    """nbgrader itself would stop there; the others are graded."""
    hand_in(course.root / "submitted", {name: builders.answered() for name in ("a\nb", "s01")})
    with pytest.raises(NbGraderException, match="1 submissions are not graded"):
        autograde({"s01": graded("s01")})
    assert scores(course, NAME)["s01"]["double"] == (5.0, 5.0, False)


def test_autograde_turns_to_the_next_one_after_a_bug_of_ours(course: Course, autograde: Any) -> None:
    """The one that met it has no score, and its page says so."""
    hand_in(course.root / "submitted", {name: builders.answered() for name in ("s01", "s02")})
    with pytest.raises(NbGraderException, match="1 submissions are not graded"):
        autograde({"s01": RecursionError("too deep"), "s02": graded("s02")})
    found = scores(course, NAME)
    assert [found["s01"]["double"], found["s02"]["double"]] == [(None, 5.0, True), (5.0, 5.0, False)]
    assert "RecursionError (too deep)" in autograded(course, "s01").cells[0].source


def test_fault_of_the_graders_leaves_no_old_score(course: Course, autograde: Any) -> None:
    """Broken hidden tests are the author's fault: an error, and no score that belongs to an earlier submission."""
    hand_in(course.root / "submitted", {"s01": builders.answered(), "s02": builders.answered()})
    put(course, s01=graded("s01"))
    answers = {"s01": CourseError("graders are broken"), "s02": graded("s02")}
    with pytest.raises(NbGraderException):
        autograde(answers, force=True)
    found = scores(course, NAME)
    assert [found["s01"]["double"], found["s02"]["double"]] == [(None, 5.0, True), (5.0, 5.0, False)]


def test_stale_gradebook_is_refused_before_anything_happens(course: Course, autograde: Any) -> None:
    """Points changed in source/: nbgrader is told first; ``record`` tells it by itself."""
    source = builders.source_notebook()
    builders.cell(source, "double").metadata.nbgrader.points = 6
    builders.write(source, course.notebook(NAME))
    hand_in(course.root / "submitted", {"s01": builders.answered()})
    with pytest.raises(NbGraderException, match=r"differ in double .* run `nbgrader generate_assignment course"):
        autograde({"s01": graded("s01")})
    assert scores(course, NAME) == {}
    assert put(course, s01=graded("s01"))["s01"]["double"] == (5.0, 6.0, False)


def test_late_penalty_is_still_nbgraders(course: Course) -> None:
    """The plugin named in the configuration is asked, with the report's score."""
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
