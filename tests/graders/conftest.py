"""One course, and one grader for each assignment, for all tests of hidden graders."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from grading import SEED, Desk, make_course

from foundations.config import Course
from foundations.grade import Grader
from foundations.warm import Warm

#: The desk of an assignment; with a seed, every submission gets the inputs of that seed.
Desks = Callable[..., Desk]


@pytest.fixture(scope="session")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return make_course(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="session")
def desks(course: Course, warm: Warm) -> Iterator[Desks]:
    """Make desks; all graders fork from one warm process."""
    made: dict[tuple[str, int | None], Desk] = {}
    with ExitStack() as open_graders:

        def desk(assignment: str, seed: int | None = None) -> Desk:
            key = assignment, seed
            if key not in made:
                grader = open_graders.enter_context(Grader(course, assignment, seed=seed, warm=warm))
                made[key] = Desk(grader, course.root)
            return made[key]

        yield desk


@pytest.fixture(scope="session")
def desk(desks: Desks) -> Desk:
    """01_matmul, with a secret seed for every submission, as for a class."""
    return desks("01_matmul")


@pytest.fixture(scope="session")
def seeded(desks: Desks) -> Desk:
    """01_matmul, with the inputs of one seed for every submission."""
    return desks("01_matmul", SEED)
