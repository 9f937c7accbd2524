"""Confinement of a freshly forked student process: what it may not do, one small function for each denial.

This is the one place where the layers are put together. In the order of :data:`MANDATORY` they take away an orphan's
life, inherited descriptors, the environment, the user's rights, the machine's resources, ways to new rights, files,
system calls, and the view of other processes into this one. The last step tries what is denied, and finds it denied.

Every function raises ``OSError`` where it cannot keep its promise. :func:`confine` then refuses: without all of
:data:`MANDATORY` nothing is graded. ``docs/security.md`` says what each layer stops, and what is left.
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

#: Layers without which nothing is graded, in the order in which they are put on.
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
#: A further layer where the machine lets it, before "no privileges".
OPTIONAL = "namespaces"
#: Ends the list of layers of a process that was let through without all of them.
UNSAFE = "unsafe"

#: Threads that a user may have beyond those that were there when the fork server started. One uses two or three; what
#: is bounded is a bomb. Where student processes share their user with others, those count, and need the room.
_THREADS = 1024
#: Address space beyond memory_bytes: libraries imported later, and thread-local heaps, reserved and not used.
_ADDRESS_SPACE_MARGIN = 1 << 29

_ADVICE = {
    "parent-death signal": "this is a call that every Linux has; look whether a container forbids prctl",
    "descriptors": "use Linux 5.9 or newer, and mount /proc",
    "environment": "look whether the folder / can be entered",
    "no privileges": "as root, allow CAP_SETUID and CAP_SETGID, or grade as an ordinary user",
    "resource limits": "mount /proc, and look at the limits of the shell (ulimit -a)",
    "no new privileges": "this is a call that every Linux has; look whether a container forbids prctl",
    "file barrier": "grade on Linux 5.13 or newer with Landlock switched on (cat /sys/kernel/security/lsm must name "
    "landlock; the boot parameter lsm= adds it), and in a container allow the landlock system calls",
    "system-call filter": "grade on x86-64 or aarch64 Linux with CONFIG_SECCOMP_FILTER, and in a container allow the "
    "system call seccomp",
    "not dumpable": "this is a call that every Linux has; look whether a container forbids prctl",
    "self-test": "this is a fault of the kernel's or of this package's; please report it with the kernel's version",
}


class ConfinementError(Exception):
    """A mandatory layer could not be put on. No student code has run."""

    def __init__(self, layer: str, reason: str, advice: str) -> None:
        super().__init__(f"{layer}: {reason}")
        self.layer = layer
        self.reason = reason
        self.advice = advice

    def to_json(self) -> dict[str, str]:
        return {"layer": self.layer, "reason": self.reason, "advice": self.advice}


@dataclass(frozen=True)
class Plan:
    """What is the same for all student processes of a fork server, found out once by :func:`prepare`."""

    forkserver: int
    identity: privileges.Identity
    #: The user whom files of a student process belong to.
    owner: int
    #: Files and folders that may be read.
    readable: tuple[str, ...]
    #: Processes and threads that the user of student processes had before there was one.
    tasks: int
    #: A folder that everybody may write to, for trying it.
    temporary: str


@dataclass(frozen=True)
class ScratchGrant:
    """A folder of the student process's own, and how large a file in it may be."""

    folder: str
    file_bytes: int


def prepare() -> Plan:
    """Look at the machine, in the fork server, when all is imported. Its environment has done its work by then."""
    clear_environment(None)
    identity = privileges.choose(readable_paths.required_paths())
    user = os.getuid() if identity == "itself" else privileges.NOBODY
    owner = privileges.NOBODY if identity == "nobody" else os.getuid()
    with contextlib.suppress(OSError):  # confine says it
        seccomp.program(0, syscalls.machine())  # keeps what is the same for all
    return Plan(os.getpid(), identity, owner, readable_paths.readable_folders(), _tasks_of(user), _public_folder())


def confine(plan: Plan, keep: Iterable[int], memory_bytes: int, scratch: ScratchGrant | None = None) -> list[str]:
    """Confine the calling process for good and name the layers that are now in force.

    Args:
        plan: of :func:`prepare`, made by the parent of this process.
        keep: descriptors that stay open beside 0, 1 and 2.
        memory_bytes: what the process may allocate beyond what it has now.
        scratch: a folder that it may write to.

    Raises:
        ConfinementError: a mandatory layer could not be put on.
    """
    layers: list[str] = []
    _apply("system-call filter", syscalls.machine)  # on an unknown machine nothing else could be put on, either
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
    """Put on what can be, and say what cannot: for looking at a machine, and for debugging where nothing is graded."""
    layers: list[str] = []
    missing: list[ConfinementError] = []
    for name, step in _steps(plan, keep, memory_bytes, scratch):
        try:
            layers.append(_apply(name, step))
        except ConfinementError as error:
            missing.append(error)
    return [*layers, UNSAFE], missing


def _apply(name: str, step: Callable[[], str | None]) -> str:
    """The name of the layer, with what is worth knowing beside it."""
    try:
        detail = step()
    except Exception as error:  # whatever it is, the layer is not in force
        raise ConfinementError(name, _reason(error), _ADVICE.get(name, "")) from error
    return f"{name} ({detail})" if detail else name


def is_complete(layers: Iterable[str]) -> bool:
    """Whether ``layers``, as :func:`confine` names them, are all mandatory ones in their order, and no others."""
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
    """No orphan outlives the process that forked it, however that one ends.

    What counts for the kernel is the thread that forked: the fork server has only one.
    """
    syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        raise OSError(f"process {parent}, the parent, has ended")


def close_descriptors(keep: Iterable[int]) -> None:
    """No file, socket or pipe of the judge, the fork server or another student can be used."""
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    low = 3
    for descriptor in (*sorted(keep), 1 << 32):
        if low < descriptor:
            syscalls.call("close_range", low, descriptor - 1, 0)
        low = descriptor + 1
    if (threads := len(os.listdir("/proc/self/task"))) != 1:
        raise OSError(f"{threads} threads run in this process; what follows would hold for one of them")


def clear_environment(scratch: ScratchGrant | None) -> None:
    """No path, token or name of the grading machine is left in the environment, nor a folder to stand in.

    What remains pins the data to the bundled subset, and text to UTF-8.
    """
    os.environ.clear()
    os.environ.update(FOUNDATIONS_MNIST="bundled", LANG="C.UTF-8")
    if scratch:
        os.environ["TMPDIR"] = scratch.folder
        tempfile.tempdir = None
    os.chdir("/")


def drop_privileges(plan: Plan) -> str:
    """No right of root, of a group or of a capability; as root, not even the rights of the same user."""
    privileges.drop(plan.identity)
    die_with_parent(plan.forkserver)  # a change of ids made the kernel forget it
    return f"user {os.getuid()}"


def limit_resources(memory_bytes: int, file_bytes: int, tasks: int) -> None:
    """No allocation beyond the limit, no file larger than ``file_bytes``, no bomb of threads, nothing locked or queued.

    RLIMIT_CPU is left alone: with it the kernel moves a process's CPU clock in steps of a scheduler tick, too coarse
    for what students time in their notebooks. The judge reads the clock from outside and ends what runs too long; if
    it dies, so does everything below it.
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
    """No set-user-id program can give back what was dropped. The two layers that follow require it."""
    syscalls.prctl(syscalls.PR_SET_NO_NEW_PRIVS, 1)
    if syscalls.prctl(syscalls.PR_GET_NO_NEW_PRIVS) != 1:
        raise OSError("it was set and is not in force")


def restrict_files(folders: Iterable[str], scratch: ScratchGrant | None) -> str:
    """No file can be opened but Python, its libraries, this package and a few that tell nothing; none can be written.

    An assignment that declares it has one folder of its own.
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
    """No process, program, socket, signal to others, shared memory, or seldom used part of the kernel."""
    # The kernel counts no threads for root, so as root there are none.
    seccomp.install(seccomp.program(os.getpid(), syscalls.machine(), threads=os.getuid() != 0))


def set_not_dumpable() -> None:
    """No process of the same user can look into this one, another student's least of all; and no core is dumped."""
    syscalls.prctl(syscalls.PR_SET_DUMPABLE, 0)
    if syscalls.prctl(syscalls.PR_GET_DUMPABLE) != 0:
        raise OSError("it was set and is not in force")


def _reason(error: Exception) -> str:
    """What the kernel or the platform said."""
    text = (error.strerror if isinstance(error, OSError) and error.strerror else str(error)) or type(error).__name__
    return f"{text} (Linux {os.uname().release})" if syscalls.is_linux() else text


def _lower(kind: int, value: int) -> None:
    """Lower a limit; one that is already stricter stays, for only root may raise it."""
    hard = resource.getrlimit(kind)[1]
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(kind, (value, value))


def _memory() -> tuple[int, int]:
    """Bytes of address space that this process has now, and of private writable memory in it."""
    with open("/proc/self/statm", "rb", buffering=0) as statm:
        pages = statm.read(256).split()
    return int(pages[0]) * resource.getpagesize(), int(pages[5]) * resource.getpagesize()


def _public_folder() -> str:
    """Where everybody may write; on a machine without such a place the root folder stands for it."""
    try:
        return tempfile.gettempdir()
    except FileNotFoundError:
        return "/"


def _tasks_of(user: int) -> int:
    """Processes and threads that ``user`` has on this machine now; 0 where that cannot be seen."""
    count = 0
    for entry in filter(str.isdecimal, os.listdir("/proc") if syscalls.is_linux() else []):
        try:
            with open(f"/proc/{entry}/status", encoding="utf-8", errors="replace") as status:
                fields = dict(line.split(":", 1) for line in status if line.startswith(("Uid:", "Threads:")))
        except OSError:
            continue  # ended meanwhile
        if int(fields["Uid"].split()[0]) == user:
            count += int(fields["Threads"])
    return count
