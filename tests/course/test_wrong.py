"""Wrong answers outside the banks lose points, and all of them if the values are wrong."""

from __future__ import annotations

from functools import partial

import pytest
from clients import GradingClients
from grading import ASSIGNMENTS, Answer, GradingClient, all_answers, exercises, feedback_on, read_answers, round_cases

ROUNDS = round_cases(partial(all_answers, "wrong"), quick=1)


@pytest.mark.parametrize("exercise", [name for assignment in ASSIGNMENTS for name in exercises(assignment)])
def test_there_are_enough_wrong_answers(exercise: str) -> None:
    """Each exercise has at least three, each with the points it may keep; some fail on the secret inputs only."""
    answers = read_answers("wrong", exercise)
    assert len(answers) >= 3
    assert {answer.note for answer in answers} <= {"zero", "loses", "depends"}


@pytest.mark.parametrize(("assignment", "answers"), ROUNDS)
def test_wrong_answers_lose_points(clients: GradingClients, assignment: str, answers: dict[str, Answer]) -> None:
    """Wrong values earn 0; right values with another fault earn some points, but not all."""
    for name, exercise in clients(assignment, answers=answers).grade_round(answers).items():
        about = f"{answers[name].name}: {feedback_on(exercise)}"
        assert exercise.score is not None, about
        if answers[name].note == "zero":
            assert exercise.score == 0, about
        elif answers[name].note == "depends":
            assert exercise.score < exercise.max_score, about
        else:
            assert 0 < exercise.score < exercise.max_score, about


def test_not_implemented_is_an_answer_once_something_works(client: GradingClient) -> None:
    """Code that refuses misfits with NotImplementedError has attempted the exercise, and loses that check only."""
    answer = next(
        candidate for candidate in all_answers("wrong", "01_matmul") if candidate.name == "refuses as the stub did"
    )
    exercise = client.grade_one(answer)
    assert [check.name for check in exercise.checks if check.outcome == "fail"] == [
        "inner sizes that do not fit are refused with an assertion"
    ]
    assert "not attempted" not in feedback_on(exercise)
    assert "stopped with NotImplementedError; expected AssertionError" in feedback_on(exercise)
