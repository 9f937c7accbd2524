"""The list of findings and decisions, and one sentence for each mistake."""

from __future__ import annotations

import getpass
import sqlite3
from functools import partial
from pathlib import Path
from typing import Any

import builders
import pytest
from course_builder import (
    FOUND,
    NAME,
    Graded,
    checks,
    course_with_gradebook,
    hand_in,
    marks,
    notice,
    open_findings,
    put,
    suspected,
)
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from nbgrader_warnings import NBGRADER_WARNINGS
from rich.console import Console

from foundations.commands import review
from foundations.config import Course
from foundations.errors import CourseError
from foundations.gradebook import preprocessors
from foundations.gradebook.store import course_directory, scores, settings
from foundations.report.model import Check, Review

pytestmark = NBGRADER_WARNINGS


@pytest.fixture
def course(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Course:
    return course_with_gradebook(tmp_path_factory, tmp_path)


# ------------------------------------------------------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("student", "exercises", "words"),
    [
        ("s0l", None, "student 's0l' has no graded submission of 'course' in the gradebook; did you mean"),
        ("zzz", None, "grade the submission first"),
        ("s02", None, "'s02' in 'course' has no finding to decide about"),
        ("s01", ["doubel"], "no automatically graded exercise 'doubel'; did you mean 'double'"),
        ("s01", ["why"], "its exercises are: double, triple"),
        ("s01", [], "--take needs the names of exercises"),
        ("s03", None, r"'s03' in 'course' has no open finding: ada decided at 20.*--reopen first"),
        ("s03", ["double"], "'s03' in 'course' has no open finding"),
    ],
)
def test_a_mistake_is_one_sentence_and_changes_nothing(
    course: Course, student: str, exercises: list[str] | None, words: str
) -> None:
    """The sentence has subject, value, cause and remedy; the course's author can fix it, so the exit code is 2."""
    put(
        course,
        s01=suspected(course, FOUND),
        s02=suspected(course, student="s02"),
        s03=suspected(course, FOUND, student="s03"),
    )
    review.accept(course, NAME, "s03", by="ada")
    before = scores(course, NAME), open_findings(course)
    decide = review.accept if exercises is None else partial(review.take, exercises=exercises)
    with pytest.raises(CourseError, match=words):
        decide(course, NAME, student)
    assert (scores(course, NAME), open_findings(course)) == before


def test_other_mistakes_are_one_sentence(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unknown assignment or student, a missing decision and an unusable name are refused."""
    put(course, s01=suspected(course, FOUND))
    with pytest.raises(CourseError, match="did you mean 'course'"):
        review.accept(course, "cours", "s01")
    with pytest.raises(CourseError, match="did you mean 'course'"):
        review.found(course, "cours")
    with pytest.raises(CourseError, match="did you mean 's01'"):
        review.found(course, NAME, "s1")
    with pytest.raises(CourseError, match="has no decision to withdraw"):
        review.reopen(course, NAME, "s01")
    with pytest.raises(CourseError, match=r"--by is ' \\n', which is not a name"):
        review.accept(course, NAME, "s01", by=" \n")

    def fail() -> str:
        raise KeyError("getpwuid(): uid not found: 4242")

    monkeypatch.setattr(getpass, "getuser", fail)
    with pytest.raises(CourseError, match="pass --by NAME"):
        review.accept(course, NAME, "s01")
    assert open_findings(course) == [FOUND]


def test_a_new_gradebook_is_one_sentence(course: Course) -> None:
    """The decision is not kept, because the gradebook has no such submission."""
    put(course, s01=suspected(course, FOUND))
    for path in course.root.glob("gradebook.db*"):
        path.unlink()
    with pytest.raises(CourseError, match=r"has no 'course' in the gradebook .* grade the submission again"):
        review.accept(course, NAME, "s01")
    assert open_findings(course) == [FOUND]


@pytest.mark.slow
def test_a_busy_gradebook_is_one_sentence_and_keeps_the_review_open(course: Course) -> None:
    """Neither decision nor notebook is changed."""
    put(course, s01=suspected(course, FOUND))
    database = sqlite3.connect(course.root / "gradebook.db", isolation_level=None)
    database.execute("BEGIN IMMEDIATE")
    with pytest.raises(CourseError, match="cannot be used: database is locked; no decision was recorded"):
        review.take(course, NAME, "s01", ["double"])
    database.close()
    assert (open_findings(course), notice(course) != "", marks(course)[0]) == ([FOUND], True, (5.0, True))


def test_a_fault_of_the_graders_removes_the_finding(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    """A decision must not restore points of a submission that could not be graded since."""

    class Broken:
        def grade(self, path: Path, student: str) -> Graded:
            raise CourseError("graders are broken")

    put(course, s01=suspected(course, FOUND))
    hand_in(course.root / "submitted", {"s01": builders.answered()})
    monkeypatch.setattr(preprocessors, "grader_for", lambda course, assignment: Broken())
    config = settings(course)
    with pytest.raises(NbGraderException):
        Autograde(coursedir=course_directory(course, config, NAME), config=config, force=True).start()
    with pytest.raises(CourseError, match="has no finding to decide about"):
        review.accept(course, NAME, "s01")
    assert marks(course) == [(None, True), (None, True)]


# -------------------------------------------------------------------------------------------------------------- shown


def shown(course: Course, **options: Any) -> str:
    console = Console(width=150)
    with console.capture() as capture:
        review.show(review.found(course), console, **options)
    return capture.get()


def test_the_list_has_all_facts_for_a_decision(course: Course) -> None:
    """It has cell, line, finding, reason, exercises and points at stake; decisions are in a separate list."""
    odd = Review("[red]x\x1b[2J", "no [link]", (), None, None)
    put(course, s01=suspected(course, FOUND), s02=suspected(course, odd, student="s02", double=checks("fail")))
    text = shown(course)
    assert all(word in text for word in ("cell 3, line 1", FOUND.finding, FOUND.reason, "[red]x", "no [link]"))
    assert "\x1b" not in text
    rows = [line.split() for line in text.splitlines() if line.strip().startswith("course")]
    assert [(row[1], row[-2], row[-1]) for row in rows] == [("s01", "double", "5"), ("s02", "none", "4")]
    assert "submissions waiting for a look: 2" in text
    review.take(course, NAME, "s01", ["double"], by="ada")
    assert "s01" not in shown(course)
    assert "points of double taken by ada" in " ".join(shown(course, decided=True).split())


def test_json_has_open_and_decided_findings(course: Course) -> None:
    """A program gets the same findings as the table."""
    put(course, s01=suspected(course, FOUND))
    [entry] = review.to_json(review.found(course))
    assert (entry["submission"], entry["score"], entry["reviewed"]) == ("s01", 9.0, [])
    assert entry["review"] == [FOUND.to_json()]


def test_summary_of_a_decision(course: Course) -> None:
    """The summary has the points of each exercise after the decision."""
    put(course, s01=suspected(course, FOUND, triple=[Check("busy", "inconclusive", 1.0)]))
    closed = review.take(course, NAME, "s01", ["double"])
    assert list(review.summary(closed)) == [
        "s01, course: 0 open, 1 decided",
        "double: 0 of 5 points",
        "triple: no score yet",
    ]


def test_in_an_exam_the_points_at_stake_are_those_without_the_rule(course: Course) -> None:
    """The student gets them back if the finding is accepted."""
    exam = Course(course.root, {"hidden_code": "fail"})
    put(exam, s01=suspected(exam, FOUND))
    [row] = [line.split() for line in shown(exam).splitlines() if line.strip().startswith("course")]
    assert row[-1] == "5"
