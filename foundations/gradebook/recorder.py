"""Recording of a class while it is being graded.

nbgrader's bookkeeping runs in its own thread, while the judge waits for student code.
"""

from __future__ import annotations

import queue
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from foundations.config import Course

if TYPE_CHECKING:
    from foundations.report.model import Graded

#: Seconds for which a Python thread may make another wait; longer ones would delay replies of student code.
_SWITCH_S = 0.0005
#: Reports recorded at once. After Ctrl-C, a run waits for at most this many, a thirtieth of a second each.
_MAX_BATCH = 24


class GradebookRecorder:
    """A recorder that passes finished reports to nbgrader as they come.

    When the ``with`` block ends, all reports are recorded, also if the run was stopped half-way. Ctrl-C while they are
    being recorded leaves out those not yet begun.

    Args:
        course: whose gradebook and ``autograded/`` are written.
        folders: the folder of the submissions of each assignment, laid out
            ``<student>/<assignment>/<assignment>.ipynb``.
        complete: is called with an assignment whose reports are all recorded, in the thread that records.
    """

    def __init__(
        self,
        course: Course,
        folders: Mapping[str, Path],
        complete: Callable[[str], None] = lambda assignment: None,
    ) -> None:
        self._course = course
        self._folders = folders
        self._complete = complete
        #: Finished reports; the name of an assignment after its last one; ``None`` at the end.
        self._finished: queue.SimpleQueue[Graded | str | None] = queue.SimpleQueue()
        #: Reports that are not recorded yet because the gradebook was busy, by assignment and student.
        self._waiting: dict[str, dict[str, Graded]] = {name: {} for name in folders}
        #: Set when the block ended by an exception, when no batch may begin any more, and when the thread has ended.
        self._cut_short, self._stopping, self._ended = threading.Event(), threading.Event(), threading.Event()
        self._unusable: BaseException | None = None
        self._errors: dict[str, BaseException] = {}
        self._failed: BaseException | None = None
        #: Students whose reports are in the gradebook, by assignment.
        self.students: dict[str, set[str]] = {name: set() for name in folders}
        #: Sentences about problems of submissions, for the instructor.
        self.notes: list[str] = []
        # A daemon, because after an interrupt at a bad moment Python would wait for the thread.
        self._thread = threading.Thread(target=self._work, name="recording", daemon=True)

    def __enter__(self) -> GradebookRecorder:
        self._switch_s = sys.getswitchinterval()
        sys.setswitchinterval(_SWITCH_S)
        self._thread.start()
        return self

    def __exit__(self, kind: object, *exc: object) -> None:
        if kind is not None:
            self._cut_short.set()
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

    def add(self, graded: Graded) -> None:
        """Record a report soon.

        Raises:
            CourseError: the gradebook cannot be used at all, so that grading can stop before the class is finished.
        """
        if self._unusable is not None:
            raise self._unusable
        self._finished.put(graded)

    def finish(self, assignment: str) -> None:
        """Have ``complete`` called as soon as all reports of ``assignment`` that were added are recorded."""
        self._finished.put(assignment)

    def check(self) -> None:
        """Check that all reports were recorded, after the end of the ``with`` block.

        Raises:
            CourseError: nbgrader failed.
        """
        if (error := self._unusable or next(iter(self._errors.values()), None) or self._failed) is not None:
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

            for assignment in self._folders:
                gradebook.enter_assignment(self._course, assignment)
        except BaseException as error:
            self._unusable = error
            return
        for batch in iter(self._next_batch, []):
            if self._stopping.is_set():
                return
            self._record(batch)
        for assignment, waiting in self._waiting.items():
            if waiting and not self._stopping.is_set():
                self._record_together(assignment, waiting)  # the gradebook may no longer be busy

    def _record(self, batch: Sequence[Graded | str]) -> None:
        """Record the reports of a batch, those of an assignment together; then complete the assignments named in it."""
        new: dict[str, dict[str, Graded]] = {}
        for item in batch:
            if not isinstance(item, str):
                new.setdefault(item.report.assignment, {})[item.report.submission] = item
        for assignment, reports in new.items():
            self._record_together(assignment, self._waiting[assignment] | reports)
        for item in batch:
            if isinstance(item, str):
                self._finish(item)

    def _finish(self, assignment: str) -> None:
        if self._cut_short.is_set() or self._stopping.is_set():
            return
        try:
            self._complete(assignment)
        except BaseException as error:
            self._failed = self._failed or error

    def _record_together(self, assignment: str, reports: dict[str, Graded]) -> None:
        from foundations.gradebook import store as gradebook

        recorded = gradebook.Recorded()
        self._errors.pop(assignment, None)  # the reports that it was about are recorded again
        try:
            gradebook.record(self._course, reports, assignment, self._folders[assignment], into=recorded)
        except gradebook.NotRecorded as error:  # the other reports are recorded
            self._failed = self._failed or error
        except BaseException as error:
            self._errors[assignment] = error
        self.students[assignment] |= recorded.students
        self.notes += recorded.notes
        done = recorded.students | recorded.failed.keys()
        self._waiting[assignment] = {student: graded for student, graded in reports.items() if student not in done}

    def _next_batch(self) -> list[Graded | str]:
        """Return the reports and names that have come by now, at least one; empty after the last report."""
        batch: list[Graded | str] = []
        while not batch or (len(batch) < _MAX_BATCH and not self._finished.empty()):
            if (finished := self._finished.get()) is None:
                self._finished.put(None)  # the next batch is empty
                break
            batch.append(finished)
        return batch
