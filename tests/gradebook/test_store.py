"""nbgrader's commands and settings on a course of this package."""

from __future__ import annotations

import contextlib
import csv
import os
import sqlite3
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
    gradebook,
    graded,
    hand_in,
    make_course,
    put,
    unreadable,
)
from nbgrader.apps.api import NbGraderAPI
from nbgrader_warnings import NBGRADER_WARNINGS

from foundations.config import Course
from foundations.errors import CourseError
from foundations.gradebook.store import SETTINGS, beside_python, course_directory, enter_assignment, scores, settings

pytestmark = NBGRADER_WARNINGS


def test_configuration_file_and_package_agree() -> None:
    """The file at the root has the package's default settings, as dotted names and without imports."""
    assigned: dict[str, dict[str, Any]] = {}

    class Section:
        name: str

        def __init__(self, name: str) -> None:
            object.__setattr__(self, "name", name)

        def __setattr__(self, key: str, value: Any) -> None:
            assigned.setdefault(self.name, {})[key] = value

    class Recorder:
        def __getattr__(self, name: str) -> Section:
            return Section(name)

    text = (ROOT / "nbgrader_config.py").read_text()
    before = os.environ["PATH"]
    try:
        exec(compile(text, "nbgrader_config.py", "exec"), {"get_config": Recorder})
    finally:
        os.environ["PATH"] = before
    assert assigned == SETTINGS
    assert "import foundations" not in text


def test_course_without_configuration_file(course: Course) -> None:
    """The package's default settings are enough."""
    (course.root / "nbgrader_config.py").unlink()
    assert put(course, s01=graded("s01"))["s01"]["double"] == (5.0, 5.0, False)


def test_broken_configuration_file_is_a_course_error(course: Course) -> None:
    """nbgrader would log it and continue with stock scoring."""
    (course.root / "nbgrader_config.py").write_text("c = get_config(\n")
    with pytest.raises(CourseError, match=r"nbgrader_config.py of .* cannot be used"):
        put(course, s01=graded("s01"))


def test_reading_scores_makes_no_gradebook(tmp_path: Path) -> None:
    """A course without a gradebook has no scores."""
    course = make_course(tmp_path)
    assert scores(course, NAME) == {}
    assert not (tmp_path / "gradebook.db").exists()


def tables(path: Path) -> dict[str, int]:
    """Return the number of rows of each table."""
    with contextlib.closing(sqlite3.connect(path)) as database:
        names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: database.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names}


def test_interrupt_while_the_gradebook_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It leaves no gradebook, and the next run makes a whole one with a version, which half of one would never get."""
    course = make_course(tmp_path)

    def stop(*arguments: object) -> None:
        os.rename(next(tmp_path.glob("gradebook.db.new-*")), tmp_path / "gradebook.db.new-4000000000")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, "link", stop)
        with pytest.raises(KeyboardInterrupt):
            enter_assignment(course, NAME)
    assert [path.name for path in tmp_path.glob("gradebook.db*")] == ["gradebook.db.new-4000000000"]

    enter_assignment(course, NAME)

    assert [path.name for path in tmp_path.glob("gradebook.db*")] == ["gradebook.db"]
    rows = tables(tmp_path / "gradebook.db")
    assert (rows["alembic_version"], rows["grade_cells"], rows["solution_cells"]) == (1, 3, 3)


def test_a_gradebook_made_meanwhile_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two runs may begin at the same time on a new course."""
    course = make_course(tmp_path)
    linked = os.link

    def late(new: Path, path: Path) -> None:
        linked(new, path)
        marked = sqlite3.connect(path)
        with contextlib.closing(marked), marked:
            marked.execute("CREATE TABLE mine (x)")
        linked(new, path)

    monkeypatch.setattr(os, "link", late)
    enter_assignment(course, NAME)
    assert "mine" in tables(tmp_path / "gradebook.db")
    assert len(list(tmp_path.glob("gradebook.db*"))) == 1


def test_without_hard_links_the_gradebook_is_renamed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some file systems have no hard links."""

    def refuse(*arguments: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    enter_assignment(make_course(tmp_path), NAME)
    assert [path.name for path in tmp_path.glob("gradebook.db*")] == ["gradebook.db"]


@pytest.mark.parametrize("kind", ["solution_cells", "source_cells"])
def test_interrupt_while_the_assignment_is_entered(course: Course, kind: str) -> None:
    """The next run adds the missing cells; the graded ones come first, and without the others comments are lost."""
    path = course.root / "gradebook.db"
    before = tables(path)
    with gradebook(course) as book:
        for cell in getattr(book.find_notebook(NAME, NAME), kind)[1:]:
            book.db.delete(cell)
        book.db.commit()
    assert tables(path) != before

    enter_assignment(course, NAME)

    assert tables(path) == before


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
    assert rows == {"s01": ("6.5", "12.0"), "s02": ("", "12.0")}
    nbgrader("generate_feedback", NAME)
    assert "foundations-checks" in (course.root / "feedback" / "s01" / NAME / f"{NAME}.html").read_text()
    assert "not graded yet" in (course.root / "feedback" / "s02" / NAME / f"{NAME}.html").read_text()
    assert "failed" in nbgrader("validate", f"release/{NAME}/{NAME}.ipynb").lower()


def test_formgraders_interface_lists_submissions_that_wait_for_a_person(course: Course) -> None:
    """The formgrader's pages show graded students, and those who wait for a person."""
    hand_in(course.root / "submitted", {"s01": builders.answered(), "s02": builders.answered()})
    put(course, s01=graded("s01"), s02=unreadable("s02", "empty"))
    config = settings(course)
    with beside_python():
        api = NbGraderAPI(coursedir=course_directory(course, config), config=config)
        assert api.get_autograded_students(NAME) == {"s01", "s02"}
        submissions = {submission["student"]: submission for submission in api.get_submissions(NAME)}
    assert [submissions[name]["needs_manual_grade"] for name in ("s01", "s02")] == [True, True]
    assert [submissions[name]["score"] for name in ("s01", "s02")] == [9.0, 0.0]
