"""Confinement in real processes: as the user who runs the tests, and as root also as an ordinary user."""

import os
import platform
import re
import signal
import subprocess
import sys
import tempfile
import textwrap
import time

import confined
import pytest

from foundations.sandbox import layers as sandbox
from foundations.sandbox import readable_paths, syscalls

USERS = pytest.mark.parametrize("user", confined.USERS)
AS_ROOT = pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user; this run is unprivileged")

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

TRY = """
import fcntl, resource, signal, socket, subprocess, time
from errno import errorcode
from foundations.sandbox import syscalls
REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(syscalls.__file__)))
results = {}
for name, code in ATTEMPTS.items():
    try:
        exec(code, globals())
        results[name] = "done"
    except OSError as error:
        results[name] = errorcode.get(error.errno, str(error))
    except BaseException as error:
        results[name] = repr(error)
say(**results)
"""


def trying(attempts, user, **more):
    return confined.student(f"ATTEMPTS = {attempts!r}\n{TRY}", user, **more)


@pytest.fixture(scope="module", params=confined.USERS)
def denied(request):
    return trying({name: code for name, (code, _) in DENIED.items()}, request.param)


@pytest.fixture(scope="module", params=confined.USERS)
def working(request):
    return trying(WORKS, request.param)


@pytest.mark.parametrize("name", DENIED)
def test_denied_action_fails(denied, name):
    """Each attempt fails with the error of its layer, and the process continues."""
    assert denied[name] == DENIED[name][1]


@pytest.mark.parametrize("name", WORKS)
def test_harmless_code_works(working, name):
    """Honest students do not notice the confinement."""
    assert working[name] == "done"


@USERS
def test_all_layers_are_in_force(user):
    """They are in their order, and the file barrier shows its version."""
    layers = confined.student("say(layers=layers)", user)["layers"]

    assert sandbox.is_complete(layers)
    named = [layer for layer in layers if layer != sandbox.OPTIONAL]
    assert [layer.partition(" (")[0] for layer in named] == list(sandbox.MANDATORY)
    assert any(re.fullmatch(r"file barrier \(Landlock ABI \d+\)", layer) for layer in named)


def test_layers_are_complete_only_in_full_and_in_order():
    """Grading refuses a missing layer, a repeated one, another order and an unknown one."""
    layers = list(sandbox.MANDATORY)
    assert sandbox.is_complete(layers)
    assert sandbox.is_complete([*layers[:3], sandbox.OPTIONAL, *layers[3:]])
    assert sandbox.is_complete([f"{layer} (so and so)" for layer in layers])
    for wrong in (
        [],
        layers[:-1],
        layers[1:],
        [*layers, layers[-1]],
        layers[::-1],
        [*layers, "unsafe"],
        ["all", *layers],
    ):
        assert not sandbox.is_complete(wrong)


@USERS
def test_no_right_or_resource_of_the_user_remains(user):
    """Ids, groups, capabilities, environment, folder and descriptors are those of the confined process."""
    result = confined.student(
        """
        from foundations.sandbox import privileges
        opened = []
        for number in range(100):
            try: os.fstat(number)
            except OSError: continue
            opened.append(number)
        say(
            users=os.getresuid(), groups=[*os.getresgid(), *os.getgroups()], capabilities=privileges.capabilities(),
            environment=dict(os.environ), folder=os.getcwd(), opened=opened, answers=_answers,
        )
        """,
        user,
    )
    if os.getuid() == 0:
        assert set(result["users"]) == set(result["groups"]) == {confined.NOBODY}
    assert result["capabilities"] == [0, 0, 0]
    assert result["environment"] == {"FOUNDATIONS_MNIST": "bundled", "LANG": "C.UTF-8"}
    assert result["folder"] == "/"
    assert result["opened"] == [0, 1, 2, result["answers"]]


X32 = "syscalls.call_number(0x40000000 + 39, 'getpid')"
#: mov eax, 20; int 0x80; ret: getpid, as a 32-bit program asks for it.
INT_80 = (
    "import ctypes, mmap; code = mmap.mmap(-1, 4096, prot=7); code.write(bytes.fromhex('b814000000cd80c3'))\n"
    "ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))()"
)


@pytest.mark.skipif(platform.machine() != "x86_64", reason="other machines have no such calls")
@pytest.mark.parametrize("code", [X32, INT_80], ids=["x32", "32 bits"])
def test_call_of_another_kind_of_machine_ends_the_process(code):
    """Its numbers have other meanings. A kernel without 32-bit programs ends the process on the instruction."""
    result = confined.run(
        f"""
        import os
        from foundations.sandbox import syscalls
        from foundations.sandbox import layers as sandbox
        plan = sandbox.prepare()
        if (pid := os.fork()) == 0:
            try:
                sandbox.confine(plan, [_answers], 1 << 28)
                exec({code!r})
            finally: os._exit(0)
        say(status=os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
        """
    )
    assert result["status"] in (-signal.SIGSYS, -signal.SIGSEGV)


@USERS
def test_memory_of_every_kind_is_bounded(user):
    """Private, shared and heap memory is refused beyond the limit, and given below it."""
    result = trying(
        {
            "private": "import mmap; mmap.mmap(-1, 400 << 20, flags=mmap.MAP_PRIVATE)",
            "shared": "import mmap; [mmap.mmap(-1, 100 << 20) for _ in range(9)]",
            "array": "bytearray(400 << 20)",
            "below the limit": "bytearray(100 << 20)",
            "the stack": "resource.getrlimit(resource.RLIMIT_STACK)",
        },
        user,
        memory_bytes=256 << 20,
    )
    assert result == {
        "private": "ENOMEM",
        "shared": "ENOMEM",
        "array": "MemoryError()",
        "below the limit": "done",
        "the stack": "done",
    }


@USERS
@pytest.mark.parametrize("masked", [(), ("namespaces",)], ids=["as it is", "without namespaces"])
def test_threads_are_bounded(user, masked):
    """A thread bomb with the smallest possible stacks reaches a limit."""
    result = confined.student(
        """
        import _thread
        _thread.stack_size(1 << 15)
        closed = _thread.allocate_lock()
        closed.acquire()
        count, error = 0, None
        try:
            while count < 5000:
                _thread.start_new_thread(closed.acquire, ())
                count += 1
        except RuntimeError as refused:
            error = str(refused)
        say(count=count, error=error)
        """,
        user,
        masked,
    )
    assert result["error"] == "can't start new thread"
    assert 1000 <= result["count"] <= 1024 + 100


@USERS
def test_process_ends_with_its_parent(user, tmp_path):
    """This holds after its ids have changed too, which cancels the parent-death signal."""
    script = """
    import os, time
    from foundations.sandbox import layers as sandbox
    plan = sandbox.prepare()
    if os.fork() == 0:
        try:
            answers = os.dup(1)
            sandbox.confine(plan, [answers], 1 << 28)
            os.write(answers, b"%d\\n" % os.getpid())
            time.sleep(60)
        finally:
            os._exit(0)
    time.sleep(60)
    """
    arguments = confined.command("-B", "-c", textwrap.dedent(script), user=user)
    environment = {"PYTHONPATH": str(confined.ROOT)}
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, env=environment, cwd="/") as parent:
        pid = int(parent.stdout.readline())
        assert os.path.exists(f"/proc/{pid}")
        parent.kill()
    deadline = time.monotonic() + 5
    while os.path.exists(f"/proc/{pid}") and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not os.path.exists(f"/proc/{pid}")


@USERS
def test_clock_of_a_confined_process_can_be_read_from_outside(user):
    """Speed checks need the clock, although the process is not dumpable and may belong to another user."""
    result = confined.run(
        """
        import os, time
        from foundations.session import process_info
        from foundations.sandbox import layers as sandbox
        plan = sandbox.prepare()
        answers, ready = os.pipe()
        if (pid := os.fork()) == 0:
            try:
                sandbox.confine(plan, [ready], 1 << 28)
                start = time.process_time()
                while time.process_time() < start + 0.05: pass
                os.write(ready, b"x")
                time.sleep(60)
            finally:
                os._exit(0)
        os.read(answers, 1)
        clock, threads, ended = process_info.cpu_clock(pid), process_info.threads(pid), process_info.has_ended(pid)
        os.kill(pid, 9)
        zombie = process_info.has_ended(pid)
        os.waitpid(pid, 0)
        say(clock=clock, threads=threads, ended=ended, zombie=zombie)
        """,
        user,
    )
    assert 0.05 <= result["clock"] < 5
    assert (result["threads"], result["ended"], result["zombie"]) == (1, False, True)


#: A layer, and the error of the self-test if the layer is left out.
LEFT_OUT = {
    "parent-death signal": r"the parent-death signal is 0",
    "descriptors": r"the list of open descriptors is \[.*\]",
    "no privileges": r"the set of capabilities is",
    "no new privileges": r"seccomp|landlock_restrict_self",
    "file barrier": r"opening /\S+ was possible",
    "system-call filter": r"a network socket was possible",
    "not dumpable": r"dumpable is 1",
}


@USERS
@pytest.mark.parametrize("layer", LEFT_OUT)
def test_self_test_detects_a_missing_layer(user, layer):
    """A layer that has no effect but reports success is detected."""
    if layer == "not dumpable" and confined.USERS[user] == 0:
        pytest.skip("a change of user has the same effect")
    result = confined.run(
        f"""
        import os
        from foundations.sandbox import layers as sandbox
        steps = sandbox._steps
        def without(*arguments):
            for name, step in steps(*arguments):
                yield name, (lambda: None) if name == {layer!r} else step
        sandbox._steps = without
        if {layer!r} == "parent-death signal":  # a later layer sets it again
            sandbox.drop_privileges = lambda plan: sandbox.privileges.drop(plan.identity)
        plan = sandbox.prepare()
        os.dup(1)
        if (pid := os.fork()) == 0:
            try: say(layers=sandbox.confine(plan, [_answers], 1 << 28))
            except sandbox.ConfinementError as error: say(layer=error.layer, reason=error.reason)
            finally: os._exit(0)
        os.waitpid(pid, 0)
        """,
        user,
    )
    assert "layers" not in result
    assert re.search(LEFT_OUT[layer], result["reason"])


@USERS
@pytest.mark.parametrize(
    ("masked", "layer", "reason", "advice"),
    [
        ("landlock", "file barrier", "landlock_create_ruleset: Function not implemented", "Linux 5.13"),
        ("seccomp", "system-call filter", "seccomp: Function not implemented", "CONFIG_SECCOMP_FILTER"),
    ],
)
def test_kernel_without_a_mandatory_layer_is_refused(user, masked, layer, reason, advice):
    """The error has the layer, the kernel's message and advice."""
    refused = confined.student("say(layers=layers)", user, (masked,))["refused"]

    assert refused["layer"] == layer
    assert reason in refused["reason"]
    assert f"Linux {os.uname().release}" in refused["reason"]
    assert advice in refused["advice"]


@USERS
def test_kernel_without_namespaces_is_accepted(user):
    """Namespaces are an optional layer."""
    layers = confined.student("say(layers=layers)", user, ("namespaces",))["layers"]

    assert sandbox.is_complete(layers)
    assert sandbox.OPTIONAL not in layers


@pytest.mark.parametrize("user", confined.USERS)
def test_process_with_namespaces_has_its_own_network(user):
    """The parent compares the network namespaces."""
    result = confined.run(
        """
        import os, time
        from foundations.sandbox import layers as sandbox
        plan = sandbox.prepare()
        answers, ready = os.pipe()
        if (pid := os.fork()) == 0:
            try:
                layers = sandbox.confine(plan, [ready], 1 << 28)
                os.write(ready, b"y" if sandbox.OPTIONAL in layers else b"n")
                time.sleep(60)
            finally:
                os._exit(0)
        had = os.read(answers, 1).decode()
        try: same = os.readlink(f"/proc/{pid}/ns/net") == os.readlink("/proc/self/ns/net")
        except PermissionError: same = None  # not dumpable: only root may read the link
        os.kill(pid, 9)
        os.waitpid(pid, 0)
        say(had=had, same=same)
        """,
        user,
    )
    if result["had"] == "n":
        pytest.skip("this machine refuses namespaces")
    assert result["same"] is (False if confined.USERS[user] == 0 else None)


@AS_ROOT
def test_tests_run_as_root_in_both_ways():
    """The users "self" and "open" differ if root's Python is in a closed folder, and are the same otherwise."""
    say = "from foundations.sandbox import privileges as p, readable_paths as r\nsay(who=p.choose(r.required_paths()))"
    assert confined.run(say, "open") == {"who": "nobody"}
    assert confined.run(say, "self")["who"] in ("nobody", "nobody with root's files")


@AS_ROOT
def test_root_chooses_an_identity_that_can_read_python(tmp_path):
    """The user changes completely if the required paths stay readable; otherwise files are opened as root."""
    open_folder, closed_folder = tmp_path / "open", tmp_path / "closed"
    public = tempfile.mkdtemp(dir="/tmp")
    os.chmod(public, 0o755)
    for folder, mode in ((open_folder, 0o755), (closed_folder, 0o700)):
        folder.mkdir()
        folder.chmod(mode)
        (folder / "file").write_text("content")
    result = confined.run(
        f"""
        from foundations.sandbox import privileges
        say(
            readable=privileges.choose([{public!r}, "/etc/passwd"]),
            closed=privileges.choose(["/etc/passwd", {str(closed_folder)!r}]),
            none=privileges.choose(["/etc/shadow"]),
        )
        """
    )
    os.rmdir(public)
    assert result == {
        "readable": "nobody",
        "closed": "nobody with root's files",
        "none": "nobody with root's files",
    }
    assert (
        confined.run("from foundations.sandbox import privileges\nsay(who=privileges.choose([]))", "nobody")["who"]
        == "itself"
    )


@AS_ROOT
@pytest.mark.parametrize("identity", ["nobody", "nobody with root's files", "itself"])
def test_no_identity_keeps_a_capability(identity, tmp_path):
    """No identity can return to root or reach its processes or other users' files, and only one opens root's files."""
    (tmp_path / "roots").write_text("content")
    (tmp_path / "others").write_text("content")
    os.chmod(tmp_path / "roots", 0o600)
    os.chown(tmp_path / "others", 1234, 1234)
    os.chmod(tmp_path / "others", 0o600)
    result = confined.run(
        f"""
        import errno, os
        from foundations.sandbox import syscalls
        from foundations.sandbox import privileges
        parent = os.getppid()
        privileges.drop({identity!r})
        def attempt(action):
            try: action()
            except OSError as error: return errno.errorcode[error.errno]
        say(
            capabilities=privileges.capabilities(),
            users=os.getresuid(),
            back=attempt(lambda: os.setresuid(1234, 1234, 1234)),
            chown=attempt(lambda: os.chown("/etc", 0, 5)),
            others=attempt(lambda: open({str(tmp_path / "others")!r})),
            roots=attempt(lambda: open({str(tmp_path / "roots")!r})),
            signal=attempt(lambda: os.kill(parent, 0)),
        )
        """
    )
    root = identity == "itself"
    assert result["capabilities"] == [0, 0, 0]
    assert set(result["users"]) == {0 if root else confined.NOBODY}
    assert (result["back"], result["chown"], result["others"]) == ("EPERM", "EPERM", "EACCES")
    assert result["roots"] == ("EACCES" if identity == "nobody" else None)
    assert result["signal"] == (None if root else "EPERM")


@AS_ROOT
def test_root_without_the_right_to_change_user_is_confined_too():
    """The process keeps user id 0 without its rights, and gets no threads because the kernel does not count root's."""
    result = confined.run(
        """
        import os, threading
        from foundations.sandbox import privileges
        from foundations.sandbox import layers as sandbox
        privileges._set_capabilities(privileges.capabilities()[1] & ~(1 << 7))
        plan = sandbox.prepare()
        if (pid := os.fork()) == 0:
            try:
                layers = sandbox.confine(plan, [_answers], 1 << 28)
                try: threading.Thread(target=print).start()
                except RuntimeError as refused: error = str(refused)
                say(layers=layers, error=error, capabilities=privileges.capabilities())
            except sandbox.ConfinementError as error: say(error=str(error))
            finally: os._exit(0)
        os.waitpid(pid, 0)
        """
    )
    assert sandbox.is_complete(result["layers"])
    assert "no privileges (user 0)" in result["layers"]
    assert result["error"] == "can't start new thread"
    assert result["capabilities"] == [0, 0, 0]


def test_no_readable_folder_contains_the_course():
    """This holds if the virtual environment is inside the course too, because folders are named exactly."""
    folders = readable_paths.readable_folders()
    repository = str(confined.ROOT)

    assert os.path.dirname(os.path.dirname(syscalls.__file__)) in folders
    for secret in (
        repository,
        f"{repository}/graders",
        f"{repository}/source",
        f"{repository}/gradebook.db",
        "/",
        "/etc",
    ):
        assert not any(secret == folder or secret.startswith(f"{folder}/") for folder in folders)
    assert [folder for folder in folders if repository.startswith(f"{folder}/") or folder == repository] == []
    assert os.path.expanduser("~") not in folders
    assert sys.prefix not in folders
    assert [path for path in readable_paths.loaded_libraries() if not os.path.isfile(path)] == []


@USERS
def test_scratch_folder_is_the_only_writable_folder(user, tmp_path):
    """It may have files up to the limit and folders, but no links; it is the current and the temporary folder."""
    folder = tempfile.mkdtemp(dir="/tmp")
    os.chmod(folder, 0o777)
    result = trying(
        {
            "current folder": f"assert os.getcwd() == {folder!r}",
            "write": "open('a', 'w').write('x' * 1000); assert open('a').read() == 'x' * 1000",
            "write again": "open('a', 'w').write('y'); assert open('a').read() == 'y'",
            "too large": "f = open('b', 'wb', buffering=0); f.write(bytes(5000)); f.write(bytes(1))",
            "temporary": "import tempfile\nwith tempfile.TemporaryFile() as file: file.write(b'x')",
            "folder": "os.mkdir('c'); open('c/d', 'w'); os.rename('c/d', 'c/e'); os.unlink('c/e'); os.rmdir('c')",
            "link": "os.symlink('/etc/passwd', 'link')",
            "hard link": "os.link('a', 'link')",
            "pipe": "os.mkfifo('pipe')",
            "outside": "open('../foundations-test', 'w')",
            "elsewhere": "open('/tmp/foundations-test', 'w')",
        },
        user,
        scratch=(folder, 4096),
    )
    subprocess.run(["rm", "-r", folder], check=True)
    assert {name: result.pop(name) for name in ("too large", "link", "hard link", "pipe", "outside", "elsewhere")} == {
        "too large": "EFBIG",
        "link": "EPERM",
        "hard link": "EPERM",
        "pipe": "EPERM",
        "outside": "EACCES",
        "elsewhere": "EACCES",
    }
    assert set(result.values()) == {"done"}


def test_parent_that_has_ended_is_noticed():
    """The parent may end between the fork and the call that sets the signal."""
    with pytest.raises(OSError, match="the parent, has already ended"):
        sandbox.die_with_parent(1 << 22)
    syscalls.prctl(syscalls.PR_SET_PDEATHSIG, 0)


def test_unknown_machine_is_refused(monkeypatch):
    """No layer is applied, and the reason names the machine."""
    monkeypatch.setattr("platform.machine", lambda: "riscv64")
    plan = sandbox.Plan(os.getpid(), "itself", 0, (), 0, "/tmp")
    with pytest.raises(sandbox.ConfinementError, match="riscv64") as refused:
        sandbox.confine(plan, [], 1)
    assert refused.value.layer == "system-call filter"


def test_unsafe_confinement_applies_all_available_layers():
    """The layers that are missing are returned, with reason and advice."""
    result = confined.run(
        """
        import os
        from foundations.sandbox import layers as sandbox
        plan = sandbox.prepare()
        if (pid := os.fork()) == 0:
            try:
                layers, missing = sandbox.confine_unsafely(plan, [_answers], 1 << 28)
                say(layers=layers, missing=[error.to_json() for error in missing])
            finally: os._exit(0)
        os.waitpid(pid, 0)
        """,
        masked=("landlock", "seccomp"),
    )
    missing = {error["layer"]: error for error in result["missing"]}
    assert set(missing) - {sandbox.OPTIONAL} == {"file barrier", "system-call filter", "self-test"}
    assert "Function not implemented" in missing["file barrier"]["reason"]
    assert all(missing[name]["advice"] for name in set(missing) - {sandbox.OPTIONAL})
    assert result["layers"][-1] == sandbox.UNSAFE
    assert not sandbox.is_complete(result["layers"])


@USERS
def test_visible_properties_of_the_machine(user):
    """As docs/security.md lists: links and the existence of files are visible, but only readable files have content."""
    done = confined.student(
        """
        import errno
        def attempt(action, path):
            try: action(path)
            except OSError as error: return errno.errorcode[error.errno]
            return "seen"
        def content(path):
            with open(path, "rb") as file: file.read(1)
        parent = f"/proc/{os.getppid()}"
        say(
            read=[attempt(content, path) for path in ("/proc/cpuinfo", "/proc/meminfo", os.__file__)],
            closed=[attempt(content, path) for path in ("/proc/self/maps", "/proc/self/status", "/proc/self/environ",
                    "/proc/loadavg", "/proc/mounts", "/etc/hostname", parent + "/status", parent + "/maps")],
            links=[attempt(os.readlink, path) for path in ("/proc/self/exe", "/proc/self/cwd", "/proc/self/fd/0")],
            of_others=[attempt(os.readlink, parent + name) for name in ("/exe", "/cwd", "/fd/0", "/ns/net")],
            present=[attempt(os.stat, path) for path in ("/etc/passwd", parent, "/proc/999999999")],
            listed=[attempt(os.listdir, path) for path in ("/", "/proc", "/tmp", "/etc", "/proc/self/fd")],
        )
        """,
        user=user,
    )
    assert done == {
        "read": ["seen"] * 3,
        "closed": ["EACCES"] * 8,
        "links": ["seen"] * 3,
        "of_others": ["EACCES"] * 4,
        "present": ["seen", "seen", "ENOENT"],
        "listed": ["EACCES"] * 5,
    }
