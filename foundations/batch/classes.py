"""The submissions of a class, by assignment, and their grading with its progress, its records and its files."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from foundations.batch import pool
from foundations.batch.cache import Cache
from foundations.batch.cluster import Cluster
from foundations.batch.pool import JudgeHere, JudgePool
from foundations.batch.progress import Progress, displayed
from foundations.batch.recorded import RecordedResults
from foundations.batch.run import Finished, Run
from foundations.batch.snapshot import Archive, Snapshot
from foundations.batch.tasks import Options, Origin, Task, secret_of
from foundations.config import Course
from foundations.notebooks.discovery import Found
from foundations.notebooks.handed_in import HandedIn
from foundations.report.export import JsonFolder
from foundations.report.model import Report
from foundations.reviews import store as reviews

if TYPE_CHECKING:
    from foundations.gradebook.recorder import GradebookRecorder


#: An executor, with the number of tasks that it works on at once as ``workers``.
Judges = JudgePool | JudgeHere | Cluster


@dataclass(frozen=True)
class Way:
    """How classes are graded, and where their results go.

    Attributes:
        options: the part that may change a report.
        workers: the number of judges; ``None``: one for each core; 0: one in this process.
        scheduler: the address of a Dask cluster, whose workers grade; ``None``: this machine does.
        force: grade also submissions that an earlier run has graded and that have not changed since.
        gradebook: record the scores in the course's gradebook.
        log_json: gets a line for each event of the run.
    """

    options: Options = field(default_factory=Options)
    workers: int | None = None
    scheduler: str | None = None
    force: bool = False
    gradebook: bool = True
    log_json: Path | None = None


@dataclass
class Class:
    """The submissions of one assignment, and their results so far.

    Attributes:
        course: the course.
        assignment: its name.
        submissions: those to grade.
        folder: gets a JSON file for each report; ``None``: no such files.
        recorded: the students whose results are in the gradebook.
    """

    course: Course
    assignment: str
    submissions: Sequence[Found]
    folder: Path | None = None
    recorded: set[str] = field(default_factory=set)
    _done: dict[str, tuple[Origin, Report]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._snapshot = Snapshot.of(self.course, [self.assignment])
        #: The digest of all files and settings that its reports depend on.
        self.digest = self._snapshot.digest
        self._files = JsonFolder(self.folder) if self.folder else None
        self._in_folder = {found.student for found in self.submissions if found.folder}

    @property
    def reports(self) -> list[Report]:
        """The reports so far, in the order of the submissions."""
        return [report for _, report in self.results]

    @property
    def results(self) -> list[tuple[Origin, Report]]:
        """The same, each with its origin."""
        return [self._done[found.student] for found in self.submissions if found.student in self._done]

    @property
    def submitted(self) -> Path | None:
        """The folder of the submissions; ``None`` if the gradebook can hold none of them."""
        return next((found.folder for found in self.submissions if found.folder), None)

    @property
    def is_complete(self) -> bool:
        """Whether all submissions have a report."""
        return len(self._done) == len(self.submissions)

    def tasks(self, options: Options) -> Iterator[Task]:
        """Return a task for each submission, read when it is needed."""
        limits, declared = self.course.limits(self.assignment), self.course.files(self.assignment)
        for found in self.submissions:
            handed = HandedIn.read(found.path, declared, limits)
            made = tuple(reviews.decisions(self.course.root, self.assignment, found.student))
            yield Task(self.assignment, found.student, handed, made, self.digest, options)

    def archive(self) -> Archive:
        """Return the files that a judge needs."""
        return self._snapshot.archive()

    def add(self, task: Task, report: Report) -> None:
        """Keep a report, and write its file.

        Raises:
            CourseError: the file cannot be written.
        """
        self._done[task.student] = task.origin, report
        if self._files:
            self._files.add(report)

    def can_record(self, student: str) -> bool:
        """Return whether the gradebook can hold the submission of ``student``."""
        return student in self._in_folder


class Grading:
    """The grading of classes of one course, all in one run.

    Args:
        classes: the submissions, by assignment. They get the results.
        way: how they are graded.
        complete: is called with an assignment whose reports are all recorded, in the thread that records.

    Attributes:
        recorder: writes to the gradebook; ``None`` if that stays as it is.
    """

    def __init__(
        self, classes: Sequence[Class], way: Way, complete: Callable[[str], None] = lambda assignment: None
    ) -> None:
        self._classes = {each.assignment: each for each in classes}
        self._way = way
        self._complete = complete
        self._marks = {each.assignment: RecordedResults(each.course, each.assignment) for each in classes}
        self.recorder: GradebookRecorder | None = None

    def run(self, judges: Judges, err: Console, show_trace: Callable[[str], None]) -> None:
        """Grade all submissions, and record each report as it comes.

        Args:
            judges: grade them.
            err: shows the progress.
            show_trace: is called with the traceback of an exception that this package did not raise on purpose.

        Raises:
            CourseError: the whole course cannot be graded, or a report cannot be written.
            KeyboardInterrupt: Ctrl-C was pressed.
        """
        classes = list(self._classes.values())
        names = f"grading {classes[0].assignment}" if len(classes) == 1 else f"grading {len(classes)} assignments"
        progress = Progress(sum(len(each.submissions) for each in classes), names)
        try:
            with self._recording() as self.recorder, displayed(progress, err, self._way.log_json) as display:
                run = Run(
                    judges,
                    judges.workers,
                    secret_of(classes[0].course.root),
                    lambda task: self._classes[task.assignment].archive(),
                    cache=Cache(),
                    renew=self._way.force,
                    look=display.look,
                    show_trace=show_trace,
                )
                for finished in run.grade(task for each in classes for task in each.tasks(self._way.options)):
                    display.add(finished)
                    self._add(finished)
        finally:
            self._remember()

    def _recording(self) -> contextlib.AbstractContextManager[GradebookRecorder | None]:
        """Return the recorder of the classes, or ``None`` in its place if the gradebook stays as it is."""
        folders = {each.assignment: each.submitted for each in self._classes.values() if each.submitted}
        if not folders or not self._way.gradebook:
            return contextlib.nullcontext()
        from foundations.gradebook.recorder import GradebookRecorder

        course = next(iter(self._classes.values())).course
        return GradebookRecorder(course, folders, self._complete)

    def _add(self, finished: Finished) -> None:
        """Keep a result in its class and, unless it is there already, in the gradebook."""
        task, report = finished.task, finished.graded.report
        its = self._classes[task.assignment]
        its.add(task, report)
        if self.recorder is None:
            return
        if its.can_record(task.student):
            if finished.kept and self._marks[task.assignment].has(task.origin):
                its.recorded.add(task.student)
            else:
                self.recorder.add(finished.graded)
        if its.is_complete:
            self.recorder.finish(task.assignment)

    def _remember(self) -> None:
        """Keep the digests of the recorded results, also of a run that was stopped."""
        if self.recorder is None:
            return
        for name, its in self._classes.items():
            its.recorded |= self.recorder.students[name]
            self._marks[name].add(origin for origin, _ in its.results if origin.student in its.recorded)


@contextlib.contextmanager
def judges(classes: Sequence[Class], way: Way) -> Iterator[Judges]:
    """Provide the judges of ``classes``; those in the middle of a task are killed if the block raises an exception."""
    made = _made(classes, way)
    try:
        yield made
    except BaseException:
        made.shutdown(wait=False, cancel_futures=True)
        raise
    made.shutdown()
    Cache().prune()


def _made(classes: Sequence[Class], way: Way) -> Judges:
    unsafe = way.options.unsafe
    if way.scheduler is not None:
        return Cluster(way.scheduler, unsafe=unsafe)
    known = {each.digest: each.course for each in classes}
    most = sum(len(each.submissions) for each in classes)
    workers = min(pool.cores() if way.workers is None else way.workers, most)
    return JudgePool(workers, known, unsafe=unsafe) if workers else JudgeHere(known, unsafe=unsafe)
