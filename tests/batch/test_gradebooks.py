"""A gradebook or folder that cannot be written is one sentence, and costs no other submission."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pytest
from course_builder import NAME, checks, course_with_gradebook, graded, put
from nbgrader_warnings import NBGRADER_WARNINGS

from foundations.errors import CourseError
from foundations.gradebook.store import NotRecorded, scores

pytestmark = NBGRADER_WARNINGS


def _older(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.execute("ALTER TABLE student DROP COLUMN lms_user_id")


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]), "is damaged"),
        (lambda path: path.write_bytes(b"not a database" * 99), "is damaged"),
        (lambda path: path.write_bytes(b""), "is an empty file"),
        (lambda path: (path.unlink(), path.mkdir()), "cannot be written"),
        (_older, "`nbgrader db upgrade`"),
    ],
    ids=["truncated", "something else", "empty", "a folder", "older"],
)
def test_a_gradebook_that_cannot_be_used_is_one_sentence(tmp_path_factory, tmp_path, damage, words):
    """The sentence names the file, the cause and the next step, and the file stays as it is."""
    course = course_with_gradebook(tmp_path_factory, tmp_path)
    put(course, s01=graded("s01"))
    book = course.root / "gradebook.db"
    damage(book)
    before = book.read_bytes() if book.is_file() else None
    with pytest.raises(CourseError, match=words) as refused:
        put(course, s01=graded("s01", checks("fail")))

    assert f"the gradebook {book} " in str(refused.value)
    assert "\n" not in str(refused.value)
    assert (book.read_bytes() if book.is_file() else None) == before


def test_a_folder_that_cannot_be_written_concerns_one_student(tmp_path_factory, tmp_path):
    """The others are recorded, and the sentence names the student and the cause."""
    course = course_with_gradebook(tmp_path_factory, tmp_path)
    (course.root / "autograded").mkdir()
    (course.root / "autograded" / "s02").write_text("a file instead of a folder")
    with pytest.raises(NotRecorded, match=r"1 of 3 submissions .*'s02': ") as refused:
        put(course, s01=graded("s01"), s02=graded("s02"), s03=graded("s03"))

    assert "correct the causes and grade these submissions again; the others are recorded" in str(refused.value)
    assert {name: scores(course, NAME)[name]["double"][0] for name in ("s01", "s03")} == {"s01": 5.0, "s03": 5.0}
