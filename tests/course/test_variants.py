"""Right answers, however they are written, earn full marks; the solutions do, and the release earns 0."""

from __future__ import annotations

from functools import partial

import jsonschema
import pytest
from clients import GradingClients
from grading import (
    ASSIGNMENTS,
    SCHEMA,
    Answer,
    all_answers,
    exercises,
    feedback_on,
    outputs_of,
    read_answers,
    result,
    round_cases,
    solutions,
)

ROUNDS = round_cases(partial(all_answers, "right"))


@pytest.mark.parametrize("exercise", [name for assignment in ASSIGNMENTS for name in exercises(assignment)])
def test_there_are_enough_variants(exercise: str) -> None:
    """Each exercise has at least six, each with its own name."""
    names = [answer.name for answer in read_answers("right", exercise)]
    assert len(names) >= 6
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(("assignment", "answers"), ROUNDS)
def test_right_answers_earn_full_marks(clients: GradingClients, assignment: str, answers: dict[str, Answer]) -> None:
    """Every check passes, including speed, and so does the visible check in the notebook."""
    graded = clients(assignment, answers=answers).grade({name: answer.cells for name, answer in answers.items()})
    for name, answer in answers.items():
        exercise = result(graded.report.exercises, name)
        assert exercise.score == exercise.max_score, f"{answer.name}: {feedback_on(exercise)}"
        errors = [output for output in outputs_of(graded, name) if output.output_type == "error"]
        assert errors == [], f"{answer.name}: {errors}"


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_released_notebook_is_not_attempted(clients: GradingClients, assignment: str) -> None:
    """The stubs earn 0, and every check gives the reason."""
    report = clients(assignment).grade({}).report
    assert report.score == 0
    assert {check.message for exercise in report.exercises for check in exercise.checks} == {"not attempted"}
    jsonschema.validate(report.to_json(), SCHEMA)


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_solutions_earn_full_marks(clients: GradingClients, assignment: str) -> None:
    """The instructor's own answers in one notebook: the report is as documented."""
    report = clients(assignment).grade(solutions(assignment)).report
    assert report.score == report.max_score, "\n".join(feedback_on(exercise) for exercise in report.exercises)
    jsonschema.validate(report.to_json(), SCHEMA)
