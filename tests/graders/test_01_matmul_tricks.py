"""Operations that an exercise forbids earn nothing, under whatever name they come."""

from __future__ import annotations

import pytest
from grading import Answer, Desk, all_answers, failing, read_answers, said, some_first, titled

ABOUT = {
    "matmul_naive": "this exercise is about writing the three loops yourself",
    "frobenius_norm": "this exercise is about translating the formula yourself",
    "matmul_elementwise": "this exercise is about turning the inner loop into an elementwise product",
}
RULE_CHECKS = {
    "matmul_naive": "only indexing, + and *",
    "frobenius_norm": "no norm and no power",
    "matmul_elementwise": "an elementwise product and a sum, no matrix product",
}
TRICKS = all_answers("tricks")
GROWTH, SPEED = "no loop over the inner size is left", "many times faster than three loops"


def test_there_are_enough_tricks() -> None:
    """At least twenty-five."""
    assert len(TRICKS) >= 25


@pytest.mark.parametrize("answer", some_first(TRICKS), ids=titled)
def test_trick_earns_nothing(desk: Desk, answer: Answer) -> None:
    """The rule's check fails, names the operation as it was written, and says what the exercise is about."""
    exercise = desk.grade_one(answer)
    assert exercise.score == 0, said(exercise)
    refused = failing(exercise)
    assert [check.name for check in refused] == [RULE_CHECKS[answer.exercise]], said(exercise)
    assert answer.note in refused[0].message
    assert ABOUT[answer.exercise] in refused[0].message


@pytest.mark.parametrize("answer", read_answers("slow", "matmul_elementwise"), ids=titled)
def test_leftover_loop_loses_growth_or_speed(desk: Desk, answer: Answer) -> None:
    """What is done once for each k costs the points of growth, or of speed, or both, and no others."""
    exercise = desk.grade_one(answer)
    lost = {check.name for check in failing(exercise)}
    assert lost, said(exercise)
    assert lost <= {GROWTH, SPEED}, said(exercise)
    assert {check.misconception for check in failing(exercise)} == {"keeps_the_inner_loop"}
