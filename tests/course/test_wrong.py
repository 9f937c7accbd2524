"""Wrong answers that no bank foresaw lose points, and where the values are wrong, all of them."""

from __future__ import annotations

from functools import partial

import pytest
from clients import GradingClients
from grading import ASSIGNMENTS, Answer, GradingClient, all_answers, exercises, read_answers, round_cases, said

ROUNDS = round_cases(partial(all_answers, "wrong"), quick=2)


@pytest.mark.parametrize("exercise", [name for assignment in ASSIGNMENTS for name in exercises(assignment)])
def test_there_are_enough_wrong_answers(exercise: str) -> None:
    """At least three for each exercise, each marked with what it may keep; some by what the secret inputs show."""
    answers = read_answers("wrong", exercise)
    assert len(answers) >= 3
    assert {answer.note for answer in answers} <= {"zero", "loses", "depends"}


@pytest.mark.parametrize(("assignment", "answers"), ROUNDS)
def test_wrong_answers(clients: GradingClients, assignment: str, answers: dict[str, Answer]) -> None:
    """Wrong values earn nothing; right values with something else wrong earn some points, and not all."""
    for name, exercise in clients(assignment, answers=answers).grade_round(answers).items():
        about = f"{answers[name].name}: {said(exercise)}"
        assert exercise.score is not None, about
        if answers[name].note == "zero":
            assert exercise.score == 0, about
        elif answers[name].note == "depends":
            assert exercise.score < exercise.max_score, about
        else:
            assert 0 < exercise.score < exercise.max_score, about


def test_not_implemented_is_an_answer_once_something_works(client: GradingClient) -> None:
    """Who refuses misfits with NotImplementedError has attempted the exercise, and loses that check alone."""
    answer = next(one for one in all_answers("wrong", "01_matmul") if one.name == "refuses as the stub did")
    exercise = client.grade_one(answer)
    assert [check.name for check in exercise.checks if check.outcome == "fail"] == [
        "inner sizes that do not fit are refused with an assertion"
    ]
    assert "not attempted" not in said(exercise)
    assert "stopped with NotImplementedError; expected AssertionError" in said(exercise)
