"""Sessions on real student processes: their replies, and the consequences of a process that ends."""

import os
import time

import pytest
import torch
from sessions import SCRATCH, call, text_of
from tensors import with_g

from foundations.config import Limits
from foundations.errors import SessionLost, SubmissionError
from foundations.sandbox import layers as sandbox
from foundations.session.session import Session


def test_cells_run_in_order_and_their_outputs_are_kept(session):
    """Streams, results, figures and errors are in nbformat's form, in the order in which they came."""
    started = session(
        "import sys\nx = 2; print('out'); print('err', file=sys.stderr); print('again')", "x * 21", "1 / 0", "print(x)"
    )
    started.finish()

    assert [(o["name"], o["text"]) for o in started.runs[0].outputs] == [
        ("stdout", "out\n"),
        ("stderr", "err\n"),
        ("stdout", "again\n"),
    ]
    assert started.runs[1].outputs[0]["data"]["text/plain"] == "42"
    assert started.runs[1].execution_count == 2
    assert started.runs[2].outputs[0]["ename"] == "ZeroDivisionError"
    assert started.runs[2].error["line"] == 1
    assert text_of(started.runs[3]) == "2\n"


def test_figures_magics_and_displays_work(session):
    """Students use inline figures, %timeit and rich displays in notebooks."""
    started = session(
        "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()",
        "%timeit -n 1 -r 1 sum(range(10))",
        "from IPython.display import HTML, display\ndisplay(HTML('<b>bold</b>'))",
    )
    started.finish()

    assert "image/png" in started.runs[0].outputs[-1]["data"]
    assert "per loop" in text_of(started.runs[1])
    assert started.runs[2].outputs[0]["data"]["text/html"] == "<b>bold</b>"


def test_requests_use_the_definitions_of_the_cell_reached(session):
    """The checks of an earlier exercise do not see a later redefinition."""
    started = session("def f(): return 1", "def f(): return 2")
    started.advance(1)
    assert call(started, "f")["value"] == 1
    started.finish()
    assert call(started, "f")["value"] == 2


def test_a_call_shows_value_mutation_attributes_print_and_aliasing(session):
    """The reply has every effect of a call that can be seen from outside."""
    started = session("def f(a, b):\n    a += 1\n    b.g = a * 2\n    print('called')\n    return a")
    started.finish()

    reply = call(started, "f", torch.zeros(2), torch.ones(1))

    assert torch.equal(reply["value"], torch.ones(2))
    assert torch.equal(reply["args"][0], torch.ones(2))
    assert torch.equal(reply["attributes"][1]["g"], 2 * torch.ones(2))
    assert reply["printed"] == "called\n"
    assert reply["same_object_as"] == 0
    assert reply["error"] is None


def test_attributes_set_before_a_call_arrive_with_the_argument(session):
    """An upstream gradient is an attribute of a tensor."""
    started = session("def f(out): return out.g * 3")
    started.finish()
    out = with_g(torch.zeros(2), torch.ones(2))

    assert torch.equal(call(started, "f", out)["value"], 3 * torch.ones(2))


def test_an_exception_is_part_of_the_reply_with_its_line_and_bases(session):
    """This includes exceptions that imitate others."""
    started = session(
        "class Odd(AssertionError): pass\n"
        "class Mute(Exception):\n"
        "    def __str__(self): raise KeyError\n"
        "def f():\n    raise Odd('no')\n"
        "def g():\n    raise SystemExit(3)\n"
        "def h():\n    raise Mute"
    )
    started.finish()

    error = call(started, "f")["error"]
    assert (error["name"], error["text"], error["line"]) == ("Odd", "no", 5)
    assert "AssertionError" in error["bases"]
    assert call(started, "g")["error"]["name"] == "SystemExit"
    assert "could not be read" in call(started, "h")["error"]["text"]


def test_a_traced_call_lists_its_operations(session):
    """The trace has the names as written, and the operations that are dispatched."""
    started = session("def f(a): return a @ a\ndef g(a): raise ValueError('x')")
    started.finish()

    reply = call(started, "f", torch.eye(2), trace=True)
    assert ["matmul", 1, 4] in reply["trace"]["function"]
    assert any(name == "aten.mm" for name, *_ in reply["trace"]["dispatch"])
    assert call(started, "g", torch.eye(2), trace=True)["error"]["name"] == "ValueError"


def test_a_probe_travels_as_source_and_returns_plain_values(session):
    """A grader's own function finds the notebook's names through its first argument."""
    started = session("x = 20")
    started.finish()

    reply = started.request(
        "probe", source="def look(names, more):\n    return names['x'] + more", function="look", args=[1]
    )

    assert reply["value"] == 21


ENDINGS = {
    "import os; os._exit(3)": "ended the process (exit code 3)",
    "import ctypes; ctypes.string_at(0)": "segmentation fault",
    "while True: pass": "of CPU",
    "import time; time.sleep(60)": "did not come to an end",
    "import os, signal; os.kill(os.getpid(), signal.SIGKILL)": "killed",
    "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)": "did not come to an end",
    (
        "import os\nfor fd in range(3, 30):\n    try: os.write(fd, b'score: 100' * 5)\n    except OSError: pass"
    ): "grader's pipe",
    (
        "import signal\nfor n in range(1, 32):\n    try: signal.signal(n, signal.SIG_IGN)\n"
        "    except (OSError, ValueError): pass\nwhile True: pass"
    ): "CPU: is there a loop",
}


@pytest.mark.parametrize(("source", "words"), ENDINGS.items(), ids=list(ENDINGS.values()))
def test_end_of_the_process_costs_the_cell_in_which_it_happened(session, source, words):
    """The cells before it are replayed, the cell itself is not, and the cells after it run."""
    started = session("x = 1", source, "x += 1; print(x)", cell_cpu_s=0.3, cell_wall_s=1.0)
    started.finish()

    assert words in started.runs[1].error["text"]
    assert text_of(started.runs[2]) == "2\n"
    assert started.restarts == 2


@pytest.mark.parametrize(("source", "words"), ENDINGS.items(), ids=list(ENDINGS.values()))
def test_end_of_the_process_costs_the_call_in_which_it_happened(session, source, words):
    """A process that has run the same cells answers the next call."""
    body = source.replace("\n", "\n    ")
    started = session(f"def f():\n    {body}\ndef g(): return 7", check_cpu_s=0.3, check_wall_s=1.0)
    started.finish()

    with pytest.raises(SessionLost) as lost:
        call(started, "f")
    assert words in lost.value.reason
    assert call(started, "g")["value"] == 7


def test_memory_beyond_the_limit_is_an_error_of_the_cell(session):
    """The error and the cell's output name the expression and the amount, and the process survives."""
    started = session(
        "import torch\ny = torch.ones(1 << 29)", "z = bytearray(1 << 30)", "print('alive')", memory_bytes=256 << 20
    )
    started.finish()

    assert started.runs[0].error["text"] == "`torch.ones(1 << 29)` asked for 2.1 GB; the limit is 270 MB"
    assert text_of(started.runs[0]) == "Memory: `torch.ones(1 << 29)` asked for 2.1 GB; the limit is 270 MB.\n"
    assert started.runs[1].error["name"] == "MemoryError"
    asked = "`bytearray(1 << 30)` asked for more memory than was left"
    assert started.runs[1].error["text"] == f"{asked}; the limit is 270 MB"
    assert text_of(started.runs[2]) == "alive\n"
    assert started.restarts == 1


def test_output_beyond_the_limit_is_cut(session):
    """The output up to the limit is kept, and a line reports that there was more."""
    started = session("for i in range(10**6): print('x' * 100)", output_bytes=10_000)
    started.finish()

    text = text_of(started.runs[0])
    assert 10_000 < len(text) < 11_000
    assert "was cut" in text


def test_files_cannot_be_written(session, tmp_path):
    """A submission of this course does not need to write files."""
    path = tmp_path / "x"
    started = session(f"with open({str(path)!r}, 'w') as file: file.write('x' * 10)")
    started.finish()

    assert started.runs[0].error["name"] == "PermissionError"
    assert not path.exists()


def test_the_environment_of_the_judge_is_not_in_the_student_process(session, monkeypatch):
    """The judge's descriptors and working directory are not in it either."""
    monkeypatch.setenv("CANARY", "of the judge")
    opened = (
        "def opened(fd):\n    try: os.fstat(fd)\n    except OSError: return False\n    return True\n"
        "print(sum(map(opened, range(1000))))"
    )
    started = session("import os; print(os.environ.get('CANARY'), len(os.environ), os.getcwd())", opened)
    started.finish()

    assert text_of(started.runs[0]) == "None 4 /\n"
    assert text_of(started.runs[1]) == "5\n"


def test_compiled_functions_run_as_they_are(session):
    """torch.compile needs neither a compiler nor a folder, so that an answer may be decorated with it."""
    started = session("import torch", "f = torch.compile(lambda a: a + 1)", "print(f(torch.ones(1)).item())")
    started.finish()

    assert text_of(started.runs[2]) == "2.0\n"


def test_a_part_of_pytorch_that_needs_its_compiler_can_be_used(session):
    """Student processes start without the compiler, and an optimizer imports it."""
    started = session(
        "import sys, torch\nprint('torch._dynamo' in sys.modules)",
        "w = torch.ones(2, requires_grad=True)\nsgd = torch.optim.SGD([w], lr=0.5)\n"
        "(w * w).sum().backward(); sgd.step(); sgd.zero_grad(); print(w.tolist(), w.grad)",
        "torch.testing.assert_close(w, torch.zeros(2)); print('close')",
    )
    started.finish()
    assert [text_of(started.runs[number]) for number in range(3)] == ["False\n", "[0.0, 0.0] None\n", "close\n"]


def test_the_number_of_restarts_is_limited(session):
    """A notebook that ends its process again and again does not get new processes forever."""
    started = session(*["import os; os._exit(0)"] * 6, restarts=3)
    started.finish()

    assert "more than 3 times" in started.runs[5].error["text"]


def test_cpu_time_is_read_from_outside(session):
    """The sum includes the processes before each restart."""
    started = session(
        "import time\nt = time.process_time()\nwhile time.process_time() - t < 0.2: pass", "import os; os._exit(0)", "1"
    )
    started.finish()

    assert 0.35 < started.cpu_s < 1.5  # the first cell ran twice


def test_a_skipped_cell_never_runs(session):
    """It runs neither now nor at a replay, and its output shows the reason."""
    started = session("x = 1", "x = 2", "print(x)")
    started.skip(1, "known to hang")
    started.finish()

    assert text_of(started.runs[2]) == "1\n"
    assert "known to hang" in started.runs[1].error["text"]


def test_a_call_that_patches_python_is_lost(session):
    """A notebook can patch Python's own modules; an intact process answers the next call."""
    started = session("def f():\n    import json\n    json.dumps = None\n    return 1\ndef g(): return 2")
    started.finish()

    with pytest.raises(SessionLost, match=r"the process crashed|failed with|ended the process"):
        call(started, "f")
    assert call(started, "g")["value"] == 2


def test_too_many_threads_end_the_process(session):
    """The judge counts threads, and its limit is far below the kernel's."""
    started = session(
        "import _thread, time\n_thread.stack_size(1 << 15)\nlock = _thread.allocate_lock(); lock.acquire()\n"
        "for _ in range(400): _thread.start_new_thread(lock.acquire, ())\ntime.sleep(10)",
        "print('next')",
    )
    started.finish()

    assert "more than 256 threads" in started.runs[0].error["text"]
    assert text_of(started.runs[1]) == "next\n"


def test_a_reply_beyond_the_cap_ends_the_process_before_it_is_read(session):
    """The announced length is enough to refuse it; the judge does not allocate memory for it."""
    forged = (
        "import os, struct\nfor fd in range(3, 30):\n"
        "    try: os.write(fd, b'FND1' + struct.pack('<Q', 1 << 60) + bytes(16))\n"
        "    except OSError: pass\nimport time; time.sleep(30)"
    )
    started = session(forged, "print('next')", reply_bytes=1 << 20)
    start = time.monotonic()
    started.finish()

    assert "announces 1,152,921,504,606,846,976 bytes" in started.runs[0].error["text"]
    assert text_of(started.runs[1]) == "next\n"
    assert time.monotonic() - start < 25  # the cell sleeps for longer


def scratch_of(started):
    return started._process.scratch.folder


def test_a_scratch_folder_keeps_files_from_cell_to_cell_and_is_removed_at_the_end(session):
    """The scratch folder of an assignment is the working directory of its cells."""
    started = session("open('a.txt', 'w').write('kept')", "print(open('a.txt').read())", **SCRATCH)
    started.finish()
    folder = scratch_of(started)

    assert text_of(started.runs[1]) == "kept\n"
    assert [path.name for path in folder.iterdir()] == ["a.txt"]
    started.close()
    assert not folder.exists()


def test_a_scratch_folder_is_filled_anew_for_every_process(session, forkserver):
    """It has the submitted files, and no files that a lost process had written."""

    def fill(folder, owner):
        (folder / "given.txt").write_text("given")
        os.chown(folder / "given.txt", owner, -1)

    cells = ["import os; print(sorted(os.listdir()), open('given.txt').read())", "open('left', 'w'); os._exit(0)"]
    with Session(forkserver, list(enumerate([*cells, cells[0]])), Limits(**SCRATCH), fill_scratch=fill) as started:
        started.finish()

        assert text_of(started.runs[2]) == "['given.txt'] given\n"
        assert started.restarts == 2


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("for i in range(9): open(f'{i}', 'w').close()", "more than 8 files"),
        ("import os\nfor i in range(9): os.mkdir(f'{i}')", "more than 8 files"),
        ("for i in range(5): open(f'{i}', 'wb').write(bytes(300_000))", "more than 1,000,000 bytes together"),
        ("for i in range(10**6): open(f'{i}', 'w').close()", "more than 8 files"),
    ],
    ids=["files", "folders", "bytes", "a flood"],
)
def test_an_excess_in_the_scratch_folder_ends_the_process(session, source, words):
    """The folder is removed, too."""
    started = session(source, "import os; print(os.listdir())", **SCRATCH)
    started.finish()

    assert words in started.runs[0].error["text"]
    assert text_of(started.runs[1]) == "[]\n"


def test_one_file_is_no_larger_than_the_scratch_folder(session):
    """The kernel refuses to write more, at once."""
    started = session("open('a', 'wb').write(bytes(2_000_000))", "import os; print(os.path.getsize('a'))", **SCRATCH)
    started.finish()

    assert started.runs[0].error["text"] == "[Errno 27] File too large"
    assert text_of(started.runs[1]) == "1000000\n"


def test_a_session_lists_the_layers_that_confine_it(session):
    """The list has all mandatory layers."""
    started = session("1")
    started.finish()

    assert sandbox.is_complete(started.layers)


@pytest.mark.parametrize(
    ("layers", "unsafe"),
    [
        ([], False),
        (list(sandbox.MANDATORY[:-1]), False),
        ([*sandbox.MANDATORY, sandbox.UNSAFE], False),
        ([sandbox.UNSAFE], False),
        (list(sandbox.MANDATORY[:-1]), True),
    ],
    ids=["none", "one less", "unsafe and not asked for", "only unsafe", "asked for and not unsafe"],
)
def test_no_code_is_sent_to_a_process_that_does_not_name_every_layer(session, monkeypatch, layers, unsafe):
    """The process is refused, and the cell has never run."""
    started = session("print('ran')")
    monkeypatch.setattr(started._forkserver, "unsafe", unsafe)
    asked = []

    def hello(operation, *arguments):
        asked.append(operation)
        return {"layers": layers, "refused": []}

    monkeypatch.setattr(started, "_ask", hello)
    with pytest.raises(SubmissionError, match="could not be confined") as refused:
        started.finish()

    assert refused.value.slug == "confinement"
    assert (asked, started.runs, started._process) == (["hello"], {}, None)
