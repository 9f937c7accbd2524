"""Recording of a class while it is being graded.

nbgrader's bookkeeping runs in its own thread, while the judge waits for student code.
"""

from __future__ import annotations

import queue
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from foundations.config import Course

if TYPE_CHECKING:
    from foundations.report.model import Graded

#: Seconds for which a Python thread may make another wait; longer ones would delay replies of student code.
_SWITCH_S = 0.0005
#: Reports recorded at once. After Ctrl-C, a run waits for at most this many, a tenth of a second each.
_MAX_BATCH = 8


class GradebookRecorder:
    """A recorder that passes finished reports to nbgrader as they come.

    When the ``with`` block ends, all reports are recorded, also if the run was stopped half-way. Ctrl-C while they are
    being recorded leaves out those not yet begun.

    Args:
        course: whose gradebook and ``autograded/`` are written.
        assignment: of all reports.
        submitted: the folder laid out ``<student>/<assignment>/<assignment>.ipynb``.
    """

    def __init__(self, course: Course, assignment: str, submitted: Path) -> None:
        self._course = course
        self._assignment = assignment
        self._submitted = submitted
        self._finished: queue.SimpleQueue[tuple[str, Graded] | None] = queue.SimpleQueue()
        #: Reports that are not recorded yet because the gradebook was busy.
        self._waiting: dict[str, Graded] = {}
        self._stopping, self._ended = threading.Event(), threading.Event()
        self._unusable: BaseException | None = None
        self._error: BaseException | None = None
        self._failed: BaseException | None = None
        #: Students whose reports are in the gradebook.
        self.students: set[str] = set()
        #: Sentences about problems of submissions, for the instructor.
        self.notes: list[str] = []
        # A daemon, because after an interrupt at a bad moment Python would wait for the thread.
        self._thread = threading.Thread(target=self._work, name="recording", daemon=True)

    def __enter__(self) -> GradebookRecorder:
        self._switch_s = sys.getswitchinterval()
        sys.setswitchinterval(_SWITCH_S)
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._finished.put(None)
        stopped: KeyboardInterrupt | None = None
        while not self._ended.is_set():  # not join: if interrupted, it takes the thread for ended (Python 3.11)
            try:
                self._ended.wait()
            except KeyboardInterrupt as error:  # the batch that is being recorded is finished first
                stopped = error
                self._stopping.set()
        self._thread.join()
        sys.setswitchinterval(self._switch_s)
        if stopped is not None:
            raise stopped

    def add(self, student: str, graded: Graded) -> None:
        """Record the report of ``student`` soon.

        Raises:
            CourseError: the gradebook cannot be used at all, so that grading can stop before the class is finished.
        """
        if self._unusable is not None:
            raise self._unusable
        self._finished.put((student, graded))

    def check(self) -> None:
        """Check that all reports were recorded, after the end of the ``with`` block.

        Raises:
            CourseError: nbgrader failed.
        """
        if (error := self._unusable or self._error or self._failed) is not None:
            raise error

    def _work(self) -> None:
        try:
            self._record_all()
        finally:
            self._ended.set()

    def _record_all(self) -> None:
        try:
            # nbgrader takes a second to import, which would delay the first student.
            from foundations.gradebook import store as gradebook

            gradebook.enter_assignment(self._course, self._assignment)
        except BaseException as error:
            self._unusable = error
            return
        while (batch := self._next_batch()) and not self._stopping.is_set():
            self._record(self._waiting | batch)
        if self._waiting and not self._stopping.is_set():
            self._record(self._waiting)  # the gradebook may no longer be busy

    def _record(self, batch: dict[str, Graded]) -> None:
        from foundations.gradebook import store as gradebook

        recorded = gradebook.Recorded()
        self._error = None  # the reports that it was about are in this batch
        try:
            gradebook.record(self._course, batch, self._assignment, self._submitted, into=recorded)
        except gradebook.NotRecorded as error:  # the other reports are recorded
            self._failed = self._failed or error
        except BaseException as error:
            self._error = error
        self.students |= recorded.students
        self.notes += recorded.notes
        done = recorded.students | recorded.failed.keys()
        self._waiting = {student: graded for student, graded in batch.items() if student not in done}

    def _next_batch(self) -> dict[str, Graded]:
        """Return the reports that are finished by now, at least one; empty after the last report."""
        batch: dict[str, Graded] = {}
        while not batch or (len(batch) < _MAX_BATCH and not self._finished.empty()):
            if (finished := self._finished.get()) is None:
                self._finished.put(None)  # the next batch is empty
                break
            student, graded = finished
            batch[student] = graded
        return batch
