"""Code at the beginning of several attacks."""

from __future__ import annotations

from attacks.harness import ATTEMPT

#: The shim's server, found as an attacker finds it, and the nonce of the current request.
FIND = """
import gc, os, sys
from foundations.worker import protocol
def server():
    return next(one for one in gc.get_objects() if type(one).__name__ == "Server")
def nonce():
    frame = sys._getframe()
    while frame.f_code.co_name != "serve": frame = frame.f_back
    return frame.f_locals["nonce"]
def forged(value=None, **more):
    reply = {"value": value, "error": None, "printed": "", "trace": {"function": [], "dispatch": []}, "args": [],
             "attributes": [], "same_object_as": None, "score": 5, "passed": True} | more
    return protocol.encode(reply, 1 << 20)
def send(data):
    view = memoryview(data)
    while view: view = view[os.write(server().replies, view):]
"""

CALLS = (
    ATTEMPT
    + """
import ctypes, sys
LIBC = ctypes.CDLL(None, use_errno=True)
MACHINE = 0 if os.uname().machine == "x86_64" else 1
NUMBERS = {
    "ptrace": (101, 117), "unshare": (272, 97), "setns": (308, 268), "clone3": (435, 435),
    "io_uring_setup": (425, 425), "shmget": (29, 194), "shmat": (30, 196), "msgget": (68, 186),
    "semget": (64, 190), "mq_open": (240, 180), "pidfd_open": (434, 434), "pidfd_getfd": (438, 438),
    "process_vm_writev": (311, 271), "bpf": (321, 280), "userfaultfd": (323, 282),
    "perf_event_open": (298, 241), "keyctl": (250, 219), "add_key": (248, 217), "mount": (165, 40),
    "pivot_root": (155, 41), "kexec_load": (246, 104), "init_module": (175, 105), "memfd_create": (319, 279),
    "execveat": (322, 281), "setsid": (112, 157), "reboot": (169, 142), "landlock_restrict_self": (446, 446),
    "seccomp": (317, 277), "kcmp": (312, 272), "fanotify_init": (300, 262), "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265), "modify_ldt": (154, 999), "iopl": (172, 999), "socketpair": (53, 199),
    "process_madvise": (440, 440), "move_pages": (279, 239), "migrate_pages": (256, 238),
    "memfd_secret": (447, 447), "clone": (56, 220), "fork": (57, 999), "vfork": (58, 999), "tkill": (200, 130),
    "rt_sigqueueinfo": (129, 138), "syslog": (103, 116), "personality": (135, 92), "acct": (163, 89),
}
def call(name, *arguments):
    ctypes.set_errno(0)
    result = LIBC.syscall(NUMBERS[name][MACHINE], *arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), "")
    return result
"""
)
