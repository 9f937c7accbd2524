"""Every known mistake, written as a student would write it, loses points and is called by its own name."""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from collections import Counter
from collections.abc import Iterator

import pytest
from grading import ASSIGNMENT, EXERCISES, ROOT, Answer, Desk, all_answers, failing, result, said, titled

from foundations.config import Course
from foundations.diagnose import Misconception, load_bank
from foundations.grade import Grader
from foundations.model import Exercise

BANK = load_bank(ROOT / "graders" / ASSIGNMENT)
#: Besides the one that is tried always; for these there has to be time.
MORE_SEEDS = (1, 9 * 10**15)


def as_written(known: Misconception) -> Answer:
    """The bank's function under the exercise's name, without its docstring, and the helpers that it calls."""
    names = vars(sys.modules[known.answer.__module__])
    function = ast.parse(textwrap.dedent(inspect.getsource(known.answer))).body[0]
    assert isinstance(function, ast.FunctionDef)
    function.name, function.decorator_list, function.body = known.exercise, [], function.body[1:]
    return Answer(known.exercise, known.id, ("\n\n\n".join([*helpers(function, names), ast.unparse(function)]),))


def helpers(function: ast.AST, names: dict[str, object]) -> Iterator[str]:
    used = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
    for name in sorted(used & set(names)):
        if name.startswith("_"):
            yield inspect.getsource(names[name])  # type: ignore[arg-type]


@pytest.fixture(scope="module", params=MORE_SEEDS)
def other_seed(request: pytest.FixtureRequest, course: Course) -> Iterator[Desk]:
    with Grader(course, ASSIGNMENT, seed=request.param) as grader:
        yield Desk(grader, course.root)


@pytest.mark.parametrize("exercise", EXERCISES)
def test_enough_are_known_by_behaviour(exercise: str) -> None:
    """At least eight for each exercise, besides those that a rule or the growth gives away."""
    assert sum(not known.symptoms for known in BANK.of(exercise)) >= 8


def assert_named(exercise: Exercise, known: Misconception) -> None:
    """It loses points; a check that names a mistake names this one; and the hint is there to read."""
    assert exercise.score is not None, said(exercise)
    assert exercise.score < exercise.max_score, said(exercise)
    named = [check for check in failing(exercise) if check.misconception]
    assert {check.misconception for check in named} == {known.id}, said(exercise)
    assert [check.name for check in named if f"Hint: {known.hint}" not in check.message] == []


@pytest.mark.parametrize("known", BANK.misconceptions, ids=lambda known: known.id)
def test_misconception_is_named(seeded: Desk, known: Misconception) -> None:
    """Known mistakes are told from each other by what they do."""
    assert_named(seeded.grade_one(as_written(known)), known)


@pytest.mark.slow
@pytest.mark.parametrize("number", range(max(len(BANK.of(exercise)) for exercise in EXERCISES)))
def test_misconceptions_are_named_whatever_the_inputs(other_seed: Desk, number: int) -> None:
    """The inputs of other seeds tell them apart as well; one of each exercise in a notebook."""
    together = [known for exercise in EXERCISES for known in BANK.of(exercise)[number : number + 1]]
    report = other_seed.grade({known.exercise: as_written(known).cells for known in together}).report
    for known in together:
        assert_named(result(report.exercises, known.exercise), known)


@pytest.mark.parametrize("answer", all_answers("named"), ids=titled)
def test_mistakes_in_other_words(seeded: Desk, answer: Answer) -> None:
    """They are named as well, in the company of others too; what the bank does not know is not given a wrong name."""
    exercise = seeded.grade_one(answer)
    named = {check.misconception for check in failing(exercise) if check.misconception}
    assert named == set(answer.note.split()), said(exercise)
    assert failing(exercise) != []


def test_no_two_have_one_hint_within_an_exercise() -> None:
    """A hint that two mistakes share would say that they are one."""
    hints = Counter((known.exercise, known.hint) for known in BANK.misconceptions)
    assert [hint for hint, count in hints.items() if count > 1] == []


@pytest.mark.parametrize("known", BANK.misconceptions, ids=lambda known: known.id)
def test_hint_leads_and_does_not_tell(known: Misconception) -> None:
    """A hint is a few sentences, and shows no line of a solution."""
    assert 20 < len(known.hint) < 220
    assert [
        telling
        for telling in ("c[i, j] +=", ".sum().sqrt()", "dtype=a.dtype", "* b[:, j]).sum()")
        if telling in known.hint
    ] == []
