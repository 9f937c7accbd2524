"""Confinement of a freshly forked student process, with one small function for each layer.

This module alone combines the layers. In the order of :data:`MANDATORY` they remove life after the parent's death,
inherited descriptors, the environment, the user's rights, the machine's resources, ways to regain rights, files, system
calls, and other processes' view into this one. The last layer attempts the denied actions and requires each to fail.

Every function raises ``OSError`` if it cannot apply its layer. :func:`confine` then refuses the process, because
grading requires all of :data:`MANDATORY`. ``docs/security.md`` documents the effect of each layer and the risks that
remain.
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from foundations.sandbox import landlock, privileges, readable_paths, seccomp, selftest, syscalls

#: Layers that grading requires, in the order in which they are applied.
MANDATORY = (
    "parent-death signal",
    "descriptors",
    "environment",
    "no privileges",
    "resource limits",
    "no new privileges",
    "file barrier",
    "system-call filter",
    "not dumpable",
    "self-test",
)
#: A further layer before "no privileges", if the machine allows it.
OPTIONAL = "namespaces"
#: Ends the list of layers of a process that was allowed to continue without all of them.
UNSAFE = "unsafe"

#: Threads that a user may have beyond those that existed when the fork server started. A student process uses two or
#: three; the limit stops thread bombs. If student processes share their user with others, those threads count too.
_THREADS = 1024
#: Bytes of address space beyond memory_bytes, for libraries imported later and for thread-local heaps, which are
#: reserved but not used.
_ADDRESS_SPACE_MARGIN = 1 << 29

_ADVICE = {
    "parent-death signal": "check whether a container forbids prctl, a system call that every Linux has",
    "descriptors": "use Linux 5.9 or newer, and mount /proc",
    "environment": "check whether this user may enter the folder /",
    "no privileges": "as root, allow CAP_SETUID and CAP_SETGID, or grade as an ordinary user",
    "resource limits": "mount /proc, and check the limits of the shell (ulimit -a)",
    "no new privileges": "check whether a container forbids prctl, a system call that every Linux has",
    "file barrier": "grade on Linux 5.13 or newer with Landlock switched on (cat /sys/kernel/security/lsm must name "
    "landlock; the boot parameter lsm= adds it), and in a container allow the landlock system calls",
    "system-call filter": "grade on x86-64 or aarch64 Linux with CONFIG_SECCOMP_FILTER, and in a container allow the "
    "system call seccomp",
    "not dumpable": "check whether a container forbids prctl, a system call that every Linux has",
    "self-test": "report this with the kernel's version: it is a fault of the kernel or of this package",
}


class ConfinementError(Exception):
    """A layer could not be applied. No student code has run in the process."""

    def __init__(self, layer: str, reason: str, advice: str) -> None:
        super().__init__(f"{layer}: {reason}")
        self.layer = layer
        self.reason = reason
        self.advice = advice

    def to_json(self) -> dict[str, str]:
        return {"layer": self.layer, "reason": self.reason, "advice": self.advice}


@dataclass(frozen=True)
class Plan:
    """The settings that all student processes of a fork server share, determined once by :func:`prepare`."""

    forkserver: int
    identity: privileges.Identity
    #: The user who owns the files of a student process.
    owner: int
    #: Files and folders that may be read.
    readable: tuple[str, ...]
    #: Number of processes and threads that the user of student processes had before the first fork.
    tasks: int
    #: A folder that every user may write to; the self-test attempts it.
    temporary: str


@dataclass(frozen=True)
class ScratchGrant:
    """The right to write to one folder, with the largest size of a file there in bytes."""

    folder: str
    file_bytes: int


def prepare() -> Plan:
    """Examine the machine, in the fork server and after its imports.

    The environment of the fork server is cleared, because only its imports needed it.
    """
    clear_environment(None)
    identity = privileges.choose(readable_paths.required_paths())
    user = os.getuid() if identity == "itself" else privileges.NOBODY
    owner = privileges.NOBODY if identity == "nobody" else os.getuid()
    with contextlib.suppress(OSError):  # confine raises it again, with advice
        seccomp.program(0, syscalls.machine())  # caches the part that all processes share
    return Plan(os.getpid(), identity, owner, readable_paths.readable_folders(), _tasks_of(user), _public_folder())


def confine(plan: Plan, keep: Iterable[int], memory_bytes: int, scratch: ScratchGrant | None = None) -> list[str]:
    """Confine the calling process irrevocably and name the layers that are now in force.

    Args:
        plan: the result of :func:`prepare` in the parent of this process.
        keep: descriptors that stay open, in addition to 0, 1 and 2.
        memory_bytes: bytes that the process may allocate in addition to those that it has now.
        scratch: a folder that the process may write to.

    Raises:
        ConfinementError: a mandatory layer could not be applied.
    """
    layers: list[str] = []
    _apply("system-call filter", syscalls.machine)  # on an unknown machine no other layer could be applied either
    for name, step in _steps(plan, keep, memory_bytes, scratch):
        try:
            layers.append(_apply(name, step))
        except ConfinementError:
            if name != OPTIONAL:
                raise
    return layers


def confine_unsafely(
    plan: Plan, keep: Iterable[int], memory_bytes: int, scratch: ScratchGrant | None = None
) -> tuple[list[str], list[ConfinementError]]:
    """Apply as many layers as the machine allows, and return their names and the errors of the others.

    This is for examining a machine, and for debugging without grading.
    """
    layers: list[str] = []
    missing: list[ConfinementError] = []
    for name, step in _steps(plan, keep, memory_bytes, scratch):
        try:
            layers.append(_apply(name, step))
        except ConfinementError as error:
            missing.append(error)
    return [*layers, UNSAFE], missing


def _apply(name: str, step: Callable[[], str | None]) -> str:
    """Apply one layer and return its name, followed by a detail in parentheses if ``step`` returned one."""
    try:
        detail = step()
    except Exception as error:  # after any exception the layer is not in force
        raise ConfinementError(name, _reason(error), _ADVICE.get(name, "")) from error
    return f"{name} ({detail})" if detail else name


def is_complete(layers: Iterable[str]) -> bool:
    """Return whether ``layers``, as :func:`confine` names them, are exactly the mandatory ones in their order.

    The optional layer may be among them.
    """
    return [name for layer in layers if (name := layer.partition(" (")[0]) != OPTIONAL] == list(MANDATORY)


def _steps(
    plan: Plan, keep: Iterable[int], memory_bytes: int, scratch: ScratchGrant | None
) -> Iterator[tuple[str, Callable[[], str | None]]]:
    yield "parent-death signal", lambda: die_with_parent(plan.forkserver)
    yield "descriptors", lambda: close_descriptors(keep)
    yield "environment", lambda: clear_environment(scratch)
    yield OPTIONAL, privileges.enter_namespaces
    yield "no privileges", lambda: drop_privileges(plan)
    yield "resource limits", lambda: limit_resources(memory_bytes, scratch.file_bytes if scratch else 0, plan.tasks)
    yield "no new privileges", set_no_new_privs
    yield "file barrier", lambda: restrict_files(plan.readable, scratch)
    yield "system-call filter", install_syscall_filter
    yield "not dumpable", set_not_dumpable
    yield "self-test", lambda: selftest.run(plan.forkserver, plan.temporary, keep)


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this process when its parent ends, however the parent ends.

    The kernel acts when the thread that forked ends. The fork server has only one thread.

    Raises:
        OSError: ``parent`` has already ended.
    """
    syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        raise OSError(f"process {parent}, the parent, has already ended")


def close_descriptors(keep: Iterable[int]) -> None:
    """Close every file, socket and pipe of the judge, the fork server and other students, except those in ``keep``.

    Raises:
        OSError: the process has more than one thread, so the next layers would not apply to all of it.
    """
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    low = 3
    for descriptor in (*sorted(keep), 1 << 32):
        if low < descriptor:
            syscalls.call("close_range", low, descriptor - 1, 0)
        low = descriptor + 1
    if (threads := len(os.listdir("/proc/self/task"))) != 1:
        raise OSError(f"{threads} threads run in this process; the next layers would apply to one of them only")


#: torch.compile returns the function as it is: a compiler would need programs and a folder to write to. PyTorch makes
#: the folder of its compiler even then, unless it exists.
UNCOMPILED = {"TORCH_COMPILE_DISABLE": "1", "TORCHINDUCTOR_CACHE_DIR": "/"}


def clear_environment(scratch: ScratchGrant | None) -> None:
    """Remove every path, token and name of the grading machine from the environment, and change to the folder /.

    The variables that are set select the bundled subset of the data, UTF-8 for text, and no compilation.
    """
    os.environ.clear()
    os.environ.update(FOUNDATIONS_MNIST="bundled", LANG="C.UTF-8", **UNCOMPILED)
    if scratch:
        os.environ["TMPDIR"] = scratch.folder
        tempfile.tempdir = None
    os.chdir("/")


def drop_privileges(plan: Plan) -> str:
    """Give up the rights of root, of groups and of capabilities; as root, the rights of the same user as well."""
    privileges.drop(plan.identity)
    die_with_parent(plan.forkserver)  # a change of ids cancels the parent-death signal
    return f"user {os.getuid()}"


def limit_resources(memory_bytes: int, file_bytes: int, tasks: int) -> None:
    """Limit allocations, the size of files, and threads; forbid core dumps, locked memory and message queues.

    RLIMIT_CPU is not set: with it the kernel advances a process's CPU clock in steps of a scheduler tick, which is too
    coarse for the timings in students' notebooks. The judge reads the clock from outside and kills a process that runs
    too long. If the judge dies, all of its student processes die too.
    """
    size, data = _memory()
    for kind, value in (
        (resource.RLIMIT_DATA, data + memory_bytes),
        (resource.RLIMIT_AS, size + memory_bytes + _ADDRESS_SPACE_MARGIN),
        (resource.RLIMIT_FSIZE, file_bytes),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 32),
        (resource.RLIMIT_NPROC, tasks + _THREADS),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
        (resource.RLIMIT_SIGPENDING, 256),
        (resource.RLIMIT_NICE, 0),
        (resource.RLIMIT_RTPRIO, 0),
    ):
        _lower(kind, value)


def set_no_new_privs() -> None:
    """Keep set-user-id programs from restoring dropped rights. The next two layers require this."""
    syscalls.prctl(syscalls.PR_SET_NO_NEW_PRIVS, 1)
    if syscalls.prctl(syscalls.PR_GET_NO_NEW_PRIVS) != 1:
        raise OSError("PR_SET_NO_NEW_PRIVS succeeded but is not in force")


def restrict_files(folders: Iterable[str], scratch: ScratchGrant | None) -> str:
    """Allow reading of ``folders`` (Python, its libraries, this package and a few harmless files) and no writing.

    An assignment that declares a scratch folder may write to that folder.
    """
    version = landlock.abi()
    granted = [(folder, landlock.READ) for folder in folders]
    granted.append((os.devnull, landlock.READ | landlock.WRITE_FILE))
    if scratch:
        granted.append((scratch.folder, landlock.OWN))
    landlock.restrict_self(landlock.ruleset(version, granted), version)
    if scratch:
        os.chdir(scratch.folder)
    return f"Landlock ABI {version}"


def install_syscall_filter() -> None:
    """Deny processes, programs, sockets, signals to others, shared memory, and rarely used parts of the kernel."""
    # The kernel does not count root's threads, so root may not start any.
    seccomp.install(seccomp.program(os.getpid(), syscalls.machine(), threads=os.getuid() != 0))


def set_not_dumpable() -> None:
    """Keep processes of the same user, such as another student's, from inspecting this one; prevent core dumps."""
    syscalls.prctl(syscalls.PR_SET_DUMPABLE, 0)
    if syscalls.prctl(syscalls.PR_GET_DUMPABLE) != 0:
        raise OSError("PR_SET_DUMPABLE succeeded but is not in force")


def _reason(error: Exception) -> str:
    """Return the message of the kernel or the platform, with the kernel's version on Linux."""
    text = (error.strerror if isinstance(error, OSError) and error.strerror else str(error)) or type(error).__name__
    return f"{text} (Linux {os.uname().release})" if syscalls.is_linux() else text


def _lower(kind: int, value: int) -> None:
    """Lower a limit, and keep one that is already stricter, because only root may raise it."""
    hard = resource.getrlimit(kind)[1]
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(kind, (value, value))


def _memory() -> tuple[int, int]:
    """Return the bytes of address space that this process has now, and the bytes of private writable memory in it."""
    with open("/proc/self/statm", "rb", buffering=0) as statm:
        pages = statm.read(256).split()
    return int(pages[0]) * resource.getpagesize(), int(pages[5]) * resource.getpagesize()


def _public_folder() -> str:
    """Return a folder that every user may write to, or the root folder if the machine has no such folder."""
    try:
        return tempfile.gettempdir()
    except FileNotFoundError:
        return "/"


def _tasks_of(user: int) -> int:
    """Return how many processes and threads ``user`` has on this machine now, or 0 if that cannot be read."""
    count = 0
    for entry in filter(str.isdecimal, os.listdir("/proc") if syscalls.is_linux() else []):
        try:
            with open(f"/proc/{entry}/status", encoding="utf-8", errors="replace") as status:
                fields = dict(line.split(":", 1) for line in status if line.startswith(("Uid:", "Threads:")))
        except OSError:
            continue  # the process has ended
        if int(fields["Uid"].split()[0]) == user:
            count += int(fields["Threads"])
    return count
