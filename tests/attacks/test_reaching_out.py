"""Reaching out of the process: other hosts, other programs, other processes, and the kernel's rarer calls."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from attacks.harness import Attack, AttackHarness, at_import, attacks
from attacks.snippets import CALLS

#: System calls by their numbers on x86-64 and aarch64: without a library between attack and kernel.
_NO = r"refused: (EPERM|ENOSYS|EACCES|PermissionError)"


def reaching(name: str, seen: str, code: str) -> Attack:
    return at_import(name, seen, CALLS + code)


NETWORK = (
    reaching("TCP", rf"tcp {_NO}", """
import socket
attempt("tcp", lambda: socket.create_connection(("127.0.0.1", {tcp}), 1).send(b"hello"))
attempt("tcp6", lambda: socket.socket(socket.AF_INET6).connect(("::1", {tcp})))
attempt("listening", lambda: socket.create_server(("127.0.0.1", 0)))
import urllib.request
def fetch():
    try: return urllib.request.urlopen("http://127.0.0.1:{tcp}/", timeout=1)
    except urllib.error.URLError as error: raise error.reason
attempt("http", fetch)
"""),
    reaching("UDP", rf"udp {_NO}", """
import socket
attempt("udp", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"hello", ("127.0.0.1", {udp})))
for family, kind in ((16, 3), (17, 3), (38, 5), (40, 1), (2, 3)):  # netlink, packet, crypto, vsock, raw
    attempt(f"family {family}", lambda: socket.socket(family, kind))
"""),
    reaching("AF_UNIX", rf"unix {_NO}", """
import socket
attempt("unix", lambda: socket.socket(socket.AF_UNIX).connect("{unix}"))
attempt("abstract", lambda: socket.socket(socket.AF_UNIX).bind("\\0{mark}"))
attempt("pair of datagram sockets", lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM))
def by_stream():
    one, _ = socket.socketpair()
    return one.sendto(b"hello", "{unix}")
attempt("by a pair", by_stream)
"""),
    reaching("DNS", r"dns refused", """
import socket
attempt("dns", lambda: socket.getaddrinfo("{mark}.example.org", 80))
attempt("by name", lambda: socket.gethostbyname("localhost"))
"""),
)  # fmt: skip

LISTED = (
    *NETWORK,
    reaching("exec", rf"exec {_NO}", """
import subprocess, pty
attempt("subprocess", lambda: subprocess.run(["/bin/sh", "-c", "echo ATTACK-SUCC''EEDED"]))
attempt("system", lambda: os.system("true") and 1 / 0)
attempt("popen", lambda: os.popen("true").read())
attempt("pty", lambda: pty.fork())
attempt("exec", lambda: os.execv("/bin/sh", ["sh", "-c", "sleep 20"]))
attempt("exec python", lambda: os.execv(sys.executable, [sys.executable, "-c", "1"]))
attempt("loader", lambda: os.execv("/lib64/ld-linux-x86-64.so.2", ["ld", "/bin/true"]))
"""),
    reaching("memfd and execve", rf"memfd exec {_NO}", """
def run():
    number = call("memfd_create", b"{mark}", 0)
    os.write(number, b"#!/bin/sh\\nsleep 20\\n")
    os.execve(number, ["x"], {})
attempt("memfd exec", run)
def at():
    number = call("memfd_create", b"{mark}", 0)
    call("execveat", number, b"", None, None, 0x1000)
attempt("execveat", at)
attempt("execveat of a file", lambda: call("execveat", -100, b"/bin/true", None, None, 0))
"""),
    reaching("ptrace", rf"ptrace {_NO}", """
attempt("ptrace", lambda: call("ptrace", 16, os.getppid(), 0, 0))
attempt("ptrace the judge", lambda: call("ptrace", 0x4206, {judge}, 0, 0))
attempt("trace me", lambda: call("ptrace", 0, 0, 0, 0))
attempt("write memory", lambda: call("process_vm_writev", os.getppid(), None, 0, None, 0, 0))
attempt("compare", lambda: call("kcmp", os.getppid(), {judge}, 0, 0, 0))
attempt("move pages", lambda: call("move_pages", os.getppid(), 0, None, None, None, 0))
"""),
    reaching("kill the parent", rf"kill {_NO}|kill refused: (ESRCH|ProcessLookupError)", """
import signal
attempt("kill", lambda: os.kill(os.getppid(), signal.SIGKILL))
attempt("kill the judge", lambda: os.kill({judge}, signal.SIGKILL))
attempt("stop the judge", lambda: os.kill({judge}, signal.SIGSTOP))
# Signal 0 asks whether one may: the real one would take the machine along where confinement failed.
attempt("kill everything", lambda: os.kill(-1, 0))
attempt("kill the group", lambda: os.killpg(os.getpgid({judge}), 0))
attempt("tkill", lambda: call("tkill", {judge}, 0))
attempt("queue", lambda: call("rt_sigqueueinfo", {judge}, 0, ctypes.create_string_buffer(128)))
def by_pidfd():
    number = call("pidfd_open", {judge}, 0)
    signal.pidfd_send_signal(number, signal.SIGKILL)
attempt("pidfd", by_pidfd)
attempt("take a descriptor", lambda: call("pidfd_getfd", call("pidfd_open", {judge}, 0), 3, 0))
def own_io():
    import fcntl
    reading, writing = os.pipe()
    fcntl.fcntl(reading, fcntl.F_SETOWN, {judge})
    fcntl.fcntl(reading, 10, signal.SIGKILL)
    fcntl.fcntl(reading, fcntl.F_SETFL, os.O_ASYNC)
    os.write(writing, b"x")
try: own_io()
except OSError: pass
"""),
    reaching("new user namespace", rf"unshare {_NO}", """
for flag in (0x10000000, 0x20000, 0x40000000, 0x8000000, 0x4000000, 0x20000000, 0x2000000):
    attempt("unshare", lambda: call("unshare", flag))
attempt("clone in a namespace", lambda: call("clone", 0x10000000 | 17, 0, 0, 0, 0) == 0 and os._exit(0))
attempt("clone3", lambda: call("clone3", (ctypes.c_uint64 * 11)(0x10000000, 0, 0, 0, 17), 88) == 0 and os._exit(0))
attempt("setns", lambda: call("setns", os.open("/proc/{judge}/ns/net", 0), 0))
attempt("mount", lambda: call("mount", b"none", b"/tmp", b"tmpfs", 0, None))
attempt("pivot", lambda: call("pivot_root", b".", b"."))
"""),
    reaching("io_uring", rf"io_uring {_NO}", """
attempt("io_uring", lambda: call("io_uring_setup", 8, ctypes.create_string_buffer(120)))
"""),
    reaching("SysV shared memory", rf"shmget {_NO}", """
attempt("shmget", lambda: call("shmget", 0x466e6461, 1 << 20, 0o1777))
attempt("msgget", lambda: call("msgget", 0x466e6461, 0o1777))
attempt("semget", lambda: call("semget", 0x466e6461, 1, 0o1777))
attempt("shmat", lambda: call("shmat", 0, None, 0))
"""),
)  # fmt: skip

INVENTED = (
    reaching("POSIX message queue", rf"mq_open {_NO}", """
attempt("mq_open", lambda: call("mq_open", b"{mark}", 0o102, 0o600, None))
from multiprocessing import shared_memory
attempt("shm_open", lambda: shared_memory.SharedMemory(name="{mark}", create=True, size=10))
import _multiprocessing
attempt("sem_open", lambda: _multiprocessing.SemLock(0, 1, 1, "/{mark}-sem", False))
"""),
    reaching("the kernel's rarer calls", rf"bpf {_NO}", """
for name in ("bpf", "userfaultfd", "perf_event_open", "keyctl", "add_key", "kexec_load", "init_module", "fanotify_init",
             "setsid", "reboot", "syslog", "acct", "memfd_secret", "process_madvise", "migrate_pages"):
    attempt(name, lambda: call(name, 0, 0, 0, 0, 0))
if not MACHINE:
    attempt("modify_ldt", lambda: call("modify_ldt", 0, None, 0) or 1 / 0)
    attempt("iopl", lambda: call("iopl", 3))
attempt("unknown", lambda: LIBC.syscall(100_000) >= 0 or 1 / 0)
"""),
    reaching("root again", r"root refused", """
attempt("root", lambda: os.setuid(0) or os.getuid() and 1 / 0)
attempt("setresuid", lambda: os.setresuid(0, 0, 0) or os.getuid() and 1 / 0)
attempt("groups", lambda: os.setgroups([0]))
attempt("capabilities", lambda: LIBC.prctl(47, 2, 21, 0, 0) == 0 or 1 / 0)
def dumpable():
    if LIBC.prctl(4, 1, 0, 0, 0) != 0: raise OSError(1, "")
    return open("/proc/self/environ", "rb").read()
attempt("dumpable again", dumpable)
""".replace("os.setuid(0) or os.getuid() and 1 / 0", "os.setuid(0)")),
    reaching("a system call with an x32 number", r"crashed \(SIGSYS\)|not this machine", """
if not MACHINE:
    attempt("x32", lambda: LIBC.syscall(0x40000000 + 39) > 0 or 1 / 0)
print("not this machine")
"""),
    reaching("a system call of another architecture", r"crashed \(SIGS(YS|EGV)\)|not this machine", """
import mmap
# int 0x80 with eax = 11 (execve on i386), or 20 (getpid): the kernel's 32-bit door.
code = bytes.fromhex("b814000000cd80c3")
def door():
    page = mmap.mmap(-1, 4096, prot=7)
    page.write(code)
    return ctypes.CFUNCTYPE(ctypes.c_long)(ctypes.addressof((ctypes.c_char * 1).from_buffer(page)))()
if not MACHINE:
    attempt("32-bit", door)
print("not this machine")
"""),
)  # fmt: skip


@attacks(*(attack for attack in (*LISTED, *INVENTED) if attack not in NETWORK))
def test_attack_is_contained(harness: AttackHarness, attack: Attack) -> None:
    """The kernel refuses each by its number; judge and fork server live on."""
    harness.attack(attack)


@pytest.fixture
def listeners(harness: AttackHarness, tmp_path: Path) -> Iterator[dict[str, socket.socket]]:
    """Open sockets that every process on this machine may write to; attacks know their addresses."""
    path = harness.course.root / "listening"
    with contextlib.ExitStack() as stack:
        made = {
            "tcp": socket.create_server(("127.0.0.1", 0)),
            "udp": socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
            "unix": socket.socket(socket.AF_UNIX),
        }
        for listener in made.values():
            stack.enter_context(listener)
            listener.setblocking(False)
        made["udp"].bind(("127.0.0.1", 0))
        made["unix"].bind(str(path))
        made["unix"].listen()
        path.chmod(0o777)
        stack.callback(path.unlink)
        harness.extra = {"unix": str(path), **{name: str(made[name].getsockname()[1]) for name in ("tcp", "udp")}}
        stack.callback(harness.extra.clear)
        yield made


@attacks(*NETWORK)
def test_network_is_unreachable(harness: AttackHarness, attack: Attack, listeners: dict[str, socket.socket]) -> None:
    """Sockets of every family are refused; the listeners receive no data."""
    harness.attack(attack)

    for name in ("tcp", "unix"):
        with pytest.raises(BlockingIOError):
            listeners[name].accept()
    with pytest.raises(BlockingIOError):
        listeners["udp"].recv(1)


def test_listeners_hear_what_is_sent(harness: AttackHarness, listeners: dict[str, socket.socket]) -> None:
    """Without the attack's confinement they hear it, so that silence above is evidence."""
    with socket.create_connection(listeners["tcp"].getsockname()):
        listeners["tcp"].accept()[0].close()
    with socket.socket(socket.AF_UNIX) as sender:
        sender.connect(harness.extra["unix"])
        listeners["unix"].accept()[0].close()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"x", listeners["udp"].getsockname())
        assert listeners["udp"].recv(1) == b"x"
