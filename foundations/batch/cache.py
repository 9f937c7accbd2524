"""Reports and executed notebooks of earlier runs, by the digests of their tasks, in this user's cache folder."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
import zlib
from pathlib import Path

import nbformat

from foundations.config import cache_folder
from foundations.report.model import DECIDED, Graded
from foundations.report.stored import report_of, values_of

#: Bytes that the folder may have, and seconds that an entry is kept after it was used last.
_MOST_BYTES = 2_000_000_000
_LONGEST_S = 200 * 24 * 3600.0
_CHECKSUM_BYTES = 32


class Cache:
    """Results of tasks. An entry that cannot be read, or was changed, counts as missing.

    Args:
        folder: default: :func:`folder_of_results`.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or folder_of_results()

    def get(self, digest: str) -> Graded | None:
        """Return the result of the task with this digest, or ``None``."""
        path = self._path(digest)
        try:
            content = path.read_bytes()
            os.utime(path)
        except OSError:
            return None
        checksum, packed = content[:_CHECKSUM_BYTES], content[_CHECKSUM_BYTES:]
        if hashlib.sha256(digest.encode() + packed).digest() != checksum:
            return None
        try:
            values = json.loads(zlib.decompress(packed))
            notebook = values["notebook"] and nbformat.from_dict(values["notebook"])
            return Graded(report_of(values["report"]), notebook)
        except (ValueError, KeyError, TypeError, zlib.error):
            return None

    def put(self, digest: str, graded: Graded) -> None:
        """Keep a result, unless another run may give another one. On a full disk, none is kept."""
        if not _is_final(graded):
            return
        values = {"report": values_of(graded.report), "notebook": graded.notebook}
        packed = zlib.compress(json.dumps(values).encode(), level=1)
        path = self._path(digest)
        new = path.with_suffix(f".{os.getpid()}")
        with contextlib.suppress(OSError):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(hashlib.sha256(digest.encode() + packed).digest() + packed)
            os.replace(new, path)

    def prune(self, most_bytes: int = _MOST_BYTES, longest_s: float = _LONGEST_S) -> None:
        """Remove old entries, and those that were used longest ago while all have more than ``most_bytes``."""
        entries = []
        for path in self.folder.glob("??/*"):
            with contextlib.suppress(OSError):
                status = path.stat()
                entries.append((status.st_mtime, status.st_size, path))
        total, now = sum(size for _, size, _ in entries), time.time()
        for used, size, path in sorted(entries):
            if total <= most_bytes and now - used <= longest_s:
                return
            with contextlib.suppress(OSError):
                path.unlink()
                total -= size

    def _path(self, digest: str) -> Path:
        return self.folder / digest[:2] / digest


def folder_of_results() -> Path:
    """Return the folder of kept results: ``FOUNDATIONS_CACHE`` of the environment, or one in the user's cache."""
    if named := os.environ.get("FOUNDATIONS_CACHE"):
        return Path(named)
    return cache_folder() / "graded"


def _is_final(graded: Graded) -> bool:
    """Return whether another run would give the same: no fault, no killed process, no check without a verdict."""
    report = graded.report
    checks = (check for exercise in report.exercises for check in exercise.checks)
    decided = all(check.outcome in DECIDED for check in checks)
    return report.fault == 0 and report.reason is None and not report.killed and decided
