"""One course, and one grader for each assignment, for all tests of hidden graders."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import ExitStack

import pytest
from clients import GradingClients
from grading import SEED, GradingClient, make_course

from foundations.config import Course
from foundations.grading.grader import Grader
from foundations.session.forkserver import ForkServer


@pytest.fixture(scope="session")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return make_course(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="session")
def clients(course: Course, forkserver: ForkServer, pytestconfig: pytest.Config) -> Iterator[GradingClients]:
    """Make clients; all graders fork from one fork server.

    A client for answers grades their exercises only. Without a seed, the inputs are those of one seed, or with
    ``--all`` those of a new seed for each submission, as for a class.
    """
    usual = None if pytestconfig.getoption("all") else SEED
    made: dict[tuple[str, int | None], Grader] = {}
    with ExitStack() as open_graders:

        def client(assignment: str, seed: int | None = usual, answers: Collection[str] = ()) -> GradingClient:
            if (key := (assignment, seed)) not in made:
                grader = Grader(course, assignment, seed=seed, forkserver=forkserver)
                made[key] = open_graders.enter_context(grader)
            return GradingClient(made[key], course.root, tuple(answers))

        yield client


@pytest.fixture(scope="session")
def client(clients: GradingClients) -> GradingClient:
    """Grade 01_matmul with the usual seed."""
    return clients("01_matmul")


@pytest.fixture(scope="session")
def seeded(clients: GradingClients) -> GradingClient:
    """Grade 01_matmul with the inputs of one seed for every submission."""
    return clients("01_matmul", SEED)
