"""Reading hidden data: the attacker knows every path and the judge's process id, and prints every find.

There is a canary in the hidden tests, the misconceptions, the gradebook, the judge's environment, another submission
and the instructor's solution. An attack prints, shows and raises everything it reads; none of it may be a canary.
"""

from __future__ import annotations

import re

import pytest

from attacks.harness import ATTEMPT, Attack, AttackHarness, at_import, attacks, fill, in_call, leaks, plain_python

#: The text that attacks search for (not a whole canary, so that no attack finds itself), and their ways to print it.
HUNT = (
    ATTEMPT
    + """
import re
TOKEN = re.compile(("CAN" + "ARY").encode() + rb"-\\w+-[0-9a-f]{16}")
LOOT = []
def hunt(name, data):
    data = bytes(data) if isinstance(data, (bytes, bytearray, memoryview)) else str(data).encode("utf-8", "replace")
    found = sorted(set(TOKEN.findall(data)))
    LOOT.extend(found)
    print(name, "gave", len(data), "bytes", found, flush=True)
def steal(name, read):
    try:
        hunt(name, read())
    except OSError as error:
        print(name, "refused:", errno.errorcode.get(error.errno, type(error).__name__), flush=True)
    except BaseException as error:
        print(name, "refused:", type(error).__name__, str(error)[:80], flush=True)
"""
)
#: A wrong answer that reports once more, by every way that a value can take.
TELL = """
def product(a, b):
    print(LOOT)
    a.loot = str(LOOT)
    raise ValueError(f"loot: {LOOT}")
"""
_BYTES = "open(path, 'rb').read()"
_REFUSED = r"refused: (EACCES|EPERM|ENOENT|PermissionError|ENOSYS)"


def reading(name: str, seen: str, code: str) -> Attack:
    return at_import(name, seen, HUNT + code, TELL)


FILES = (
    reading(
        "the gradebook beside and above",
        rf"gradebook {_REFUSED}",
        """
for up in range(8):
    steal("gradebook", lambda: open("../" * up + "gradebook.db", "rb").read())
steal("gradebook", lambda: open("{gradebook}", "rb").read())
import sqlite3
base = lambda: sqlite3.connect("file:{gradebook}?mode=ro", uri=True)
steal("sqlite", lambda: base().execute("select * from comment").fetchall())
""",
    ),
    reading(
        "the graders",
        rf"graders {_REFUSED}",
        """
steal("graders", lambda: os.listdir("{graders}"))
for name in ("test_product.py", "misconceptions.py", "test_total.py"):
    steal("graders", lambda: open(f"{graders}/{name}", "rb").read())
steal("cached", lambda: b"".join(open(f"{graders}/__pycache__/{name}", "rb").read()
                                 for name in os.listdir("{graders}/__pycache__")))
steal("link", lambda: os.readlink("{graders}/test_product.py"))
steal("open by folder", lambda: os.read(os.open("test_product.py", 0, dir_fd=os.open("{graders}", os.O_PATH)), 9999))
""",
    ),
    reading(
        "the instructor's notebook",
        rf"source {_REFUSED}",
        'steal("source", lambda: open("{source}", "rb").read())',
    ),
    reading(
        "other submissions",
        rf"neighbour {_REFUSED}",
        """
steal("neighbour", lambda: open("{neighbour}", "rb").read())
steal("walk", lambda: [names for names in os.walk("{course}")] or 1 / 0)
import glob
steal("glob", lambda: b"".join(open(name, "rb").read() for name in glob.glob("{course}/**/*", recursive=True)) or 1 / 0)
""",
    ),
)

LISTED = (
    *FILES,
    in_call(
        "frames",
        r"loot: \[\]",
        """
        import sys, inspect
        frame = sys._getframe()
        while frame is not None:
            hunt("frame", repr(frame.f_locals)); hunt("globals", repr(list(frame.f_globals.items())))
            hunt("code", repr(frame.f_code.co_consts))
            for value in list(frame.f_locals.values()):
                # An expected value would be a tensor of the right shape that is none of the arguments.
                if type(value) is torch.Tensor and value.shape == (a.shape[0], b.shape[1]):
                    if value is not a and value is not b: print("ATTACK-" "SUCCEEDED")
            frame = frame.f_back
        for stack in sys._current_frames().values(): hunt("thread", repr(inspect.getouterframes(stack)))
        raise ValueError(f"loot: {LOOT}")
        """,
        HUNT,
    ),
    in_call(
        "gc.get_objects",
        r"gc gave \d{4,} bytes[\s\S]*loot: \[\]|stopped after",
        """
        import gc
        texts = []
        for one in gc.get_objects():
            for held in gc.get_referents(one):
                if type(held) is str and len(held) < 100_000: texts.append(held)
                elif type(held) is bytes and len(held) < 100_000: texts.append(held.decode("latin-1"))
        hunt("gc", "".join(texts))
        raise ValueError(f"gc gave {sum(map(len, texts))} bytes, loot: {LOOT}")
        """,
        HUNT,
    ),
    reading(
        "In, Out and the namespace",
        r"namespace gave",
        """
shell = get_ipython()
hunt("In", In); hunt("Out", Out); hunt("history", list(shell.history_manager.get_range()))
hunt("last", In[-1]); hunt("namespace", {k: v for k, v in shell.user_ns.items() if k != "LOOT"})
hunt("hidden", shell.user_ns_hidden)
import sys
for name, module in list(sys.modules.items()):
    if name.startswith(("foundations", "test_", "misconceptions")):
        hunt(name, vars(module))
""",
    ),
    reading(
        "/proc/self/environ",
        r"environ (refused|gave)",
        """
steal("environ", lambda: open("/proc/self/environ", "rb").read())
hunt("os.environ", os.environ)
import ctypes
def of_libc():
    listed, number, parts = ctypes.POINTER(ctypes.c_char_p).in_dll(ctypes.CDLL(None), "environ"), 0, []
    while listed[number]:
        parts.append(listed[number])
        number += 1
    return b" ".join(parts)
steal("libc environ", of_libc)
steal("cmdline", lambda: open("/proc/self/cmdline", "rb").read())
import sys
hunt("argv", sys.argv + sys.orig_argv)
""",
    ),
    reading(
        "/proc of the judge",
        rf"judge's environ {_REFUSED}",
        """
import ctypes
steal("judge's environ", lambda: open("/proc/{judge}/environ", "rb").read())
def memory(pid):
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as mem:
        parts = []
        for line in maps:
            if "rw-p" in line:
                start, end = (int(x, 16) for x in line.split()[0].split("-"))
                mem.seek(start)
                parts.append(mem.read(min(end - start, 1 << 24)))
        return b"".join(parts)
steal("judge's memory", lambda: memory({judge}))
steal("fork server's memory", lambda: memory(os.getppid()))
steal("fork server's environ", lambda: open(f"/proc/{os.getppid()}/environ", "rb").read())
steal("judge's command", lambda: open("/proc/{judge}/cmdline", "rb").read())
steal("judge's folder", lambda: os.listdir("/proc/{judge}/cwd") and os.readlink("/proc/{judge}/cwd"))
steal("judge's files", lambda: [os.readlink(f"/proc/{judge}/fd/{n}") for n in os.listdir("/proc/{judge}/fd")])
steal("through the judge's root", lambda: open("/proc/{judge}/root{graders}/test_product.py", "rb").read())
libc = ctypes.CDLL(None, use_errno=True)
class Piece(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]
def vm():
    room = ctypes.create_string_buffer(4096)
    local, remote = Piece(ctypes.addressof(room), 4096), Piece(id(hunt) & ~0xfff, 4096)
    if libc.process_vm_readv(os.getppid(), ctypes.byref(local), 1, ctypes.byref(remote), 1, 0) < 0:
        raise OSError(ctypes.get_errno(), "")
    print("ATTACK-" "SUCCEEDED")
    return room.raw
steal("process_vm_readv", vm)
""",
    ),
    reading(
        "the list of processes",
        rf"processes {_REFUSED}",
        """
def listing():
    found = [name for name in os.listdir("/proc") if name.isdigit() and int(name) != os.getpid()]
    print("processes: ", len(found))
    return b"".join(open(f"/proc/{pid}/environ", "rb").read() for pid in found) or 1 / 0
steal("processes", listing)
""",
    ),
    reading(
        "inherited descriptors",
        r"descriptor 0",
        """
import fcntl, stat
for number in range(256):
    try: mode = os.fstat(number).st_mode
    except OSError: continue
    kind = "pipe" if stat.S_ISFIFO(mode) else "socket" if stat.S_ISSOCK(mode) else "other"
    print("descriptor", number, kind, oct(mode))
    if kind == "socket" or stat.S_ISREG(mode) or stat.S_ISDIR(mode):
        print("ATTACK-" "SUCCEEDED")
    if kind == "other":
        steal(f"reading descriptor {number}", lambda: os.pread(number, 1 << 20, 0))
        steal(f"above descriptor {number}", lambda: os.open("..", os.O_RDONLY, dir_fd=number))
""",
    ),
    reading(
        "heap scan",
        r"CANARY-self-0123456789abcdef",
        """
import ctypes
own = bytearray(("CAN" + "ARY-self-0123456789abcdef").encode())  # shows that the scan finds what is there
libc = ctypes.CDLL(None, use_errno=True)
libc.write.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t]
reading, writing = os.pipe()
os.set_blocking(reading, False)
def page(address):
    # The kernel looks whether an address can be read: no fault, whatever is there.
    size = libc.write(writing, address, 4096)
    return os.read(reading, size) if size > 0 else None
seen, parts = set(), []
def around(address, pages):
    for step in (1, -1):
        at, missing = address & ~0xfff, 0
        for _ in range(pages):
            if at not in seen:
                seen.add(at)
                data = page(at)
                missing = 0 if data else missing + 1
                parts.append(data or b"")
                if missing > 64: break
            at += 4096 * step
import sys, gc
starts = [id(one) for one in (own, hunt, os, torch, 0, gc.get_objects()[-1], sys.modules["foundations.worker.server"])]
starts += [ctypes.addressof((ctypes.c_char * 1).from_buffer(own)), ctypes.addressof(ctypes.c_int(5))]
starts += [torch.ones(1).data_ptr(), torch.ones(1 << 18).data_ptr()]
for start in starts: around(start, 1500)
hunt("heap", b"".join(parts))
steal("maps", lambda: open("/proc/self/maps", "rb").read())
steal("own memory", lambda: open("/proc/self/mem", "rb").read(1))
del parts
""",
    ),
)

INVENTED = (
    reading(
        "tracebacks and linecache",
        r"linecache gave",
        """
import linecache, traceback
hunt("linecache", linecache.cache)
try: raise KeyError
except KeyError as error: hunt("traceback", "".join(traceback.format_exception(error)))
steal("lines", lambda: "".join(linecache.getlines("{graders}/test_product.py")) or 1 / 0)
""",
    ),
    reading(
        "magics that read",
        r"magic",
        """
for line in ("cat {graders}/test_product.py", "sx cat {gradebook}", "pfile {source}", "ls {course}", "env",
             "load {graders}/test_product.py", "pycat {graders}/test_product.py", "pinfo2 torch", "cd {graders}"):
    name, _, rest = line.partition(" ")
    steal(f"magic {name}", lambda: get_ipython().run_line_magic(name, rest) or 1 / 0)
steal("inspect", lambda: get_ipython().getoutput("cat {graders}/test_product.py"))
""",
    ),
    reading(
        "files by other calls",
        rf"openat2 {_REFUSED}",
        """
import ctypes, mmap, numpy, shutil
libc = ctypes.CDLL(None, use_errno=True)
path = b"{graders}/test_product.py"
def call(number, *arguments):
    result = libc.syscall(number, *arguments)
    if result < 0: raise OSError(ctypes.get_errno(), "")
    return result
how = (ctypes.c_uint64 * 3)(0, 0, 0)
steal("openat2", lambda: os.read(call(437, -100, path, how, 24), 1 << 16))
import runpy
steal("import", lambda: runpy.run_path("{graders}/test_product.py"))
handle = ctypes.create_string_buffer(256)
ctypes.memmove(handle, (128).to_bytes(4, "little"), 4)
mount = ctypes.c_int()
def by_handle():
    call(303, -100, path, handle, ctypes.byref(mount), 0)
    return os.read(call(304, -100, handle, 0), 1 << 16)
steal("by handle", by_handle)
steal("xattr", lambda: os.listxattr("{graders}") and os.getxattr("{graders}", "user.x"))
steal("torch", lambda: torch.load("{gradebook}", weights_only=False))
steal("torch from_file", lambda: torch.from_file("{gradebook}", size=8192, dtype=torch.uint8).numpy().tobytes())
steal("numpy", lambda: numpy.fromfile("{gradebook}", dtype="u1").tobytes())
steal("copy", lambda: shutil.copy("{gradebook}", "/tmp/{mark}-copy"))
steal("hard link", lambda: os.link("{gradebook}", "/tmp/{mark}-link") or open("/tmp/{mark}-link", "rb").read())
steal("new root", lambda: os.chroot("{course}") or open("/gradebook.db", "rb").read())
steal("inotify", lambda: call(254, call(294, 0), b"{graders}", 0xfff) and 1 / 0)
steal("stat", lambda: os.utime("{gradebook}", (0, 0)) or print("ATTACK-" + "SUCCEEDED"))
steal("chmod", lambda: os.chmod("{gradebook}", 0o777) or print("ATTACK-" + "SUCCEEDED"))
steal("remove", lambda: os.remove("{gradebook}") or print("ATTACK-" + "SUCCEEDED"))
steal("truncate", lambda: os.truncate("{gradebook}", 0) or print("ATTACK-" + "SUCCEEDED"))
""",
    ),
)


@attacks(*LISTED, *INVENTED)
def test_attack_is_contained(harness: AttackHarness, attack: Attack) -> None:
    """The attack finds only data of the notebook itself, Python and its libraries."""
    harness.attack(attack)


@pytest.mark.parametrize("attack", FILES, ids=lambda attack: attack.name)
def test_the_same_code_unconfined_finds_its_canary(harness: AttackHarness, attack: Attack) -> None:
    """Unconfined, the attack works, and the search of the outputs sees its find."""
    code = re.sub(r"^def product[\s\S]*", "", fill(attack.cell, harness.places), flags=re.MULTILINE)

    got = plain_python(code, harness.course.neighbour.parent)

    assert leaks(got, harness.course), got


def test_canaries_are_where_attacks_look(harness: AttackHarness) -> None:
    """A canary that is not there cannot leak."""
    course = harness.course
    places = {
        "grader": course.graders / "test_product.py",
        "literal": course.graders / "test_product.py",
        "misconception": course.graders / "misconceptions.py",
        "solution": course.source,
        "gradebook": course.gradebook,
        "submission": course.neighbour,
    }
    for place, path in places.items():
        assert place in leaks(path.read_bytes().decode("latin-1"), course)
    with open(f"/proc/{harness.judge.process.pid}/environ", encoding="utf-8") as environment:
        assert leaks(environment.read(), course) == ["environment"]


def test_memory_of_the_fork_server_holds_no_canary(harness: AttackHarness) -> None:
    """Student processes are its copies: they cannot find data that it never had. The judge has the canaries."""
    judge = harness.judge.process.pid
    endless = at_import("endless", "", "while True: pass")  # the reference is timed, in a process next to the student's
    harness.grade(harness.hand_in(endless.notebook(harness.places)))
    forkserver = [pid for pid in children(judge) if "foundations.worker.forkserver" in command(pid)]
    assert forkserver
    assert [held(pid, harness) for pid in forkserver] == [set()] * len(forkserver)
    assert {"grader", "literal", "solution"} & held(judge, harness)


def held(pid: int, harness: AttackHarness) -> set[str]:
    """Return the places whose canaries are in the memory of a process."""
    data = memory(pid)
    return {place for place, canary in harness.course.canaries.items() if canary.encode() in data}


def children(pid: int) -> list[int]:
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as listed:
        return [int(child) for child in listed.read().split()]


def command(pid: int) -> str:
    with open(f"/proc/{pid}/cmdline", encoding="utf-8") as line:
        return line.read()


def memory(pid: int) -> bytes:
    """Return all private writable memory of a process."""
    parts = []
    with open(f"/proc/{pid}/maps", encoding="utf-8") as maps, open(f"/proc/{pid}/mem", "rb", buffering=0) as mem:
        for line in maps:
            span, rights, *_ = line.split()
            if rights == "rw-p":
                start, end = (int(bound, 16) for bound in span.split("-"))
                mem.seek(start)
                try:
                    parts.append(mem.read(end - start))
                except OSError:
                    continue  # a guard page, or one of the kernel's own
    return b"".join(parts)
