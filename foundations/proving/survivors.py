"""Mutants of the solutions that earn full marks: ``graders/survivors.toml`` may explain why they should."""

from __future__ import annotations

import ast
import difflib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from foundations.config import Course
from foundations.errors import CourseError
from foundations.proving.answers import Answer
from foundations.proving.mutating import Mutant, mutants, without_docstrings
from foundations.proving.results import Survivor
from foundations.proving.source import SourceAssignment
from foundations.proving.trials import SEED, Trial, Trials

FILE = "survivors.toml"
#: A mutant must earn full marks on the inputs of these seeds as well, to be called a survivor.
MORE_SEEDS = (1, 9 * 10**15)


@dataclass(frozen=True)
class Explained:
    """The reason why mutants of ``exercise`` rightly earn full marks. ``changes`` are their names."""

    exercise: str
    changes: tuple[str, ...]
    why: str


def read_explained(course: Course) -> tuple[Explained, ...]:
    """Read ``graders/survivors.toml``; empty if the file does not exist.

    Raises:
        CourseError: the file is not TOML, or an entry lacks a part.
    """
    path = course.graders / FILE
    try:
        entries = tomllib.loads(path.read_text("utf-8"))["survivors"]
        return tuple(
            Explained(entry["exercise"], tuple(entry["changes"]), " ".join(entry["why"].split())) for entry in entries
        )
    except FileNotFoundError:
        return ()
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, LookupError, TypeError, AttributeError) as error:
        raise CourseError(
            f"{path} is not a list of survivors: {type(error).__name__}: {error}; each [[survivors]] needs exercise, "
            "changes and why",
            slug="survivors",
        ) from error


@dataclass(frozen=True)
class MutantAnswer:
    """A mutant as an answer to its exercise."""

    exercise: str
    mutant: Mutant

    @property
    def name(self) -> str:
        return self.mutant.change


def mutants_of(source: SourceAssignment, exercise: str) -> list[MutantAnswer]:
    """Return the mutants of the instructor's solution of ``exercise``, in the order of its lines."""
    return [MutantAnswer(exercise, mutant) for mutant in mutants(source.exercise(exercise).solution)]


def survivor(source: SourceAssignment, answer: MutantAnswer, explained: tuple[Explained, ...]) -> Survivor:
    """Describe a mutant that earned full marks."""
    mutant = answer.mutant
    before = ast.unparse(without_docstrings(ast.parse(source.exercise(answer.exercise).solution)))
    lines = difflib.unified_diff(before.splitlines(), mutant.source.splitlines(), lineterm="", n=1)
    diff = "\n".join(line for line in lines if not line.startswith(("---", "+++", "@@")))
    reasons = [entry.why for entry in explained if entry.exercise == answer.exercise and mutant.change in entry.changes]
    return Survivor(answer.exercise, mutant.kind, mutant.change, diff, " ".join(reasons))


def unnoticed(trials: Trials, together: Mapping[str, MutantAnswer]) -> Iterator[tuple[MutantAnswer, list[Trial]]]:
    """Grade a round of mutants; yield those that earn full marks, or have no verdict, on the inputs of all seeds.

    Yields:
        The mutant, and its result for each seed.
    """
    for name, trial in _graded(trials, together, SEED).items():
        results = [trial]
        for seed in MORE_SEEDS:
            if _noticed(results[-1]):
                break
            results.append(_graded(trials, {name: together[name]}, seed)[name])
        if not _noticed(results[-1]):
            yield together[name], results


def _graded(trials: Trials, together: Mapping[str, MutantAnswer], seed: int) -> dict[str, Trial]:
    """Grade mutants without a search for the known mistake behind each: the search changes no score."""
    answers = {name: Answer(name, answer.name, (answer.mutant.source,)) for name, answer in together.items()}
    return trials.grade(answers, seed=seed, names=False)


def _noticed(trial: Trial) -> bool:
    return trial.reason is None and trial.exercise.score is not None and not trial.full
