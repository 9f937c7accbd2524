"""Numbers of system calls against the kernel's headers, and how calls fail."""

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
    """Name → number; asm-generic writes those that differ on 32 bits by way of another name."""
    text = header.read_text("utf-8")
    direct = dict(re.findall(r"^#define __NR(?:3264)?_(\w+)\s+(\d+)", text, re.MULTILINE))
    for name, other in re.findall(r"^#define __NR_(\w+)\s+__NR3264_(\w+)", text, re.MULTILINE):
        if other in direct:
            direct[name] = direct[other]
    return {name: int(number) for name, number in direct.items()}


@pytest.mark.parametrize("machine", syscalls.NUMBERS)
def test_numbers_are_those_of_the_kernels_headers(machine):
    """Every call of the table is what the header says, and what the table leaves out the header does not have."""
    header = next((path for name in HEADERS[machine] if (path := Path(name)).exists()), None)
    if header is None:
        pytest.skip(f"the kernel's headers for {machine} are not installed")
    known = numbers_in(header)
    names = set().union(*syscalls.NUMBERS.values())

    assert dict(syscalls.NUMBERS[machine]) == {name: known[name] for name in names & known.keys()}


@pytest.mark.parametrize("machine", syscalls.NUMBERS)
def test_numbers_are_those_of_debians_headers(machine):
    """The same, against a copy of what the headers of both machines define: for wherever none are installed, and for
    the machine that this is not.
    """
    text = Path(__file__).parents[1].joinpath("support", "system_calls.txt").read_text("ascii")
    part = text.partition(f"[{machine}]")[2].partition("[")[0]
    known = {name: int(number) for name, number in re.findall(r"(\w+) (\d+)", part)}
    names = set().union(*syscalls.NUMBERS.values())

    assert len(known) > 300
    assert dict(syscalls.NUMBERS[machine]) == {name: known[name] for name in names & known.keys()}


def test_both_machines_have_the_calls_that_confinement_makes():
    """What is called by name must be there to be called."""
    package = Path(syscalls.__file__).parent
    sources = [path.read_text("utf-8") for path in package.glob("*.py")]
    made = {name for text in sources for name in re.findall(r'syscalls\.call\("(\w+)"', text)}

    assert {"landlock_restrict_self", "seccomp", "capset", "close_range"} <= made
    assert [made - numbers.keys() for numbers in syscalls.NUMBERS.values()] == [set(), set()]


def test_numbers_of_one_machine_are_different():
    """Two names for one number would be a slip of the pen."""
    for numbers in syscalls.NUMBERS.values():
        assert len(set(numbers.values())) == len(numbers)


def test_a_call_gives_its_result():
    """The process number, which Python knows too."""
    assert syscalls.call("getpid") == os.getpid()


def test_a_call_that_fails_says_which_and_why():
    """As OSError with the kernel's number."""
    with pytest.raises(OSError, match="close: Bad file descriptor") as failed:
        syscalls.call("close", 1 << 20)
    assert failed.value.errno == errno.EBADF


@pytest.mark.parametrize("machine", ["riscv64", "i686"])
def test_a_machine_without_a_table_is_refused(monkeypatch, machine):
    """Rather that than filtering calls by another machine's numbers."""
    monkeypatch.setattr(platform, "machine", lambda: machine)
    with pytest.raises(OSError, match=f"Python on {machine} cannot be confined"):
        syscalls.call("getpid")


def test_another_system_is_refused(monkeypatch):
    """Confinement is Linux's."""
    monkeypatch.setattr("sys.platform", "darwin")
    with pytest.raises(OSError, match="confinement needs Linux"):
        syscalls.machine()
