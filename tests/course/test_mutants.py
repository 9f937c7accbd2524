"""Right answers changed in one place lose points; and the program that changes them does what it says."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import mutants as mutation
import pytest
from grading import exercises
from mutants import (
    REPORT,
    MutantRunner,
    Outcome,
    complaints,
    covered,
    explained,
    in_rounds,
    mutants_of,
    report,
    stands_on,
)
from mutating import Mutant, mutants

from foundations.session.forkserver import ForkServer

#: Notebooks that the sample fills, of each assignment.
ROUNDS = 4
EXERCISES = [name for assignment in covered() for name in exercises(assignment)]


def changes(source: str) -> set[str]:
    """What became of the one line of ``source``."""
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
def test_a_line_is_changed_as_a_slip_of_the_hand_would(line: str, expected: set[str]) -> None:
    """One change at a time; what is here is a part of what is tried."""
    assert expected - changes(f"def f(a, b):\n    {line}") == set()


def test_loops_and_classes_are_changed() -> None:
    """Turns left out, statements in another order, methods and bases dropped."""
    loop = [mutant.source for mutant in mutants("def f(n):\n    for i in range(n):\n        g(i)\n        h(i)")]
    assert "def f(n):\n    for i in list(range(n))[:-1]:\n        g(i)\n        h(i)" in loop
    assert "def f(n):\n    for i in range(n):\n        h(i)\n        g(i)" in loop
    made = [mutant.source for mutant in mutants("class A(B):\n\n    def f(self):\n        return 1")]
    assert {"class A:\n\n    def f(self):\n        return 1", "class A(B):\n    pass"} <= set(made)


@pytest.mark.parametrize("exercise", EXERCISES)
def test_mutants_are_programs_that_differ(exercise: str) -> None:
    """From the solution and from each other, in what is shown of them as well."""
    made = mutants_of(exercise)
    for mutant in made:
        compile(mutant.source, "mutant", "exec")
    assert len(made) >= 8
    assert [change for change, count in Counter(mutant.change for mutant in made).items() if count > 1] == []
    assert len({mutant.source for mutant in made}) == len(made)


def test_a_round_holds_nothing_that_stands_on_something_else_in_it() -> None:
    """A wrong ``Module`` would be noticed by every class that is made from it."""
    names = exercises("05_modules")
    chosen = [(name, mutant) for name in names for mutant in mutants_of(name)[:3]]
    taken = list(in_rounds(chosen))

    assert Counter((name, one[name].change) for one in taken for name in one) == Counter(
        (name, mutant.change) for name, mutant in chosen
    )
    assert [one for one in taken for name in one if stands_on(name) & one.keys()] == []
    assert stands_on("Network") == {"Module", "Linear", "ReLU", "MSE"}


def test_survivors_are_mutants_of_today_and_are_explained_once() -> None:
    """A solution that is written anew leaves explanations of nothing behind."""
    seen = Counter((one.exercise, change) for one in explained() for change in one.changes)
    made = {(name, mutant.change) for name in EXERCISES for mutant in mutants_of(name)}
    assert sorted(seen.keys() - made) == []
    assert [change for change, count in seen.items() if count > 1] == []
    assert [one.exercise for one in explained() if len(one.why) < 20] == []


def test_the_page_is_what_the_command_writes() -> None:
    """Counts of the mutants there are today, and every survivor."""
    assert REPORT.read_text("utf-8") == report()


def test_who_survives_without_a_word_is_complained_about(monkeypatch: pytest.MonkeyPatch) -> None:
    """And who is explained, and loses points by now."""
    quiet, loud = (Mutant("a kind", "a", after, "") for after in ("b", "c"))
    monkeypatch.setattr(mutation, "explained_changes", lambda exercise: {loud.change})
    outcome = Outcome({"mse": 2}, {"mse": [quiet]})

    assert complaints(outcome, {"mse": {quiet.change, loud.change}}) == [
        f"mse: earns full marks: {quiet.change}",
        f"mse: is explained, and loses points: {loud.change}",
    ]


@pytest.mark.slow
@pytest.mark.parametrize("assignment", covered())
def test_a_sample_of_the_mutants_is_noticed(assignment: str, forkserver: ForkServer, tmp_path: Path) -> None:
    """The full number is the command's, ``python tests/course/mutants.py``."""
    chance = random.Random(assignment)
    names = exercises(assignment)
    chosen = [(name, mutant) for name in names for mutant in chance.sample(mutants_of(name), 2)]
    chance.shuffle(chosen)
    part = [(name, mutant) for one in list(in_rounds(chosen))[:ROUNDS] for name, mutant in one.items()]
    outcome = Outcome()
    MutantRunner(tmp_path, forkserver).grade(part, outcome)
    graded: dict[str, set[str]] = {}
    for name, mutant in part:
        graded.setdefault(name, set()).add(mutant.change)
    assert complaints(outcome, graded) == []
