"""One course, and one grader for each assignment, for all tests of hidden graders."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import ExitStack

import pytest
from clients import GradingClients
from grading import SEED, GradingClient, alone, make_course

from foundations.config import Course
from foundations.grading.grader import Grader
from foundations.session.forkserver import ForkServer


@pytest.fixture(scope="session")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return make_course(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="session")
def clients(
    course: Course, forkserver: ForkServer, tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config
) -> Iterator[GradingClients]:
    """Make clients; all graders fork from one fork server.

    Answers to exercises that build on others get a client of these exercises only: the exercises below need not be
    graded each time. Without a seed, the inputs are those of one seed, or with ``--all`` those of a new seed for each
    submission, as for a class.
    """
    usual = None if pytestconfig.getoption("all") else SEED
    courses: dict[tuple[str, ...], Course] = {(): course}
    made: dict[tuple[str, int | None, tuple[str, ...]], GradingClient] = {}
    with ExitStack() as open_graders:

        def client(assignment: str, seed: int | None = usual, answers: Collection[str] = ()) -> GradingClient:
            only = alone(answers)
            if only not in courses:
                courses[only] = make_course(tmp_path_factory.mktemp(f"course-{only[0]}"), only)
            if (key := (assignment, seed, only)) not in made:
                grader = open_graders.enter_context(Grader(courses[only], assignment, seed=seed, forkserver=forkserver))
                made[key] = GradingClient(grader, courses[only].root, only)
            return made[key]

        yield client


@pytest.fixture(scope="session")
def client(clients: GradingClients) -> GradingClient:
    """Grade 01_matmul with the usual seed."""
    return clients("01_matmul")


@pytest.fixture(scope="session")
def seeded(clients: GradingClients) -> GradingClient:
    """Grade 01_matmul with the inputs of one seed for every submission."""
    return clients("01_matmul", SEED)
