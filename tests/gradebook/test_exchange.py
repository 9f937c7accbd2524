"""The exchange with nbgrader: time and secret of a submission, released feedback, exported grades."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import Any

import builders
import pytest
from course_builder import NAME, checks, gradebook, graded, hand_in, put, unreadable
from nbgrader.exchange.default import ExchangeReleaseFeedback
from nbgrader.plugins import CsvExportPlugin
from nbgrader.utils import notebook_hash
from nbgrader_warnings import NBGRADER_WARNINGS

from foundations.config import Course
from foundations.gradebook.gradesheet import COLUMNS, GradesCsv
from foundations.gradebook.receipts import SECRET
from foundations.gradebook.store import course_directory, feedback, settings

pytestmark = [
    *NBGRADER_WARNINGS,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

TIME = "2026-01-02 00:00:00.000000 UTC"


def collected(course: Course, student: str, secret: Any) -> None:
    """Write a submission as nbgrader collects it, with ``secret``: the content, or a function that makes the file."""
    hand_in(course.root / "submitted", {student: builders.answered()})
    folder = course.root / "submitted" / student / NAME
    (folder / "timestamp.txt").write_text(TIME)
    if secret is not None:
        (folder / SECRET).write_text(secret) if isinstance(secret, str) else secret(folder / SECRET)


def release_feedback(course: Course, exchange: Path) -> dict[str, str]:
    """Release feedback by nbgrader's own two steps, and return names and contents of the pages."""
    config = settings(course)
    config.Exchange.root = str(exchange)
    exchange.mkdir()
    exchange.chmod(0o777)
    feedback(course, NAME)
    coursedir = course_directory(course, config, NAME)
    ExchangeReleaseFeedback(coursedir=coursedir, config=config, authenticator=None).start()
    return {path.stem: path.read_text("utf-8") for path in (exchange / coursedir.course_id / "feedback").iterdir()}


def test_feedback_is_released_through_the_exchange(course: Course, tmp_path: Path) -> None:
    """Each page has a name that only its student can compute."""
    for student in ("s01", "s02"):
        collected(course, student, f"secret{student}" * 16)
    put(course, s01=graded("s01"), s02=graded("s02", checks("fail", message="a hint for s02")))
    pages = release_feedback(course, tmp_path / "exchange")
    names = {student: notebook_hash(secret=f"secret{student}" * 16, notebook_id=NAME) for student in ("s01", "s02")}

    assert set(pages) == set(names.values())
    assert "a hint for s02" in pages[names["s02"]]
    assert "a hint for s02" not in pages[names["s01"]]


@pytest.mark.parametrize(
    "secret",
    [
        lambda path: path.symlink_to("/etc/hostname"),
        os.mkdir,
        os.mkfifo,
        lambda path: path.write_bytes(b"x" * 1_000_000),
        lambda path: path.write_bytes(b"\xff\xfe\x00"),
        "",
        "two words",
    ],
    ids=["a link", "a folder", "a pipe", "huge", "bytes", "empty", "two words"],
)
def test_unusable_secret_leaves_the_others_their_feedback(course: Course, tmp_path: Path, secret: Any) -> None:
    """It is not followed, opened or copied, and its student's page has a random name."""
    collected(course, "s01", "secret" * 16)
    collected(course, "s02", secret)
    put(course, s01=graded("s01"), s02=graded("s02"))
    copied = course.root / "autograded" / "s02" / NAME / SECRET
    pages = release_feedback(course, tmp_path / "exchange")

    assert not copied.is_symlink()
    assert len(copied.read_text()) == 128
    assert notebook_hash(secret="secret" * 16, notebook_id=NAME) in pages
    assert len(pages) == 2


def test_a_submission_without_a_secret_has_none_afterwards(course: Course) -> None:
    """A class need not use nbgrader's exchange."""
    collected(course, "s01", None)
    put(course, s01=graded("s01"))
    assert not (course.root / "autograded" / "s01" / NAME / SECRET).exists()


# ----------------------------------------------------------------------------------------------------- the table


def exported(course: Course, tmp_path: Path, plugin: type[CsvExportPlugin] = GradesCsv, **more: Any) -> list[list[str]]:
    exporter = plugin(config=settings(course), **more)
    exporter.to = str(tmp_path / "grades.csv")
    with gradebook(course) as book:
        exporter.export(book)
    with open(exporter.to, newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def test_graded_submissions_are_exported_as_by_nbgrader(course: Course, tmp_path: Path) -> None:
    """The columns are the same and, for students with a score, the text too."""
    put(course, s01=graded("s01"), s02=graded("s02", checks("pass", "fail")))
    with gradebook(course) as book:
        book.add_student("s03", first_name="Zoë")
    rows = exported(course, tmp_path)

    assert rows == exported(course, tmp_path, CsvExportPlugin)
    assert rows[0] == list(COLUMNS)
    assert len(rows) == 4


@pytest.mark.parametrize("outcome", ["inconclusive", "fault"])
def test_ungraded_submissions_have_no_score(course: Course, tmp_path: Path, outcome: Any) -> None:
    """An unreadable notebook has none, and one with an undecided exercise has none until a person gives points."""
    put(course, s01=unreadable("s01", "empty"), s02=graded("s02", checks("pass", outcome)), s03=graded("s03"))
    with gradebook(course) as book:
        stored = book.find_submission_notebook(NAME, NAME, "s01")
        assert stored.score == 0.0
    rows = {row[3]: (row[7], row[9], row[10]) for row in exported(course, tmp_path)[1:]}
    assert rows == {"s01": ("", "", "12.0"), "s02": ("", "", "12.0"), "s03": ("9.0", "9.0", "12.0")}

    with gradebook(course) as book:
        book.find_grade("double", NAME, NAME, "s02").manual_score = 4.0
        book.db.commit()
    assert {row[3]: row[9] for row in exported(course, tmp_path)[1:]} == {"s01": "", "s02": "8.0", "s03": "9.0"}


def test_a_name_is_text_in_a_spreadsheet(course: Course, tmp_path: Path) -> None:
    """It is not a formula, and a comma in it does not move the columns."""
    put(course, **{"=1+1": graded("=1+1"), "@x": graded("@x"), "+a": graded("+a"), "-b": graded("-b")})
    with gradebook(course) as book:
        book.update_or_create_student("=1+1", last_name='O"Hara, Jr.', first_name="=cmd|' /C calc'!A0")
    rows = exported(course, tmp_path)[1:]

    assert sorted(row[3] for row in rows) == ["'+a", "'-b", "'=1+1", "'@x"]
    assert [row[4:6] for row in rows if row[4]] == [['O"Hara, Jr.', "'=cmd|' /C calc'!A0"]]
    assert {len(row) for row in rows} == {len(COLUMNS)}


def test_nbgraders_options_select_students_and_assignments(course: Course, tmp_path: Path) -> None:
    """The options ``student`` and ``assignment`` leave out all others."""
    put(course, s01=graded("s01"), s02=graded("s02"))
    assert [row[3] for row in exported(course, tmp_path, student=["s02"])[1:]] == ["s02"]
    assert exported(course, tmp_path, assignment=["another"])[1:] == []
