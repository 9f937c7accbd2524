"""Every known mistake, written as a student would write it, loses points and is called by its own name."""

from __future__ import annotations

from collections import Counter
from functools import partial

import pytest
from clients import GradingClients
from grading import (
    ASSIGNMENTS,
    BANKS,
    SEED,
    Answer,
    all_answers,
    as_written,
    exercises,
    failing,
    feedback_on,
    round_cases,
)

from foundations.grading.misconceptions import Misconception
from foundations.report.model import Exercise

KNOWN = {misconception.id: misconception for bank in BANKS.values() for misconception in bank.misconceptions}
#: Tried in addition to the usual one, if there is time. The first two assignments have few enough mistakes for both.
MORE_SEEDS = (1, 9 * 10**15)


ROUNDS = round_cases(lambda assignment: map(as_written, BANKS[assignment].misconceptions))
SEEDED = [
    pytest.param(*round_.values, seed, id=f"{round_.id}, seed {seed}")
    for round_ in ROUNDS
    for seed in MORE_SEEDS[: 2 if round_.values[0] in ASSIGNMENTS[:2] else 1]
]
IN_OTHER_WORDS = round_cases(partial(all_answers, "named"), quick=1)


def assert_named(exercise: Exercise, misconception: Misconception) -> None:
    """Assert that it loses points, that each named check has this name, and that the hint is shown once."""
    assert exercise.score is not None, f"{misconception.id}: {feedback_on(exercise)}"
    assert exercise.score < exercise.max_score, f"{misconception.id}: {feedback_on(exercise)}"
    named = [check for check in failing(exercise) if check.misconception]
    assert {check.misconception for check in named} == {misconception.id}, (
        f"{misconception.id}: {feedback_on(exercise)}"
    )
    shown = [check.name for check in named if f"Hint: {misconception.hint}" in check.message]
    assert shown == [named[0].name]
    assert [check.name for check in named[1:] if f"The hint of {shown[0]!r} fits here too." not in check.message] == []


@pytest.mark.parametrize("exercise", [name for assignment in ASSIGNMENTS for name in exercises(assignment)])
def test_there_are_enough_misconceptions(exercise: str) -> None:
    """Each exercise has at least three."""
    assert sum(misconception.exercise == exercise for misconception in KNOWN.values()) >= 3


def test_ids_are_unique_in_the_course() -> None:
    """A report names a mistake by its id only."""
    ids = Counter(misconception.id for bank in BANKS.values() for misconception in bank.misconceptions)
    assert [name for name, count in ids.items() if count > 1] == []


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_misconceptions_belong_to_exercises(assignment: str) -> None:
    """Each names an exercise of its assignment."""
    assert {misconception.exercise for misconception in BANKS[assignment].misconceptions} <= set(exercises(assignment))


@pytest.mark.parametrize(("assignment", "answers"), ROUNDS)
def test_misconceptions_are_named(clients: GradingClients, assignment: str, answers: dict[str, Answer]) -> None:
    """Known mistakes are distinguished by their behaviour."""
    for name, exercise in clients(assignment, SEED, answers).grade_round(answers).items():
        assert_named(exercise, KNOWN[answers[name].name])


@pytest.mark.slow
@pytest.mark.parametrize(("assignment", "answers", "seed"), SEEDED)
def test_misconceptions_are_named_whatever_the_inputs(
    clients: GradingClients, assignment: str, answers: dict[str, Answer], seed: int
) -> None:
    """The inputs of other seeds distinguish them as well."""
    for name, exercise in clients(assignment, seed, answers).grade_round(answers).items():
        assert_named(exercise, KNOWN[answers[name].name])


@pytest.mark.parametrize(("assignment", "answers"), IN_OTHER_WORDS)
def test_mistakes_in_other_words(clients: GradingClients, assignment: str, answers: dict[str, Answer]) -> None:
    """Paraphrased mistakes are named, also among others; a mistake outside the bank gets no wrong name."""
    for name, exercise in clients(assignment, SEED, answers).grade_round(answers).items():
        named = {check.misconception for check in failing(exercise) if check.misconception}
        assert named == set(answers[name].note.split()), f"{answers[name].name}: {feedback_on(exercise)}"
        assert failing(exercise) != []


def test_no_two_have_one_hint_within_an_exercise() -> None:
    """A hint shared by two mistakes would make them the same mistake."""
    hints = Counter((misconception.exercise, misconception.hint) for misconception in KNOWN.values())
    assert [hint for hint, count in hints.items() if count > 1] == []


@pytest.mark.parametrize("misconception", KNOWN.values(), ids=lambda misconception: misconception.id)
def test_hint_leads_and_does_not_give_the_answer(misconception: Misconception) -> None:
    """A hint is a few sentences, and shows no line of a solution."""
    assert 20 < len(misconception.hint) < 220
    assert [
        telling
        for telling in ("c[i, j] +=", ".sum().sqrt()", "dtype=a.dtype", "* b[:, j]).sum()")
        if telling in misconception.hint
    ] == []
