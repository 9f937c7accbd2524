"""Wrong answers that are in no bank get a right name or none, and never another mistake's name."""

from __future__ import annotations

import pytest
from clients import GradingClients
from grading import ANSWERS, SEED, Answer, assignment_of, failing, feedback_on, round_cases


def read(text: str) -> list[Answer]:
    """Read answers: each starts with ``# %% exercise: title → name or name``."""
    answers = []
    for part in ("\n" + text).split("\n# %% ")[1:]:
        head, _, body = part.partition("\n")
        exercise, _, rest = head.partition(": ")
        title, _, name = rest.partition("→")
        answers.append(Answer(exercise, title.strip(), (body.strip("\n"),), name.strip()))
    return answers


UNTUNED = read((ANSWERS / "naming.py").read_text("utf-8"))
ROUNDS = round_cases(
    lambda assignment: [answer for answer in UNTUNED if assignment_of(answer.exercise) == assignment], quick=2
)


def test_there_are_enough_of_both() -> None:
    """At least 20 answers are not named, or would be named by their exception alone; at least 20 get a general name."""
    assert len([answer for answer in UNTUNED if not answer.note]) >= 20
    assert len([answer for answer in UNTUNED if answer.note]) >= 20


@pytest.mark.parametrize(("assignment", "answers"), ROUNDS)
def test_untuned_answers_have_a_right_name_or_none(
    clients: GradingClients, assignment: str, answers: dict[str, Answer]
) -> None:
    """Each check that names a mistake gives a name after the arrow, and one check does if there is one."""
    for name, exercise in clients(assignment, SEED, answers).grade_round(answers).items():
        named = {check.misconception for check in failing(exercise) if check.misconception}
        right = set(answers[name].note.replace(" or ", " ").split())
        feedback = f"{answers[name].name}: {feedback_on(exercise)}"
        assert named <= right, feedback
        assert bool(named) == bool(right), feedback
        assert failing(exercise) != []
