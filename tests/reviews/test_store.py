"""The file with findings and decisions is written in transactions, shared by processes, and made only if needed."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

from foundations.errors import CourseError
from foundations.report.model import Check, Decision, Exercise, Report, Review
from foundations.reviews import decisions, store

FINDING = Review("torch.atan2 = 'evil'\n", "torch is changed", ("double",), 3, 1)
DECISION = Decision(FINDING, ("double",), "ada", "2026-11-29T12:00:00+00:00", "same")


def report(student: str = "s01", *found: Review) -> Report:
    exercises = [Exercise("double", 5.0, [Check("value", "pass", 5.0, gate=True)])]
    return Report("course", student, exercises, review=list(found), limits={"a": 1.5}, fingerprint="same")


def test_a_report_comes_back_as_it_was_graded(tmp_path: Path) -> None:
    """It has its gates, findings and fingerprint, and no decisions."""
    settled = report("s01", FINDING)
    decisions.settle(settled, [DECISION], "review")
    store.remember(tmp_path, settled)
    with store.opened(tmp_path) as book:
        assert book.reports() == [report("s01", FINDING)]
        assert book.reports("course", "s01") == book.reports("course") == book.reports()
        assert book.reports("other") == book.reports("course", "s02") == []


def test_courses_without_findings_have_no_file(tmp_path: Path) -> None:
    """Recording and reading do not create it."""
    store.remember(tmp_path, report())
    assert store.decisions(tmp_path, "course", "s01") == []
    with store.opened(tmp_path) as book:
        assert book.reports() == []
    assert list(tmp_path.iterdir()) == []


def test_a_resubmission_without_findings_keeps_the_decision(tmp_path: Path) -> None:
    """The report is removed; the decision remains, because the first notebook may be submitted again."""
    store.remember(tmp_path, report("s01", FINDING))
    with store.opened(tmp_path, write=True) as book:
        book.decide("course", "s01", [DECISION])
    store.remember(tmp_path, report("s01"))
    with store.opened(tmp_path) as book:
        assert book.reports() == []
    assert store.decisions(tmp_path, "course", "s01") == [DECISION]
    assert store.decisions(tmp_path, "course", "s02") == []


def test_a_block_that_fails_writes_nothing(tmp_path: Path) -> None:
    """A decision that could not be written into the gradebook is not kept."""
    store.remember(tmp_path, report("s01", FINDING))

    def fail() -> None:
        with store.opened(tmp_path, write=True) as book:
            book.decide("course", "s01", [DECISION])
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert store.decisions(tmp_path, "course", "s01") == []


def test_an_empty_file_is_an_empty_database(tmp_path: Path) -> None:
    """A process that is stopped while it makes the file leaves an empty one."""
    (tmp_path / store.NAME).touch()
    assert store.decisions(tmp_path, "course", "s01") == []
    store.remember(tmp_path, report("s01", FINDING))
    with store.opened(tmp_path) as book:
        assert len(book.reports()) == 1


@pytest.mark.parametrize("content", ["damaged", "foreign", "later", "folder"])
def test_a_file_that_cannot_be_used_is_one_sentence(tmp_path: Path, content: str) -> None:
    """The sentence has the path, the cause, and the next step."""
    path = tmp_path / store.NAME
    if content == "folder":
        path.mkdir()
    elif content == "damaged":
        path.write_text("these are not the tables that you are looking for" * 100)
    else:
        statement = "CREATE TABLE mine (x)" if content == "foreign" else "PRAGMA user_version = 99"
        database = sqlite3.connect(path)
        database.execute(statement)
        database.close()
    with pytest.raises(CourseError, match=r"reviews\.db.*(restore it from a backup|update foundations)") as raised:
        store.decisions(tmp_path, "course", "s01")
    assert raised.value.slug == "reviews"
    assert "\n" not in str(raised.value)


def test_a_file_that_stays_busy_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error comes after the time of patience."""
    monkeypatch.setattr(store, "_PATIENCE_S", 0.01)
    with store.opened(tmp_path, write=True), pytest.raises(CourseError, match="database is locked"):
        store.remember(tmp_path, report("s01", FINDING))


def test_writers_wait_for_each_other(tmp_path: Path) -> None:
    """Grading records findings in one thread while decisions are made in another."""
    students = [f"s{number:02}" for number in range(12)]
    threads = [threading.Thread(target=store.remember, args=(tmp_path, report(name, FINDING))) for name in students]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.opened(tmp_path) as book:
        assert [each.submission for each in book.reports()] == students


def test_the_course_may_be_in_a_folder_of_any_name(tmp_path: Path) -> None:
    """The path may have characters with a meaning in SQLite's addresses."""
    folder = tmp_path / "a?b [x] %20 #1"
    folder.mkdir()
    store.remember(folder, report("s01", FINDING))
    assert [path.name for path in folder.iterdir()] == [store.NAME]
