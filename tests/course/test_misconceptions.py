"""Every known mistake, written as a student would write it, loses points and is called by its own name."""

from __future__ import annotations

from collections import Counter
from functools import partial

import pytest
from as_written import as_written
from clients import GradingClients
from grading import ASSIGNMENTS, ROOT, SEED, Answer, all_answers, exercises, failing, round_cases, said

from foundations.grading.misconceptions import Misconception, load_bank
from foundations.report.model import Exercise

BANKS = {assignment: load_bank(ROOT / "graders" / assignment) for assignment in ASSIGNMENTS}
KNOWN = {known.id: known for bank in BANKS.values() for known in bank.misconceptions}
#: Besides the one that is tried always, where there is time. The first two assignments have few enough for both.
MORE_SEEDS = (1, 9 * 10**15)


ROUNDS = round_cases(lambda assignment: map(as_written, BANKS[assignment].misconceptions))
SEEDED = [
    pytest.param(*one.values, seed, id=f"{one.id}, seed {seed}")
    for one in ROUNDS
    for seed in MORE_SEEDS[: 2 if one.values[0] in ASSIGNMENTS[:2] else 1]
]
IN_OTHER_WORDS = round_cases(partial(all_answers, "named"), quick=1)


def assert_named(exercise: Exercise, known: Misconception) -> None:
    """It loses points; a check that names a mistake names this one; and the hint is there to read."""
    assert exercise.score is not None, f"{known.id}: {said(exercise)}"
    assert exercise.score < exercise.max_score, f"{known.id}: {said(exercise)}"
    named = [check for check in failing(exercise) if check.misconception]
    assert {check.misconception for check in named} == {known.id}, f"{known.id}: {said(exercise)}"
    assert [check.name for check in named if f"Hint: {known.hint}" not in check.message] == []


@pytest.mark.parametrize("exercise", [name for assignment in ASSIGNMENTS for name in exercises(assignment)])
def test_enough_are_known(exercise: str) -> None:
    """At least three for each exercise."""
    assert sum(known.exercise == exercise for known in KNOWN.values()) >= 3


def test_ids_are_unique_in_the_course() -> None:
    """A report names a mistake by its id alone."""
    ids = Counter(known.id for bank in BANKS.values() for known in bank.misconceptions)
    assert [name for name, count in ids.items() if count > 1] == []


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_misconceptions_belong_to_exercises(assignment: str) -> None:
    """Each names an exercise of its assignment."""
    assert {known.exercise for known in BANKS[assignment].misconceptions} <= set(exercises(assignment))


@pytest.mark.parametrize(("assignment", "answers"), ROUNDS)
def test_misconceptions_are_named(clients: GradingClients, assignment: str, answers: dict[str, Answer]) -> None:
    """Known mistakes are told from each other by what they do."""
    for name, exercise in clients(assignment, SEED, answers).grade_round(answers).items():
        assert_named(exercise, KNOWN[answers[name].name])


@pytest.mark.slow
@pytest.mark.parametrize(("assignment", "answers", "seed"), SEEDED)
def test_misconceptions_are_named_whatever_the_inputs(
    clients: GradingClients, assignment: str, answers: dict[str, Answer], seed: int
) -> None:
    """The inputs of other seeds tell them apart as well."""
    for name, exercise in clients(assignment, seed, answers).grade_round(answers).items():
        assert_named(exercise, KNOWN[answers[name].name])


@pytest.mark.parametrize(("assignment", "answers"), IN_OTHER_WORDS)
def test_mistakes_in_other_words(clients: GradingClients, assignment: str, answers: dict[str, Answer]) -> None:
    """They are named as well, in the company of others too; what the bank does not know is not given a wrong name."""
    for name, exercise in clients(assignment, SEED, answers).grade_round(answers).items():
        named = {check.misconception for check in failing(exercise) if check.misconception}
        assert named == set(answers[name].note.split()), f"{answers[name].name}: {said(exercise)}"
        assert failing(exercise) != []


def test_no_two_have_one_hint_within_an_exercise() -> None:
    """A hint that two mistakes share would say that they are one."""
    hints = Counter((known.exercise, known.hint) for known in KNOWN.values())
    assert [hint for hint, count in hints.items() if count > 1] == []


@pytest.mark.parametrize("known", KNOWN.values(), ids=lambda known: known.id)
def test_hint_leads_and_does_not_tell(known: Misconception) -> None:
    """A hint is a few sentences, and shows no line of a solution."""
    assert 20 < len(known.hint) < 220
    assert [
        telling
        for telling in ("c[i, j] +=", ".sum().sqrt()", "dtype=a.dtype", "* b[:, j]).sum()")
        if telling in known.hint
    ] == []
