"""The filter program, run by a small interpreter for both machines, and by the kernel in a real process."""

import errno
import os
import socket
import struct

import confined
import pytest

from foundations import kernel, seccomp

PID = 4321
MACHINES = list(kernel.NUMBERS)
ALLOW, KILL = 0x7FFF0000, 0x80000000
EVERY_ARGUMENT = (0, 1, PID, 0x10000, 0x7D0F00, (1 << 32) - 1, (1 << 64) - 1)


def refused(number):
    return 0x00050000 | number


def run(code, number, arguments=(), audit=None, machine="x86_64"):
    """What the filter answers to a call: the part of classic BPF that it is written in."""
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
    return run(code, kernel.NUMBERS[machine][name], arguments, machine=machine)


def names(groups):
    return " ".join(groups.values()).split()


@pytest.mark.parametrize("machine", MACHINES)
def test_every_number_has_the_answer_that_the_lists_say(machine):
    """Allowed, refused by name, looked at; and every number that is in none of the lists is unknown."""
    code = seccomp.program(PID, machine)
    known = kernel.NUMBERS[machine]
    expected = {known[name]: ALLOW for name in names(seccomp.ALLOWED) if name in known}
    expected |= {known[name]: refused(errno.EPERM) for name in names(seccomp.REFUSED) if name in known}
    looked_at = {known[name] for name in LOOKED_AT if name in known}

    for number in (*range(1024), 0x3FFFFFFF):
        if number not in looked_at:
            assert run(code, number, machine=machine) == expected.get(number, refused(errno.ENOSYS)), number


#: Their flags lie where a filter cannot see them; libc goes back to older calls.
UNKNOWN_ON_PURPOSE = {"clone3", "openat2"}
LOOKED_AT = {
    *("clone", "open", "openat", "fcntl", "ioctl", "prctl", "prlimit64", "socketpair", "sendto"),
    *("kill", "tkill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo"),
}


def test_every_call_of_the_table_is_in_one_list():
    """None is forgotten, and none is allowed and refused at once."""
    every = set().union(*kernel.NUMBERS.values())
    lists = [*names(seccomp.ALLOWED), *names(seccomp.REFUSED), *LOOKED_AT, *UNKNOWN_ON_PURPOSE]

    assert sorted(lists) == sorted(every)


@pytest.mark.parametrize("machine", MACHINES)
def test_another_kind_of_machine_ends_the_process(machine):
    """32-bit calls have other numbers; so has x32, by a bit."""
    code = seccomp.program(PID, machine)
    getpid = kernel.NUMBERS[machine]["getpid"]

    for audit in (0x40000003, 0x40000028, 0xC00000B7 if machine == "x86_64" else 0xC000003E):
        assert run(code, getpid, audit=audit) == KILL
    if machine == "x86_64":
        assert run(code, 0x40000000 + getpid) == KILL
        assert run(code, 0xFFFFFFFF) == KILL


@pytest.mark.parametrize("machine", MACHINES)
def test_clone_makes_threads_and_nothing_else(machine):
    """As libc asks for them; a process, a namespace, a thread traced or with a descriptor are refused."""
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
def test_signals_go_to_oneself_only(machine, name):
    """Not to the parent, a group, everybody, or process 1."""
    assert answer(machine, name, PID, 9, 9) == ALLOW
    for pid in (0, 1, PID - 1, PID + 1, (1 << 32) - 1, (1 << 32) - PID, (1 << 64) - 1):
        assert answer(machine, name, pid, 9, 9) == refused(errno.EPERM), pid


@pytest.mark.parametrize("machine", MACHINES)
def test_opening_leaves_files_as_long_as_they_are(machine):
    """Before its version 3 Landlock lets pass who opens for reading and cuts short at once."""
    opens = [("openat", 2)] + [("open", 1)] * (machine == "x86_64")
    for name, place in opens:
        before = [0] * place
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
def test_descriptors_are_steered_by_few_commands(machine):
    """No signal is sent by way of a descriptor's owner; no device is spoken to."""
    assert answer(machine, "fcntl", 0, 1030) == ALLOW
    for command in (8, 9, 10, 11, 15, 16, 1024, 1026, 1031, 1033):
        assert answer(machine, "fcntl", 0, command) == refused(errno.EPERM), command
    assert answer(machine, "ioctl", 0, 0x5401) == ALLOW
    for request in (0, 0x5412, 0x5413, 0x8901, 0x8902, 0x89A0):
        assert answer(machine, "ioctl", 0, request) == refused(errno.ENOTTY), hex(request)


@pytest.mark.parametrize("machine", MACHINES)
def test_prctl_undoes_nothing(machine):
    """The parent-death signal stays, and "dumpable" can only be taken away."""
    assert answer(machine, "prctl", kernel.PR_SET_NAME, 77) == ALLOW
    assert answer(machine, "prctl", kernel.PR_SET_DUMPABLE, 0) == ALLOW
    for value in (1, 2, PID):
        assert answer(machine, "prctl", kernel.PR_SET_DUMPABLE, value) == refused(errno.EPERM)
    for value in EVERY_ARGUMENT:
        assert answer(machine, "prctl", kernel.PR_SET_PDEATHSIG, value) == refused(errno.EPERM)
        for option in (8, 22, 24, 28, 36, 38, 47, 53, 0x59616D61):
            assert answer(machine, "prctl", option, value) == refused(errno.EPERM), option


@pytest.mark.parametrize("machine", MACHINES)
def test_limits_are_read_and_not_set(machine):
    """The third argument of prlimit points to new limits; both halves of it have to be nothing."""
    assert answer(machine, "prlimit64", 0, 7, 0, 1) == ALLOW
    assert answer(machine, "prlimit64", 0, 7, 1, 0) == refused(errno.EPERM)
    assert answer(machine, "prlimit64", 0, 7, 1 << 32, 0) == refused(errno.EPERM)


@pytest.mark.parametrize("machine", MACHINES)
def test_sockets_come_in_connected_pairs(machine):
    """And what is sent on them has no address."""
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
    """No test skips past the end, and what comes last answers."""
    lines = list(struct.iter_unpack("=HBBI", seccomp.program(PID, machine, threads)))
    for at, (operation, if_true, if_false, _) in enumerate(lines):
        if operation in (0x15, 0x35, 0x45):
            assert at + 1 + max(if_true, if_false) < len(lines)
    assert lines[-1][0] == 0x06
    assert len(lines) < 4096  # what the kernel takes


def test_the_kernel_answers_as_the_interpreter_does():
    """A real process under the filter: allowed, refused, unknown, and still alive."""
    done = confined.run(
        """
        from foundations import kernel, seccomp
        import errno, os
        kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
        seccomp.install(seccomp.program(os.getpid(), kernel.machine()))
        def errno_of(call):
            try: call()
            except OSError as error: return errno.errorcode[error.errno]
        say(
            mode=kernel.prctl(kernel.PR_GET_SECCOMP),
            getpid=kernel.call("getpid") == os.getpid(),
            fork=errno_of(os.fork),
            chmod=errno_of(lambda: os.chmod("/", 0o755)),
            own=errno_of(lambda: os.kill(os.getpid(), 0)),
            parent=errno_of(lambda: os.kill(os.getppid(), 0)),
            unknown=errno_of(lambda: kernel.call_number(999, "unknown")),
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


def test_without_no_new_privileges_there_is_no_filter():
    """An ordinary user could otherwise have a set-user-id program run under a filter of their own."""
    done = confined.run(
        """
        from foundations import kernel, privileges, seccomp
        import os
        privileges.drop(privileges.choose([]))
        try: seccomp.install(seccomp.program(os.getpid(), kernel.machine()))
        except OSError as error: say(error=str(error))
        """
    )
    assert "seccomp" in done["error"]
