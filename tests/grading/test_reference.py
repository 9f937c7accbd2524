"""The solution is measured on a request that took a student too long, and only then."""

import builders
import pytest
import torch

from foundations.config import Limits
from foundations.errors import OutOfTime
from foundations.grading.reference import Reference
from foundations.session.session import Session

LIMITS = Limits(check_cpu_s=0.3, check_wall_s=2)


def lost_in(forkserver, source):
    """Return the error of a call that never ends."""
    with Session(forkserver, [(0, source)], LIMITS) as session:
        session.finish()
        with pytest.raises(OutOfTime) as caught:
            session.request("call", function="double", args=[torch.ones(3)], kwargs={}, attributes=[{}], trace=False)
    return caught.value


@pytest.fixture(scope="module")
def lost(forkserver):
    return lost_in(forkserver, "def double(x):\n    while True: pass")


def test_solution_gets_the_same_request(forkserver, lost):
    """The solution's CPU time is below the student's limit."""
    needed = Reference(forkserver, builders.source_notebook(), lambda exercise: LIMITS).cpu_s("double", "value", lost)

    assert lost.stopped == "stopped after 0.3 s of CPU"
    assert needed is not None
    assert 0 < needed < 0.3


def test_solution_is_measured_once_for_each_check(forkserver, lost, monkeypatch):
    """A second student who times out in the same check costs no further measurement."""
    forks = []
    fork = forkserver.fork

    def recorded(*args):
        forks.append(args)
        return fork(*args)

    monkeypatch.setattr(forkserver, "fork", recorded)
    reference = Reference(forkserver, builders.source_notebook(), lambda exercise: LIMITS)
    times = [reference.cpu_s("double", check, lost) for check in ("value", "value", "speed")]

    assert (len(forks), times[0] == times[1]) == (2, True)


@pytest.mark.parametrize("solution", ["def double(x):\n    while True: pass", "raise ValueError", "double = None"])
def test_failing_solution_has_no_time(forkserver, lost, solution):
    """A solution that times out, raises or is missing gives ``None``."""
    source = builders.source_notebook()
    builders.cell(source, "double-solution").source = solution

    assert Reference(forkserver, source, lambda exercise: LIMITS).cpu_s("double", "value", lost) is None


def test_visible_checks_are_not_run(forkserver, lost):
    """The cells of a solution are the code cells above its graded cell without visible checks."""
    source = builders.source_notebook()
    builders.cell(source, "double").source = "while True: pass"

    cells = Reference(forkserver, source, lambda exercise: LIMITS).cells("triple")
    assert [text.partition("(")[0] for _, text in cells] == ["import math", "def double", "def triple"]
