"""Timed and traced calls run without the notebook's process-wide settings, and the next cell has them again."""

import pytest
import torch

CASES = {
    "memory": (
        "import tracemalloc\ntracemalloc.start(3)",
        "(tracemalloc.is_tracing(), tracemalloc.get_traceback_limit())",
        "(False, 3)",
        "(True, 3)",
    ),
    "threads": ("torch.set_num_threads(3)", "torch.get_num_threads()", "1", "3"),
    "device": (
        "import torch\ntorch.set_default_device('cpu')",
        "torch._GLOBAL_DEVICE_CONTEXT.device_context is None",
        "True",
        "False",
    ),
    "determinism": (
        "torch.use_deterministic_algorithms(True, warn_only=True)",
        "torch.is_deterministic_algorithms_warn_only_enabled()",
        "False",
        "True",
    ),
    "lines": ("import sys\nsys.settrace(lambda *_: None)", "sys.gettrace() is None", "True", "False"),
    "profile": ("import sys\nsys.setprofile(lambda *_: None)", "sys.getprofile() is None", "True", "False"),
    "a profile that was forgotten": (
        "import cProfile, sys\nprofile = cProfile.Profile()\nprofile.enable()",
        "sys.getprofile() is None",
        "True",
        "False",
    ),
}


@pytest.mark.parametrize("kind", ["batch", "trace"])
@pytest.mark.parametrize("name", CASES)
def test_setting_is_off_in_a_call_and_on_in_the_next_cell(session, name: str, kind: str) -> None:
    """The setting has one value during the call, and its old value in the next cell."""
    switched, expression, during, afterwards = CASES[name]
    notebook = session(f"import torch\n{switched}\ndef f(a):\n    f.seen = {expression}\n    return a + 1", expression)
    notebook.advance(1)
    if kind == "batch":
        reply = notebook.request("batch", function="f", stacks=[torch.ones(2, 3)], count=2)
    else:
        reply = notebook.request("call", function="f", args=[torch.ones(3)], attributes=[{}], trace=True)
    assert reply["error"] is None
    seen = notebook.request("probe", source="def p(names): return str(names['f'].seen)", function="p", args=[])
    assert seen["value"] == during
    notebook.finish()
    assert notebook.runs[1].outputs[-1]["data"]["text/plain"] == afterwards


def test_other_default_device_is_kept(session) -> None:
    """A default device other than the CPU changes the value of the call."""
    notebook = session(
        "import torch\ntorch.set_default_device('meta')\ndef f(a):\n    return str(torch.ones(2).device)"
    )
    notebook.advance(1)
    reply = notebook.request("batch", function="f", stacks=[torch.ones(1, 2)], count=1)
    assert reply["value"] == ["meta"]


@pytest.mark.parametrize("stream", ["io.StringIO()", "None", "Tee()"])
def test_output_of_a_call_is_recorded_if_the_notebook_redirects_its_streams(session, stream: str) -> None:
    """The notebook never restores ``sys.stdout``."""
    tee = "class Tee:\n    def write(self, text): pass\n    def flush(self): pass\n"
    notebook = session(f"import io, sys\n{tee}sys.stdout = {stream}\ndef f(a):\n    print('seen')\n    return a")
    notebook.advance(1)
    reply = notebook.request("call", function="f", args=[1], attributes=[{}])
    assert (reply["value"], reply["printed"]) == (1, "seen\n")
