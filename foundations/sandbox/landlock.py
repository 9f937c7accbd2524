"""Landlock: the kernel's own barrier in front of files, which a process puts on itself and can never take off.

What is handled and not granted is denied: opening a file anywhere but below the folders named, making, renaming or
removing one, TCP (ABI 4), devices' ioctl (ABI 5), abstract sockets and signals to processes outside (ABI 6). What it
does not cover is for :mod:`foundations.sandbox.seccomp`: looking whether a file exists (stat), chmod, chown, times of
files, and before ABI 3 truncation.

Source: linux/landlock.h and Documentation/userspace-api/landlock.rst of the kernel.
"""

from __future__ import annotations

import errno
import os
import stat
import struct
from collections.abc import Iterable

from foundations.sandbox import syscalls

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, REMOVE_DIR, REMOVE_FILE = (1 << bit for bit in range(6))
MAKE_CHAR, MAKE_DIR, MAKE_REG, MAKE_SOCK, MAKE_FIFO, MAKE_BLOCK, MAKE_SYM = (1 << bit for bit in range(6, 13))
REFER, TRUNCATE, IOCTL_DEV = (1 << bit for bit in range(13, 16))

_FIRST_ABI = (1 << 13) - 1
_TCP = 0b11  # bind and connect
_SCOPE = 0b11  # abstract sockets and signals
_VERSION = 1
_PATH_BENEATH = 1
_LOG_SAME_EXEC_OFF = 1

#: Without EXECUTE: no program is ever started, and loading a library needs no more than reading it.
READ = READ_FILE | READ_DIR
#: Plain files and folders in a folder of one's own; no link, socket, pipe or device.
OWN = READ | WRITE_FILE | TRUNCATE | MAKE_REG | MAKE_DIR | REMOVE_FILE | REMOVE_DIR
_OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV


def abi() -> int:
    """The version of Landlock that this kernel speaks, from 1 up.

    Raises:
        OSError: it has none (ENOSYS), or it is switched off (EOPNOTSUPP).
    """
    return syscalls.call("landlock_create_ruleset", None, 0, _VERSION)


def handled(version: int) -> tuple[int, int, int]:
    """What is denied unless granted, of all that ``version`` knows: files, network, scope."""
    files = _FIRST_ABI
    for since, right in ((2, REFER), (3, TRUNCATE), (5, IOCTL_DEV)):
        if version >= since:
            files |= right
    return files, _TCP if version >= 4 else 0, _SCOPE if version >= 6 else 0


def ruleset(version: int, granted: Iterable[tuple[str, int]]) -> int:
    """A descriptor of rules that deny everything but ``granted``: paths, and rights below them.

    A path that does not exist is left out: there is nothing to be read there.

    Raises:
        OSError: the rules could not be made.
    """
    files, network, scope = handled(version)
    size = 8 if version < 4 else 16 if version < 6 else 24
    rules = syscalls.call("landlock_create_ruleset", struct.pack("=QQQ", files, network, scope)[:size], size, 0)
    try:
        for path, rights in granted:
            _grant(rules, path, rights & files)
    except OSError:
        os.close(rules)
        raise
    return rules


def restrict_self(rules: int, version: int) -> None:
    """Put ``rules`` on the calling thread and all that it starts, for good; its descriptor is closed.

    Denials are not written to the kernel's audit log where that can be said (ABI 7): they would fill it.
    """
    syscalls.call("landlock_restrict_self", rules, _LOG_SAME_EXEC_OFF if version >= 7 else 0)
    os.close(rules)


def _grant(rules: int, path: str, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ENOTDIR):
            return
        raise
    try:
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            rights &= _OF_FILES
        syscalls.call("landlock_add_rule", rules, _PATH_BENEATH, struct.pack("=Qi", rights, descriptor), 0)
    finally:
        os.close(descriptor)
