"""The solution is measured on the request that took a student too long, and only then."""

import builders
import pytest
import torch

from foundations.config import Limits
from foundations.errors import OutOfTime
from foundations.grading.reference import Reference
from foundations.session.session import Session

LIMITS = Limits(check_cpu_s=0.3, check_wall_s=2)


def lost_in(forkserver, source):
    """How a call of a function that never ends is lost."""
    with Session(forkserver, [(0, source)], LIMITS) as session:
        session.finish()
        with pytest.raises(OutOfTime) as caught:
            session.request("call", function="double", args=[torch.ones(3)], kwargs={}, attributes=[{}], trace=False)
    return caught.value


@pytest.fixture(scope="module")
def lost(forkserver):
    return lost_in(forkserver, "def double(x):\n    while True: pass")


def test_the_same_request_is_put_to_the_solution(forkserver, lost):
    """Its CPU time is far below a student's limit."""
    needed = Reference(forkserver, builders.source_notebook(), lambda exercise: LIMITS).cpu_s("double", "value", lost)

    assert lost.stopped == "stopped after 0.3 s of CPU"
    assert 0 < needed < 0.3


def test_it_is_measured_once_for_each_check(forkserver, lost, monkeypatch):
    """A class in which forty time out pays once."""
    forks = []
    fork = forkserver.fork
    monkeypatch.setattr(forkserver, "fork", lambda *how: forks.append(how) or fork(*how))
    reference = Reference(forkserver, builders.source_notebook(), lambda exercise: LIMITS)
    first = [reference.cpu_s("double", check, lost) for check in ("value", "value", "speed")]

    assert (len(forks), first[0] == first[1]) == (2, True)


@pytest.mark.parametrize("solution", ["def double(x):\n    while True: pass", "raise ValueError", "double = None"])
def test_a_solution_that_fails_is_left_out_of_the_message(forkserver, lost, solution):
    """The student's verdict stands without it."""
    source = builders.source_notebook()
    builders.cell(source, "double-solution").source = solution

    assert Reference(forkserver, source, lambda exercise: LIMITS).cpu_s("double", "value", lost) is None


def test_visible_checks_are_not_run(forkserver, lost):
    """They are slow for nothing; what stands between them is needed."""
    source = builders.source_notebook()
    builders.cell(source, "double").source = "while True: pass"

    cells = Reference(forkserver, source, lambda exercise: LIMITS).cells("triple")
    assert [text.partition("(")[0] for _, text in cells] == ["import math", "def double", "def triple"]
