"""Start a command as on a kernel that lacks a layer: ``python masking.py LAYER... -- COMMAND...``.

A filter applied from outside answers the layer's system calls as such a kernel would. The command itself is the real
one, unaware of the filter: the package has no option that leaves a layer out.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
import sys

from foundations.sandbox import syscalls

_NO_NEW_PRIVS, _SET_SECCOMP, _FILTER = 38, 22, 2
_LOAD, _EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000

Line = tuple[int, int, int, int]


def main() -> None:
    split = sys.argv.index("--")
    mask(sys.argv[1:split])
    os.execv(sys.argv[split + 1], sys.argv[split + 1 :])


def mask(layers: list[str]) -> None:
    code = b"".join(struct.pack("=HBBI", *line) for line in program(layers))
    buffer = ctypes.create_string_buffer(code, len(code))
    filters = struct.pack("=HxxxxxxQ", len(code) // 8, ctypes.addressof(buffer))
    syscalls.prctl(_NO_NEW_PRIVS, 1)
    syscalls.call("seccomp", 1, 0, filters)


def program(layers: list[str]) -> list[Line]:
    numbers = syscalls.NUMBERS[syscalls.machine()]
    lines: list[Line] = [(_LOAD, 0, 0, 0)]
    if "landlock" in layers:
        lines += _answer(numbers["landlock_create_ruleset"], errno.ENOSYS)
    if "namespaces" in layers:
        lines += _answer(numbers["unshare"], errno.EPERM)
    if "seccomp" in layers:
        lines += _answer(numbers["seccomp"], errno.ENOSYS)
        # The older way to a filter is prctl(PR_SET_SECCOMP): look at its first argument.
        refuse = _ERRNO | errno.EINVAL
        lines += [(_EQUAL, 0, 3, numbers["prctl"]), (_LOAD, 0, 0, 16), (_EQUAL, 0, 1, _SET_SECCOMP)]
        lines += [(_RETURN, 0, 0, refuse)]
    return [*lines, (_RETURN, 0, 0, _ALLOW)]


def _answer(number: int, error: int) -> list[Line]:
    return [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _ERRNO | error)]


if __name__ == "__main__":
    main()
