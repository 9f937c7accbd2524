"""The identity of a student process: the user ``nobody``, no capabilities, its own namespaces if the machine allows it.

Changing the user id cancels the parent-death signal, so a caller of :func:`drop` sets the signal again.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from collections.abc import Iterable
from typing import Literal

from foundations.sandbox import syscalls

NOBODY = 65534

#: - ``"nobody"``: a user other than the grader.
#: - ``"nobody with root's files"``: the same, but files are opened as root, without root's power over the files of
#:   other users. This is for a Python that is installed in root's home folder.
#: - ``"itself"``: the user who grades.
Identity = Literal["nobody", "nobody with root's files", "itself"]

_SETGID, _SETUID, _SETPCAP, _SYS_ADMIN = 6, 7, 8, 21
_NEWNS, _NEWUTS, _NEWIPC, _NEWUSER, _NEWNET = 0x20000, 0x4000000, 0x8000000, 0x10000000, 0x40000000
_CAPABILITIES_3 = 0x20080522
#: SECBIT_NOROOT and SECBIT_NO_CAP_AMBIENT_RAISE with their locks: user 0 has no more rights than other users.
_SECURE_BITS = 0b11 | 0b11 << 6


def choose(required: Iterable[str]) -> Identity:
    """Choose the identity with the fewest rights that can still read the files and folders ``required``.

    A forked process tries it, because permissions and user namespaces have too many rules to predict the result.
    """
    if os.geteuid() != 0 or not has(_SETUID) or not has(_SETGID):
        return "itself"
    pid = os.fork()
    if pid == 0:
        answer = 2
        try:
            become(NOBODY)
            answer = 0 if all(os.access(path, os.R_OK | os.X_OK * os.path.isdir(path)) for path in required) else 1
        finally:
            os._exit(answer)
    identities: dict[int, Identity] = {0: "nobody", 1: "nobody with root's files"}
    return identities.get(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), "itself")


def enter_namespaces() -> None:
    """Give the process a network without interfaces, and its own host name, System V memory and mounts.

    Root makes these namespaces directly. Other users need a user namespace, which many machines refuse.

    Raises:
        OSError: the machine refuses the namespaces.
    """
    user, group = os.geteuid(), os.getegid()
    direct = has(_SYS_ADMIN)
    syscalls.call("unshare", _NEWNET | _NEWIPC | _NEWUTS | _NEWNS | (0 if direct else _NEWUSER))
    if not direct:
        for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
            with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
                file.write(text)


def drop(identity: Identity) -> None:
    """Give up the user, groups and every capability irrevocably.

    Raises:
        OSError: a capability remains, or the user has not changed.
    """
    _verify_irreversible()
    if identity == "nobody":
        become(NOBODY)
    elif identity == "nobody with root's files":
        syscalls.prctl(syscalls.PR_SET_KEEPCAPS, 1)
        become(NOBODY)
        _set_capabilities(1 << _SETUID)
        syscalls.call("setfsuid", 0)
    _set_capabilities(0)
    if any(capabilities()):
        raise OSError(errno.EPERM, f"capabilities remain after they were dropped: {capabilities()}")
    if identity != "itself" and os.getresuid() != (NOBODY,) * 3:
        raise OSError(errno.EPERM, f"the user ids are {os.getresuid()} instead of {NOBODY}")


def become(user: int) -> None:
    """Change to the user and the group with this number, and leave all other groups."""
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)


def has(capability: int) -> bool:
    return bool(capabilities()[0] >> capability & 1)


def capabilities() -> tuple[int, int, int]:
    """Return the effective, permitted and inheritable capabilities as bit masks."""
    data = ctypes.create_string_buffer(24)
    syscalls.call("capget", struct.pack("=Ii", _CAPABILITIES_3, 0), data)
    words = struct.unpack("=6I", data.raw)
    effective, permitted, inheritable = (low | high << 32 for low, high in zip(words[:3], words[3:], strict=True))
    return effective, permitted, inheritable


def _set_capabilities(bits: int) -> None:
    low, high = bits & 0xFFFFFFFF, bits >> 32
    syscalls.call("capset", struct.pack("=Ii", _CAPABILITIES_3, 0), struct.pack("=6I", low, low, 0, high, high, 0))


def _verify_irreversible() -> None:
    """Empty the sets from which a capability could be regained. Only CAP_SETPCAP allows or requires this."""
    if not has(_SETPCAP):
        return
    syscalls.prctl(syscalls.PR_CAP_AMBIENT, syscalls.PR_CAP_AMBIENT_CLEAR_ALL)
    capability = 0
    while True:
        try:
            syscalls.prctl(syscalls.PR_CAPBSET_READ, capability)
        except OSError:
            break  # the kernel's last capability has been dropped
        syscalls.prctl(syscalls.PR_CAPBSET_DROP, capability)
        capability += 1
    syscalls.prctl(syscalls.PR_SET_SECUREBITS, _SECURE_BITS)
