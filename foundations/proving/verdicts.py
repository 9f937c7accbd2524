"""The verdict on one trial: whether a solution, stub, known mistake or right answer was graded as it should be."""

from __future__ import annotations

from collections.abc import Collection

from foundations.grading.faults import Fault
from foundations.proving.answers import Answer
from foundations.proving.source import SourceAssignment
from foundations.proving.trials import Trial


def of_solution(source: SourceAssignment, name: str, trial: Trial) -> Fault | None:
    """Return the fault of a solution that does not earn everything, or that its visible check refuses."""
    exercise = source.exercise(name)
    if not trial.full:
        earned = "has no score" if trial.exercise.score is None else f"earns {trial.exercise.score:g}"
        text = f"the SOLUTION of {name!r} {earned} of {exercise.points:g} points: {trial.lost()}"
    elif trial.refused is not None:
        text = f"the visible check of {name!r} refuses the solution: {trial.refused}"
    else:
        return None
    return Fault(text, source.path, 1, exercise.solution_cell + 1, name)


def of_stub(source: SourceAssignment, name: str, trial: Trial) -> Fault | None:
    """Return the fault of a released stub that earns points, or has no verdict."""
    if trial.reason is None and trial.exercise.score == 0:
        return None
    exercise = source.exercise(name)
    passed = [check.name for check in trial.exercise.checks if check.outcome == "pass"]
    why = f"it passes {passed[0]!r}; give the first check gate=True" if passed else trial.lost()
    points = "no score" if trial.exercise.score is None else f"{trial.exercise.score:g} points"
    return Fault(f"the released stub of {name!r} gets {points}: {why}", exercise.grader, 1, exercise=name)


def of_mistake(mistake: Answer, trial: Trial, accepted: Collection[str]) -> Fault | None:
    """Return the fault of a known mistake that loses no points, or is not named as itself or its kind.

    Args:
        mistake: the mistake as an answer.
        trial: its result.
        accepted: the ids under which it may be named.
    """
    named = {check.misconception for check in trial.failed if check.misconception}
    if trial.reason is not None or trial.exercise.score is None:
        text = f"the mistake {mistake.name!r} has no score: {trial.lost()}"
    elif trial.full:
        text = f"the mistake {mistake.name!r} earns all {trial.exercise.max_score:g} points"
    elif not named:
        text = f"the mistake {mistake.name!r} loses points, and no check names it: {trial.lost()}"
    elif strangers := sorted(named - set(accepted)):
        text = f"the mistake {mistake.name!r} is named {' and '.join(map(repr, strangers))}: {trial.lost()}"
    else:
        return None
    return Fault(text, mistake.path, mistake.line, exercise=mistake.exercise)


def of_right(answer: Answer, trial: Trial) -> Fault | None:
    """Return the fault of a right answer that loses points, or that the visible check refuses."""
    if not trial.full:
        earned = "has no score" if trial.exercise.score is None else f"earns {trial.exercise.score:g}"
        text = f"the right answer {answer.name!r} {earned} of {trial.exercise.max_score:g} points: {trial.lost()}"
        if trial.reason is None and trial.refused is None:
            text += " (the visible check accepts it)"
    elif trial.refused is not None:
        text = f"the visible check refuses the right answer {answer.name!r}, which earns all points: {trial.refused}"
    else:
        return None
    return Fault(text, answer.path, answer.line, exercise=answer.exercise)
