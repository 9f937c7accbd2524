"""Parts of an exercise without the others: graders, mistakes, batteries, right answers and kinds."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NoReturn

from foundations.analysis.torch_operations import ALL
from foundations.config import RIGHT, nearest
from foundations.errors import CourseError
from foundations.grading.faults import Fault, fault_of
from foundations.grading.hidden_tests import HiddenTests
from foundations.grading.kinds import read_kinds
from foundations.grading.misconceptions import Bank, Misconception
from foundations.grading.pytest_plugin import ExerciseRun, GradingPlugin
from foundations.grading.required import symptoms_of
from foundations.grading.rules import SCALARS
from foundations.proving.answers import read_answers, right_files
from foundations.proving.mistakes import line_of
from foundations.proving.source import SourceAssignment, exercise_of_file
from foundations.report.model import Exercise

BANK = "misconceptions.py"
_RULE = "rule: "


def grader_faults(source: SourceAssignment) -> Iterator[Fault]:
    """Yield graders that cannot be imported, have no exercise or no check, and exercises without a grader."""
    folder = source.course.graders / source.name
    for path in sorted(folder.glob("test_*.py")):
        name, line = exercise_of_file(path)
        if name not in source.names:
            yield _no_exercise(f"the grader is about {name!r}", name, source.names, path, line or 1)
    for exercise in source.exercises:
        if exercise.grader is None:
            text = f"exercise {exercise.name!r} has no hidden tests: write {folder.name}/test_{exercise.name}.py"
            yield Fault(text, source.path, 1, exercise.check_cell + 1, exercise.name)
    yield from _collected(source)


def _collected(source: SourceAssignment) -> Iterator[Fault]:
    """Import the hidden tests as grading does; yield the faults of their author."""
    runs = {
        exercise.name: ExerciseRun(Exercise(exercise.name, exercise.points), _never, _ignored)
        for exercise in source.exercises
        if exercise.grader is not None
    }
    plugin = GradingPlugin(runs, Bank(), "none")
    if runs:
        HiddenTests(source.course.graders, source.name).collect(plugin)
    yield from plugin.collection_errors


def _never() -> NoReturn:
    raise AssertionError("no hidden test runs while they are collected")


def _ignored(reason: str) -> None:
    """Accept a reason that a run would have got."""


def bank_faults(source: SourceAssignment, bank: Bank) -> Iterator[Fault]:
    """Yield mistakes and batteries without an exercise, unknown families of rules, and missing batteries."""
    path = source.course.graders / source.name / BANK
    symptoms = _Symptoms.of(source)
    without: set[str] = set()
    for mistake in bank.misconceptions:
        line = line_of(mistake, path)
        if mistake.exercise not in source.names:
            yield _no_exercise(
                f"{mistake.id!r} is a mistake in {mistake.exercise!r}", mistake.exercise, source.names, path, line
            )
            continue
        yield from _symptom_faults(mistake, symptoms, path, line)
        if not mistake.symptoms and mistake.exercise not in bank.batteries and mistake.exercise not in without:
            without.add(mistake.exercise)
            text = (
                f"exercise {mistake.exercise!r} has mistakes that show in values, as {mistake.id!r}, and no inputs on "
                f"which they differ; write a function with @battery({mistake.exercise!r})"
            )
            yield Fault(text, path, line, exercise=mistake.exercise)
    for exercise, battery in bank.batteries.items():
        if exercise not in source.names:
            line = battery.inputs.__code__.co_firstlineno if hasattr(battery.inputs, "__code__") else None
            yield _no_exercise(f"a battery is for {exercise!r}", exercise, source.names, path, line)


class _Symptoms:
    """The symptoms of rules that a grader of the assignment may report."""

    def __init__(self, whole: set[str], beginnings: set[str]) -> None:
        self._whole, self._beginnings = whole, tuple(beginnings)

    @classmethod
    def of(cls, source: SourceAssignment) -> _Symptoms:
        whole, beginnings = {_RULE + family for family in (*ALL, SCALARS, "threads")}, set()
        whole.update(symptom for family in ALL for symptom in symptoms_of(family))
        folder = source.course.graders / source.name
        for path in (*source.course.graders.glob("*.py"), *folder.glob("*.py")):
            if path.name != BANK:
                for node in ast.walk(_tree(path)):
                    match node:
                        case ast.Constant(value=str(text)) if text.startswith(_RULE):
                            whole.add(text)
                        case ast.JoinedStr(values=[ast.Constant(value=str(text)), *_]) if text.startswith(_RULE):
                            beginnings.add(text)
        return cls(whole - beginnings, beginnings)

    def know(self, symptom: str) -> bool:
        return symptom in self._whole or symptom.startswith(self._beginnings)


def _tree(path: Path) -> ast.Module:
    try:
        return ast.parse(path.read_text("utf-8"))
    except (SyntaxError, ValueError):
        return ast.Module([], [])


def _symptom_faults(mistake: Misconception, known: _Symptoms, path: Path, line: int | None) -> Iterator[Fault]:
    for symptom in mistake.symptoms:
        if symptom.startswith(_RULE) and not known.know(symptom):
            family = symptom.removeprefix(_RULE)
            text = (
                f"{mistake.id!r} has the symptom {symptom!r}, and {family!r} is neither a family of operations nor a "
                f"symptom that a grader of this assignment reports{nearest(family, ALL)}"
            )
            yield Fault(text, path, line, exercise=mistake.exercise)


def right_faults(source: SourceAssignment) -> Iterator[Fault]:
    """Yield files of right answers that belong to no exercise, or have no answer in them."""
    known = {source.in_file_names(name): name for name in source.names}
    for name, path in right_files(source.course, source.name).items():
        if name not in known:
            yield _no_exercise(f"the right answers are to {name!r}", name, known, path, 1)
        elif not read_answers(path, known[name]):
            text = "the file has no answer; begin each with a line '# %% its name'"
            yield Fault(text, path, 1, exercise=known[name])
    folder = source.course.graders / source.name / RIGHT
    for path in sorted(folder.glob("*")):
        if path.is_file() and path not in right_files(source.course, source.name).values():
            yield Fault("the file is not read; its name must be right_<exercise>.py", path)


def kind_faults(source: SourceAssignment, bank: Bank) -> Iterator[Fault]:
    """Yield mistakes whose kind has no sentence in ``kinds.toml``."""
    path = source.course.graders / source.name / BANK
    try:
        kinds = read_kinds(source.course)
    except CourseError as error:
        yield Fault(str(error), source.course.graders / "kinds.toml")
        return
    for mistake in bank.misconceptions:
        for number in sorted(set(mistake.kinds) - kinds.keys()):
            text = f"the mistake {mistake.id!r} is of kind {number}, which has no sentence in kinds.toml"
            yield Fault(text, path, line_of(mistake, path), exercise=mistake.exercise)


def case_faults(source: SourceAssignment, bank: Bank) -> Iterator[Fault]:
    """Yield names that differ in upper and lower case only, which some systems of files cannot keep apart."""
    path = source.course.graders / source.name / BANK
    files = {exercise.name: source.in_file_names(exercise.name) for exercise in source.exercises}
    for one, other in _alike(files.values()):
        names = [name for name, file in files.items() if file in (one, other)]
        cell = source.exercise(names[-1]).check_cell + 1
        text = (
            f"exercises {names[0]!r} and {names[-1]!r} differ in upper and lower case only, and so do their files; "
            f"rename one file, and write EXERCISE = {names[-1]!r} in it"
        )
        yield Fault(text, source.path, 1, cell, names[-1])
    lines = {mistake.id: line_of(mistake, path) for mistake in bank.misconceptions}
    for one, other in _alike(lines):
        yield Fault(
            f"mistakes {one!r} and {other!r} differ in upper and lower case only; rename one", path, lines[other]
        )


def _alike(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    seen: dict[str, str] = {}
    for name in names:
        before = seen.setdefault(name.casefold(), name)
        if before != name:
            yield before, name


def import_fault(error: CourseError, source: SourceAssignment) -> Fault:
    """Return the fault of a bank that could not be read."""
    return getattr(error, "fault", None) or fault_of(error, source.course.graders)


def _no_exercise(subject: str, name: str, known: Iterable[str], path: Path, line: int | None) -> Fault:
    names = list(known)
    hint = nearest(name, names) or f"; the notebook has: {', '.join(names) or 'none'}"
    return Fault(f"{subject}, which is not an exercise of the notebook{hint}", path, line)
