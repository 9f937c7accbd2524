"""Ways to end the process, or to seem to: each costs the cell or the check it happens in, and no other."""

from __future__ import annotations

from attacks.harness import Attack, AttackHarness, at_import, attacks, in_call

#: Name, code, message if it ends a cell, and message if it ends a call.
WAYS = (
    ("sys.exit", "import sys; sys.exit(0)", r"SystemExit", r"stopped with SystemExit"),
    ("os._exit", "import os; os._exit(0)", r"ended the process \(exit code 0\)", r"ended the process \(exit code 0\)"),
    (
        "subclass of SystemExit",
        "class Gone(SystemExit): pass\nraise Gone('score: 5')",
        r"score: 5",
        r"stopped with Gone",
    ),
    (
        "subclass of KeyboardInterrupt",
        "class Stop(KeyboardInterrupt): pass\nraise Stop('stop it')",
        r"KeyboardInterrupt|Stop",
        r"stopped with Stop",
    ),
    (
        "exception that is no Exception",
        "class Odd(BaseException): pass\nraise Odd('odd')",
        r"odd",
        r"stopped with Odd",
    ),
    (
        "recursion to the end of the C stack",
        "import sys\nsys.setrecursionlimit(1 << 30)\nx = []\nfor _ in range(100_000): x = [x]\nrepr(x)",
        r"segmentation fault|RecursionError|MemoryError|SIGBUS|stopped after . s",  # a slow machine's time is up first
        r"segmentation fault|RecursionError|MemoryError|SIGBUS|stopped after . s",
    ),
    (
        "recursion without end",
        "def down(): return down() + 1\ndown()",
        r"RecursionError|stopped after . s",  # IPython takes its time over such a traceback
        r"RecursionError",
    ),
    ("segfault by ctypes", "import ctypes; ctypes.string_at(0)", r"segmentation fault", r"segmentation fault"),
    ("abort", "import os; os.abort()", r"crashed \(abort\)", r"crashed \(abort\)"),
    ("SIGKILL to itself", "import os; os.kill(os.getpid(), 9)", r"was killed", r"was killed"),
    (
        "closing every descriptor",
        "import os; os.closerange(0, 64)",
        r"failed with|ended the process|OSError",
        r"failed with|ended the process|OSError",
    ),
)
IMPORTS = tuple(at_import(f"{name}, at import", seen, code) for name, code, seen, _ in WAYS)
CALLS = tuple(in_call(f"{name}, in a call", seen, code) for name, code, _, seen in WAYS)

OTHERS = (
    at_import(
        "atexit",
        r"registered",
        """
        import atexit, sys
        atexit.register(lambda: open("/tmp/{mark}-atexit", "w").write("x"))
        atexit.register(lambda: print("ATTACK-" + "SUCCEEDED"))
        sys.unraisablehook = sys.excepthook = lambda *a: print("hook")
        print("registered")
        """,
    ),
    in_call(
        "atexit, then sys.exit",
        r"stopped with SystemExit",
        "import atexit, sys\natexit.register(lambda: print('ATTACK-' + 'SUCCEEDED'))\nsys.exit()",
    ),
    at_import(
        "__del__ that runs at the end",
        r"waiting for the end",
        """
        class Late:
            def __del__(self):
                import os
                os.write(2, b"late"); os._exit(0)
        late = Late()
        loop = [late]; loop.append(loop)
        print("waiting for the end")
        """,
    ),
    in_call("__del__ of the returned value", r"ended the process", """
        class Late:
            def __del__(self):
                import os
                os._exit(0)
        return Late()
        """),
    in_call(
        "exception whose traceback was forged",
        r"stopped with",
        """
        error = ValueError("forged")
        error.__class__ = ValueError
        error.__traceback__ = None
        error.__cause__ = error.__context__ = error
        raise error
        """,
    ),
    in_call(
        "exception with a class that fails",
        r"failed with|stopped with|lost",
        "raise Odd",
        """
        class Kind(type):
            def __getattribute__(cls, name):
                if name in ("__name__", "__mro__"):
                    raise RuntimeError(name)
                return super().__getattribute__(name)
        class Odd(Exception, metaclass=Kind): pass
        """,
    ),
)  # fmt: skip


@attacks(*IMPORTS, *CALLS, *OTHERS)
def test_ended_process_costs_one_cell_or_check(harness: AttackHarness, attack: Attack) -> None:
    """A fresh process replaces the one that ended."""
    harness.attack(attack)
