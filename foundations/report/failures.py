"""Reports of submissions whose grading failed: no score, and one sentence about the cause."""

from __future__ import annotations

import traceback
from collections.abc import Sequence

from foundations.errors import CourseError, FoundationsError, InternalError
from foundations.report.model import Report

_MAX_CHARACTERS = 300


def report_of(error: BaseException, assignment: str, submission: str) -> Report:
    """Report a submission as ungraded because of ``error``, and blame whom the class of ``error`` blames."""
    report = Report(assignment, submission)
    if isinstance(error, FoundationsError):
        report.reason = f"not graded: {_one_line(error)}"
        report.fault = error.exit_code if error.exit_code >= CourseError.exit_code else 0
    else:
        report.reason = (
            f"not graded: grading failed with {_named(error)}{_place(error)}, which is a fault of this package and not "
            "of the submission; grade it again, and if it fails again, report the printed lines"
        )
        report.fault = InternalError.exit_code
    return report


def lost_twice(assignment: str, submission: str) -> Report:
    """Report a submission whose grading ended the grading process twice, so that it is the cause."""
    report = Report(assignment, submission)
    report.reason = (
        "not graded: the process that graded this notebook ended twice in the middle of it, and the others were graded "
        "by the same machine; look at its cells for one that takes up all memory, and grade it again"
    )
    return report


def exit_code(reports: Sequence[Report]) -> int:
    """Return the exit code of a run: the worst fault, else 1 if a submission is ungraded, else 0."""
    faults = max((report.fault for report in reports), default=0)
    return faults or int(any(report.verdict == "ungraded" for report in reports))


def trace_of(error: BaseException) -> str:
    """Return the traceback of an error that this package did not raise on purpose; empty for one that it did."""
    if isinstance(error, FoundationsError):
        return ""
    return "".join(traceback.format_exception(error, limit=-20))


def _named(error: BaseException) -> str:
    text = _one_line(error)
    return f"{type(error).__name__} ({text})" if text else type(error).__name__


def _one_line(error: BaseException) -> str:
    try:
        text = " ".join(str(error).split())
    except Exception:
        return ""
    return text if len(text) <= _MAX_CHARACTERS else f"{text[:_MAX_CHARACTERS]}…"


def _place(error: BaseException) -> str:
    """Return the line that raised the error, for readers who see the report and not the terminal."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f" in line {trace.tb_lineno} of {trace.tb_frame.f_code.co_filename.rpartition('/')[2]}" if trace else ""
