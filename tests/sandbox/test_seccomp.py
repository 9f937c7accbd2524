"""The filter program, in a small interpreter for both machines, and in the kernel for a real process."""

import errno
import os
import socket
import struct

import confined
import pytest

from foundations.sandbox import seccomp, syscalls

PID = 4321
MACHINES = list(syscalls.NUMBERS)
ALLOW, KILL = 0x7FFF0000, 0x80000000
EVERY_ARGUMENT = (0, 1, PID, 0x10000, 0x7D0F00, (1 << 32) - 1, (1 << 64) - 1)


def refused(number):
    return 0x00050000 | number


def run(code, number, arguments=(), audit=None, machine="x86_64"):
    """Return the filter's answer to a call, by interpreting the part of classic BPF that the filter uses."""
    audit = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}[machine] if audit is None else audit
    data = struct.pack("=IIQ6Q", number, audit, 0, *arguments, *[0] * (6 - len(arguments)))
    lines = list(struct.iter_unpack("=HBBI", code))
    accumulator = at = 0
    while True:
        operation, if_true, if_false, operand = lines[at]
        at += 1
        if operation == 0x20:
            (accumulator,) = struct.unpack_from("=I", data, operand)
        elif operation == 0x06:
            return operand
        else:
            holds = {
                0x15: accumulator == operand,
                0x35: accumulator >= operand,
                0x45: bool(accumulator & operand),
            }[operation]
            at += if_true if holds else if_false


def answer(machine, name, *arguments, threads=True):
    code = seccomp.program(PID, machine, threads)
    return run(code, syscalls.NUMBERS[machine][name], arguments, machine=machine)


def names(groups):
    return " ".join(groups.values()).split()


@pytest.mark.parametrize("machine", MACHINES)
def test_every_number_has_the_answer_of_its_list(machine):
    """Calls are allowed, refused by name, or tested by argument; a number that is not in any list is unknown."""
    code = seccomp.program(PID, machine)
    numbers = syscalls.NUMBERS[machine]
    expected = {numbers[name]: ALLOW for name in names(seccomp.ALLOWED) if name in numbers}
    expected |= {numbers[name]: refused(errno.EPERM) for name in names(seccomp.REFUSED) if name in numbers}
    tested = {numbers[name] for name in TESTED_BY_ARGUMENT if name in numbers}

    for number in (*range(1024), 0x3FFFFFFF):
        if number not in tested:
            assert run(code, number, machine=machine) == expected.get(number, refused(errno.ENOSYS)), number


#: Their flags are in memory that a filter cannot read; libc falls back to older calls.
UNKNOWN_ON_PURPOSE = {"clone3", "openat2"}
TESTED_BY_ARGUMENT = {
    *("clone", "open", "openat", "fcntl", "ioctl", "prctl", "prlimit64", "socketpair", "sendto"),
    *("getpgid", "getsid", "getpriority", "sched_getaffinity", "sched_getparam", "sched_getscheduler", "sched_getattr"),
    *("sched_rr_get_interval", "get_robust_list"),
    *("clock_gettime", "clock_getres", "clock_nanosleep", "timer_create"),
    *("kill", "tkill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo"),
}


def test_every_call_of_the_table_is_in_exactly_one_list():
    """No call is forgotten, and no call is both allowed and refused."""
    every = set().union(*syscalls.NUMBERS.values())
    lists = [*names(seccomp.ALLOWED), *names(seccomp.REFUSED), *TESTED_BY_ARGUMENT, *UNKNOWN_ON_PURPOSE]

    assert sorted(lists) == sorted(every)


@pytest.mark.parametrize("machine", MACHINES)
def test_call_of_another_kind_of_machine_ends_the_process(machine):
    """32-bit calls have different numbers, and x32 calls have an additional bit."""
    code = seccomp.program(PID, machine)
    getpid = syscalls.NUMBERS[machine]["getpid"]

    for audit in (0x40000003, 0x40000028, 0xC00000B7 if machine == "x86_64" else 0xC000003E):
        assert run(code, getpid, audit=audit) == KILL
    if machine == "x86_64":
        assert run(code, 0x40000000 + getpid) == KILL
        assert run(code, 0xFFFFFFFF) == KILL


@pytest.mark.parametrize("machine", MACHINES)
def test_clone_makes_only_threads(machine):
    """The flags of libc are allowed; a process, a namespace, a traced thread or one with a descriptor is refused."""
    thread = 0x3D0F00
    assert answer(machine, "clone", thread) == ALLOW
    assert answer(machine, "clone", 0x7D0F00) == ALLOW
    assert answer(machine, "clone", thread, threads=False) == refused(errno.EAGAIN)
    for flags in (
        0,
        17,
        0x3C0F00,
        thread | 17,
        *(thread | 1 << bit for bit in (12, 13, 14, 15, 23, 25, *range(26, 32))),
    ):
        assert answer(machine, "clone", flags) == refused(errno.EPERM), hex(flags)
        assert answer(machine, "clone", flags, threads=False) == refused(errno.EPERM), hex(flags)
    assert answer(machine, "clone3", thread) == refused(errno.ENOSYS)


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("name", ["kill", "tkill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo"])
def test_process_can_signal_only_itself(machine, name):
    """Signals to the parent, a group, all processes, or process 1 are refused."""
    assert answer(machine, name, PID, 9, 9) == ALLOW
    for pid in (0, 1, PID - 1, PID + 1, (1 << 32) - 1, (1 << 32) - PID, (1 << 64) - 1):
        assert answer(machine, name, pid, 9, 9) == refused(errno.EPERM), pid


@pytest.mark.parametrize("machine", MACHINES)
def test_opening_for_reading_cannot_truncate(machine):
    """Landlock before ABI 3 does not deny O_TRUNC with O_RDONLY."""
    opens = [("openat", 2)] + [("open", 1)] * (machine == "x86_64")
    for name, index in opens:
        before = [0] * index
        for flags in (
            os.O_RDONLY,
            os.O_RDONLY | os.O_CLOEXEC,
            os.O_WRONLY | os.O_CREAT | os.O_TRUNC,
            os.O_RDWR | os.O_TRUNC,
        ):
            assert answer(machine, name, *before, flags) == ALLOW
        assert answer(machine, name, *before, os.O_RDONLY | os.O_TRUNC) == refused(errno.EPERM)
        assert answer(machine, name, *before, os.O_RDONLY | os.O_TRUNC | os.O_CLOEXEC) == refused(errno.EPERM)


@pytest.mark.parametrize("machine", MACHINES)
def test_few_commands_of_fcntl_and_ioctl_are_allowed(machine):
    """Signals through a descriptor's owner are refused, and so are commands to devices."""
    assert answer(machine, "fcntl", 0, 1030) == ALLOW
    for command in (8, 9, 10, 11, 15, 16, 1024, 1026, 1031, 1033):
        assert answer(machine, "fcntl", 0, command) == refused(errno.EPERM), command
    assert answer(machine, "ioctl", 0, 0x5401) == ALLOW
    for request in (0, 0x5412, 0x5413, 0x8901, 0x8902, 0x89A0):
        assert answer(machine, "ioctl", 0, request) == refused(errno.ENOTTY), hex(request)


@pytest.mark.parametrize("machine", MACHINES)
def test_prctl_cannot_undo_a_layer(machine):
    """The parent-death signal cannot be changed, and "dumpable" can only be cleared."""
    assert answer(machine, "prctl", syscalls.PR_SET_NAME, 77) == ALLOW
    assert answer(machine, "prctl", syscalls.PR_SET_DUMPABLE, 0) == ALLOW
    for value in (1, 2, PID):
        assert answer(machine, "prctl", syscalls.PR_SET_DUMPABLE, value) == refused(errno.EPERM)
    for value in EVERY_ARGUMENT:
        assert answer(machine, "prctl", syscalls.PR_SET_PDEATHSIG, value) == refused(errno.EPERM)
        for option in (8, 22, 24, 28, 36, 38, 47, 53, 0x59616D61):
            assert answer(machine, "prctl", option, value) == refused(errno.EPERM), option


FOREIGN = (1, 2, PID - 1, PID + 1, (1 << 32) - 1, (1 << 32) - PID, (1 << 63) + 1)
#: Calls that query a process, with the error for a foreign process.
ABOUT_A_PROCESS = {
    "getpgid": errno.EPERM,
    "getsid": errno.EPERM,
    "sched_getparam": errno.EPERM,
    "sched_getscheduler": errno.EPERM,
    "sched_getattr": errno.EPERM,
    "sched_rr_get_interval": errno.EPERM,
    "get_robust_list": errno.EPERM,
    "prlimit64": errno.EPERM,
    "sched_getaffinity": errno.ENOSYS,
}


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("name", ABOUT_A_PROCESS)
def test_process_can_query_only_itself(machine, name):
    """It is named by 0 or its own number; the kernel reads the low half of the argument, and so does the filter."""
    for pid in (0, PID, PID | 1 << 32, 7 << 32):
        assert answer(machine, name, pid, 7) == ALLOW, pid
    for pid in FOREIGN:
        assert answer(machine, name, pid, 7) == refused(ABOUT_A_PROCESS[name]), pid


@pytest.mark.parametrize("machine", MACHINES)
def test_process_can_query_only_its_own_priority(machine):
    """The priority of a group or a user is refused, because other processes may belong to it."""
    for pid in (0, PID):
        assert answer(machine, "getpriority", os.PRIO_PROCESS, pid) == ALLOW
        for which in (os.PRIO_PGRP, os.PRIO_USER, 3, (1 << 32) - 1):
            assert answer(machine, "getpriority", which, pid) == refused(errno.EPERM), which
    for pid in FOREIGN:
        assert answer(machine, "getpriority", os.PRIO_PROCESS, pid) == refused(errno.EPERM), pid


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("name", ["clock_gettime", "clock_getres", "clock_nanosleep", "timer_create"])
def test_clocks_of_processes_are_refused(machine, name):
    """A negative number is the CPU clock of a process, and the kernel reads it as a number of 32 bits."""
    for clock in (*range(12), 1 << 32, (5 << 32) + 2):
        assert answer(machine, name, clock) == ALLOW, clock
    for pid in (0, 1, PID, PID + 1, 1 << 22):
        for kind in range(8):
            clock = ~pid << 3 | kind
            for form in (clock % (1 << 64), clock % (1 << 32), clock % (1 << 32) | 5 << 32):
                assert answer(machine, name, form) == refused(errno.EPERM), (pid, kind, form)


@pytest.mark.parametrize("machine", MACHINES)
def test_limits_can_be_read_but_not_set(machine):
    """The third argument of prlimit points to new limits, so both halves of it must be 0."""
    assert answer(machine, "prlimit64", 0, 7, 0, 1) == ALLOW
    assert answer(machine, "prlimit64", 0, 7, 1, 0) == refused(errno.EPERM)
    assert answer(machine, "prlimit64", 0, 7, 1 << 32, 0) == refused(errno.EPERM)


@pytest.mark.parametrize("machine", MACHINES)
def test_sockets_are_connected_pairs(machine):
    """Sending to an address is refused."""
    stream = socket.SOCK_STREAM
    for kind in (stream, stream | socket.SOCK_CLOEXEC, stream | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC):
        assert answer(machine, "socketpair", socket.AF_UNIX, kind, 0) == ALLOW
    for kind in (0, socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC):
        assert answer(machine, "socketpair", socket.AF_UNIX, kind, 0) == refused(errno.EPERM), kind
    for family in (0, socket.AF_INET, socket.AF_NETLINK, socket.AF_VSOCK):
        assert answer(machine, "socketpair", family, stream, 0) == refused(errno.EPERM), family
    assert answer(machine, "sendto", 3, 1, 1, 0, 0, 0) == ALLOW
    assert answer(machine, "sendto", 3, 1, 1, 0, 1, 0) == refused(errno.EPERM)
    assert answer(machine, "sendto", 3, 1, 1, 0, 1 << 32, 0) == refused(errno.EPERM)


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("threads", [True, False])
def test_every_path_through_the_program_ends_inside_it(machine, threads):
    """No test skips past the end, and the last instruction returns."""
    lines = list(struct.iter_unpack("=HBBI", seccomp.program(PID, machine, threads)))
    for index, (operation, if_true, if_false, _) in enumerate(lines):
        if operation in (0x15, 0x35, 0x45):
            assert index + 1 + max(if_true, if_false) < len(lines)
    assert lines[-1][0] == 0x06
    assert len(lines) < 4096  # the kernel's limit


def test_kernel_answers_like_the_interpreter():
    """A real process under the filter makes allowed, refused and unknown calls, and is still alive."""
    done = confined.run(
        """
        from foundations.sandbox import syscalls
        from foundations.sandbox import seccomp
        import errno, os
        syscalls.prctl(syscalls.PR_SET_NO_NEW_PRIVS, 1)
        seccomp.install(seccomp.program(os.getpid(), syscalls.machine()))
        def errno_of(call):
            try: call()
            except OSError as error: return errno.errorcode[error.errno]
        say(
            mode=syscalls.prctl(syscalls.PR_GET_SECCOMP),
            getpid=syscalls.call("getpid") == os.getpid(),
            fork=errno_of(os.fork),
            chmod=errno_of(lambda: os.chmod("/", 0o755)),
            own=errno_of(lambda: os.kill(os.getpid(), 0)),
            parent=errno_of(lambda: os.kill(os.getppid(), 0)),
            unknown=errno_of(lambda: syscalls.call_number(999, "unknown")),
        )
        """
    )
    assert done == {
        "mode": 2,
        "getpid": True,
        "fork": "EPERM",
        "chmod": "EPERM",
        "own": None,
        "parent": "EPERM",
        "unknown": "ENOSYS",
    }


def test_filter_requires_no_new_privileges():
    """An ordinary user could otherwise run a set-user-id program under a filter of their choice."""
    done = confined.run(
        """
        from foundations.sandbox import syscalls
        from foundations.sandbox import privileges
        from foundations.sandbox import seccomp
        import os
        privileges.drop(privileges.choose([]))
        try: seccomp.install(seccomp.program(os.getpid(), syscalls.machine()))
        except OSError as error: say(error=str(error))
        """
    )
    assert "seccomp" in done["error"]


def test_confined_process_cannot_query_other_processes():
    """The answer is the same for its parent, for process 1, and for a process that does not exist."""
    done = confined.student(
        """
        import ctypes, errno, time
        from foundations.sandbox import syscalls
        libc = ctypes.CDLL(None, use_errno=True)
        room = ctypes.create_string_buffer(256)
        def raw(name, *arguments):
            number = syscalls.NUMBERS[syscalls.machine()][name]
            return 0 if libc.syscall(number, *map(ctypes.c_long, arguments)) >= 0 else ctypes.get_errno()
        at = ctypes.addressof(room)
        behind = {"sched_getparam": (at,), "sched_getattr": (at, 56, 0), "sched_rr_get_interval": (at,),
                  "sched_getaffinity": (128, at), "get_robust_list": (at, at + 64), "prlimit64": (7, 0, at)}
        calls = ("getpgid", "getsid", "sched_getscheduler", *behind)
        ask = lambda pid: [errno.errorcode.get(raw(name, pid, *behind.get(name, ())), "") for name in calls]
        clocks = lambda pid: {errno.errorcode.get(raw(name, ~pid << 3 | kind, at, at, at), "")
                              for name in ("clock_gettime", "clock_getres") for kind in range(8)}
        priority = lambda which, who: errno.errorcode.get(raw("getpriority", which, who), "")
        own, others = os.getpid(), (os.getppid(), 1, 999_999)
        say(
            own=[ask(0), ask(own)],
            others=[ask(pid) for pid in others],
            clocks=sorted(set().union(*map(clocks, (own, *others)))),
            priority=[priority(0, 0), priority(0, own), *(priority(0, pid) for pid in others), priority(2, 0)],
        )
        """
    )
    assert done["own"] == [[""] * 9] * 2
    assert done["others"] == [["EPERM"] * 6 + ["ENOSYS"] + ["EPERM"] * 2] * 3
    assert done["clocks"] == ["EPERM"]
    assert done["priority"] == ["", "", "EPERM", "EPERM", "EPERM", "EPERM"]


def test_libraries_can_query_their_own_process():
    """This covers clocks, the processors, the stack of each thread, timers, and threads of torch and numpy."""
    done = confined.student(
        """
        import asyncio, ctypes, signal, threading, time
        import concurrent.futures, numpy, torch
        libc = ctypes.CDLL(None, use_errno=True)
        libc.pthread_self.restype = ctypes.c_ulong
        def stack():
            attributes, address, size = ctypes.create_string_buffer(128), ctypes.c_void_p(), ctypes.c_size_t()
            found = libc.pthread_getattr_np(ctypes.c_ulong(libc.pthread_self()), attributes)
            libc.pthread_attr_getstack(attributes, ctypes.byref(address), ctypes.byref(size))
            return [found, size.value > 0]
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            product = lambda: float(torch.ones(64, 64).mm(torch.ones(64, 64))[0, 0])
            threads = [pool.submit(stack).result(), pool.submit(product).result()]
        beat = threading.Event()
        threading.Timer(0.01, beat.set).start()
        rung = []
        signal.signal(signal.SIGALRM, lambda *_: rung.append(1))
        signal.setitimer(signal.ITIMER_REAL, 0.01)
        time.sleep(0.1)
        clocks = [time.time(), time.monotonic(), time.perf_counter(), time.process_time(), time.thread_time()]
        processors = os.sched_getaffinity(0)
        say(
            threads=threads, beat=beat.wait(5), rung=rung,
            clocks=[value >= 0 for value in clocks], information=time.get_clock_info("process_time").implementation,
            affinity=len(processors) >= 1 and processors == os.sched_getaffinity(os.getpid()),
            session=[os.getsid(0) == os.getsid(os.getpid()), os.getpgid(0) > 0, os.getpriority(0, 0) >= 0],
            slept=asyncio.run(asyncio.sleep(0.01, "yes")),
            torch=[torch.get_num_threads() >= 1, float(torch.randn(100, 100).svd().S[0]) > 0],
            numpy=float(numpy.linalg.norm(numpy.eye(50))) > 7,
        )
        """,
        memory_bytes=1 << 30,
    )
    assert done == {
        "threads": [[0, True], 64.0], "beat": True, "rung": [1], "clocks": [True] * 5,
        "information": "clock_gettime(CLOCK_PROCESS_CPUTIME_ID)", "affinity": True, "session": [True] * 3,
        "slept": "yes", "torch": [True, True], "numpy": True,
    }  # fmt: skip
