"""Finished reports are written with one transaction each."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy
from course_builder import NAME, checks, course_with_gradebook, gradebook, graded, put
from nbgrader_warnings import NBGRADER_WARNINGS

from foundations.config import Course
from foundations.gradebook.database import OneTransaction

pytestmark = NBGRADER_WARNINGS


@pytest.fixture
def course(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Course:
    return course_with_gradebook(tmp_path_factory, tmp_path)


def test_a_submission_is_one_transaction(course: Course) -> None:
    """On a disk, each takes as long as all other work of a submission."""
    commits: list[object] = []

    def count(connection: object) -> None:
        commits.append(connection)

    def commits_of(*names: str) -> int:
        commits.clear()
        put(course, **{name: graded(name) for name in names})
        return len(commits)

    put(course, s00=graded("s00"))
    sqlalchemy.event.listen(sqlalchemy.Engine, "commit", count)
    try:
        one, six = commits_of("s01"), commits_of("s02", "s03", "s04", "s05", "s06", "s07")
    finally:
        sqlalchemy.event.remove(sqlalchemy.Engine, "commit", count)
    assert six - one == 5, "some more open the gradebook"


def test_changes_that_were_not_saved_are_lost_as_a_whole(course: Course) -> None:
    """A process that is killed leaves no half of a submission."""
    put(course, s01=graded("s01", checks("fail")))
    with gradebook(course) as book:
        address = str(book.engine.url)
    with OneTransaction(address, course.root.name) as book:
        for grade in book.find_submission_notebook(NAME, NAME, "s01").grades:
            grade.auto_score = 1.0
            book.db.commit()
    with OneTransaction(address, course.root.name) as book:
        kept = book.find_submission_notebook(NAME, NAME, "s01").grades
        assert {grade.auto_score for grade in kept} == {0.0, 4.0, None}
        for grade in kept:
            grade.auto_score = 1.0
        book.save()
    with gradebook(course) as book:
        assert {grade.auto_score for grade in book.find_submission_notebook(NAME, NAME, "s01").grades} == {1.0}
