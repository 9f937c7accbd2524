"""What the rules of 01_matmul say when they are broken, and what a leftover loop costs."""

from __future__ import annotations

import pytest
from grading import Answer, GradingClient, failing, read_answers, said, titled

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
TRICKS = [read_answers("tricks", exercise)[0] for exercise in ABOUT]
GROWTH, SPEED = "no loop over the inner size is left", "many times faster than three loops"


@pytest.mark.parametrize("answer", TRICKS, ids=titled)
def test_trick_is_told_what_the_exercise_is_about(client: GradingClient, answer: Answer) -> None:
    """By the rule's check, and by no other; test_tricks.py tries all of them."""
    exercise = client.grade_one(answer)
    refused = failing(exercise)
    assert [check.name for check in refused] == [RULE_CHECKS[answer.exercise]], said(exercise)
    assert ABOUT[answer.exercise] in refused[0].message


@pytest.mark.slow
@pytest.mark.parametrize("answer", read_answers("slow", "matmul_elementwise"), ids=titled)
def test_leftover_loop_loses_growth_or_speed(client: GradingClient, answer: Answer) -> None:
    """What is done once for each k costs the points of growth, or of speed, or both, and no others."""
    exercise = client.grade_one(answer)
    lost = {check.name for check in failing(exercise)}
    assert lost, said(exercise)
    assert lost <= {GROWTH, SPEED}, said(exercise)
    assert {check.misconception for check in failing(exercise)} == {"keeps_the_inner_loop"}
