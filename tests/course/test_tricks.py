"""Operations that an exercise forbids are found, under whatever name they come, or a person is asked to look."""

from __future__ import annotations

from functools import partial

import pytest
from clients import GradingClients
from grading import Answer, all_answers, exercises, failing, feedback_on, read_answers, round_cases

ROUNDS = round_cases(partial(all_answers, "tricks"), together=False, quick=3)
SLOW = round_cases(partial(all_answers, "slow"), quick=1)


@pytest.mark.parametrize(("assignment", "answers"), ROUNDS)
def test_tricks_are_lost_or_reviewed(clients: GradingClients, assignment: str, answers: dict[str, Answer]) -> None:
    """Only the rule's check fails: its message has the operation as it was written, and the subject of the exercise.

    If no forbidden operation was seen, the message names the suspicious code instead, which alone costs no marks.
    """
    [answer] = answers.values()
    exercise, reviews = clients(assignment, answers=answers).reviews(answer)
    about = f"{answer.name}: {feedback_on(exercise)}"
    if exercise.score == exercise.max_score:
        assert answer.note in "\n".join(review.finding for review in reviews), about
        return
    assert exercise.score == 0, about
    assert len(failing(exercise)) == 1, about
    assert answer.note in failing(exercise)[0].message, about
    assert "this exercise is about" in failing(exercise)[0].message, about


@pytest.mark.parametrize(("assignment", "answers"), SLOW)
def test_slow_answers_lose_speed_or_growth(
    clients: GradingClients, assignment: str, answers: dict[str, Answer]
) -> None:
    """Right values by too many allowed operations: they cost some points, and the mistake is named."""
    for name, exercise in clients(assignment, answers=answers).grade_round(answers).items():
        about = f"{answers[name].name}: {feedback_on(exercise)}"
        assert exercise.score is not None, about
        assert 0 < exercise.score < exercise.max_score, about
        assert {check.misconception for check in failing(exercise)} == {answers[name].note}, about


def test_there_are_enough_tricks() -> None:
    """There are at least twenty-five for the first assignment, which introduces the rule."""
    assert sum(len(read_answers("tricks", exercise)) for exercise in exercises("01_matmul")) >= 25
