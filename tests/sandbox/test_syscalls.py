"""Numbers of system calls, compared with the kernel's headers, and the errors of calls."""

import errno
import os
import platform
import re
from pathlib import Path

import pytest

from foundations.sandbox import syscalls

HEADERS = {
    "x86_64": ("/usr/include/x86_64-linux-gnu/asm/unistd_64.h", "/usr/include/asm/unistd_64.h"),
    "aarch64": ("/usr/include/asm-generic/unistd.h",),
}


def numbers_in(header):
    """Return name → number; asm-generic defines calls that differ on 32 bits through a second name."""
    text = header.read_text("utf-8")
    direct = dict(re.findall(r"^#define __NR(?:3264)?_(\w+)\s+(\d+)", text, re.MULTILINE))
    for name, other in re.findall(r"^#define __NR_(\w+)\s+__NR3264_(\w+)", text, re.MULTILINE):
        if other in direct:
            direct[name] = direct[other]
    return {name: int(number) for name, number in direct.items()}


@pytest.mark.parametrize("machine", syscalls.NUMBERS)
def test_numbers_equal_those_of_the_kernels_headers(machine):
    """The table has the header's numbers, and leaves out exactly the calls that the header does not have."""
    header = next((path for name in HEADERS[machine] if (path := Path(name)).exists()), None)
    if header is None:
        pytest.skip(f"the kernel's headers for {machine} are not installed")
    defined = numbers_in(header)
    names = set().union(*syscalls.NUMBERS.values())

    assert dict(syscalls.NUMBERS[machine]) == {name: defined[name] for name in names & defined.keys()}


@pytest.mark.parametrize("machine", syscalls.NUMBERS)
def test_numbers_equal_those_of_debians_headers(machine):
    """A copy of both machines' headers is used if no headers are installed, and for the other machine."""
    text = Path(__file__).parents[1].joinpath("support", "system_calls.txt").read_text("ascii")
    part = text.partition(f"[{machine}]")[2].partition("[")[0]
    defined = {name: int(number) for name, number in re.findall(r"(\w+) (\d+)", part)}
    names = set().union(*syscalls.NUMBERS.values())

    assert len(defined) > 300
    assert dict(syscalls.NUMBERS[machine]) == {name: defined[name] for name in names & defined.keys()}


def test_both_machines_have_the_calls_that_confinement_makes():
    """Every call that the sandbox makes by name is in the tables of both machines."""
    package = Path(syscalls.__file__).parent
    sources = [path.read_text("utf-8") for path in package.glob("*.py")]
    called = {name for text in sources for name in re.findall(r'syscalls\.call\("(\w+)"', text)}

    assert {"landlock_restrict_self", "seccomp", "capset", "close_range"} <= called
    assert [called - numbers.keys() for numbers in syscalls.NUMBERS.values()] == [set(), set()]


def test_numbers_of_one_machine_are_distinct():
    """Two names with the same number would be a typo."""
    for numbers in syscalls.NUMBERS.values():
        assert len(set(numbers.values())) == len(numbers)


def test_call_returns_the_kernels_result():
    """The call getpid returns the same number as Python's function."""
    assert syscalls.call("getpid") == os.getpid()


def test_failed_call_raises_its_name_and_the_kernels_error():
    """The exception is an OSError with the kernel's error number."""
    with pytest.raises(OSError, match="close: Bad file descriptor") as failed:
        syscalls.call("close", 1 << 20)
    assert failed.value.errno == errno.EBADF


@pytest.mark.parametrize("machine", ["riscv64", "i686"])
def test_machine_without_a_table_is_refused(monkeypatch, machine):
    """Calls must not be filtered by another machine's numbers."""
    monkeypatch.setattr(platform, "machine", lambda: machine)
    with pytest.raises(OSError, match=f"Python on {machine} cannot be confined"):
        syscalls.call("getpid")


def test_other_system_is_refused(monkeypatch):
    """Confinement needs Linux."""
    monkeypatch.setattr("sys.platform", "darwin")
    with pytest.raises(OSError, match="confinement needs Linux"):
        syscalls.machine()
