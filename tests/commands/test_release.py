"""``foundations release --check`` compares release/ and solutions/ with source/, and writes no file."""

from __future__ import annotations

import io
from pathlib import Path

import builders
import pytest
from course_builder import NAME
from proved_course import make_course
from proved_course import source as made_source
from rich.console import Console

from foundations.commands.release import release
from foundations.config import Course
from foundations.errors import CourseError
from foundations.release.build import generate, solution_version

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return make_course(tmp_path / "root")


def check(course: Course) -> str:
    printed = io.StringIO()
    release(course, NAME, Console(width=150, file=printed), Console(quiet=True), check_only=True)
    return printed.getvalue()


def test_missing_notebooks_are_one_error(course: Course) -> None:
    """The error names the command that makes them, and the check makes no folder."""
    with pytest.raises(CourseError, match=f"run `foundations release {NAME}`"):
        check(course)
    assert not (course.root / "release").exists()


def test_notebooks_that_agree_with_the_source_are_one_line(course: Course) -> None:
    """The line names the assignment. After a change of the source, the check fails instead."""
    generate(course, NAME, course.root / "release")
    solution = solution_version(course, NAME)
    for number, cell in enumerate((cell for cell in solution.cells if cell.cell_type == "code"), 1):
        cell.execution_count = number
    builders.write(solution, course.root / "solutions" / NAME / f"{NAME}.ipynb")
    assert check(course).startswith(f"  {NAME}: release/ and solutions/ agree with source/")
    source = made_source()
    builders.cell(source, "triple").source = "assert triple(torch.tensor(3)) == 9"
    builders.write(source, course.root / "source" / NAME / f"{NAME}.ipynb")
    with pytest.raises(CourseError, match=rf"^{NAME}: .* differs from source/ in its source: run ") as refused:
        check(course)
    assert refused.value.slug == "drift"
