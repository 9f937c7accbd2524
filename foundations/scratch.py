"""A folder of one student process's own, for assignments whose code reads or writes files: made for it, watched while
it runs, gone with it.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from foundations.config import Limits

#: Puts files that were handed in into a scratch folder; the second argument is the user whose they shall be.
Filler = Callable[[Path, int], None]


class Scratch:
    """A new folder under the system's folder for temporary files, which only ``owner`` may enter."""

    def __init__(self, limits: Limits, owner: int, fill: Filler | None) -> None:
        self._limits = limits
        self.folder = Path(tempfile.mkdtemp(prefix="foundations-scratch-"))
        try:
            if fill is not None:
                fill(self.folder, owner)
            if owner != os.getuid():
                os.chown(self.folder, owner, -1)
        except BaseException:
            self.remove()
            raise

    def excess(self) -> str | None:
        """What is beyond the limits, in words for a student; ``None`` where nothing is.

        Student code may change the folder meanwhile: links are not followed, what is gone is not counted, and the
        walk ends where there is too much.
        """
        count = size = 0
        folders = [self.folder]
        while folders:
            try:
                with os.scandir(folders.pop()) as entries:
                    for entry in entries:
                        count += 1
                        if count > self._limits.scratch_files:
                            return f"it made more than {self._limits.scratch_files} files"
                        if entry.is_dir(follow_symlinks=False):
                            folders.append(Path(entry.path))
                        size += entry.stat(follow_symlinks=False).st_blocks * 512
            except OSError:
                continue
        if size > self._limits.scratch_bytes + count * _BLOCK:
            return f"its files have more than {self._limits.scratch_bytes:,} bytes together"
        return None

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


#: What a file of one byte takes on disk. Blocks are counted, for a file may be longer than what is in it.
_BLOCK = 4096
