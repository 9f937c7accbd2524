"""Landlock: the kernel's file barrier, which a process applies to itself and can never remove.

Every handled action that is not granted is denied:

- opening a file outside the granted folders; making, renaming or removing one
- TCP (ABI 4)
- ioctl on devices (ABI 5)
- abstract sockets, and signals to processes outside (ABI 6)

Landlock does not cover testing whether a file exists (stat), chmod, chown, file times, and before ABI 3 truncation.
:mod:`foundations.sandbox.seccomp` covers all of these except stat.

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

#: Without EXECUTE: no program is ever started, and loading a library only needs the right to read it.
READ = READ_FILE | READ_DIR
#: The rights to a scratch folder: plain files and folders, but no link, socket, pipe or device.
OWN = READ | WRITE_FILE | TRUNCATE | MAKE_REG | MAKE_DIR | REMOVE_FILE | REMOVE_DIR
_FILE_RIGHTS = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV


def abi() -> int:
    """Return the ABI version of this kernel's Landlock, from 1 up.

    Raises:
        OSError: the kernel has no Landlock (ENOSYS), or it is switched off (EOPNOTSUPP).
    """
    return syscalls.call("landlock_create_ruleset", None, 0, _VERSION)


def handled(version: int) -> tuple[int, int, int]:
    """Return the rights that Landlock ``version`` denies unless granted, as bit masks: files, network, scope."""
    files = _FIRST_ABI
    for since, right in ((2, REFER), (3, TRUNCATE), (5, IOCTL_DEV)):
        if version >= since:
            files |= right
    return files, _TCP if version >= 4 else 0, _SCOPE if version >= 6 else 0


def ruleset(version: int, granted: Iterable[tuple[str, int]]) -> int:
    """Make rules that deny everything except ``granted``, pairs of a path and the rights below it.

    A path that does not exist is left out.

    Returns:
        the file descriptor of the rules.

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
    """Apply ``rules`` to the calling thread and all that it starts, irrevocably, and close their descriptor.

    From ABI 7, denials are kept out of the kernel's audit log, because they would fill it.
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
            rights &= _FILE_RIGHTS
        syscalls.call("landlock_add_rule", rules, _PATH_BENEATH, struct.pack("=Qi", rights, descriptor), 0)
    finally:
        os.close(descriptor)
