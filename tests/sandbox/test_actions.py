"""Actions in a confined process: those that are denied, and those that notebooks need."""

import confined
import pytest

#: Actions that a confined process may not do: the attempt, and its expected error.
DENIED = {
    "read the password file": ("open('/etc/passwd')", "EACCES"),
    "read its own environment": ("open('/proc/self/environ')", "EACCES"),
    "read its own memory map": ("open('/proc/self/maps')", "EACCES"),
    "read the parent's memory": ("open(f'/proc/{plan.forkserver}/mem')", "EACCES"),
    "list the root folder": ("os.listdir('/')", "EACCES"),
    "list the folder of the package": ("os.listdir(REPOSITORY)", "EACCES"),
    "read a file of the repository": ("open(REPOSITORY + '/pyproject.toml')", "EACCES"),
    "read the repository through the package": ("open(REPOSITORY + '/foundations/../pyproject.toml')", "EACCES"),
    "list its descriptors": ("os.listdir('/proc/self/fd')", "EACCES"),
    "write to the temporary folder": ("open('/tmp/foundations-test', 'w')", "EACCES"),
    "write to shared memory": ("open('/dev/shm/foundations-test', 'w')", "EACCES"),
    "write to Python": ("open(os.__file__, 'r+')", "EACCES"),
    "truncate Python": ("os.open(os.__file__, os.O_RDONLY | os.O_TRUNC)", "EPERM"),
    "make a folder": ("os.mkdir('/tmp/foundations-test')", "EACCES"),
    "make a link": ("os.symlink('/etc/passwd', '/tmp/foundations-test')", "EPERM"),
    "change permissions": ("os.chmod(os.__file__, 0o777)", "EPERM"),
    "change times": ("os.utime(os.__file__)", "EPERM"),
    "fork": ("os.fork()", "EPERM"),
    "spawn": ("os.posix_spawn('/bin/true', ['true'], {})", "EPERM"),
    "start a program": ("subprocess.run(['/bin/true'])", "EPERM"),
    "replace itself": ("os.execv('/bin/true', ['true'])", "EPERM"),
    "start from memory": ("os.memfd_create('x')", "EPERM"),
    "a socket of the internet": ("socket.socket(socket.AF_INET)", "EPERM"),
    "a local socket": ("socket.socket(socket.AF_UNIX)", "EPERM"),
    "a raw socket": ("socket.socket(socket.AF_INET, socket.SOCK_RAW)", "EPERM"),
    "a socket of the kernel": ("socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)", "EPERM"),
    "a pair of datagram sockets": ("socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)", "EPERM"),
    "stop the parent": ("os.kill(plan.forkserver, signal.SIGSTOP)", "EPERM"),
    "signal everybody": ("os.kill(-1, 0)", "EPERM"),
    "signal its group": ("os.kill(0, 0)", "EPERM"),
    "signal by a descriptor's owner": ("fcntl.fcntl(_answers, fcntl.F_SETOWN, plan.forkserver)", "EPERM"),
    "choose that signal": ("fcntl.fcntl(_answers, 10, signal.SIGKILL)", "EPERM"),
    "trace the parent": ("syscalls.call('ptrace', 16, plan.forkserver, 0, 0)", "EPERM"),
    "read another process's memory": ("syscalls.call('process_vm_readv', plan.forkserver, 0, 0, 0, 0, 0)", "EPERM"),
    "a handle of the parent": ("os.pidfd_open(plan.forkserver)", "EPERM"),
    "a user namespace": ("syscalls.call('unshare', 0x10000000)", "EPERM"),
    "mount": ("syscalls.call('mount', b'/', b'/', None, 4096, None)", "EPERM"),
    "a new root": ("os.chroot('/')", "EPERM"),
    "io_uring": ("syscalls.call('io_uring_setup', 1, bytes(120))", "EPERM"),
    "bpf": ("syscalls.call('bpf', 0, bytes(64), 64)", "EPERM"),
    "keys": ("syscalls.call('add_key', b'user', b'x', b'x', 1, -2)", "EPERM"),
    "shared memory": ("syscalls.call('shmget', 0, 4096, 0o600)", "EPERM"),
    "a message queue": ("syscalls.call('mq_open', b'x', 0o100, 0o600, None)", "EPERM"),
    "become root": ("os.setuid(0)", "EPERM"),
    "become root for files": ("syscalls.call('setfsuid', 0)", "EPERM"),
    "raise a limit": ("syscalls.call('prlimit64', 0, resource.RLIMIT_DATA, bytes(16), None)", "EPERM"),
    "outlive the parent": ("syscalls.prctl(syscalls.PR_SET_PDEATHSIG, 0)", "EPERM"),
    "become dumpable": ("syscalls.prctl(syscalls.PR_SET_DUMPABLE, 1)", "EPERM"),
    "go to another processor": ("os.sched_setaffinity(0, {0})", "EPERM"),
    "be treated better": ("os.nice(-1)", "EPERM"),
    "be treated worse, then better": ("os.setpriority(os.PRIO_PROCESS, 0, 5)", "EPERM"),
    "leave its session": ("os.setsid()", "EPERM"),
    "watch a folder": ("syscalls.call('inotify_init1', 0)", "EPERM"),
    "set the clock": ("time.clock_settime(time.CLOCK_REALTIME, time.time())", "EPERM"),
    "a call with an unknown number": ("syscalls.call_number(5000, 'x')", "ENOSYS"),
    "the newest way to clone": ("syscalls.call('clone3', bytes(88), 88)", "ENOSYS"),
    "splice": ("syscalls.call_number(275 if syscalls.machine() == 'x86_64' else 76, 'splice')", "ENOSYS"),
}  # fmt: skip

#: Code that works in a confined process as in any notebook.
WORKS = {
    "late imports": "import sqlite3, decimal, bz2, lzma, ssl, csv, zoneinfo, xml.etree.ElementTree",
    "a database in memory": "import sqlite3; assert sqlite3.connect(':memory:').execute('select 1').fetchone() == (1,)",
    "the null device": "open(os.devnull, 'w').write('x'); assert open(os.devnull).read() == ''",
    "random numbers": "assert len(os.urandom(9)) == 9; import secrets; secrets.token_hex()",
    "a time zone": "import datetime, zoneinfo; datetime.datetime.now(datetime.timezone.utc).astimezone()",
    "threads": "import threading; t = threading.Thread(target=print); t.start(); t.join()",
    "a pool of threads": (
        "from concurrent.futures import ThreadPoolExecutor\n"
        "with ThreadPoolExecutor(4) as pool: assert list(pool.map(abs, [-1, -2])) == [1, 2]"
    ),
    "asyncio": "import asyncio; assert asyncio.run(asyncio.sleep(0, 5)) == 5",
    "a callback from C": "import ctypes; assert ctypes.CFUNCTYPE(ctypes.c_int)(lambda: 5)() == 5",
    "the name of the machine": "import platform; platform.platform(); assert os.cpu_count() >= 1",
    "a signal to itself": (
        "seen = []; signal.signal(signal.SIGUSR1, lambda *_: seen.append(1)); os.kill(os.getpid(), signal.SIGUSR1)\n"
        "signal.raise_signal(signal.SIGUSR1); assert seen == [1, 1]"
    ),
    "timers": "signal.setitimer(signal.ITIMER_REAL, 0); time.sleep(0); time.process_time(); time.perf_counter()",
    "its limits": "resource.getrlimit(resource.RLIMIT_DATA); resource.getrusage(resource.RUSAGE_SELF)",
    "the home folder of a user without one": "import pathlib; os.path.expanduser('~')",
    "pipes": "r, w = os.pipe(); os.write(w, b'x'); assert os.read(r, 1) == b'x'; os.close(r); os.close(w)",
    "its own package": "from foundations import config; assert os.listdir(os.path.dirname(syscalls.__file__))",
}


@pytest.fixture(scope="module", params=confined.USERS)
def denied(request):
    return confined.trying({name: code for name, (code, _) in DENIED.items()}, request.param)


@pytest.fixture(scope="module", params=confined.USERS)
def working(request):
    return confined.trying(WORKS, request.param)


@pytest.mark.parametrize("name", DENIED)
def test_denied_action_fails(denied, name):
    """Each attempt fails with the error of its layer, and the process continues."""
    assert denied[name] == DENIED[name][1]


@pytest.mark.parametrize("name", WORKS)
def test_harmless_code_works(working, name):
    """Honest students do not notice the confinement."""
    assert working[name] == "done"
