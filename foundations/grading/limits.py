"""The limits that apply to each exercise of an assignment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from foundations.config import Course, Limits
from foundations.notebooks.source import read_released
from foundations.notebooks.submission import GradedCell


@dataclass(frozen=True)
class ExerciseLimits:
    """The limits of an assignment and of its exercises.

    Attributes:
        general: the assignment's limits.
        own: the limits of exercises that differ from ``general``, by exercise.
    """

    general: Limits
    own: Mapping[str, Limits] = field(default_factory=dict)

    @classmethod
    def of_course(cls, course: Course, assignment: str) -> ExerciseLimits:
        """Read the limits from the course's settings.

        Raises:
            CourseError: the settings name an exercise that the assignment does not have, or a limit is wrong.
        """
        cells = read_released(course.notebook(assignment)).cells
        exercises = [cell.grade_id for cell in cells if cell.automatic]
        course.check_exercises(assignment, exercises)
        general = course.limits(assignment)
        limits = {exercise: course.limits(assignment, exercise) for exercise in exercises}
        return cls(general, {exercise: own for exercise, own in limits.items() if own != general})

    def of(self, exercise: str) -> Limits:
        """Return the limits of ``exercise``."""
        return self.own.get(exercise, self.general)

    def of_cells(self, graded: Iterable[GradedCell]) -> dict[int, Limits]:
        """Return the limits of solution and graded cells that differ from the assignment's, by index."""
        return {
            index: self.own[cell.exercise]
            for cell in graded
            if cell.exercise in self.own
            for index in (cell.solution_index, cell.index)
            if index is not None
        }

    def to_json(self) -> dict[str, float]:
        """Return all limits by name; an exercise's own limit has the name ``<exercise>.<limit>``."""
        general = self.general.to_json()
        own = {
            f"{exercise}.{name}": value
            for exercise, limits in self.own.items()
            for name, value in limits.to_json().items()
            if value != general[name]
        }
        return general | own
