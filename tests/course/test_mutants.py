"""Right answers changed in one place lose points, and the program that changes them does so as documented."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import mutants as mutation
import pytest
from grading import assignment, exercises
from mutants import (
    REPORT,
    MutantRunner,
    Outcome,
    covered,
    discrepancies,
    explained,
    in_rounds,
    mutants_of,
    report,
)

from foundations.proving.mutating import Mutant, mutants
from foundations.session.forkserver import ForkServer

#: Notebooks of each assignment that the sample fills.
ROUNDS = 4
EXERCISES = [name for assignment in covered() for name in exercises(assignment)]


def changes(source: str) -> set[str]:
    """Return the mutants of the one line of ``source``."""
    return {mutant.source.splitlines()[-1].strip() for mutant in mutants(source)}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("return a - b", {"return a + b", "return b - a", "return a", "return a.sub_(b)", "a - b", "return b - b"}),
        ("return a @ b.t()", {"return a * b.t()", "return b.t() @ a", "return a @ b", "return b @ b.t()"}),
        ("return a.sum(0)", {"return a", "return a.sum()", "return a.sum(1)", "return a.sum(-1)", "return a.mean(0)"}),
        ("return a > b", {"return a >= b", "return a < b"}),
        (
            "a.g = b.g",
            {"pass", "a.g = b", "a.g = b.grad", "a.grad = b.g", "a.g = getattr(a, 'g', 0) + b.g", "b.g = b.g"},
        ),
        ("return torch.zeros(3, dtype=a.dtype)", {"return torch.zeros(3)", "return torch.zeros(4, dtype=a.dtype)"}),
        ("a += b", {"a -= b", "a = b", "a = a + b", "pass"}),
        ("return torch.einsum('ik,kj->ij', a, b)", {"return torch.einsum('ik,jk->ij', a, b)"}),
        ("return a[:, None]", {"return a[None, :]", "return a"}),
        ("return [a, b]", {"return [b, a]", "return [a]"}),
        ("assert a, b", {"assert a", "assert not a, b", "pass"}),
    ],
)
def test_a_line_is_changed_like_a_careless_error(line: str, expected: set[str]) -> None:
    """A mutant has one change; the examples here are a part of the changes tried."""
    assert expected - changes(f"def f(a, b):\n    {line}") == set()


def test_loops_and_classes_are_changed() -> None:
    """Iterations are left out, statements reordered, methods and bases dropped."""
    loop = [mutant.source for mutant in mutants("def f(n):\n    for i in range(n):\n        g(i)\n        h(i)")]
    assert "def f(n):\n    for i in list(range(n))[:-1]:\n        g(i)\n        h(i)" in loop
    assert "def f(n):\n    for i in range(n):\n        h(i)\n        g(i)" in loop
    made = [mutant.source for mutant in mutants("class A(B):\n\n    def f(self):\n        return 1")]
    assert {"class A:\n\n    def f(self):\n        return 1", "class A(B):\n    pass"} <= set(made)


@pytest.mark.parametrize("exercise", EXERCISES)
def test_mutants_are_programs_that_differ(exercise: str) -> None:
    """Mutants differ from the solution and from each other, also in their displayed form."""
    made = mutants_of(exercise)
    for mutant in made:
        compile(mutant.source, "mutant", "exec")
    assert len(made) >= 8
    assert [change for change, count in Counter(mutant.change for mutant in made).items() if count > 1] == []
    assert len({mutant.source for mutant in made}) == len(made)


def test_no_exercise_of_a_round_builds_on_another() -> None:
    """A wrong ``Module`` would be noticed by every class that is made from it."""
    names = exercises("05_modules")
    chosen = [(name, mutant) for name in names for mutant in mutants_of(name)[:3]]
    taken = list(in_rounds(chosen))

    assert Counter((name, round_[name].name) for round_ in taken for name in round_) == Counter(
        (name, mutant.change) for name, mutant in chosen
    )
    source = assignment("05_modules")
    assert [round_ for round_ in taken for name in round_ if source.builds_on[name] & round_.keys()] == []
    assert source.builds_on["Network"] == {"Module", "Linear", "ReLU", "MSE"}


def test_survivors_are_current_mutants_and_explained_once() -> None:
    """A rewritten solution leaves no outdated explanations behind."""
    seen = Counter((entry.exercise, change) for entry in explained() for change in entry.changes)
    made = {(name, mutant.change) for name in EXERCISES for mutant in mutants_of(name)}
    assert sorted(seen.keys() - made) == []
    assert [change for change, count in seen.items() if count > 1] == []
    assert [entry.exercise for entry in explained() if len(entry.why) < 20] == []


def test_the_page_equals_the_commands_output() -> None:
    """The page counts today's mutants, and lists every survivor."""
    assert REPORT.read_text("utf-8") == report()


def test_unexplained_survivors_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    """An explained mutant that now loses points is listed, too."""
    quiet, loud = (Mutant("a kind", "a", after, "") for after in ("b", "c"))
    monkeypatch.setattr(mutation, "explained_changes", lambda exercise: {loud.change})
    outcome = Outcome({"mse": 2}, {"mse": [quiet]})

    assert discrepancies(outcome, {"mse": {quiet.change, loud.change}}) == [
        f"mse: earns full marks: {quiet.change}",
        f"mse: is explained, and loses points: {loud.change}",
    ]


@pytest.mark.slow
@pytest.mark.parametrize("assignment", covered())
def test_a_sample_of_the_mutants_is_noticed(assignment: str, forkserver: ForkServer, tmp_path: Path) -> None:
    """The command ``python tests/course/mutants.py`` tries all of them."""
    chance = random.Random(assignment)
    names = exercises(assignment)
    chosen = [(name, mutant) for name in names for mutant in chance.sample(mutants_of(name), 2)]
    chance.shuffle(chosen)
    part = [(name, answer.mutant) for round_ in list(in_rounds(chosen))[:ROUNDS] for name, answer in round_.items()]
    outcome = Outcome()
    with MutantRunner(tmp_path, forkserver) as runner:
        runner.grade(part, outcome)
    graded: dict[str, set[str]] = {}
    for name, mutant in part:
        graded.setdefault(name, set()).add(mutant.change)
    assert discrepancies(outcome, graded) == []
