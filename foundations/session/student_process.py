"""One student process with its pipes and its scratch folder: forked, measured from outside, and ended."""

from __future__ import annotations

import contextlib
import os

from foundations.config import Limits
from foundations.session import process_info
from foundations.session.forkserver import Forked, ForkServer, ForkServerLost
from foundations.session.scratch import Filler, Scratch


class StudentProcess:
    """A running student process. After :meth:`end`, :meth:`end_later` or :meth:`abandon` it cannot be used."""

    def __init__(self, forkserver: ForkServer, forked: Forked, scratch: Scratch | None) -> None:
        self._forkserver = forkserver
        self._forked = forked
        self.scratch = scratch

    @classmethod
    def fork(cls, forkserver: ForkServer, limits: Limits, fill_scratch: Filler | None = None) -> StudentProcess:
        """Fork a student process, with a scratch folder if ``limits`` allow it any bytes.

        Args:
            forkserver: must be ready, because it determines the owner of the scratch folder.
            limits: the limits of the student process.
            fill_scratch: puts files into the scratch folder.

        Raises:
            ForkServerLost: the fork server has ended or stopped answering.
            InternalError: this machine has no process to give.
            OSError: the scratch folder could not be made.
        """
        scratch = Scratch(limits, forkserver.owner, fill_scratch) if limits.scratch_bytes else None
        try:
            forked = forkserver.fork(limits, str(scratch.folder) if scratch else None)
        except BaseException:
            if scratch is not None:
                scratch.remove()
            raise
        return cls(forkserver, forked, scratch)

    @property
    def pid(self) -> int:
        return self._forked.pid

    @property
    def requests(self) -> int:
        """The descriptor that the judge writes requests to."""
        return self._forked.requests

    @property
    def replies(self) -> int:
        """The descriptor that the judge reads replies from."""
        return self._forked.replies

    def has_parent(self) -> bool:
        """Decide whether the fork server that forked the process is alive; the process ends with it."""
        return self._forkserver.is_parent_of(self._forked)

    def cpu_s(self) -> float:
        """Return the CPU seconds that the process has used, read from outside it.

        Raises:
            ForkServerLost: the process is gone, and only the fork server could have reaped it.
        """
        try:
            return process_info.cpu_clock(self.pid)
        except OSError as error:
            raise ForkServerLost(f"the CPU clock of a student process cannot be read: {error}", slug="warm") from error

    def scratch_excess(self) -> str | None:
        """Describe, for the student, an excess of the scratch folder over the limits; ``None`` if there is none."""
        return self.scratch.excess() if self.scratch is not None else None

    def end(self) -> tuple[int, float]:
        """End the process and wait until it is reaped. Remove the scratch folder.

        Returns:
            The exit status as waitpid encodes it, and the CPU seconds that the process used.

        Raises:
            ForkServerLost: the process has ended with the fork server.
        """
        self._close_pipes()
        # A process that is about to end gets a moment, so that its own exit status is seen.
        try:
            ending = self._forkserver.reap(self._forked, kill=not process_info.has_ended(self.pid))
        finally:
            self._remove_scratch()
        return ending["status"], ending["cpu_s"]

    def end_later(self) -> None:
        """Kill the process without waiting for its memory to be freed, unless it has a scratch folder to remove."""
        self._close_pipes()
        if self.scratch is None:
            self._forkserver.kill_later(self._forked)
            return
        with contextlib.suppress(ForkServerLost):
            self._forkserver.reap(self._forked, kill=True)
        self._remove_scratch()

    def abandon(self) -> None:
        """Release the pipes and the scratch folder of a process that ended with its fork server."""
        self._close_pipes()
        self._remove_scratch()

    def _close_pipes(self) -> None:
        os.close(self.requests)
        os.close(self.replies)

    def _remove_scratch(self) -> None:
        if self.scratch is not None:
            self.scratch.remove()
