"""The judge in a process of a pool, which grades one task after the other."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from dataclasses import dataclass, field, replace
from multiprocessing import util
from pathlib import Path

from foundations.batch.snapshot import Archive, unpack
from foundations.batch.tasks import Task
from foundations.config import Course
from foundations.errors import CourseError
from foundations.grading.grader import Grader
from foundations.report import failures
from foundations.report.model import Graded
from foundations.session.forkserver import ForkServer

#: The beginning of the names of folders with courses; the number of the process that made the folder follows.
_FOLDER = "foundations-course-"


@dataclass(frozen=True)
class Answer:
    """The result of a task.

    Attributes:
        graded: the report and the notebook; ``None`` if the judge does not know the task's course.
        trace: the traceback of an exception that this package did not raise on purpose; else empty.
    """

    graded: Graded | None
    trace: str = ""


@dataclass
class Judge:
    """Grades the tasks of any course that it has got.

    Attributes:
        forkserver: forks the student processes.
        courses: the known courses, by the digest that tasks name them by.
    """

    forkserver: ForkServer
    courses: dict[str, Course] = field(default_factory=dict)
    _graders: dict[tuple[object, ...], Grader] = field(default_factory=dict)
    _folder: Path | None = None

    def learn(self, digest: str, archive: Archive) -> None:
        """Unpack a course into a folder that only this user may enter, and that is removed at the end."""
        if digest in self.courses:
            return  # two tasks in a row asked for it
        if self._folder is None:
            _remove_abandoned()
            self._folder = Path(tempfile.mkdtemp(prefix=f"{_FOLDER}{os.getpid()}-"))
            util.Finalize(None, self.forget, exitpriority=10)  # a process of a pool runs no functions of atexit
        self.courses[digest] = unpack(archive, self._folder / digest)

    def forget(self) -> None:
        """Remove the files of courses that were unpacked."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def grade(self, task: Task, seed: int) -> Answer:
        """Grade one task. An exception of any class becomes its report, so that the others are graded.

        Raises:
            CourseError: the whole course cannot be graded.
            KeyboardInterrupt: Ctrl-C was pressed.
        """
        if task.course not in self.courses:
            return Answer(None)
        try:
            return Answer(self._grader(task).grade_task(task.handed, task.student, seed, task.decisions))
        except (CourseError, KeyboardInterrupt):
            raise
        except BaseException as error:  # SystemExit and pytest's outcomes do not derive from Exception
            report = failures.report_of(error, task.assignment, task.student)
            return Answer(Graded(report, None), failures.trace_of(error))

    def close(self) -> None:
        """End the processes of this judge, except the fork server."""
        for grader in self._graders.values():
            grader.close()

    def _grader(self, task: Task) -> Grader:
        options = replace(task.options, seed=None)
        key = (task.course, task.assignment, options)
        if key not in self._graders:
            self._graders[key] = Grader(
                self.courses[task.course],
                task.assignment,
                feedback=options.feedback,
                unsafe=options.unsafe,
                forkserver=self.forkserver,
            )
        return self._graders[key]


def _remove_abandoned() -> None:
    """Remove the folders of judges that were killed: they hold hidden tests."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_FOLDER}*"):
        with contextlib.suppress(ValueError):
            if not _is_running(int(folder.name.removeprefix(_FOLDER).partition("-")[0])):
                shutil.rmtree(folder, ignore_errors=True)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # another user's
        pass
    return True
