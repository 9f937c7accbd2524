"""Ways to earn marks without doing the exercise: each is lost or asks a person, and harms no other exercise.

Answers of the kind ``hiding`` run forbidden operations out of sight of the reader, of the trace, or of both; those of
the kind ``shapes`` are wrong in calls that a trace or a clock observes. No code names one of them: an answer that gets
through shows that a mechanism lacks something.
"""

from __future__ import annotations

from collections import Counter

import pytest
from clients import GradingClients
from grading import (
    ASSIGNMENTS,
    SEED,
    Answer,
    all_answers,
    assignment_of,
    feedback_on,
    result,
    solutions,
    titled,
)
from tiers import a_third_quick

HIDING = [answer for name in ASSIGNMENTS for answer in all_answers("hiding", name)]
SHAPES = [answer for name in ASSIGNMENTS for answer in all_answers("shapes", name)]
#: Honest cells that were once accused.
HONEST = {
    "a shell magic": "%%bash\necho hello\n",
    "a timer left running": "import threading\nt = threading.Timer(1000, print); t.daemon = True; t.start()\n",
    "names of math": "from math import *\n",
    "names of torch.nn.functional": "from torch.nn.functional import *\n",
    "pip above a constant": "!pip install -q numpy\nSIZE = 3\n",
    "three megabytes of print": "print('x' * 3_000_000)\nSIZE = 3\n",
}


@pytest.mark.parametrize("answer", a_third_quick(HIDING), ids=titled)
def test_hidden_work_is_lost_or_reviewed(clients: GradingClients, answer: Answer) -> None:
    """The values are right, so full marks without a review would be the result of hiding."""
    exercise, reviews = clients(assignment_of(answer.exercise), SEED, [answer.exercise]).reviews(answer)
    assert exercise.checks[0].outcome == "pass", feedback_on(exercise)
    assert not any("stopped with" in check.message for check in exercise.checks), feedback_on(exercise)
    assert exercise.score != exercise.max_score or reviews, feedback_on(exercise)


@pytest.mark.parametrize("answer", SHAPES, ids=titled)
def test_values_are_compared_whatever_the_shape(clients: GradingClients, answer: Answer) -> None:
    """A wrong value costs the check in which it came, in a traced or a timed call as in any other."""
    exercise, _ = clients(assignment_of(answer.exercise), SEED, [answer.exercise]).reviews(answer)
    assert exercise.score is not None, feedback_on(exercise)
    assert exercise.score < exercise.max_score, feedback_on(exercise)
    assert any("values are wrong" in check.message for check in exercise.checks), feedback_on(exercise)


def _in_whole_notebooks() -> list[pytest.ParameterSet]:
    """List each answer to be graded with all other exercises: quick for the first of each assignment."""
    seen: Counter[str] = Counter()
    cases = []
    for answer in [*HIDING, *SHAPES]:
        seen[assignment_of(answer.exercise)] += 1
        is_first = seen[assignment_of(answer.exercise)] == 1
        cases.append(pytest.param(answer, id=titled(answer), marks=[] if is_first else [pytest.mark.slow]))
    return cases


@pytest.mark.parametrize("answer", _in_whole_notebooks())
def test_other_exercises_keep_their_full_marks(clients: GradingClients, answer: Answer) -> None:
    """The other exercises are answered with the instructor's solutions."""
    name = assignment_of(answer.exercise)
    report = clients(name, SEED).grade(solutions(name) | {answer.exercise: answer.cells}).report
    assert report.reason is None
    for exercise in report.exercises:
        if exercise.id in solutions(name) and exercise.id != answer.exercise:
            assert exercise.score == exercise.max_score, feedback_on(exercise)
    attacked = result(report.exercises, answer.exercise)
    assert attacked.score != attacked.max_score or report.review, feedback_on(attacked)


@pytest.mark.parametrize("assignment", ["01_matmul", "04_backward"])
@pytest.mark.parametrize(
    "names", [tuple(HONEST), *(pytest.param((name,), marks=pytest.mark.slow) for name in HONEST)], ids=" and ".join
)
def test_honest_cells_keep_every_point(clients: GradingClients, assignment: str, names: tuple[str, ...]) -> None:
    """No points are lost, and no person is asked."""
    right = solutions(assignment)
    first = next(iter(right))
    report = (
        clients(assignment, SEED).grade({**right, first: [*(HONEST[name] for name in names), *right[first]]}).report
    )
    assert report.review == []
    for exercise in report.exercises:
        if exercise.id in right:
            assert exercise.score == exercise.max_score, feedback_on(exercise)


def test_there_are_enough_of_each_kind() -> None:
    """There are at least five besides the first one of each."""
    of_product = Counter(answer.name.partition(":")[0] for answer in HIDING if ":" in answer.name)
    assert set(of_product) == {"library", "parameter", "with", "modules", "no list", "cupboard"}
    assert min(of_product.values()) > 5
    assert len(SHAPES) > 5
