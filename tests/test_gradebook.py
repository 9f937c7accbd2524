"""nbgrader's commands and settings on a course of this package."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import builders
import pytest
from course_builder import (
    NAME,
    ROOT,
    checks,
    course_with_gradebook,
    graded,
    hand_in,
    make_course,
    put,
    unreadable,
)
from nbgrader.apps.api import NbGraderAPI

from foundations.config import Course
from foundations.errors import CourseError
from foundations.gradebook import SETTINGS, beside_python, course_directory, scores, settings

pytestmark = [
    # nbgrader's own: datetime.utcnow, names SQLAlchemy will drop.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning"),
]


@pytest.fixture
def course(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Course:
    return course_with_gradebook(tmp_path_factory, tmp_path)


def test_configuration_file_and_package_agree() -> None:
    """The file at the root repeats the settings that the package falls back to; both are only names."""
    told: dict[str, dict[str, Any]] = {}

    class Section:
        def __init__(self, name: str) -> None:
            object.__setattr__(self, "name", name)

        def __setattr__(self, key: str, value: Any) -> None:
            told.setdefault(self.name, {})[key] = value

    class Recorder:
        def __getattr__(self, name: str) -> Section:
            return Section(name)

    text = (ROOT / "nbgrader_config.py").read_text()
    before = os.environ["PATH"]
    try:
        exec(compile(text, "nbgrader_config.py", "exec"), {"get_config": Recorder})
    finally:
        os.environ["PATH"] = before
    assert told == SETTINGS
    assert "import foundations" not in text


def test_course_without_configuration_file(course: Course) -> None:
    """The package's own settings are enough."""
    (course.root / "nbgrader_config.py").unlink()
    assert put(course, s01=graded("s01"))["s01"]["double"] == (5.0, 5.0, False)


def test_broken_configuration_file_is_a_course_error(course: Course) -> None:
    """nbgrader itself would log it and go on with stock scoring."""
    (course.root / "nbgrader_config.py").write_text("c = get_config(\n")
    with pytest.raises(CourseError, match=r"nbgrader_config.py of .* cannot be used"):
        put(course, s01=graded("s01"))


def test_looking_makes_no_gradebook(tmp_path: Path) -> None:
    """Reading scores of a course that has none leaves nothing behind."""
    course = make_course(tmp_path)
    assert scores(course, NAME) == {}
    assert not (tmp_path / "gradebook.db").exists()


@pytest.mark.slow
def test_commands_of_nbgrader(tmp_path: Path) -> None:
    """generate_assignment, validate and export work from the course's root with the configuration file alone."""
    course = make_course(tmp_path)

    def nbgrader(*arguments: str) -> str:
        command = [sys.executable, "-m", "nbgrader", *arguments]
        environment = {**os.environ, "PATH": os.defpath}  # no venv activated
        done = subprocess.run(
            command, cwd=course.root, env=environment, capture_output=True, text=True, check=False, timeout=120
        )
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    nbgrader("generate_assignment", NAME)
    put(course, s01=graded("s01", checks("pass", "fail")), s02=unreadable("s02", "empty"))
    nbgrader("export")
    with (course.root / "grades.csv").open() as file:
        rows = {row["student_id"]: (row["score"], row["max_score"]) for row in csv.DictReader(file)}
    assert rows == {"s01": ("6.5", "12.0"), "s02": ("0.0", "12.0")}
    nbgrader("generate_feedback", NAME)
    assert "foundations-checks" in (course.root / "feedback" / "s01" / NAME / f"{NAME}.html").read_text()
    assert "not graded yet" in (course.root / "feedback" / "s02" / NAME / f"{NAME}.html").read_text()
    assert "failed" in nbgrader("validate", f"release/{NAME}/{NAME}.ipynb").lower()


def test_formgraders_interface_sees_what_needs_a_person(course: Course) -> None:
    """The counts behind the formgrader's pages: graded, and waiting for a person."""
    hand_in(course.root / "submitted", {"s01": builders.answered(), "s02": builders.answered()})
    put(course, s01=graded("s01"), s02=unreadable("s02", "empty"))
    config = settings(course)
    with beside_python():
        api = NbGraderAPI(coursedir=course_directory(course, config), config=config)
        assert api.get_autograded_students(NAME) == {"s01", "s02"}
        found = {each["student"]: each for each in api.get_submissions(NAME)}
    assert [found[name]["needs_manual_grade"] for name in ("s01", "s02")] == [True, True]
    assert [found[name]["score"] for name in ("s01", "s02")] == [9.0, 0.0]
