"""The grading of several submissions in turn. No submission ends the run, and each report is written at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from foundations.errors import CourseError
from foundations.gradebook.recorder import GradebookRecorder
from foundations.grading.grader import Graded, Grader
from foundations.notebooks.discovery import Found
from foundations.report import failures
from foundations.report.export import JsonFolder
from foundations.report.model import Report


def grade_one(grader: Grader, submission: Found, show_trace: Callable[[str], None]) -> Graded:
    """Grade one submission. An exception of any class becomes its report, so that the others are graded.

    Args:
        show_trace: is called with the traceback of an exception that this package did not raise on purpose.

    Raises:
        CourseError: the whole course cannot be graded.
        KeyboardInterrupt: Ctrl-C was pressed.
    """
    try:
        return grader.grade(submission.path, submission.student)
    except (CourseError, KeyboardInterrupt):
        raise
    except BaseException as error:  # SystemExit and pytest's outcomes do not derive from Exception
        if trace := failures.trace_of(error):
            show_trace(trace)
        return Graded(failures.report_of(error, grader.assignment, submission.student), None)


class Run:
    """The grading of a class, and its progress.

    Args:
        grader: grades each submission.
        recorder: gets each report that the gradebook can hold; ``None``: the gradebook stays as it is.
        json_dir: gets each report as a file, at once.
        show_trace: is called with the traceback of each fault of this package.

    Attributes:
        reports: the reports so far.
    """

    def __init__(
        self,
        grader: Grader,
        recorder: GradebookRecorder | None,
        json_dir: Path | None = None,
        show_trace: Callable[[str], None] = lambda trace: None,
    ) -> None:
        self.reports: list[Report] = []
        self._grader = grader
        self._recorder = recorder
        self._folder = JsonFolder(json_dir) if json_dir else None
        self._show_trace = show_trace

    def grade(self, submissions: Iterable[Found]) -> None:
        """Grade ``submissions``, and add each report to :attr:`reports`.

        Raises:
            CourseError: the whole course cannot be graded, or a report cannot be written.
            KeyboardInterrupt: Ctrl-C was pressed.
        """
        for submission in submissions:
            graded = grade_one(self._grader, submission, self._show_trace)
            self.reports.append(graded.report)
            if self._folder:
                self._folder.add(graded.report)
            if self._recorder and submission.folder:
                self._recorder.add(submission.student, graded)


def stopped(
    reports: Sequence[Report], total: int, recorder: GradebookRecorder | None, written: Sequence[Path | None]
) -> str:
    """Return one line on the results that are kept of a run that was stopped.

    Args:
        reports: the reports of the submissions that were graded.
        total: the number of submissions.
        recorder: the recorder, which has ended; ``None``: the gradebook stays as it was.
        written: files and folders that the reports were written to.
    """
    paths = " and ".join(str(path) for path in written if path)
    if recorder:
        kept = f"{len(recorder.students)} of {total} submissions are graded and recorded"
    elif paths:
        kept = f"{len(reports)} of {total} submissions are graded, and their reports are in {paths}"
    else:
        kept = (
            f"{len(reports)} of {total} submissions were graded, but no report is kept, because no file was asked for"
        )
    return f"Stopped. {kept}; run the same command again to grade the rest."
