"""The system-call filter: the calls that a student process may make, assembled by hand into a filter program.

The filter is a list of allowed calls. Other calls have one of three results:

- A call named in :data:`REFUSED` fails with EPERM, so that Python raises "Operation not permitted".
- Any other call, including future ones, fails with ENOSYS, as on a kernel without it. libc then falls back to an older
  call: from clone3 and openat2, whose flags a filter cannot read, to clone and openat.
- A call for another kind of machine (32-bit, x32) ends the process.

The program is a sequence of independent tests, such as "if this is the number of read: allow". A test of arguments
reads their values only, because memory behind a pointer could change after the test.

``docs/decisions/0010-seccomp-and-landlock-by-hand.md`` explains why no package is used for this.
"""

from __future__ import annotations

import ctypes
import errno
import functools
import struct
from collections.abc import Iterable, Mapping

from foundations.sandbox import syscalls

#: Allowed calls by purpose. They reach no other process, and no file that Landlock denies.
ALLOWED = {
    "descriptors": "read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 lseek close close_range "
    "dup dup2 dup3 pipe pipe2 flock fsync fdatasync ftruncate fallocate fadvise64 readahead eventfd2",
    "waiting for them": "poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait "
    "epoll_pwait2",
    "looking at files": "stat fstat lstat newfstatat statx statfs fstatfs access faccessat faccessat2 readlink "
    "readlinkat getdents getdents64 getcwd chdir fchdir",
    "the process's own files": "umask mkdir mkdirat rmdir unlink unlinkat rename renameat renameat2",
    "memory": "brk mmap munmap mprotect mremap madvise msync mincore",
    "threads": "exit exit_group futex futex_waitv set_robust_list set_tid_address rseq membarrier arch_prctl "
    "restart_syscall getcpu wait4 waitid sched_yield sched_get_priority_max sched_get_priority_min",
    "signals to the process itself": "rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigtimedwait "
    "rt_sigsuspend sigaltstack pause",
    "time": "time gettimeofday nanosleep times alarm getitimer setitimer timer_settime timer_gettime timer_getoverrun "
    "timer_delete",
    "the process's own identity and limits": "getpid getppid gettid getuid geteuid getgid getegid getresuid getresgid "
    "getgroups getpgrp getrlimit getrusage sysinfo uname capget getrandom",
    "a pair of sockets": "recvfrom shutdown getsockname getpeername getsockopt",
}

#: Calls that are refused by name, by purpose, so that the message is "Operation not permitted".
REFUSED = {
    "processes and programs": "fork vfork execve execveat setsid setpgid",
    "other processes": "ptrace process_vm_readv process_vm_writev process_madvise kcmp pidfd_open pidfd_getfd "
    "pidfd_send_signal",
    "the network": "socket connect bind listen accept accept4 sendmsg recvmsg sendmmsg recvmmsg setsockopt",
    "other views of the machine": "unshare setns mount umount2 pivot_root chroot open_tree move_mount fsopen fsconfig "
    "fsmount fspick mount_setattr",
    "the kernel's large interfaces": "bpf perf_event_open userfaultfd io_uring_setup io_uring_enter io_uring_register "
    "keyctl add_key request_key modify_ldt",
    "memory that outlives a process or is not counted": "memfd_create memfd_secret shmget shmat shmdt shmctl msgget "
    "msgsnd msgrcv msgctl semget semop semtimedop semctl mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify "
    "mq_getsetattr",
    "identity and confinement": "setuid setgid setreuid setregid setresuid setresgid setgroups setfsuid setfsgid "
    "capset personality setrlimit seccomp landlock_create_ruleset landlock_add_rule landlock_restrict_self",
    "gaps of Landlock": "chmod fchmod fchmodat chown fchown lchown fchownat setxattr lsetxattr fsetxattr "
    "removexattr lremovexattr fremovexattr utime utimes futimesat utimensat truncate inotify_init inotify_init1 "
    "inotify_add_watch fanotify_init fanotify_mark name_to_handle_at open_by_handle_at",
    "links and special files": "creat link linkat symlink symlinkat mknod mknodat",
    "a larger share of the machine": "sched_setaffinity sched_setparam sched_setscheduler sched_setattr setpriority "
    "ioprio_set mbind set_mempolicy migrate_pages move_pages",
    "the machine itself": "init_module finit_module delete_module kexec_load kexec_file_load reboot swapon swapoff "
    "acct settimeofday clock_settime adjtimex clock_adjtime sethostname setdomainname ioperm iopl syslog "
    "quotactl vhangup",
}

#: Calls whose first argument is a process, which must be 0 or the calling process. About another process they would
#: reveal that it exists, and how it is scheduled.
_ABOUT_A_PROCESS = (
    "getpgid getsid sched_getparam sched_getscheduler sched_getattr sched_rr_get_interval get_robust_list prlimit64"
)
#: Calls whose first argument is a clock. A negative one is the CPU clock of a process, or of a thread.
_ABOUT_A_CLOCK = "clock_gettime clock_getres clock_nanosleep timer_create"
_NEGATIVE = 0x80000000

_AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32 = 0x40000000
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_KILL, _ALLOW, _ERRNO = 0x80000000, 0x7FFF0000, 0x00050000
_NUMBER, _MACHINE, _ARGUMENTS = 0, 4, 16

_SET_MODE_FILTER, _TSYNC = 1, 1
_MODE_FILTER = 2

#: Flags of clone(2) as libc sets them for a thread. CLONE_THREAD is required; only flags of the mask may be set.
_THREAD = 0x10000
_THREAD_FLAGS = 0x7D0F00
#: open(2): opening a file for reading must not truncate it, which Landlock before ABI 3 does not prevent.
_WRITING, _TRUNCATING = 0o3, 0o1000
#: fcntl(2): duplicating, flags and locks. Not F_SETOWN and F_SETSIG, by which a signal can be sent to any process.
_FCNTL = (0, 1, 2, 3, 4, 5, 6, 7, 36, 37, 38, 1030)
#: ioctl(2): TCGETS (is it a terminal?), FIONREAD, FIONBIO, FIONCLEX, FIOCLEX.
_IOCTL = (0x5401, 0x541B, 0x5421, 0x5450, 0x5451)
#: prctl(2): operations that only read, and names of threads and memory. Not PR_SET_PDEATHSIG, which would let a process
#: outlive its parent.
_PRCTL = (
    syscalls.PR_GET_PDEATHSIG, syscalls.PR_GET_DUMPABLE, syscalls.PR_SET_NAME, syscalls.PR_GET_NAME,
    syscalls.PR_GET_SECCOMP, syscalls.PR_CAPBSET_READ, syscalls.PR_GET_NO_NEW_PRIVS, syscalls.PR_SET_VMA,
)  # fmt: skip
_PRIO_PROCESS = 0
_AF_UNIX, _SOCK_STREAM, _SOCK_KIND = 1, 1, 0xF

#: One instruction: its code, how many instructions to skip if true and if false, and its operand. "no" instead of a
#: number skips to the refusal at the end of the test.
Instruction = tuple[int, int | str, int | str, int]


def program(pid: int, machine: str, threads: bool = True) -> bytes:
    """Assemble the filter for process ``pid`` on ``machine``, in the kernel's form of 8 bytes an instruction.

    With ``threads=False`` the process cannot start threads. This is for a process whose threads the kernel does not
    count.
    """
    numbers = syscalls.NUMBERS[machine]
    lines: list[Instruction] = []
    for name in ("kill", "tkill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo"):
        lines += _only_if(numbers[name], _one_of(0, pid))
    lines += _queries_of_itself(numbers, pid)
    a_thread = _no_bit(0, ~_THREAD_FLAGS & 0xFFFFFFFF), _bit(0, _THREAD)
    lines += _only_if(numbers["clone"], *a_thread, then=_ALLOW if threads else _ERRNO | errno.EAGAIN)
    return _same_for_all(machine) + _packed([*lines, _give(_ERRNO | errno.ENOSYS)])


def _queries_of_itself(numbers: Mapping[str, int], pid: int) -> list[Instruction]:
    """Allow calls that query a process, for process ``pid`` only.

    The kernel reads the low half of an argument, and so do these tests.
    """
    lines: list[Instruction] = []
    for name in _ABOUT_A_PROCESS.split():
        further = [_null(2)] if name == "prlimit64" else []
        lines += _only_if(numbers[name], _one_of(0, 0, pid), *further)
    lines += _only_if(numbers["getpriority"], _one_of(0, _PRIO_PROCESS), _one_of(1, 0, pid))
    # libc queries a thread other than the first by the thread's number, and manages without the call on ENOSYS.
    return lines + _only_if(numbers["sched_getaffinity"], _one_of(0, 0, pid), otherwise=errno.ENOSYS)


def install(code: bytes) -> None:
    """Apply the filter ``code`` to every thread of this process, irrevocably.

    "No new privileges" must be set before.

    Raises:
        OSError: this kernel, or a filter that is already in force, does not allow it.
    """
    buffer = ctypes.create_string_buffer(code, len(code))
    arguments = struct.pack("=HxxxxxxQ", len(code) // 8, ctypes.addressof(buffer))
    if (thread := syscalls.call("seccomp", _SET_MODE_FILTER, _TSYNC, arguments)) != 0:
        raise OSError(f"seccomp: the filter could not be applied to thread {thread}")
    if syscalls.prctl(syscalls.PR_GET_SECCOMP) != _MODE_FILTER:
        raise OSError("seccomp: the filter was accepted but is not in force")


@functools.cache
def _same_for_all(machine: str) -> bytes:
    """Assemble the part of the program that does not depend on the process."""
    numbers = syscalls.NUMBERS[machine]
    lines: list[Instruction] = [(_LOAD, 0, 0, _MACHINE), (_EQUAL, 1, 0, _AUDIT[machine]), _give(_KILL)]
    lines.append((_LOAD, 0, 0, _NUMBER))
    if machine == "x86_64":
        lines += [(_AT_LEAST, 0, 1, _X32), _give(_KILL)]
    for groups, answer in ((ALLOWED, _ALLOW), (REFUSED, _ERRNO | errno.EPERM)):
        for name in " ".join(groups.values()).split():
            if name in numbers:
                lines += [(_EQUAL, 0, 1, numbers[name]), _give(answer)]
    lines += _only_if(numbers["openat"], _does_not_truncate(2))
    if "open" in numbers:
        lines += _only_if(numbers["open"], _does_not_truncate(1))
    lines += _only_if(numbers["fcntl"], _one_of(1, *_FCNTL))
    lines += _only_if(numbers["ioctl"], _one_of(1, *_IOCTL), otherwise=errno.ENOTTY)
    # The layer "not dumpable" is applied after the filter, so the filter must allow that operation.
    lines += _only_if(numbers["prctl"], _one_of(0, *_PRCTL, syscalls.PR_SET_DUMPABLE), _not_dumpable())
    for name in _ABOUT_A_CLOCK.split():
        lines += _only_if(numbers[name], _no_bit(0, _NEGATIVE))
    # asyncio makes a pair of connected sockets. A datagram socket could send to any address.
    lines += _only_if(numbers["socketpair"], _one_of(0, _AF_UNIX), _stream())
    lines += _only_if(numbers["sendto"], _null(4))
    return _packed(lines)


def _give(answer: int) -> Instruction:
    return (_RETURN, 0, 0, answer)


def _only_if(
    number: int, *conditions: Iterable[Instruction], then: int = _ALLOW, otherwise: int = errno.EPERM
) -> list[Instruction]:
    """Answer the call ``number`` with ``then`` if all ``conditions`` hold, and with the error ``otherwise`` if not."""
    body = [line for condition in conditions for line in condition] + [_give(then)]
    body = [_resolved(line, len(body) - index - 1) for index, line in enumerate(body)]
    body.append(_give(_ERRNO | otherwise))
    return [(_EQUAL, 0, len(body), number), *body]


def _resolved(line: Instruction, distance: int) -> Instruction:
    code, if_true, if_false, operand = line
    return (code, *(distance if skip == "no" else skip for skip in (if_true, if_false)), operand)  # type: ignore[return-value]


def _load(argument: int, high: bool = False) -> Instruction:
    """Load the low (or high) 32 bits of an argument into the accumulator; both machines store the low ones first."""
    return (_LOAD, 0, 0, _ARGUMENTS + 8 * argument + 4 * high)


def _one_of(argument: int, *values: int) -> list[Instruction]:
    tests: list[Instruction] = [(_EQUAL, len(values) - 1 - index, 0, value) for index, value in enumerate(values)]
    tests[-1] = (_EQUAL, 0, "no", values[-1])
    return [_load(argument), *tests]


def _null(argument: int) -> list[Instruction]:
    return [line for high in (False, True) for line in (_load(argument, high), (_EQUAL, 0, "no", 0))]


def _no_bit(argument: int, mask: int) -> list[Instruction]:
    return [_load(argument), (_ANY_BIT, "no", 0, mask)]


def _bit(argument: int, mask: int) -> list[Instruction]:
    return [_load(argument), (_ANY_BIT, 0, "no", mask)]


def _does_not_truncate(argument: int) -> list[Instruction]:
    return [_load(argument), (_ANY_BIT, 1, 0, _WRITING), (_ANY_BIT, "no", 0, _TRUNCATING)]


def _not_dumpable() -> list[Instruction]:
    """If the operation in the accumulator is PR_SET_DUMPABLE, require that its value is 0."""
    return [(_EQUAL, 0, 2, syscalls.PR_SET_DUMPABLE), _load(1), (_EQUAL, 0, "no", 0)]


def _stream() -> list[Instruction]:
    """Require SOCK_STREAM, with or without SOCK_NONBLOCK and SOCK_CLOEXEC: bit 0 set, bits 1 to 3 clear."""
    return [*_no_bit(1, _SOCK_KIND & ~_SOCK_STREAM), *_bit(1, _SOCK_STREAM)]


def _packed(lines: Iterable[Instruction]) -> bytes:
    return b"".join(struct.pack("=HBBI", *line) for line in lines)
