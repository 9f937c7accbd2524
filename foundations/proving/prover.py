"""The proof of one assignment: its static part, then solutions, stubs, mistakes, right answers and mutants, graded."""

from __future__ import annotations

import contextlib
import random
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Protocol

import nbformat

from foundations.config import Course, nearest
from foundations.errors import CourseError
from foundations.grading.faults import Fault
from foundations.grading.grader import Part
from foundations.grading.misconceptions import Misconception, load_bank
from foundations.proving import verdicts
from foundations.proving.answers import Answer
from foundations.proving.mistakes import as_answer
from foundations.proving.orphans import BANK
from foundations.proving.results import ExerciseProof, Proof
from foundations.proving.rounds import rounds
from foundations.proving.source import SourceAssignment
from foundations.proving.static import faults_of
from foundations.proving.survivors import MutantAnswer, mutants_of, read_explained, survivor, unnoticed
from foundations.proving.trials import SEED, Trial, Trials, opened
from foundations.proving.trimming import solutions, trimmed
from foundations.session.forkserver import ForkServer

#: Seconds on the clock for the mutants of one exercise, unless all are tried.
MUTANTS_S = 2.0


class Progress(Protocol):
    """Shows how far a proof is."""

    def begin(self, activity: str, total: int | None) -> None:
        """Start an activity of ``total`` steps; ``None`` if their number is unknown."""

    def step(self) -> None:
        """Finish one step of the activity."""


@dataclass(frozen=True)
class Extent:
    """How much is proved.

    Attributes:
        exercise: this exercise alone; ``None``: all of the assignment.
        all_mutants: try every mutant; otherwise as many as fit into ``mutants_s`` for each exercise.
    """

    exercise: str | None = None
    all_mutants: bool = False
    mutants_s: float = MUTANTS_S


def prove(course: Course, assignment: str, extent: Extent, forkserver: ForkServer, progress: Progress) -> Proof:
    """Prove one assignment, or one of its exercises. Answers are tried only if the static part finds no fault.

    Raises:
        CourseError: the assignment or exercise does not exist, or its notebook is broken.
    """
    start = time.monotonic()
    source = SourceAssignment.read(course, assignment)
    names = _chosen(source, extent.exercise)
    proof = Proof(assignment, [ExerciseProof(name, source.exercise(name).points) for name in names])
    progress.begin("reading", None)
    proof.faults += faults_of(source, extent.exercise)
    if proof.proved:
        _Prover(source, proof, extent, forkserver, progress).run()
    proof.wall_s = time.monotonic() - start
    return proof


def _chosen(source: SourceAssignment, exercise: str | None) -> list[str]:
    if exercise is None:
        return source.names
    if exercise not in source.names:
        hint = nearest(exercise, source.names) or f"; its exercises are: {', '.join(source.names) or 'none'}"
        raise CourseError(f"assignment {source.name!r} has no exercise {exercise!r}{hint}", slug="unknown-exercise")
    return [exercise]


@dataclass
class _Prover:
    """Grades the answers to the exercises of ``proof``, and records the results in it."""

    source: SourceAssignment
    proof: Proof
    extent: Extent
    forkserver: ForkServer
    progress: Progress
    #: Exercises whose solution earns everything; the others are not tried further.
    sound: list[str] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        return [entry.name for entry in self.proof.exercises]

    @cached_property
    def mistakes(self) -> list[Answer]:
        path = self.source.course.graders / self.source.name / BANK
        return [as_answer(mistake, path, self.source.bound) for mistake in self.known.values()]

    @cached_property
    def known(self) -> dict[str, Misconception]:
        """The known mistakes in the exercises that are tried, by id."""
        bank = load_bank(self.source.course.graders / self.source.name)
        return {mistake.id: mistake for mistake in bank.misconceptions if mistake.exercise in self.names}

    @cached_property
    def right(self) -> list[Answer]:
        return [answer for name in self.names for answer in self.source.right_answers(name)]

    def run(self) -> None:
        """Try everything."""
        with contextlib.ExitStack() as stack:
            trials = self._trials(stack)
            self._begin_with_counts()
            self._try_mistakes(trials)
            self._try_right_answers(trials)
            self._try_mutants(trials)

    # ------------------------------------------------------------------------------------------- solutions and stubs

    def _trials(self, stack: contextlib.ExitStack) -> Trials:
        """Grade solutions and stubs; return trials whose notebook is trimmed, if the solutions pass in that form, too.

        A whole assignment is graded in its whole notebook first.
        """
        whole = None if self.extent.exercise else self._open(stack, self.source.notebook)
        if whole:
            self._try_solutions(whole)
        short = self._open(stack, trimmed(self.source, [*self.mistakes, *self.right]))
        if whole is None:
            before = self._solutions(short)
            if all(trial.full for trial in before.values()):
                self._try_solutions(short)
                return short
            whole = self._open(stack, self.source.notebook)
            self._try_solutions(whole)
        again = self._solutions(short)
        return short if all(again[name].full and again[name].refused is None for name in self.sound) else whole

    def _open(self, stack: contextlib.ExitStack, notebook: nbformat.NotebookNode) -> Trials:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        return stack.enter_context(opened(self.source, notebook, folder, self.forkserver))

    def _solutions(self, trials: Trials) -> dict[str, Trial]:
        return trials.grade_cells(solutions(self.source), Part(frozenset(self.names), SEED))

    def _try_solutions(self, trials: Trials) -> None:
        self.progress.begin("solutions and stubs", 2)
        for name, trial in self._solutions(trials).items():
            self.proof.of(name).earned = trial.exercise.score
            if fault := verdicts.of_solution(self.source, name, trial):
                self.proof.faults.append(fault)
            else:
                self.sound.append(name)
        self.progress.step()
        for name, trial in trials.stubs(self.names).items():
            if fault := verdicts.of_stub(self.source, name, trial):
                self.proof.faults.append(fault)
        self.progress.step()

    # ------------------------------------------------------------------------------------------------------ answers

    def _begin_with_counts(self) -> None:
        for entry in self.proof.exercises:
            entry.mistakes = sum(mistake.exercise == entry.name for mistake in self.mistakes)
            entry.right = sum(answer.exercise == entry.name for answer in self.right)
            if not entry.right:
                text = f"no right answer to {entry.name!r} is tried; write some in right/right_{entry.name}.py"
                self.proof.remarks.append(
                    Fault(text, self.source.course.graders / self.source.name, exercise=entry.name)
                )

    def _try_mistakes(self, trials: Trials) -> None:
        unrefused: dict[str, int] = {}
        for mistake, trial, fault in self._tried(
            trials,
            "mistakes",
            self.mistakes,
            lambda mistake, trial: verdicts.of_mistake(mistake, trial, self._kin(mistake)),
        ):
            unrefused[mistake.exercise] = unrefused.get(mistake.exercise, 0) + (trial.refused is None)
            if fault:
                self.proof.faults.append(fault)
            else:
                self.proof.of(mistake.exercise).caught += 1
        for name, count in unrefused.items():
            if count == self.proof.of(name).mistakes:
                exercise = self.source.exercise(name)
                text = f"the visible check of {name!r} accepts every known mistake ({count})"
                self.proof.remarks.append(Fault(text, self.source.path, 1, exercise.check_cell + 1, name))

    def _kin(self, mistake: Answer) -> set[str]:
        """Return the id of ``mistake``, and those of the exercise's other mistakes of the same kind."""
        own = set(self.known[mistake.name].kinds)
        return {mistake.name} | {other.name for other in self.mistakes if own & set(self.known[other.name].kinds)}

    def _try_right_answers(self, trials: Trials) -> None:
        for answer, _, fault in self._tried(trials, "right answers", self.right, verdicts.of_right):
            if fault:
                self.proof.faults.append(fault)
            else:
                self.proof.of(answer.exercise).accepted += 1

    def _tried(
        self,
        trials: Trials,
        activity: str,
        answers: Iterable[Answer],
        judge: Callable[[Answer, Trial], Fault | None],
    ) -> Iterator[tuple[Answer, Trial, Fault | None]]:
        """Yield each answer with its result and its fault. An answer with a fault is tried again, alone."""
        packed = list(rounds((answer for answer in answers if answer.exercise in self.sound), self.source.clash))
        self.progress.begin(activity, len(packed))
        for together in packed:
            for name, trial in trials.grade(together).items():
                answer, fault = together[name], judge(together[name], trial)
                if fault and len(together) > 1:
                    alone = trials.grade({name: answer})[name]
                    yield answer, alone, judge(answer, alone)
                else:
                    yield answer, trial, fault
            self.progress.step()

    # ------------------------------------------------------------------------------------------------------ mutants

    def _try_mutants(self, trials: Trials) -> None:
        explained = read_explained(self.source.course)
        deadline = time.monotonic() + self.extent.mutants_s * len(self.sound)
        packed = self._packed_mutants()
        self.progress.begin("mutants", len(packed))
        for together in packed:
            if time.monotonic() > deadline and not self.extent.all_mutants:
                break
            for name in together:
                self.proof.of(name).tried += 1
            for answer, results in unnoticed(trials, together):
                self.proof.of(answer.exercise).survivors.append(survivor(self.source, answer, explained))
                self._compare_with_visible(answer, results)
            self.progress.step()

    def _packed_mutants(self) -> list[dict[str, MutantAnswer]]:
        """Return the mutants in rounds; without ``all_mutants``, in an order that makes the first ones a sample."""
        made: list[MutantAnswer] = []
        for name in self.sound:
            own = mutants_of(self.source, name)
            self.proof.of(name).mutants = len(own)
            made += own if self.extent.all_mutants else random.Random(name).sample(own, len(own))
        return list(rounds(made, self.source.clash, evenly=not self.extent.all_mutants))

    def _compare_with_visible(self, answer: MutantAnswer, results: list[Trial]) -> None:
        """Record the fault of a visible check that refuses a mutant which the hidden checks accept."""
        refusals = [result.refused for result in results if result.refused]
        if not refusals or not all(result.full for result in results):
            return
        exercise = self.source.exercise(answer.exercise)
        text = (
            f"the visible check of {exercise.name!r} refuses a change of the solution that the hidden checks accept, "
            f"{answer.mutant.change!r}: {refusals[0]}"
        )
        self.proof.faults.append(Fault(text, self.source.path, 1, exercise.check_cell + 1, exercise.name))
