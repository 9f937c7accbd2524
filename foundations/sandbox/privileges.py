"""Who a student process is: nobody, without one capability, in namespaces of its own where the machine lets it.

Changing one's ids makes the kernel forget the parent-death signal: whoever calls :func:`drop` sets it again.
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

#: "nobody": another user altogether. "nobody with root's files": the same, but files are opened as root without root's
#: power over those of others, for a Python that lies in root's home folder. "itself": the user who grades.
Identity = Literal["nobody", "nobody with root's files", "itself"]

_SETGID, _SETUID, _SETPCAP, _SYS_ADMIN = 6, 7, 8, 21
_NEWNS, _NEWUTS, _NEWIPC, _NEWUSER, _NEWNET = 0x20000, 0x4000000, 0x8000000, 0x10000000, 0x40000000
_CAPABILITIES_3 = 0x20080522
#: SECBIT_NOROOT and SECBIT_NO_CAP_AMBIENT_RAISE with their locks: user 0 is one like any other.
_SECURE_BITS = 0b11 | 0b11 << 6


def choose(needed: Iterable[str]) -> Identity:
    """Whom a student process can become and still read the files and folders ``needed``.

    It is tried out, in a process of its own: permissions and user namespaces have more rules than can be foreseen here.
    """
    if os.geteuid() != 0 or not has(_SETUID) or not has(_SETGID):
        return "itself"
    pid = os.fork()
    if pid == 0:
        answer = 2
        try:
            become(NOBODY)
            answer = 0 if all(os.access(path, os.R_OK | os.X_OK * os.path.isdir(path)) for path in needed) else 1
        finally:
            os._exit(answer)
    known: dict[int, Identity] = {0: "nobody", 1: "nobody with root's files"}
    return known.get(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), "itself")


def enter_namespaces() -> None:
    """A network without an interface, and its own host name, System V memory and mounts.

    Root makes them directly, and everybody else in a user namespace, which many machines refuse.
    """
    user, group = os.geteuid(), os.getegid()
    direct = has(_SYS_ADMIN)
    syscalls.call("unshare", _NEWNET | _NEWIPC | _NEWUTS | _NEWNS | (0 if direct else _NEWUSER))
    if not direct:
        for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
            with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
                file.write(text)


def drop(identity: Identity) -> None:
    """Give up user, groups and every capability, so that none can come back.

    Raises:
        OSError: something is left.
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
        raise OSError(errno.EPERM, f"capabilities are left: {capabilities()}")
    if identity != "itself" and os.getresuid() != (NOBODY,) * 3:
        raise OSError(errno.EPERM, f"the user is still {os.getresuid()}")


def become(user: int) -> None:
    """The user and the group of this number, and of no other group."""
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)


def has(capability: int) -> bool:
    return bool(capabilities()[0] >> capability & 1)


def capabilities() -> tuple[int, int, int]:
    """Bits of the effective, permitted and inheritable capabilities."""
    data = ctypes.create_string_buffer(24)
    syscalls.call("capget", struct.pack("=Ii", _CAPABILITIES_3, 0), data)
    words = struct.unpack("=6I", data.raw)
    effective, permitted, inheritable = (low | high << 32 for low, high in zip(words[:3], words[3:], strict=True))
    return effective, permitted, inheritable


def _set_capabilities(bits: int) -> None:
    low, high = bits & 0xFFFFFFFF, bits >> 32
    syscalls.call("capset", struct.pack("=Ii", _CAPABILITIES_3, 0), struct.pack("=6I", low, low, 0, high, high, 0))


def _verify_irreversible() -> None:
    """Empty the sets from which a capability could be had again. Only who has CAP_SETPCAP can, or needs to."""
    if not has(_SETPCAP):
        return
    syscalls.prctl(syscalls.PR_CAP_AMBIENT, syscalls.PR_CAP_AMBIENT_CLEAR_ALL)
    capability = 0
    while True:
        try:
            syscalls.prctl(syscalls.PR_CAPBSET_READ, capability)
        except OSError:
            break  # one above the last that this kernel knows
        syscalls.prctl(syscalls.PR_CAPBSET_DROP, capability)
        capability += 1
    syscalls.prctl(syscalls.PR_SET_SECUREBITS, _SECURE_BITS)
