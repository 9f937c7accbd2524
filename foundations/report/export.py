"""Reports as files: JSON for programs, JUnit for CI."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from foundations.errors import CourseError
from foundations.plain import clean, plain_values
from foundations.report.model import LOST, NOT_CREDITABLE, Exercise, Report
from foundations.report.notices import sentence

#: A file name has at most 255 bytes, including the suffix.
_MAX_NAME_BYTES = 200


def write_json(path: Path, reports: Sequence[Report]) -> None:
    """Write one report as an object, or several as a list, to ``path``."""
    documents = [plain_values(report.to_json()) for report in reports]
    _write(path, json.dumps(documents[0] if len(documents) == 1 else documents, indent=2, ensure_ascii=False) + "\n")


class JsonFolder:
    """A folder with one file for each report, written when the report comes.

    A file is complete or does not exist. If two names give the same file, the later one gets a number.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._taken: set[str] = set()

    def add(self, report: Report) -> None:
        """Write ``report`` to its own file, and replace the file of an earlier run.

        Raises:
            CourseError: the file cannot be written.
        """
        name = safe = _safe_name(report.submission)
        number = 1
        while name.casefold() in self._taken:
            number += 1
            name = f"{safe}-{number}"
        self._taken.add(name.casefold())
        path = self._folder / f"{name}.json"
        new = self._folder / f".{name}.json.new"
        write_json(new, [report])
        try:
            os.replace(new, path)
        except OSError as error:
            new.unlink(missing_ok=True)
            raise CourseError(f"{path} cannot be written: {error.strerror}", slug="output") from error


def write_junit(path: Path, reports: Sequence[Report]) -> None:
    """Write all reports as JUnit XML: a suite for each submission, a case for each check.

    Undecided checks are errors, not failures.
    """
    from junitparser import JUnitXml

    document = JUnitXml("foundations")
    for report in reports:
        document.add_testsuite(_suite(report))
    document.update_statistics()
    _make_room(path)
    try:
        document.write(str(path), pretty=True)
    except OSError as error:
        raise CourseError(f"{path} cannot be written: {error.strerror}", slug="output") from error


def _suite(report: Report) -> Any:
    from junitparser import Error, TestCase, TestSuite

    name = f"{report.assignment}/{clean(report.submission)}"
    suite = TestSuite(name if report.creditable else f"{name} ({NOT_CREDITABLE})")
    for key, value in (("score", report.score), ("max_score", report.max_score), ("verdict", report.verdict)):
        suite.add_property(key, "" if value is None else str(value))
    suite.add_property("creditable", str(report.creditable).lower())
    suite.add_property("review", str(len(report.review)))
    for number, review in enumerate(report.review, 1):
        suite.add_property(f"review.{number}", sentence(review))
    for exercise in report.exercises:
        suite.add_testcases(_cases(report, exercise))
    if not report.exercises:
        case = TestCase(report.assignment, classname=f"{report.assignment}.{clean(report.submission)}")
        case.result = [Error(clean(report.why_ungraded() or ""), "ungraded")]
        suite.add_testcase(case)
    return suite


def _cases(report: Report, exercise: Exercise) -> list[Any]:
    from junitparser import Error, Failure, TestCase

    cases = []
    for check in exercise.checks:
        case = TestCase(clean(check.name), classname=f"{report.assignment}.{exercise.id}")
        if check.outcome in LOST:
            kind = "wrong" if check.outcome == "fail" else check.outcome
            case.result = [Failure(clean(check.text), clean(check.misconception or kind))]
        elif check.outcome != "pass":
            case.result = [Error(clean(check.message), check.outcome)]
        cases.append(case)
    return cases


def _safe_name(student: str) -> str:
    """Return a file name for a student's name, which may have any character that a file system allows."""
    name = re.sub(r"[^\w.@+-]", "_", student).lstrip(".")
    return name.encode()[:_MAX_NAME_BYTES].decode("utf-8", "ignore") or "_"


def _write(path: Path, text: str) -> None:
    _make_room(path)
    try:
        path.write_bytes(text.encode("utf-8", "backslashreplace"))  # in JSON, half a character is an escape
    except OSError as error:
        raise CourseError(f"{path} cannot be written: {error.strerror}", slug="output") from error


def _make_room(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CourseError(f"{path.parent} cannot be created: {error.strerror}", slug="output") from error
