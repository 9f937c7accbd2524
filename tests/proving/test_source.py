"""An assignment is read with its exercises, and the exercises that depend on others."""

from __future__ import annotations

from pathlib import Path

import builders
import pytest
from proved_course import make_course, source

from foundations.proving.source import SourceAssignment, exercise_of_file


@pytest.fixture
def read(tmp_path: Path) -> SourceAssignment:
    notebook = source()
    builders.cell(notebook, "triple-solution").source = builders.TRIPLE.replace("3 * x", "double(x) + x")
    return SourceAssignment.read(make_course(tmp_path, notebook), "course")


def test_exercises_have_solution_points_and_grader(read: SourceAssignment) -> None:
    """The answer graded by hand is not among them, and marks are not part of a solution."""
    assert [(exercise.name, exercise.points) for exercise in read.exercises] == [("double", 5), ("triple", 4)]
    assert read.exercise("triple").solution == "def triple(x):\n    # about 1 line\n    return double(x) + x"
    assert read.exercise("double").grader == read.course.graders / "course" / "test_double.py"


def test_an_exercise_depends_on_those_that_its_solution_uses(read: SourceAssignment) -> None:
    """The two clash in either order."""
    assert read.builds_on == {"double": frozenset(), "triple": {"double"}}
    assert (read.clash("double", "triple"), read.clash("triple", "double")) == (True, True)


def test_an_exercise_depends_on_those_that_its_grader_names(tmp_path: Path) -> None:
    """A hidden test may look another exercise up by its name."""
    course = make_course(tmp_path)
    grader = course.graders / "course" / "test_double.py"
    grader.write_text(grader.read_text() + 'def twice(names):\n    return names["triple"]\n')
    own = SourceAssignment.read(course, "course")
    assert own.depends_on == {"double": {"triple"}, "triple": frozenset()}


def test_the_name_in_files_is_that_of_the_grader(tmp_path: Path) -> None:
    """``EXERCISE`` in a grader names its exercise."""
    course = make_course(tmp_path)
    folder = course.graders / "course"
    (folder / "test_double.py").rename(folder / "test_twice.py")
    (folder / "test_twice.py").write_text("\nEXERCISE = 'double'\n" + (folder / "test_twice.py").read_text())
    (folder / "right" / "right_double.py").rename(folder / "right" / "right_twice.py")
    own = SourceAssignment.read(course, "course")
    assert exercise_of_file(folder / "test_twice.py") == ("double", 2)
    assert [answer.name for answer in own.right_answers("double")] == ["a sum", "a helper"]
