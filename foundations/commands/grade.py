"""The command ``foundations grade``: grade submissions, record them, and write the files that were asked for.

The modules that grade take seconds to import. They are imported within :func:`grade`, while the fork server starts.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from foundations.config import Course, Feedback
from foundations.errors import Stopped
from foundations.notebooks.discovery import Found, find_submissions
from foundations.plain import clean, plain
from foundations.session import forkserver

if TYPE_CHECKING:
    from foundations.gradebook.recorder import GradebookRecorder
    from foundations.report.model import Report

_UNSAFE = (
    "student code is not confined: it can read and change all files that you can. The scores of this run are not "
    "creditable."
)
_REVIEW = "run `foundations review`"
_REVIEW_UNRECORDED = "the reports of --json and --json-dir list the findings under `review`"


@dataclass(frozen=True)
class Options:
    """The options of a run: how it grades, and which files it writes.

    Args:
        feedback: how much messages reveal; ``None``: the course's setting.
        seed: the seed of the hidden inputs, taken from a report; ``None``: a new one.
        unsafe: grade even if student code cannot be confined.
        rerun_all: run every cell in full; ``None``: the course's setting.
        gradebook: record the scores in the course's gradebook.
        json_file: gets all reports; ``None``: no such file. The same holds for the other two.
        json_dir: gets a file for each report.
        junit: gets all reports as JUnit XML.
    """

    feedback: Feedback | None = None
    seed: int | None = None
    unsafe: bool = False
    rerun_all: bool | None = None
    gradebook: bool = True
    json_file: Path | None = None
    json_dir: Path | None = None
    junit: Path | None = None

    @property
    def files(self) -> list[Path]:
        """The files and the folder that reports are written to."""
        return [path for path in (self.json_file, self.json_dir, self.junit) if path]


def grade(course: Course, assignment: str, path: Path, options: Options, *, out: Console, err: Console) -> int:
    """Grade the notebook or the folder of submissions at ``path``, and print a table of the scores.

    Returns:
        The exit code of the command.

    Raises:
        CourseError: the assignment, a path, the graders or the gradebook cannot be used.
        Stopped: Ctrl-C was pressed. The reports that were finished are written.
    """
    course.notebook(assignment)  # raises for an unknown name, before anything starts
    submissions = find_submissions(path, assignment)
    if options.unsafe:
        _print(err, f"foundations: {_UNSAFE}")
    reports: list[Report] = []
    recorder: GradebookRecorder | None = None
    try:
        with forkserver.ForkServer(unsafe=options.unsafe) as server:  # it starts while this process imports
            from foundations.batch.run import Run
            from foundations.grading import grader as grading
            from foundations.report import console

            with (
                grading.Grader(
                    course,
                    assignment,
                    feedback=options.feedback,
                    seed=options.seed,
                    unsafe=options.unsafe,
                    rerun_all=options.rerun_all,
                    forkserver=server,
                ) as grader,
                _recorder(course, assignment, submissions, options) as recorder,
                contextlib.closing(console.progress(submissions, err)) as shown,
            ):
                run = Run(grader, recorder, options.json_dir, lambda trace: _show_trace(trace, err))
                reports = run.reports
                run.grade(shown)
    except KeyboardInterrupt as error:
        from foundations.batch.run import stopped

        raise Stopped(stopped(reports, len(submissions), recorder, options.files)) from error
    finally:
        if reports:
            _write(reports, options)
    if len(reports) == 1 and not path.is_dir():
        console.show_checks(reports[0], out)
    console.show_class(reports, out, _REVIEW if recorder else _REVIEW_UNRECORDED)
    for file in options.files:
        _print(out, f"  written: {file}")
    if recorder:
        for note in recorder.notes:
            _print(err, f"  {note}")
        recorder.check()
        _show_records(course, submissions, out)
    elif options.gradebook:
        why = "the notebook is not in a folder <student>/<assignment>/, or the gradebook cannot hold that folder's name"
        _print(out, f"  gradebook: not changed, because {why}")
    return grading.exit_code(reports)


def _recorder(
    course: Course, assignment: str, submissions: Sequence[Found], options: Options
) -> contextlib.AbstractContextManager[GradebookRecorder | None]:
    """Return the recorder of the submitted folder, or ``None`` in its place if the gradebook stays as it is."""
    folder = submissions[0].folder
    if folder is None or not options.gradebook:
        return contextlib.nullcontext()
    from foundations.gradebook.recorder import GradebookRecorder

    return GradebookRecorder(course, assignment, folder)


def _write(reports: list[Report], options: Options) -> None:
    """Write the files that hold all reports, even if the run ended before all submissions were graded."""
    from foundations.report import export

    if options.json_file:
        export.write_json(options.json_file, reports)
    if options.junit:
        export.write_junit(options.junit, reports)


def _show_trace(trace: str, err: Console) -> None:
    lines = [clean(line) for line in trace.splitlines()]
    advice = "this submission is ungraded and the run continues; please report it with the lines above"
    for line in (*lines, f"foundations: our fault: {lines[-1]}; {advice}"):
        _print(err, line)


def _show_records(course: Course, submissions: Sequence[Found], out: Console) -> None:
    """Print the paths of the gradebook and the executed notebooks, and the students whom the gradebook lacks."""
    _print(out, f"  gradebook: {course.root / 'gradebook.db'}, executed notebooks: {course.root / 'autograded'}")
    why = "because the gradebook cannot hold the name of this folder; rename it and grade again"
    for submission in submissions:
        if submission.folder is None:
            _print(out, f"  not in the gradebook: {plain(submission.student)}, {why}")


def _print(console: Console, text: str) -> None:
    """Print ``text`` without wrapping, markup or colours: paths stay whole."""
    console.print(text, markup=False, highlight=False, soft_wrap=True)
