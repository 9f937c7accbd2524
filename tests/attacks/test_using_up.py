"""Using up time, memory, processes, threads, output and files: use above a limit is stopped at the limit."""

from __future__ import annotations

from attacks.harness import ATTEMPT, Attack, AttackHarness, at_import, attacks, in_call

_IGNORE = """import signal
for number in range(1, 65):
    try: signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError): pass
"""
_STOP = "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)"
_FILL = "x = [bytearray(1 << 26) for _ in range(64)]"

LISTED = (
    at_import("infinite loop with signals ignored, at import", r"stopped after . s", f"{_IGNORE}\nwhile True: pass"),
    in_call("infinite loop with signals ignored, in a call", r"stopped after . s", f"{_IGNORE}\nwhile True: pass"),
    at_import("sleep, at import", r"stopped after . s", "import time; time.sleep(1e6)"),
    in_call("sleep, in a call", r"stopped after . s", "import time; time.sleep(1e6)"),
    at_import("SIGSTOP to itself, at import", r"stopped after . s", _STOP),
    in_call("SIGSTOP to itself, in a call", r"stopped after . s", _STOP),
    at_import(
        "fork bomb",
        r"fork refused: (EPERM|ENOSYS|EAGAIN)",
        ATTEMPT
        + """
import ctypes, time
def bomb():
    for _ in range(100):
        if os.fork() == 0:
            time.sleep(20)
            os._exit(0)
attempt("fork", bomb)
libc = ctypes.CDLL(None, use_errno=True)
def raw(number, *arguments):
    result = libc.syscall(number, *arguments)
    if result == 0:
        time.sleep(20)
        os._exit(0)
    if result < 0:
        raise OSError(ctypes.get_errno(), "")
    return result
attempt("vfork", lambda: raw(58 if os.uname().machine == "x86_64" else 220, 17, 0, 0, 0, 0))
attempt("clone", lambda: raw(56 if os.uname().machine == "x86_64" else 220, 17, 0, 0, 0, 0))
import subprocess, multiprocessing
attempt("subprocess", lambda: subprocess.Popen(["/bin/sleep", "20"]))
attempt("posix_spawn", lambda: os.posix_spawn("/bin/sleep", ["sleep", "20"], {}))
""",
    ),
    in_call(
        "thread bomb",
        r"threads: \d+ then|stopped after|was killed",
        """
        import threading, time
        count = 0
        try:
            for count in range(20_000):
                threading.Thread(target=time.sleep, args=(30,), daemon=True).start()
        except BaseException as error:
            raise ValueError(f"threads: {count} then {type(error).__name__}")
        raise ValueError(f"threads: {count} then ATTACK-" "SUCCEEDED")
        """,
    ),
    in_call(
        "threads that never stop",
        r"values are wrong|stopped after . s of CPU",  # whichever comes first: the answer, or the end of its CPU time
        """
        import threading
        def spin():
            while True: pass
        for _ in range(8): threading.Thread(target=spin, daemon=True).start()
        return torch.zeros(a.shape[0], b.shape[1])
        """,
    ),
    # Python's traceback of a MemoryError takes half a second of CPU, so a slow machine may reach the limit of time.
    at_import("memory bomb of Python, at import", r"MemoryError|was killed|stopped after . s of CPU", _FILL),
    in_call("memory bomb of Python, in a call", r"MemoryError|was killed", _FILL),
    in_call("memory bomb of torch", r"asked for 4\.\d+ GB|allocate|was killed", "return torch.ones(1 << 30)"),
    at_import(
        "mmap",
        r"mmap refused",
        ATTEMPT
        + """
import mmap
def fill(flags):
    kept = []
    for _ in range(64):
        one = mmap.mmap(-1, 1 << 26, flags=flags)
        for at in range(0, 1 << 26, 1 << 20): one[at] = 1
        kept.append(one)
for name in ("MAP_PRIVATE", "MAP_SHARED"):
    attempt("mmap", lambda: fill(getattr(mmap, name) | mmap.MAP_ANONYMOUS))
""",
    ),
    at_import(
        "memfd",
        r"memfd refused",
        ATTEMPT
        + """
def fill():
    kept = []
    for _ in range(16):
        kept.append(os.memfd_create("{mark}"))
        for _ in range(64):
            os.write(kept[-1], bytes(1 << 20))
attempt("memfd", fill)
def sparse():
    number = os.memfd_create("{mark}")
    os.ftruncate(number, 1 << 33)
attempt("memfd", sparse)
""",
    ),
    at_import("output flood by print", r"output .*cut", "for _ in range(100_000): print('x' * 1000)"),
    in_call("output flood by print, in a call", r"stopped after . s", "while True: print('x' * 1000)"),
    at_import(
        "output flood by display",
        r"stopped after . s",
        "from IPython.display import HTML\nwhile True: display(HTML('<b>' + 'x' * 10_000))",
    ),
    at_import(
        "output flood whose limit is caught",
        r"stopped after . s",
        """
        while True:
            try: print("x" * 10_000)
            except BaseException: pass
        """,
    ),
    at_import(
        "output flood to descriptor 1",
        r"stopped after . s",
        "import os\nwhile True: os.write(1, b'x' * (1 << 20)); os.write(2, b'x' * (1 << 20))",
    ),
    at_import(
        "output flood into the pipes",
        r"grader's pipe|no answer",
        """
        import os
        while True:
            for number in range(3, 32):
                try: os.write(number, b"x" * (1 << 16))
                except OSError: pass
        """,
    ),
    at_import(
        "many files",
        r"file refused: (EACCES|EPERM|EROFS|ENOENT)",
        ATTEMPT
        + """
def fill(folder):
    for number in range(2000):
        with open(f"{folder}/{mark}-{number}", "w") as file: file.write("x")
for folder in (".", "/", "/tmp", "/dev/shm", "/var/tmp", "/run", "{course}", os.path.expanduser("~")):
    attempt("file", lambda: fill(folder))
    attempt("folder", lambda: os.mkdir(f"{folder}/{mark}-folder"))
    attempt("link", lambda: os.symlink("/etc/passwd", f"{folder}/{mark}-link"))
    attempt("fifo", lambda: os.mkfifo(f"{folder}/{mark}-fifo"))
""",
    ),
)  # fmt: skip

INVENTED = (
    at_import(
        "limits raised again",
        r"limit refused: (EPERM|ValueError|EACCES)",
        ATTEMPT
        + """
import resource
for kind in (resource.RLIMIT_DATA, resource.RLIMIT_AS, resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE):
    attempt("limit", lambda: resource.setrlimit(kind, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)))
    attempt("prlimit", lambda: resource.prlimit(os.getppid(), kind, (0, 0)))
    attempt("judge's", lambda: resource.prlimit({judge}, kind, (0, 0)))
""",
    ),
    in_call("limits lowered to nothing", r"values are wrong|not allowed", """
        import resource
        resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (1 << 20, 1 << 20))
        resource.setrlimit(resource.RLIMIT_CPU, (1, 1))
        return torch.zeros(a.shape[0], b.shape[1])
        """),
    at_import(
        "all processors, best priority",
        r"asked for more",
        """
        import os
        for action in (lambda: os.sched_setaffinity(0, range(64)), lambda: os.nice(-20),
                       lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(99)),
                       lambda: os.sched_setaffinity({judge}, [0]),
                       lambda: os.setpriority(os.PRIO_PROCESS, {judge}, 19)):
            try: action()
            except (OSError, ValueError): pass
        print("asked for more")
        """,
    ),
    at_import(
        "the signal at its parent's death taken off",
        r"no signal",
        "import ctypes\nctypes.CDLL(None).prctl(1, 0, 0, 0, 0)\nprint('no signal')",
    ),
    in_call("pipes made non-blocking", r"values are wrong", """
        import os
        for number in range(3, 32):
            try: os.set_blocking(number, False)
            except OSError: pass
        return torch.zeros(a.shape[0], b.shape[1])
        """),
    in_call("a reply too slow to read", r"stopped after . s", """
        import gc, os, time
        for one in gc.get_objects():
            if type(one).__name__ == "Server":
                os.write(one.replies, b"FND1")
                time.sleep(1e6)
        """),
    in_call("an allocation that Linux would kill for", r"asked for .* GB|MemoryError|allocate", """
        return torch.zeros(1 << 36)
        """),
    at_import("picture of a million pixels a side", r"MemoryError|allocate|Error|stopped after|was killed", """
        import matplotlib.pyplot as plt
        plt.figure(figsize=(5000, 5000))
        plt.show()
        """),
)  # fmt: skip


@attacks(*LISTED, *INVENTED)
def test_use_is_stopped_at_the_limit(harness: AttackHarness, attack: Attack) -> None:
    """The use is stopped with a message; the rest of the notebook has the resources it needs."""
    harness.attack(attack)
