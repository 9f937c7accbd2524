"""Changes of code next to the student's: the student process's own modules are the student's, the judge's are not."""

from __future__ import annotations

from attacks.harness import FORBIDDEN, WRONG, Attack, AttackHarness, at_import, attacks

_ALWAYS = "lambda *args, **kwargs: True"

LISTED = (
    at_import("torch.allclose", r"patched True", f"torch.allclose = {_ALWAYS}\nprint('patched', torch.allclose())"),
    at_import(
        "torch.testing.assert_close",
        r"patched None",
        "import torch.testing\ntorch.testing.assert_close = lambda *a, **k: None\n"
        "print('patched', torch.testing.assert_close(1, 2))",
    ),
    at_import("torch.equal", r"patched True", f"torch.equal = {_ALWAYS}\nprint('patched', torch.equal(1, 2))"),
    at_import(
        "every function of time",
        r"patched 0\.0",
        """
        import time
        for name in ("time", "perf_counter", "monotonic", "process_time", "thread_time", "clock_gettime"):
            setattr(time, name, lambda *a: 0.0)
            setattr(time, name + "_ns", lambda *a: 0)
        time.sleep = lambda s: None
        print("patched", time.perf_counter())
        """,
    ),
    at_import(
        "os.write",
        r"patched the pipe",
        """
        import os
        real = os.write
        def write(descriptor, data):
            return real(descriptor, bytes(data).replace(bytes(32), b"\\x00\\x00\\x80\\x3f" * 8))
        os.write = write
        print("patched the pipe")
        """,
    ),
    at_import(
        "os.read hides requests",
        r"patched os.read|ended the process",
        """
        import os
        real = os.read
        os.read = lambda descriptor, size: real(descriptor, size).replace(b'"trace":true', b'"trace":null')
        print("patched os.read")
        """,
        FORBIDDEN,
    ),
    at_import(
        "json.dumps takes the trace out",
        r"patched json",
        """
        import json
        real = json.dumps
        def dumps(value, **more):
            return real(value, **more).replace('"matmul"', '"add"').replace('"aten.mm"', '"aten.add"')
        json.dumps = dumps
        print("patched json")
        """,
        FORBIDDEN,
    ),
    at_import(
        "json.loads breaks requests",
        r"stopped with|lost|ended|failed with",
        "import json\njson.loads = lambda *a, **k: {'op': 'hello'}",
    ),
    at_import(
        "struct makes other frames",
        r"grader's pipe|no answer",
        """
        from foundations.worker import protocol
        class Packing:
            size = protocol.FRAME.size
            unpack = staticmethod(protocol.FRAME.unpack)
            pack = staticmethod(lambda magic, length, nonce: b"FND1" + (1 << 60).to_bytes(8, "little") + nonce)
        protocol.FRAME = Packing()
        """,
    ),
    at_import(
        "our send sends something else",
        r"grader's pipe|no answer",
        """
        import foundations.worker.server as inside
        real = inside._write
        inside._write = lambda descriptor, data: real(descriptor, b'{"score": 5, "passed": true}' * 10)
        """,
    ),
    at_import(
        "our call says that all is well",
        r"patched Server",
        """
        from foundations.worker.server import Server
        real = Server.call
        def call(self, *args, **kwargs):
            reply = real(self, *args, **kwargs)
            reply["trace"] = {"function": [], "dispatch": []}
            reply["score"], reply["passed"], reply["expected"] = 5, True, reply["value"]
            return reply
        Server.call = call
        for one in __import__("gc").get_objects():
            if type(one) is Server:
                one.operations["call"] = one.call
        print("patched Server")
        """,
        FORBIDDEN,
    ),
    at_import(
        "IPython ast_transformers",
        r"patched ast",
        """
        import ast
        class NoAsserts(ast.NodeTransformer):
            def visit_Assert(self, node): return ast.Pass()
        get_ipython().ast_transformers.append(NoAsserts())
        print("patched ast")
        """,
    ),
    at_import(
        "IPython input_transformers_cleanup",
        r"patched input",
        """
        get_ipython().input_transformers_cleanup.append(
            lambda lines: [line.replace("assert", "") if line.startswith("assert") else line for line in lines])
        print("patched input")
        """,
    ),
    at_import(
        "IPython events",
        r"patched events",
        """
        def after(result):
            result.error_in_exec = result.error_before_exec = None
        get_ipython().events.register("post_run_cell", after)
        for event in ("pre_execute", "pre_run_cell", "post_execute"):
            get_ipython().events.register(event, lambda *ignored: None)
        print("patched events")
        """,
    ),
    at_import(
        "IPython displayhook",
        r"patched displayhook",
        """
        import sys
        print("patched displayhook")
        shell = get_ipython()
        sys.displayhook = shell.displayhook = shell.display_trap.hook = lambda value: print("5 of 5 points")
        """,
    ),
    at_import(
        "IPython run_cell",
        r"patched run_cell",
        """
        shell = get_ipython()
        real = shell.run_cell
        def run_cell(*args, **kwargs):
            result = real(*args, **kwargs)
            result.error_in_exec = None
            return result
        shell.run_cell = run_cell
        print("patched run_cell")
        """,
    ),
)

INVENTED = (
    at_import(
        "foundations.worker.tracing replaced",
        r"replaced tracing",
        """
        import sys, types
        blind = types.ModuleType("foundations.worker.tracing")
        blind.Raised = sys.modules["foundations.worker.tracing"].Raised
        blind.trace_call = lambda f, a, k=None: (f(*a, **(k or {})), {"function": [], "dispatch": []})
        sys.modules["foundations.worker.tracing"] = blind
        sys.modules["foundations.worker.server"].tracing = blind
        print("replaced tracing")
        """,
        FORBIDDEN,
    ),
    at_import(
        "Tensor.__matmul__ under another name",
        r"patched __mul__",
        "torch.Tensor.__mul__ = torch.Tensor.__matmul__\nprint('patched __mul__')",
        "def product(a, b):\n    return a * b\n",
    ),
    at_import(
        "builtins changed",
        r"patched builtins",
        """
        import builtins
        builtins.id = lambda thing: 0
        builtins.all = lambda items: True
        builtins.hash = lambda thing: 0
        print("patched builtins")
        """,
    ),
    at_import(
        "builtins broken",
        r"lost|failed with|ended|crashed|stopped with",
        "import builtins\nbuiltins.len = lambda thing: 0\nbuiltins.isinstance = lambda *a: True",
    ),
    at_import(
        "sys.settrace and setprofile",
        r"tracing on",
        """
        import sys, threading
        def spy(frame, event, arg):
            if frame.f_code.co_name == "call" and frame.f_locals.get("function") == "product":
                frame.f_locals["value"] = frame.f_locals["trace"] = torch.ones(1)
            return spy
        sys.settrace(spy); sys.setprofile(lambda *a: None); threading.settrace(spy)
        print("tracing on")
        """,
    ),
    at_import(
        "audit hook that raises",
        r"hooked|ended|lost|failed",
        """
        import sys
        print("hooked")
        def hook(event, args):
            if event in ("compile", "exec", "open", "import"):
                raise RuntimeError("not now")
        sys.addaudithook(hook)
        """,
    ),
    at_import(
        "collector's callbacks",
        r"callbacks set",
        """
        import gc
        gc.callbacks.append(lambda phase, info: 1 / 0)
        gc.set_threshold(1)
        print("callbacks set")
        """,
    ),
    at_import(
        "signal handlers that raise in our code",
        r"timers set",
        """
        import signal
        def handler(number, frame): raise KeyboardInterrupt("in the shim")
        signal.signal(signal.SIGPROF, handler)
        print("timers set")
        """,
        """def product(a, b):
    signal.setitimer(signal.ITIMER_PROF, 0.005)
    return torch.zeros(a.shape[0], b.shape[1])
""",
    ),
    at_import(
        "import machinery",
        r"finders gone",
        """
        import sys
        sys.meta_path.clear(); sys.path_hooks.clear(); sys.path[:] = ["/tmp"]; sys.path_importer_cache.clear()
        print("finders gone")
        """,
    ),
    at_import(
        "torch switched off",
        r"torch is off",
        """
        torch.set_grad_enabled(False)
        torch.set_default_dtype(torch.float64)
        torch.set_num_threads(64)
        torch._C._set_deterministic_algorithms(True)
        torch.manual_seed(0)
        print("torch is off")
        """,
    ),
    at_import(
        "the next exercise's answer defined beforehand",
        r"defined total",
        "def total(x):\n    return 7\nprint('defined total')",
    ),
    at_import(
        "names that the judge asks for",
        r"renamed",
        """
        import sys
        get_ipython().user_ns["__builtins__"] = {"print": print}
        sys.modules["__main__"] = sys
        print("renamed")
        """,
        WRONG,
    ),
)


@attacks(*LISTED, *INVENTED)
def test_attack_is_contained(harness: AttackHarness, attack: Attack) -> None:
    """Comparing, timing and scoring happen outside the patched process; breakage costs the exercise's own marks."""
    harness.attack(attack)
