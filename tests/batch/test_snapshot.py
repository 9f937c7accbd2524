"""The digest of a course changes with every file that a grading reads, and an archive holds these files."""

import stat

import pytest
from course_builder import NAME, make_course
from hidden_tests import GRADER

from foundations.batch.snapshot import Snapshot, unpack
from foundations.config import Course
from foundations.errors import CourseError


@pytest.fixture
def course(tmp_path) -> Course:
    made = make_course(tmp_path / "root")
    (made.graders / NAME / "test_double.py").write_text(GRADER)
    (made.graders / "shared.py").write_text("ONE = 1\n")
    (made.graders / "other").mkdir()
    (made.graders / "other" / "test_it.py").write_text("")
    return made


@pytest.mark.parametrize("name", [f"graders/{NAME}/test_double.py", "graders/shared.py", f"source/{NAME}/{NAME}.ipynb"])
def test_a_change_of_a_file_gives_another_digest(course, name):
    """Also a file that hidden tests import."""
    before = Snapshot.of(course, [NAME]).digest
    path = course.root / name
    path.write_text(path.read_text() + "\n")
    assert Snapshot.of(course, [NAME]).digest != before


def test_a_change_of_settings_gives_another_digest(course):
    """They may change limits and messages."""
    before = Snapshot.of(course, [NAME]).digest
    assert Snapshot.of(Course(course.root, {"feedback": "full"}), [NAME]).digest != before


def test_other_files_do_not_count(course):
    """Neither another assignment's, nor those that Python and Jupyter make."""
    before = Snapshot.of(course, [NAME]).digest
    (course.graders / "other" / "test_it.py").write_text("1\n")
    for folder in ("__pycache__", ".ipynb_checkpoints"):
        (course.graders / NAME / folder).mkdir()
        (course.graders / NAME / folder / "x.py").write_text("1\n")
    (course.root / "submitted").mkdir()
    (course.root / "submitted" / "x").write_text("1\n")
    assert Snapshot.of(course, [NAME]).digest == before


def test_an_archive_becomes_the_same_course_in_a_private_folder(course, tmp_path):
    """No other user of the machine can read hidden tests."""
    snapshot = Snapshot.of(Course(course.root, {"feedback": "full"}), [NAME])
    made = unpack(snapshot.archive(), tmp_path / "unpacked")
    assert Snapshot.of(made, [NAME]).digest == snapshot.digest
    assert stat.S_IMODE(made.root.stat().st_mode) == 0o700


def test_an_unknown_assignment_is_one_sentence(course):
    """It suggests the nearest name."""
    with pytest.raises(CourseError, match="did you mean 'course'"):
        Snapshot.of(course, ["cours"])
