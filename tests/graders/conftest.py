"""One course and one grader for all tests of hidden graders."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from grading import ASSIGNMENT, SEED, Desk, make_course

from foundations.config import Course
from foundations.grade import Grader


@pytest.fixture(scope="session")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return make_course(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="session")
def desk(course: Course) -> Iterator[Desk]:
    """A desk whose grader draws a secret seed for every submission, as for a class."""
    with Grader(course, ASSIGNMENT) as grader:
        yield Desk(grader, course.root)


@pytest.fixture(scope="session")
def seeded(course: Course) -> Iterator[Desk]:
    """A desk whose grader gives every submission the inputs of one seed."""
    with Grader(course, ASSIGNMENT, seed=SEED) as grader:
        yield Desk(grader, course.root)
