"""Hidden tests with weights become hidden tests with points, and stay the same otherwise."""

from pathlib import Path

import builders

from foundations.config import Course
from foundations.proving.weights import convert_weights, converted

WITH_WEIGHTS = '''
"""Hidden tests of é → ü."""

@check("größer", weight=2, gate=True)
def test_value(student): ...


@check(
    "same",
    tiebreaker="größer",
    weight=1,
)
def test_same(student): ...


@check("default")
def test_default(student, weight=3): ...
'''


def test_weights_become_points() -> None:
    """A missing weight counts as 1, and the points add up to the exercise's."""
    assert converted(WITH_WEIGHTS, 3) == (
        WITH_WEIGHTS.replace("weight=2", "points=1.5")
        .replace("weight=1", "points=0.8")
        .replace('"default"', '"default", points=0.7')
    )


def test_points_stay() -> None:
    """A file without weights is not changed, whether its checks have points or not."""
    source = WITH_WEIGHTS.replace("weight=", "points=")
    assert converted(source, 3) == source


def test_files_of_an_assignment_are_converted_once(tmp_path: Path) -> None:
    """The points are those of the exercise in the notebook; a second run changes no file."""
    builders.write(builders.source_notebook(), tmp_path / "source" / "course" / "course.ipynb")
    grader = tmp_path / "graders" / "course" / "test_double.py"
    grader.parent.mkdir(parents=True)
    grader.write_text('@check("a", weight=3)\ndef test_a(): ...\n\n\n@check("b")\ndef test_b(): ...\n')
    course = Course(tmp_path, {})
    assert convert_weights(course, "course") == [grader]
    assert grader.read_text().count("points=3.8") == grader.read_text().count("points=1.2") == 1
    assert convert_weights(course, "course") == []
