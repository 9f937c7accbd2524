"""Grading several submissions one after another. No submission ends the run, and each report is kept as it comes."""

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


def grade_one(grader: Grader, one: Found, tell: Callable[[str], None]) -> Graded:
    """Grade one submission. An exception of whatever class becomes its report, so that the others are graded.

    Args:
        tell: is called with the traceback of an exception that nobody raised on purpose.

    Raises:
        CourseError: the course as a whole cannot be graded.
        KeyboardInterrupt: somebody stopped the run.
    """
    try:
        return grader.grade(one.path, one.student)
    except (CourseError, KeyboardInterrupt):
        raise
    except BaseException as error:  # pytest's own outcomes and SystemExit are no Exceptions
        if trace := failures.trace_of(error):
            tell(trace)
        return Graded(failures.report_of(error, grader.assignment, one.student), None)


class Run:
    """The grading of a class, and how far it has come.

    Args:
        grader: grades each submission.
        recording: gets each report that can be in the gradebook; ``None``: there is none to write to.
        json_dir: gets each report as a file, at once.
        tell: is called with the traceback of each fault of this package.
    """

    def __init__(
        self,
        grader: Grader,
        recording: GradebookRecorder | None,
        json_dir: Path | None = None,
        tell: Callable[[str], None] = lambda trace: None,
    ) -> None:
        self.reports: list[Report] = []
        self._grader = grader
        self._recording = recording
        self._folder = JsonFolder(json_dir) if json_dir else None
        self._tell = tell

    def grade(self, found: Iterable[Found]) -> None:
        """Grade ``found``; :attr:`reports` grows with each.

        Raises:
            CourseError: the course as a whole cannot be graded, or nothing can be written.
            KeyboardInterrupt: somebody stopped the run.
        """
        for one in found:
            graded = grade_one(self._grader, one, self._tell)
            self.reports.append(graded.report)
            if self._folder:
                self._folder.add(graded.report)
            if self._recording and one.folder:
                self._recording.add(one.student, graded)


def stopped(
    reports: Sequence[Report], of: int, recording: GradebookRecorder | None, written: Sequence[Path | None]
) -> str:
    """What is kept of a run that somebody stopped, in one line.

    Args:
        reports: of the submissions that were graded.
        of: how many submissions there are.
        recording: the recording, which has ended; ``None``: the gradebook was left alone.
        written: files and folders that the reports were written to.
    """
    paths = " and ".join(str(path) for path in written if path)
    if recording:
        kept = f"{len(recording.students)} of {of} submissions are graded and recorded"
    elif paths:
        kept = f"{len(reports)} of {of} submissions are graded, and their reports are in {paths}"
    else:
        kept = f"{len(reports)} of {of} submissions were graded, and nothing of it is kept: no file was asked for"
    return f"Stopped. {kept}; run the same command again to grade the rest."
