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
    from foundations.grade import Graded

#: Seconds for which a thread of Python may make another wait: replies of student code should not lie about for long.
_SWITCH_S = 0.0005


class Recording:
    """Hands finished reports to nbgrader as they come. On leaving the ``with`` block all of them are recorded, also
    where the run was stopped half-way.

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
        self._unusable: BaseException | None = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._work, name="recording")

    def __enter__(self) -> Recording:
        self._switch_s = sys.getswitchinterval()
        sys.setswitchinterval(_SWITCH_S)
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._finished.put(None)
        self._thread.join()
        sys.setswitchinterval(self._switch_s)

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
        if (error := self._unusable or self._error) is not None:
            raise error

    def _work(self) -> None:
        try:
            from foundations import gradebook  # nbgrader takes a second to import: the first student pays for that

            gradebook.enter_assignment(self._course, self._assignment)
        except BaseException as error:
            self._unusable = error
            return
        while batch := self._next_batch():
            if self._error is not None:
                continue
            try:
                gradebook.record(self._course, batch, self._assignment, self._submitted)
            except BaseException as error:
                self._error = error

    def _next_batch(self) -> dict[str, Graded]:
        """What is finished by now, at least one; empty when no more will come."""
        batch: dict[str, Graded] = {}
        while not batch or not self._finished.empty():
            if (one := self._finished.get()) is None:
                self._finished.put(None)  # to be met again once this batch is recorded
                break
            batch[one[0]] = one[1]
        return batch
