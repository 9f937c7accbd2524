"""Confinement in real processes: as the user who runs the tests, and as root also as an ordinary user."""

import os
import platform
import re
import signal
import subprocess
import tempfile
import textwrap
import time

import confined
import pytest
from confined import EACH_USER

from foundations.sandbox import layers as sandbox
from foundations.sandbox import syscalls


@EACH_USER
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


@EACH_USER
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
    assert result["environment"].keys() == {"FOUNDATIONS_MNIST", "LANG"} | sandbox.UNCOMPILED.keys()
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


@EACH_USER
def test_memory_of_every_kind_is_bounded(user):
    """Private, shared and heap memory is refused beyond the limit, and given below it."""
    result = confined.trying(
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


@EACH_USER
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


@EACH_USER
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
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert os.path.exists(f"/proc/{pid}")
        parent.kill()
    deadline = time.monotonic() + 5
    while os.path.exists(f"/proc/{pid}") and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not os.path.exists(f"/proc/{pid}")


@EACH_USER
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


@EACH_USER
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


@EACH_USER
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


@EACH_USER
def test_scratch_folder_is_the_only_writable_folder(user, tmp_path):
    """It may have files up to the limit and folders, but no links; it is the current and the temporary folder."""
    folder = tempfile.mkdtemp(dir="/tmp")
    os.chmod(folder, 0o777)
    result = confined.trying(
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


@EACH_USER
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
