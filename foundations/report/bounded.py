"""Rendering within bounds of size and CPU time.

Short texts are rendered in this process, longer ones in a process that is killed when its CPU time is used up. A text
that cannot be rendered within its bounds is shown as it was written.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import json
import os
import select
import subprocess
import sys
import threading
import time
from typing import Any

from foundations.report.rendering import RENDERERS

#: Characters up to which a text takes at most half a second; measured with more than a hundred kinds of texts.
SMALL = {"markdown": 2_000, "html": 2_000, "latex": 2_000, "code": 1_000}
#: Characters beyond which a text is not rendered; a hundred times the median of the course's cells.
LARGEST = {"markdown": 50_000, "code": 200_000, "html": 400_000, "latex": 2_000}
#: Characters up to which a text is rendered once for all pages of a run, so that those in memory stay few megabytes.
_LONGEST_KEPT = 10_000
#: Seconds of CPU for one text, and for all texts of one page.
TEXT_S = 0.8
PAGE_S = 8.0
#: Bytes of memory of the process that renders, and bytes of its longest answer.
_MEMORY = 1 << 30
_MAX_ANSWER = 64 << 20
#: Seconds of wall-clock time after which the process is killed, because the machine may give it no CPU.
_WALL_S = 60.0


class Budget:
    """The CPU time that rendering one page may still take."""

    def __init__(self) -> None:
        self.left = PAGE_S


def rendered(kind: str, text: str, budget: Budget, **more: Any) -> str | None:
    """Return ``text`` as HTML; ``None`` if it is too long, takes too long, or breaks its renderer.

    Args:
        kind: one of :data:`foundations.report.rendering.RENDERERS`.
        text: any text.
        budget: of the page; the CPU time of the rendering is subtracted.
        **more: ``attachments`` of Markdown.
    """
    if len(text) > LARGEST[kind] or budget.left <= 0:
        return None
    try:
        once = any(more.values()) or len(text) > _LONGEST_KEPT
        answer, took = _made(kind, text, more) if once else _repeated(kind, text)
    except _NotRendered as error:
        answer, took = None, error.took
    budget.left -= took
    return answer


class _NotRendered(Exception):
    """The text cannot be rendered. ``took`` are the seconds of CPU that this took."""

    def __init__(self, took: float) -> None:
        self.took = took


@functools.lru_cache(maxsize=512)
def _repeated(kind: str, text: str) -> tuple[str, float]:
    """Do the same as :func:`_made`, once for each text: an assignment's text and checks are in each student's page."""
    return _made(kind, text, {})


def _made(kind: str, text: str, more: dict[str, Any]) -> tuple[str, float]:
    """Return ``text`` as HTML, and the seconds of CPU that its rendering takes.

    Raises:
        _NotRendered: the text breaks its renderer or takes too long.
    """
    size = len(text) + sum(map(len, _texts(more)))
    answer, took = _here(kind, text, more) if size <= SMALL[kind] else _WORKER.ask({"kind": kind, "text": text, **more})
    if answer is None:
        raise _NotRendered(took)
    return answer, took


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for item in value.values() for text in _texts(item)]
    return [value] if isinstance(value, str) else []


def _here(kind: str, text: str, more: dict[str, Any]) -> tuple[str | None, float]:
    start = time.thread_time()
    try:
        answer: str | None = RENDERERS[kind](text, **more)
    except Exception:  # the text broke the renderer
        answer = None
    return answer, time.thread_time() - start


class _Worker:
    """A process that renders, started when it is needed and restarted after it was killed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, request: dict[str, Any]) -> tuple[str | None, float]:
        """Return the answer to ``request`` and the seconds of CPU it took."""
        with self._lock:
            answer = self._exchange(json.dumps(request).encode() + b"\n")
            if answer is None:
                self._close()
                return None, TEXT_S
            return answer

    def _exchange(self, request: bytes) -> tuple[str | None, float] | None:
        process = self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(request)
            process.stdin.flush()
            line = _line(process.stdout.fileno(), time.monotonic() + _WALL_S)
            text, took = json.loads(line)
        except (OSError, ValueError):
            return None
        return text, took

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._close()
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-B", "-m", "foundations.report.rendering", str(TEXT_S), str(_MEMORY)],
                env={"LANG": "C.UTF-8", "PATH": os.defpath},
                cwd="/",
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            atexit.register(self._close)
        return self._process

    def _close(self) -> None:
        atexit.unregister(self._close)
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            with contextlib.suppress(OSError):
                process.communicate()


def _line(descriptor: int, deadline: float) -> bytes:
    """Read one line from ``descriptor``.

    Raises:
        ValueError: no line comes, it comes too late, or it is too long.
    """
    parts: list[bytes] = []
    size = 0
    while not (parts and parts[-1].endswith(b"\n")):
        ready, _, _ = select.select([descriptor], [], [], max(deadline - time.monotonic(), 0))
        part = os.read(descriptor, 1 << 20) if ready else b""
        size += len(part)
        if not part or size > _MAX_ANSWER:
            raise ValueError("no answer")
        parts.append(part)
    return b"".join(parts)


_WORKER = _Worker()
