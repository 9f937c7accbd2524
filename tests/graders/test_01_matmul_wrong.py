"""Wrong answers that no bank foresaw lose points, and where the values are wrong, all of them."""

from __future__ import annotations

import pytest
from grading import Answer, Desk, all_answers, said, some_first, titled

WRONG = all_answers("wrong")


def test_there_are_enough_wrong_answers() -> None:
    """At least fifteen, each marked with what it may keep."""
    assert len(WRONG) >= 15
    assert {answer.note for answer in WRONG} == {"zero", "loses"}


@pytest.mark.parametrize("answer", some_first(WRONG), ids=titled)
def test_wrong_answer(desk: Desk, answer: Answer) -> None:
    """Wrong values earn nothing; right values with something else wrong earn some points, and not all."""
    exercise = desk.grade_one(answer)
    assert exercise.score is not None, said(exercise)
    if answer.note == "zero":
        assert exercise.score == 0, said(exercise)
    else:
        assert 0 < exercise.score < exercise.max_score, said(exercise)


def test_not_implemented_is_an_answer_once_something_works(desk: Desk) -> None:
    """Who refuses misfits with NotImplementedError has attempted the exercise, and loses that check alone."""
    answer = next(answer for answer in WRONG if answer.name == "refuses as the stub did")
    exercise = desk.grade_one(answer)
    assert [check.name for check in exercise.checks if check.outcome == "fail"] == [
        "inner sizes that do not fit are refused with an assertion"
    ]
    assert "not attempted" not in said(exercise)
    assert "stopped with NotImplementedError; expected AssertionError" in said(exercise)
