"""The grading of the submissions of one assignment, with its progress, its records and its files."""

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
from foundations.batch.run import Run
from foundations.batch.snapshot import Snapshot
from foundations.batch.tasks import Options, Task, secret_of
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
        json_dir: gets a file for each report; ``None``: no such files.
        log_json: gets a line for each event of the run.
    """

    options: Options = field(default_factory=Options)
    workers: int | None = None
    scheduler: str | None = None
    force: bool = False
    gradebook: bool = True
    json_dir: Path | None = None
    log_json: Path | None = None


@dataclass
class Class:
    """The submissions of one assignment, and their results so far.

    Attributes:
        course: the course.
        assignment: its name.
        submissions: those to grade.
        recorder: writes to the gradebook; ``None`` if it stays as it is.
    """

    course: Course
    assignment: str
    submissions: Sequence[Found]
    recorder: GradebookRecorder | None = None
    _done: dict[str, tuple[Task, Report]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._snapshot = Snapshot.of(self.course, [self.assignment])
        #: The digest of all files and settings that its reports depend on.
        self.digest = self._snapshot.digest

    @property
    def reports(self) -> list[Report]:
        """The reports so far, in the order of the submissions."""
        return [report for _, report in self.results]

    @property
    def results(self) -> list[tuple[Task, Report]]:
        """The same, each with its task."""
        return [self._done[found.student] for found in self.submissions if found.student in self._done]

    @property
    def recorded(self) -> int:
        """The number of submissions in the gradebook."""
        return len(self.recorder.students) if self.recorder else 0

    def grade(self, judges: Judges, way: Way, err: Console, show_trace: Callable[[str], None]) -> None:
        """Grade the submissions and record each report as it comes.

        Args:
            judges: grade them.
            way: how, and where the results go.
            err: shows the progress.
            show_trace: is called with the traceback of an exception that this package did not raise on purpose.

        Raises:
            CourseError: the whole course cannot be graded, or a report cannot be written.
            KeyboardInterrupt: Ctrl-C was pressed.
        """
        folder = JsonFolder(way.json_dir) if way.json_dir else None
        progress = Progress(len(self.submissions), f"grading {self.assignment}")
        in_folder = {found.student for found in self.submissions if found.folder}
        recorded, tasks = RecordedResults(self.course, self.assignment), []
        with self._recording(way) as self.recorder, displayed(progress, err, way.log_json) as display:
            run = Run(
                judges,
                judges.workers,
                secret_of(self.course.root),
                lambda task: self._snapshot.archive(),
                cache=Cache(),
                renew=way.force,
                look=display.look,
                show_trace=show_trace,
            )
            for finished in run.grade(self._tasks(way.options)):
                report = finished.graded.report
                self._done[report.submission] = finished.task, report
                display.add(finished)
                if folder:
                    folder.add(report)
                if self.recorder is None or report.submission not in in_folder:
                    continue
                tasks.append(finished.task)
                if finished.kept and recorded.has(finished.task):
                    self.recorder.students.add(report.submission)
                else:
                    self.recorder.add(report.submission, finished.graded)
        if self.recorder:
            recorded.add(task for task in tasks if task.student in self.recorder.students)

    def _tasks(self, options: Options) -> Iterator[Task]:
        limits, declared = self.course.limits(self.assignment), self.course.files(self.assignment)
        for found in self.submissions:
            handed = HandedIn.read(found.path, declared, limits)
            made = tuple(reviews.decisions(self.course.root, self.assignment, found.student))
            yield Task(self.assignment, found.student, handed, made, self.digest, options)

    def _recording(self, way: Way) -> contextlib.AbstractContextManager[GradebookRecorder | None]:
        """Return the recorder of the submitted folder, or ``None`` in its place if the gradebook stays as it is."""
        folder = self.submissions[0].folder
        if folder is None or not way.gradebook:
            return contextlib.nullcontext()
        from foundations.gradebook.recorder import GradebookRecorder

        return GradebookRecorder(self.course, self.assignment, folder)


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
