"""Recording a class while it is being graded: nbgrader's bookkeeping happens in a thread of its own, during the time in
which the judge waits for student code.
"""

from __future__ import annotations

import queue
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from foundations.config import Course

if TYPE_CHECKING:
    from foundations.grading.grader import Graded

#: Seconds for which a thread of Python may make another wait: replies of student code should not lie about for long.
_SWITCH_S = 0.0005
#: Reports recorded at once: whoever presses Ctrl-C waits for so many, a tenth of a second each.
_MAX_BATCH = 8


class GradebookRecorder:
    """Hands finished reports to nbgrader as they come. On leaving the ``with`` block all of them are recorded, also
    where the run was stopped half-way; Ctrl-C while they are being recorded leaves out those not yet begun.

    Args:
        course: whose gradebook and ``autograded/`` are written.
        assignment: all reports are of this one.
        submitted: the folder laid out ``<student>/<assignment>/<assignment>.ipynb``.
    """

    def __init__(self, course: Course, assignment: str, submitted: Path) -> None:
        self._course = course
        self._assignment = assignment
        self._submitted = submitted
        self._finished: queue.SimpleQueue[tuple[str, Graded] | None] = queue.SimpleQueue()
        #: Those whom a gradebook that was busy did not take yet.
        self._waiting: dict[str, Graded] = {}
        self._stopping, self._ended = threading.Event(), threading.Event()
        self._unusable: BaseException | None = None
        self._error: BaseException | None = None
        self._failed: BaseException | None = None
        #: Students whose reports are in the gradebook.
        self.students: set[str] = set()
        #: Sentences on single submissions that an instructor should know.
        self.notes: list[str] = []
        # A daemon, or an interrupt at a bad moment would leave Python waiting for it.
        self._thread = threading.Thread(target=self._work, name="recording", daemon=True)

    def __enter__(self) -> GradebookRecorder:
        self._switch_s = sys.getswitchinterval()
        sys.setswitchinterval(_SWITCH_S)
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._finished.put(None)
        stopped: KeyboardInterrupt | None = None
        while not self._ended.is_set():  # not join: interrupted, it takes the thread for ended (Python 3.11)
            try:
                self._ended.wait()
            except KeyboardInterrupt as error:  # whoever is being recorded is recorded as a whole
                stopped = error
                self._stopping.set()
        self._thread.join()
        sys.setswitchinterval(self._switch_s)
        if stopped is not None:
            raise stopped

    def add(self, student: str, graded: Graded) -> None:
        """Record what ``student`` handed in, soon.

        Raises:
            CourseError: the gradebook cannot be used at all; nobody need grade a whole class to hear of it.
        """
        if self._unusable is not None:
            raise self._unusable
        self._finished.put((student, graded))

    def check(self) -> None:
        """Once the block is left: that everything was recorded.

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
            from foundations.gradebook import (
                store as gradebook,  # nbgrader takes a second to import: the first student pays for that
            )

            gradebook.enter_assignment(self._course, self._assignment)
        except BaseException as error:
            self._unusable = error
            return
        while (batch := self._next_batch()) and not self._stopping.is_set():
            self._record(self._waiting | batch)
        if self._waiting and not self._stopping.is_set():
            self._record(self._waiting)  # a gradebook that was busy may be free by now

    def _record(self, batch: dict[str, Graded]) -> None:
        from foundations.gradebook import store as gradebook

        recorded = gradebook.Recorded()
        self._error = None  # those of whom it told are in this batch
        try:
            gradebook.record(self._course, batch, self._assignment, self._submitted, into=recorded)
        except gradebook.NotRecorded as error:  # the others are
            self._failed = self._failed or error
        except BaseException as error:
            self._error = error
        self.students |= recorded.students
        self.notes += recorded.notes
        done = recorded.students | recorded.failed.keys()
        self._waiting = {student: graded for student, graded in batch.items() if student not in done}

    def _next_batch(self) -> dict[str, Graded]:
        """What is finished by now, at least one; empty when no more will come."""
        batch: dict[str, Graded] = {}
        while not batch or (len(batch) < _MAX_BATCH and not self._finished.empty()):
            if (one := self._finished.get()) is None:
                self._finished.put(None)  # to be met again once this batch is recorded
                break
            batch[one[0]] = one[1]
        return batch
