"""The messages of 01_matmul's rules when they are broken, and the price of a leftover loop."""

from __future__ import annotations

import pytest
from grading import Answer, GradingClient, failing, feedback_on, read_answers, titled

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
def test_trick_gets_a_message_on_the_subject_of_the_exercise(client: GradingClient, answer: Answer) -> None:
    """The rule's check alone fails; test_tricks.py tries all of them."""
    exercise = client.grade_one(answer)
    refused = failing(exercise)
    assert [check.name for check in refused] == [RULE_CHECKS[answer.exercise]], feedback_on(exercise)
    assert ABOUT[answer.exercise] in refused[0].message


@pytest.mark.slow
@pytest.mark.parametrize("answer", read_answers("slow", "matmul_elementwise"), ids=titled)
def test_leftover_loop_loses_growth_or_speed(client: GradingClient, answer: Answer) -> None:
    """Work that is done once for each k costs the points of growth, or of speed, or both, and no others."""
    exercise = client.grade_one(answer)
    lost = {check.name for check in failing(exercise)}
    assert lost, feedback_on(exercise)
    assert lost <= {GROWTH, SPEED}, feedback_on(exercise)
    assert {check.misconception for check in failing(exercise)} == {"keeps_the_inner_loop"}
