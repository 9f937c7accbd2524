"""One course, and one grader for each assignment, for all tests of hidden graders."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import ExitStack

import pytest
from desks import Desks
from grading import SEED, Desk, alone, make_course

from foundations.config import Course
from foundations.grading.grader import Grader
from foundations.session.forkserver import ForkServer


@pytest.fixture(scope="session")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return make_course(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="session")
def desks(
    course: Course, forkserver: ForkServer, tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config
) -> Iterator[Desks]:
    """Make desks; all graders fork from one fork server. Answers to exercises that stand on others have a desk of
    these exercises alone: what they stand on need not be graded each time. Where no seed is given, the inputs are
    those of one seed, or with ``--all`` those of a new seed for each submission, as for a class.
    """
    usual = None if pytestconfig.getoption("all") else SEED
    courses: dict[tuple[str, ...], Course] = {(): course}
    made: dict[tuple[str, int | None, tuple[str, ...]], Desk] = {}
    with ExitStack() as open_graders:

        def desk(assignment: str, seed: int | None = usual, answers: Collection[str] = ()) -> Desk:
            only = alone(answers)
            if only not in courses:
                courses[only] = make_course(tmp_path_factory.mktemp(f"course-{only[0]}"), only)
            if (key := (assignment, seed, only)) not in made:
                grader = open_graders.enter_context(Grader(courses[only], assignment, seed=seed, forkserver=forkserver))
                made[key] = Desk(grader, courses[only].root, only)
            return made[key]

        yield desk


@pytest.fixture(scope="session")
def desk(desks: Desks) -> Desk:
    """01_matmul, with the usual seed."""
    return desks("01_matmul")


@pytest.fixture(scope="session")
def seeded(desks: Desks) -> Desk:
    """01_matmul, with the inputs of one seed for every submission."""
    return desks("01_matmul", SEED)
