"""The grading of many submissions by several judges at once.

No submission ends the run. A result that an earlier run has kept is not computed again. A task whose judge was lost is
given to another one; if that is lost too, the submission is the cause. Checks without a verdict are tried again at the
end, one submission at a time, when the machine is idle. So are submissions of which a process was killed: the machine
may have run out of memory.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from foundations.batch import workplace
from foundations.batch.cache import Cache
from foundations.batch.tasks import Task
from foundations.errors import CourseError
from foundations.report import failures
from foundations.report.model import Graded, Report

if TYPE_CHECKING:
    from foundations.batch.judge import Answer
    from foundations.batch.snapshot import Archive

#: Seconds between two looks at the judges, so that a display can show the time.
_LOOK_S = 0.5


@dataclass(frozen=True)
class Finished:
    """The result of one task.

    Attributes:
        task: the task.
        graded: its report and executed notebook.
        kept: whether an earlier run computed it.
    """

    task: Task
    graded: Graded
    kept: bool = False


@dataclass
class Flight:
    """A task that a judge works on.

    Attributes:
        task: the task.
        since: when it began, on the clock of :func:`time.monotonic`.
        lost: how many judges were lost with it.
        last: whether it is tried again at the end of the run.
    """

    task: Task
    since: float = field(default_factory=time.monotonic)
    lost: int = 0
    last: bool = False


class Run:
    """One run over the submissions of a class.

    Args:
        executor: runs functions in processes with a judge.
        at_once: the number of tasks that the executor works on.
        secret: of the course, for the seeds of hidden inputs.
        archive: returns the files of the course that a task names, for a judge that does not have it.
        cache: results of earlier runs; ``None``: none are kept.
        renew: grade also submissions whose results were kept.
        look: is called about twice a second with the tasks that the judges work on.
        show_trace: is called with the traceback of an exception that this package did not raise on purpose.
    """

    def __init__(
        self,
        executor: Executor,
        at_once: int,
        secret: bytes,
        archive: Callable[[Task], Archive],
        *,
        cache: Cache | None = None,
        renew: bool = False,
        look: Callable[[list[Flight]], None] = lambda flights: None,
        show_trace: Callable[[str], None] = lambda trace: None,
    ) -> None:
        self._executor = executor
        self._at_once = at_once
        self._secret = secret
        self._archive = archive
        self._cache = cache
        self._renew = renew
        self._look = look
        self._show_trace = show_trace
        self._flights: dict[Future[Answer], Flight] = {}
        #: Reports with checks that had no verdict.
        self._undecided: list[tuple[Task, Graded]] = []

    def grade(self, tasks: Iterable[Task]) -> Iterator[Finished]:
        """Grade ``tasks`` and yield each result as soon as there is one; their order is that of their ends.

        Raises:
            CourseError: the whole course cannot be graded.
        """
        for task in tasks:
            if (kept := self._kept(task)) is not None:
                yield Finished(task, kept, kept=True)
                continue
            self._start(Flight(task))
            while len(self._flights) >= self._at_once:
                yield from self._landed()
        while self._flights:
            yield from self._landed()
        for task, graded in self._undecided:
            self._start(Flight(task, last=True))
            again = []
            while self._flights:
                again += list(self._landed())
            yield next((better for better in again if not _is_undecided(better.graded.report)), Finished(task, graded))
        self._undecided.clear()

    def _kept(self, task: Task) -> Graded | None:
        """Return the result of an earlier run, unless the course has a new secret, and so new hidden inputs, since."""
        kept = None if self._cache is None or self._renew else self._cache.get(task.digest)
        return kept if kept is not None and kept.report.seed == task.seed(self._secret) else None

    def _start(self, flight: Flight) -> None:
        seed = flight.task.seed(self._secret)
        self._flights[self._executor.submit(workplace.grade, flight.task, seed)] = flight

    def _landed(self) -> Iterator[Finished]:
        """Wait for the first judge that is done, and yield its result, if that is final."""
        self._look(list(self._flights.values()))
        done, _ = wait(self._flights, timeout=_LOOK_S, return_when=FIRST_COMPLETED)
        for future in done:
            flight = self._flights.pop(future)
            graded = self._result(future, flight)
            if graded is None:
                continue
            if _is_undecided(graded.report) and not flight.last:
                self._undecided.append((flight.task, graded))
                continue
            if self._cache is not None:
                self._cache.put(flight.task.digest, graded)
            yield Finished(flight.task, graded)

    def _result(self, future: Future[Answer], flight: Flight) -> Graded | None:
        """Return a judge's result, or ``None`` if another one has the task now."""
        task = flight.task
        try:
            answer = future.result()
        except BrokenProcessPool:
            if flight.lost == 0:
                self._start(Flight(task, lost=1, last=flight.last))
                return None
            return Graded(failures.lost_twice(task.assignment, task.student), None)
        except CourseError:
            raise
        except Exception as error:
            self._show_trace(failures.trace_of(error))
            return Graded(failures.report_of(error, task.assignment, task.student), None)
        if answer.trace:
            self._show_trace(answer.trace)
        if answer.graded is None:
            seed = task.seed(self._secret)
            again = self._executor.submit(workplace.grade_with, self._archive(task), task, seed)
            self._flights[again] = flight
        return answer.graded


def stopped(done: int, total: int, recorded: int | None, written: Sequence[Path]) -> str:
    """Return one line on the results that are kept of a run that was stopped.

    Args:
        done: the number of submissions that were graded.
        total: the number of submissions.
        recorded: the number of those in the gradebook; ``None``: the gradebook stays as it was.
        written: files and folders that the reports were written to.
    """
    paths = " and ".join(map(str, written))
    if recorded is not None:
        kept = f"{recorded} of {total} submissions are graded and recorded"
    else:
        kept = f"{done} of {total} submissions are graded" + (f", and their reports are in {paths}" if paths else "")
    return f"Stopped. {kept}; run the same command again to grade the rest."


def _is_undecided(report: Report) -> bool:
    """Return whether another run may give another result: a check had no verdict, or a student process was killed."""
    checks = (check for exercise in report.exercises for check in exercise.checks)
    return report.killed or any(check.outcome == "inconclusive" for check in checks)
