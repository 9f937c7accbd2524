"""One course, and one grader for each assignment, for all tests of hidden graders."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack

import pytest
from grading import SEED, STACKED, Desk, make_course

from foundations.config import Course
from foundations.grade import Grader
from foundations.warm import Warm

#: The desk for answers to an assignment's exercises; with a seed, every submission gets the inputs of that seed.
Desks = Callable[..., Desk]


@pytest.fixture(scope="session")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return make_course(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="session")
def desks(course: Course, warm: Warm, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desks]:
    """Make desks; all graders fork from one warm process. An answer to an exercise that stands on others has a desk of
    that exercise alone: what it stands on need not be graded each time.
    """
    courses: dict[str | None, Course] = {None: course}
    made: dict[tuple[str, int | None, str | None], Desk] = {}
    with ExitStack() as open_graders:

        def desk(assignment: str, seed: int | None = None, answers: Collection[str] = ()) -> Desk:
            only = next(iter(answers)) if assignment in STACKED and len(answers) == 1 else None
            if only not in courses:
                courses[only] = make_course(tmp_path_factory.mktemp(f"course-{only}"), only)
            if (key := (assignment, seed, only)) not in made:
                grader = open_graders.enter_context(Grader(courses[only], assignment, seed=seed, warm=warm))
                made[key] = Desk(grader, courses[only].root, only)
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
