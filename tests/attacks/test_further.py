"""Attacks beyond the original list.

They try other ways to a file, to the kernel, to a false value, and to a name whose code is not the code of its cell.
"""

from __future__ import annotations

from dataclasses import replace

from attacks.harness import ATTEMPT, FORBIDDEN, Attack, AttackHarness, at_import, attacks, in_call
from attacks.hostile_course import PRODUCT
from attacks.snippets import CALLS, FIND

#: A path that the attacker knows, tried by every function that opens files.
_GOAL = ATTEMPT + "GOAL = '{graders}/test_product.py'\n"

FILES = (
    at_import(
        "graders by functions of torch, numpy and Python that open files",
        r"from_file refused",
        _GOAL
        + """
import importlib.util, linecache, runpy, sys, tokenize
import ctypes, matplotlib.image
import numpy as np
attempt("from_file", lambda: torch.from_file(GOAL, dtype=torch.uint8, size=100))
attempt("storage", lambda: torch.UntypedStorage.from_file(GOAL, False, 100))
attempt("memmap", lambda: np.memmap(GOAL, mode="r"))
attempt("fromfile", lambda: np.fromfile(GOAL))
attempt("loadtxt", lambda: np.loadtxt(GOAL, dtype=str))
attempt("np.load", lambda: np.load(GOAL, allow_pickle=True))
attempt("torch.load", lambda: torch.load(GOAL, weights_only=False))
attempt("torch.jit", lambda: torch.jit.load(GOAL))
attempt("torch.hub", lambda: torch.hub.load("{course}", "x", source="local"))
attempt("torch.ops", lambda: torch.ops.load_library(GOAL))
attempt("torch.save", lambda: torch.save([1], "/tmp/{mark}"))
attempt("picture", lambda: matplotlib.image.imread(GOAL))
attempt("lines", lambda: linecache.getlines(GOAL) or 1 / 0)
attempt("tokens", lambda: tokenize.open(GOAL))
attempt("library", lambda: ctypes.CDLL(GOAL))
attempt("run_path", lambda: runpy.run_path(GOAL))
attempt("loader", lambda: importlib.util.spec_from_file_location("g", GOAL).loader.get_data(GOAL))
def imported():
    sys.path.insert(0, "{graders}")
    import test_product
attempt("import", imported)
""",
    ),
    at_import(
        "descriptors that are paths only, and the kernel's own files",
        r"list refused",
        _GOAL
        + """
for path in ("/proc/self/fd", "/proc/self/root/etc/passwd", "/proc/{judge}/root/etc/passwd", "/proc/{judge}/fd/3",
             "/proc/self/cwd", "/proc/self/mem", "/proc/self/maps", "/proc/thread-self/status", "/proc/kallsyms",
             "/proc/net/tcp", "/proc/mounts", "/sys/kernel", "/dev/mem", "/dev/fd/3", "/dev/tty", "/dev/shm",
             "/dev/ptmx"):
    if os.path.exists(path): attempt(path, lambda: os.open(path, os.O_RDONLY))
folder = os.open("{graders}", os.O_PATH)
attempt("list", lambda: os.listdir(folder))
attempt("by folder", lambda: os.open("test_product.py", 0, dir_fd=folder))
attempt("opened again", lambda: os.open(f"/proc/self/fd/{os.open(GOAL, os.O_PATH)}", 0))
def moved():
    os.fchdir(folder)
    return open("test_product.py").read()
attempt("moved there", moved)
""",
    ),
    at_import(
        "files changed, removed, renamed, cut short",
        r"unlink refused",
        _GOAL
        + """
attempt("unlink", lambda: os.unlink(GOAL))
attempt("rename", lambda: os.rename(GOAL, GOAL + "x"))
attempt("cut short", lambda: os.open(GOAL, os.O_RDONLY | os.O_TRUNC))
attempt("truncate", lambda: os.truncate(GOAL, 0))
attempt("times", lambda: os.utime(GOAL))
attempt("rights", lambda: os.chmod(GOAL, 0))
attempt("no name", lambda: os.open("/tmp", os.O_TMPFILE | os.O_RDWR, 0o600))
attempt("Python's", lambda: open(os.__file__, "a"))
attempt("library's", lambda: open(torch.__file__, "a"))
attempt("ours", lambda: open(__import__("foundations").__file__, "a"))
""",
    ),
)

KERNEL = (
    at_import(
        "calls that are newer or rarer than the list, by number",
        r"mlock refused",
        CALLS
        + """
NUMBERS.update({
    "mlock": (149, 228), "mlockall": (151, 230), "mlock2": (325, 284), "inotify_init1": (294, 26),
    "signalfd4": (289, 74),
    "timerfd_create": (283, 85), "splice": (275, 76), "tee": (276, 77), "vmsplice": (278, 75), "sendfile": (40, 71),
    "copy_file_range": (326, 285), "io_setup": (206, 0), "pkey_alloc": (330, 289), "process_mrelease": (448, 448),
    "ioprio_set": (251, 30), "set_mempolicy": (238, 237), "sched_setattr": (314, 274), "cachestat": (451, 451),
    "map_shadow_stack": (453, 453), "statmount": (457, 457), "listmount": (458, 458), "lsm_get_self_attr": (459, 459),
    "mseal": (462, 462), "setxattrat": (463, 463), "open_tree_attr": (467, 467), "get_mempolicy": (239, 236),
})
for name in NUMBERS.keys() - {"clone", "fork", "vfork", "socketpair", "clone3", "personality"}:
    attempt(name, lambda: call(name, -1, 0, 0, 0, 0, 0))
""",
    ),
    at_import(
        "every operation of prctl that sets something",
        r"prctl 38 refused",
        CALLS
        + """
NUMBERS["prctl"] = (157, 167)
READING = {2, 3, 16, 21, 23, 39}
for option in sorted({*range(1, 80), 0x59616D61, 0x4D444C56} - READING - {15}):
    for value in (1, 2):
        attempt(f"prctl {option}", lambda: call("prctl", option, value, 0, 0, 0))
""",
    ),
    at_import(
        "commands to terminals, files and pipes",
        r"typing refused",
        ATTEMPT
        + """
import fcntl, termios
library = open(os.__file__)
attempt("typing", lambda: fcntl.ioctl(0, termios.TIOCSTI, b"x"))
attempt("cloning", lambda: fcntl.ioctl(library, 0x40049409, 1))
attempt("lease", lambda: fcntl.fcntl(library, 1024, 1))
attempt("watching", lambda: fcntl.fcntl(os.open("/usr/lib", 0), 1026, 15))
attempt("large pipe", lambda: fcntl.fcntl(os.pipe()[0], 1031, 1 << 20))
attempt("signal to the judge", lambda: fcntl.fcntl(library, 8, {judge}))
""",
    ),
    at_import(
        "a thousand timers",
        r"timers: \d{1,3} made",
        """
import ctypes, signal
libc, made = ctypes.CDLL(None), 0
while made < 100_000 and libc.timer_create(1, None, ctypes.byref(ctypes.c_void_p())) == 0: made += 1
print("timers:", made, "made")
signal.signal(signal.SIGALRM, lambda *ignored: None)
signal.setitimer(signal.ITIMER_REAL, 0.0001, 0.0001)
""",
    ),
    at_import(
        "a thousand descriptors",
        r"opened \d\d ",
        "import os\nopened = 3\ntry:\n    while True: opened += len(os.pipe())\n"
        "except OSError as error: print('opened', opened, error)",
    ),
    at_import(
        "a process's name that reads like another state of it",
        r"named",
        "import ctypes\nctypes.CDLL(None).prctl(15, b') R 1 1 1\\n(x', 0, 0, 0)\nprint('named')",
    ),
)

STATE = (
    at_import(
        "settings of Python and torch left changed",
        r"left changed",
        """
import gc, sys, threading
sys.setswitchinterval(1e9); sys.setrecursionlimit(1_000_000); sys.set_int_max_str_digits(0)
gc.disable()
threading.settrace(lambda *ignored: None); threading.setprofile(lambda *ignored: 1 / 0)
torch.set_default_dtype(torch.float16)
torch.autograd.set_detect_anomaly(True)
torch.manual_seed(0)
torch.random.manual_seed = torch.seed = lambda *ignored: None
torch.set_flush_denormal(True)
torch.backends.mkldnn.enabled = False
print("left changed")
""",
    ),
    at_import("device of all new tensors", r"on meta", "torch.set_default_device('meta')\nprint('on meta')"),
    at_import("inference mode left on", r"left on", "torch.inference_mode().__enter__()\nprint('left on')"),
    at_import(
        "a mode of its own around all that torch does",
        r"left on",
        """
from torch.overrides import TorchFunctionMode
class Mine(TorchFunctionMode):
    def __torch_function__(self, function, types, args=(), kwargs=None):
        made = function(*args, **(kwargs or {}))
        return torch.ones(2, 4) if getattr(function, "__name__", "") == "frombuffer" else made
Mine().__enter__()
print("left on")
""",
    ),
    at_import(
        "finalizers and callbacks that raise in our code",
        r"set to raise",
        """
import gc, weakref
class Last:
    def __del__(self): raise KeyboardInterrupt
def leave(*ignored): raise SystemExit("leaving")
kept = Last()
weakref.finalize(kept, leave)
gc.callbacks.append(leave)
gc.set_threshold(1, 1, 1)
print("set to raise")
""",
    ),
    in_call(
        "a value whose end is the end of the process",
        r"values are wrong|ended the process",
        """
class Last:
    def __del__(self):
        import os
        os._exit(0)
c = torch.zeros(a.shape[0], b.shape[1])
c.last, a.last = Last(), Last()
return c
""",
    ),
    at_import(
        "builtins replaced under the shell",
        r"ended the process|bytes are none",
        """
import builtins
builtins.bytearray = lambda *ignored: b""
builtins.memoryview = list
print("bytes are none")
""",
    ),
)

VALUES = (
    in_call("nested tensor", r"returned .*nested", "return torch.nested.nested_tensor([a[0], b[0]])"),
    in_call("quantised tensor", r"returned", "return torch.quantize_per_tensor(a @ b, 0.1, 0, torch.qint8)"),
    in_call("tensor of eight bits", r"returned", "return (a @ b).to(torch.float8_e4m3fn)"),
    in_call("tensor in another library's layout", r"returned", "return (a @ b).to_mkldnn()"),
    in_call(
        "conjugated view", r"dtype", "return torch.conj(torch.complex(a @ b, torch.zeros(a.shape[0], b.shape[1])))"
    ),
    in_call(
        "negated view",
        r"values are wrong",
        "return torch.complex(a @ b, torch.ones(a.shape[0], b.shape[1])).conj().imag",
    ),
    in_call(
        "tensor whose numbers are all in one place",
        r"values are wrong",
        "return torch.zeros(1).as_strided((a.shape[0], b.shape[1]), (0, 0))",
    ),
    in_call(
        "tensor whose storage was cut",
        r"out of bounds|segmentation fault|values are wrong",
        "c = torch.zeros(a.shape[0], b.shape[1])\nc.untyped_storage().resize_(4)\nreturn c",
    ),
    in_call("parameter that is none", r"values are wrong", "return torch.nn.Parameter(torch.zeros(len(a), len(b.T)))"),
    in_call("tensor just below the limit of a reply", r"has shape", "return torch.zeros(999_000)"),
    in_call("text just below the limit of a reply", r"returned", "return 'x' * 3_990_000"),
    in_call("thousands of the largest integers", r"returned", "return [1 << 4095] * 3000"),
    in_call(
        "type named like torch's own, in another alphabet",
        r"returned",
        "return type('T\\u0435nsor\\u202e\\u200b', (), {'__module__': 'torch'})()",
    ),
    in_call(
        "right for the shapes that were seen",
        r"values are wrong",
        "return a @ b if a.shape == (2, 3) else torch.zeros(a.shape[0], b.shape[1])",
    ),
    at_import(
        "function whose name looks the same",
        r"looks the same",
        "def pr\u043educt(a, b):\n    return a @ b\nprint('looks the same')",
    ),
    at_import(
        "outputs that no file can hold",
        r"printed",
        """
print("printed \\ud800\\udfff \\x00 \\x1b[2J")
display({"text/plain": "\\ud800", "text/html": "\\x00<script>"}, raw=True)
display({"text/plain": "x"}, metadata={"a": float("nan"), "b": object()}, raw=True)
deep = {}
for _ in range(3000): deep = {"a": deep}
display({"text/plain": "x"}, metadata=deep, raw=True)
""",
    ),
    at_import(
        "a forged type's name of 3 MB",
        r"returned",
        FIND
        + """
real = server().operations["call"]
def call(**request):
    reply = real(**request)
    if request["function"] == "product": reply["value"] = protocol.Opaque("<b>" + "x" * 3_000_000, "")
    return reply
server().operations["call"] = call
""",
    ),
)

#: The forbidden product runs out of sight of a trace; the cell of the exercise shows the honest one.
EVIL = """
def evil(a, b):
    with torch._C.DisableTorchFunction(), torch._C._DisableTorchDispatch():
        return a @ b
"""
_BOTH = f"{EVIL}\n{PRODUCT}\n"
_HIDDEN = r"rows and columns"
NAMES = (
    Attack("code exchanged under a function",
           f"{_BOTH}object.__setattr__(product, '__code__', evil.__code__)", _HIDDEN),
    Attack("name bound through globals()", f"{_BOTH}globals().update(product=evil)", _HIDDEN),
    Attack("name bound through the shell", f"{_BOTH}get_ipython().push({{'product': evil}})", _HIDDEN),
    Attack("name bound through the notebook's module", f"{_BOTH}import __main__\n__main__.product = evil", _HIDDEN),
    Attack("name that no statement binds", f"{EVIL}\nglobals().update(product=evil)", _HIDDEN),
    Attack("function put into a module of Python's", f"{EVIL}\nimport itertools\nitertools.quick = evil\n"
           "def product(a, b):\n    return itertools.quick(a, b)", _HIDDEN),
    Attack("function put into an object by another name",
           f"{EVIL}\nclass Box: pass\nbox = Box()\nother = box\nother.quick = evil\n"
           "def product(a, b):\n    return box.quick(a, b)", _HIDDEN),
    Attack("name bound when the cell has run",
           f"{_BOTH}get_ipython().events.register('post_run_cell',"
           " lambda result: globals().__setitem__('product', evil))", _HIDDEN),
    Attack("an earlier cell run again", "%rerun 2", _HIDDEN, cells=(f"{EVIL}\nproduct = evil", PRODUCT)),
    Attack("a magic without its sign", "time product = evil", _HIDDEN, cells=(EVIL, PRODUCT)),
    Attack("product in a thread that no trace sees", """
import _thread
def product(a, b):
    lock, made = _thread.allocate_lock(), []
    lock.acquire()
    def work():
        made.append(a @ b)
        lock.release()
    _thread.start_new_thread(work, ())
    lock.acquire()
    return made[0]
""", _HIDDEN),
    Attack("more code than can be read", FORBIDDEN + "# " + "x" * 110_000, _HIDDEN),
    Attack("more magics than IPython rewrites", FORBIDDEN, _HIDDEN, cells=("%time x = 1\n" * 600,)),
    Attack("expressions that take long to read", "def product(a, b):\n    if a is b:\n"
           + "        getattr(torch, ''.join([chr(x) for x in range(4000)]))\n" * 300 + "    return a @ b\n", _HIDDEN),
)  # fmt: skip


@attacks(*FILES, *KERNEL, *STATE, *VALUES)
def test_attack_is_contained(harness: AttackHarness, attack: Attack) -> None:
    """The attack gets no mark and no canary, leaves no trace, and the judge continues."""
    harness.attack(attack)


@attacks(*NAMES)
def test_code_behind_a_name_is_lost_or_reviewed(harness: AttackHarness, attack: Attack) -> None:
    """A mark is lost only for code that ran or is plainly written; for the rest a person is asked."""
    harness.attack(replace(attack, or_reviewed=True))
