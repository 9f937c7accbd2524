"""A folder of one student process's own, for assignments whose code reads or writes files: made for it, watched while
it runs, gone with it.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import tempfile
from collections.abc import Callable, Generator, Iterator
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
        walk ends where there is too much, or where it cannot go on: what nobody can look into could hold anything.
        """
        count = size = 0
        try:
            with _folder(self.folder) as folder, contextlib.closing(_walk(folder)) as entries:
                for entry in entries:
                    count += 1
                    if count > self._limits.scratch_files:
                        return f"it made more than {self._limits.scratch_files} files"
                    with contextlib.suppress(FileNotFoundError):
                        size += entry.stat(follow_symlinks=False).st_blocks * 512
        except OSError as error:
            return f"its scratch folder has a folder that cannot be looked into ({error.strerror})"
        if size > self._limits.scratch_bytes + count * _BLOCK:
            return f"its files have more than {self._limits.scratch_bytes:,} bytes together"
        return None

    def remove(self) -> None:
        """Remove it, when nobody writes to it any more: however deep its folders are, and whatever rights they lack."""
        with contextlib.suppress(OSError):
            with _folder(self.folder) as top:
                _empty(top)
            os.rmdir(self.folder)


#: What a file of one byte takes on disk. Blocks are counted, for a file may be longer than what is in it.
_BLOCK = 4096
#: Folders within folders. There is a descriptor for each on the way down, and no path that could grow too long.
_DEPTH = 64
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


@contextlib.contextmanager
def _folder(name: str | Path, parent: int | None = None) -> Iterator[int]:
    descriptor = os.open(name, _FOLDER, dir_fd=parent)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _walk(folder: int, depth: int = 1) -> Generator[os.DirEntry[str], None, None]:
    """All that is in ``folder`` and below.

    Raises:
        OSError: there is more than can be looked at.
    """
    with os.scandir(folder) as entries:
        for entry in entries:
            yield entry
            if not entry.is_dir(follow_symlinks=False):
                continue
            if depth == _DEPTH:
                raise OSError(errno.ELOOP, f"more than {_DEPTH} folders within each other")
            with (
                contextlib.suppress(FileNotFoundError, NotADirectoryError),  # gone meanwhile
                _folder(entry.name, folder) as below,
            ):
                yield from _walk(below, depth + 1)


def _empty(top: int) -> None:
    """Remove what is in the folder ``top``. Only the folder that is being emptied is open: the way back is ".."."""
    here = os.dup(top)
    try:
        way = [("", _without_files(here))]
        while way:
            name, folders = way[-1]
            if folders:
                name = folders.pop()
                os.chmod(name, 0o700, dir_fd=here)
                here = _moved(here, name)
                way.append((name, _without_files(here)))
            else:
                way.pop()
                if way:
                    here = _moved(here, "..")
                    os.rmdir(name, dir_fd=here)
    finally:
        os.close(here)


def _moved(here: int, name: str) -> int:
    there = os.open(name, _FOLDER, dir_fd=here)
    os.close(here)
    return there


def _without_files(folder: int) -> list[str]:
    """Remove all files in ``folder``; names of the folders in it."""
    folders = []
    for name in os.listdir(folder):
        if stat.S_ISDIR(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
            folders.append(name)
        else:
            os.unlink(name, dir_fd=folder)
    return folders
