"""The scratch folder of one student process, for assignments whose code reads or writes files.

It is made for the process, measured while the process runs, and removed when the process ends.
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

#: Writes submitted files into a scratch folder; the second argument is the user who shall own them.
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
        """Describe, for the student, an excess over the limits; ``None`` if there is none.

        Student code may change the folder meanwhile. Therefore links are not followed, vanished files are not counted,
        and the walk ends as soon as there are too many files. A folder that cannot be read counts as an excess, because
        it could contain anything.
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
        """Remove the folder once the process has ended, however deep its folders are and whatever rights they lack."""
        with contextlib.suppress(OSError):
            with _folder(self.folder) as top:
                _empty(top)
            os.rmdir(self.folder)


#: Bytes on disk of a file of one byte. Blocks are counted because a sparse file may be longer than its content.
_BLOCK = 4096
#: The most folders within each other. Each level takes a descriptor, because a path could grow too long.
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
    """Yield every entry of ``folder`` and of the folders below it.

    Raises:
        OSError: a folder cannot be read, or is too deep.
    """
    with os.scandir(folder) as entries:
        for entry in entries:
            yield entry
            if not entry.is_dir(follow_symlinks=False):
                continue
            if depth == _DEPTH:
                raise OSError(errno.ELOOP, f"more than {_DEPTH} folders within each other")
            with (
                contextlib.suppress(FileNotFoundError, NotADirectoryError),  # removed meanwhile
                _folder(entry.name, folder) as below,
            ):
                yield from _walk(below, depth + 1)


def _empty(top: int) -> None:
    """Remove the content of the folder ``top``. Only the folder that is being emptied is open; the parent is ".."."""
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
    """Remove all files in ``folder`` and return the names of the folders in it."""
    folders = []
    for name in os.listdir(folder):
        if stat.S_ISDIR(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
            folders.append(name)
        else:
            os.unlink(name, dir_fd=folder)
    return folders
