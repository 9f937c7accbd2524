"""Right answers, however they are written, earn full marks."""

from __future__ import annotations

import pytest
from grading import EXERCISES, Answer, Desk, all_answers, outputs_of, read_answers, result, said, some_first, titled

RIGHT = all_answers("right")


@pytest.mark.parametrize("exercise", EXERCISES)
def test_there_are_enough_variants(exercise: str) -> None:
    """At least eight ways for each exercise, each with a name of its own."""
    names = [answer.name for answer in read_answers("right", exercise)]
    assert len(names) >= 8
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("answer", some_first(RIGHT), ids=titled)
def test_right_answer(desk: Desk, answer: Answer) -> None:
    """Every check passes, the speed among them, and so does the visible check in the notebook.

    A norm that is "a number" of Python is right, though the visible check asks to stay with tensors.
    """
    graded = desk.grade({answer.exercise: answer.cells})
    exercise = result(graded.report.exercises, answer.exercise)
    assert exercise.score == exercise.max_score, said(exercise)
    shown = outputs_of(graded, answer.exercise)
    assert [output for output in shown if output.output_type == "error"] == [] or answer.note == "a number"
