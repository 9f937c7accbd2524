"""A session of the course's own: for baselines and replays, not for a student's notebook."""

from __future__ import annotations

from foundations.session.forkserver import ForkServer
from foundations.session.session import Session


class CourseSession:
    """A session that is started when it is needed, may be replaced, and counts the CPU time of all its processes.

    Attributes:
        session: the present session, or ``None``.
    """

    def __init__(self, forkserver: ForkServer) -> None:
        self._forkserver = forkserver
        self._ended_cpu_s = 0.0
        self.session: Session | None = None

    @property
    def total_cpu_s(self) -> float:
        """CPU seconds of all processes so far."""
        return self._ended_cpu_s + (self.session.cpu_s if self.session is not None else 0.0)

    def close(self) -> None:
        """End the present session, if there is one."""
        if self.session is not None:
            self.session.close()
            self._ended_cpu_s += self.session.cpu_s
            self.session = None
