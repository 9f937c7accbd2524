"""Sessions on real student processes: what is seen of them, and what becomes of those that end badly."""

import os
import threading
import time

import pytest
import torch
from sessions import SCRATCH, call, kill, text_of

from foundations.config import Limits
from foundations.errors import InternalError, SessionLost, SubmissionError
from foundations.sandbox import layers as sandbox
from foundations.session.forkserver import ForkServer
from foundations.session.session import Session


@pytest.fixture(scope="module")
def forkserver_of_its_own():
    """For tests that kill it."""
    with ForkServer() as process:
        yield process


def test_cells_run_in_order_and_their_outputs_are_kept(session):
    """Streams, results, figures and errors, in nbformat's form and in the order in which they came."""
    one = session(
        "import sys\nx = 2; print('out'); print('err', file=sys.stderr); print('again')", "x * 21", "1 / 0", "print(x)"
    )
    one.finish()

    assert [(o["name"], o["text"]) for o in one.runs[0].outputs] == [
        ("stdout", "out\n"),
        ("stderr", "err\n"),
        ("stdout", "again\n"),
    ]
    assert one.runs[1].outputs[0]["data"]["text/plain"] == "42"
    assert one.runs[1].execution_count == 2
    assert one.runs[2].outputs[0]["ename"] == "ZeroDivisionError"
    assert one.runs[2].error["line"] == 1
    assert text_of(one.runs[3]) == "2\n"


def test_figures_magics_and_displays_work(session):
    """What students use in notebooks: inline figures, %timeit, rich displays."""
    one = session(
        "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()",
        "%timeit -n 1 -r 1 sum(range(10))",
        "from IPython.display import HTML, display\ndisplay(HTML('<b>bold</b>'))",
    )
    one.finish()

    assert "image/png" in one.runs[0].outputs[-1]["data"]
    assert "per loop" in text_of(one.runs[1])
    assert one.runs[2].outputs[0]["data"]["text/html"] == "<b>bold</b>"


def test_the_session_stands_at_the_cell_it_has_reached(session):
    """A later redefinition is not seen by the checks of an earlier exercise."""
    one = session("def f(): return 1", "def f(): return 2")
    one.advance(1)
    assert call(one, "f")["value"] == 1
    one.finish()
    assert call(one, "f")["value"] == 2


def test_a_call_shows_value_mutation_attributes_print_and_aliasing(session):
    """Everything that can be seen of a call from outside."""
    one = session("def f(a, b):\n    a += 1\n    b.g = a * 2\n    print('called')\n    return a")
    one.finish()

    reply = call(one, "f", torch.zeros(2), torch.ones(1))

    assert torch.equal(reply["value"], torch.ones(2))
    assert torch.equal(reply["args"][0], torch.ones(2))
    assert torch.equal(reply["attributes"][1]["g"], 2 * torch.ones(2))
    assert reply["printed"] == "called\n"
    assert reply["same_object_as"] == 0
    assert reply["error"] is None


def test_attributes_set_before_a_call_arrive_with_the_argument(session):
    """An upstream gradient is an attribute of a tensor."""
    one = session("def f(out): return out.g * 3")
    one.finish()
    out = torch.zeros(2)
    out.g = torch.ones(2)

    assert torch.equal(call(one, "f", out)["value"], 3 * torch.ones(2))


def test_an_exception_is_part_of_the_reply_with_its_line_and_bases(session):
    """Also those that try to pass as something else."""
    one = session(
        "class Odd(AssertionError): pass\n"
        "class Mute(Exception):\n"
        "    def __str__(self): raise KeyError\n"
        "def f():\n    raise Odd('no')\n"
        "def g():\n    raise SystemExit(3)\n"
        "def h():\n    raise Mute"
    )
    one.finish()

    error = call(one, "f")["error"]
    assert (error["name"], error["text"], error["line"]) == ("Odd", "no", 5)
    assert "AssertionError" in error["bases"]
    assert call(one, "g")["error"]["name"] == "SystemExit"
    assert "could not be read" in call(one, "h")["error"]["text"]


def test_a_traced_call_says_what_ran(session):
    """By the name as written, and by what really runs."""
    one = session("def f(a): return a @ a\ndef g(a): raise ValueError('x')")
    one.finish()

    reply = call(one, "f", torch.eye(2), trace=True)
    assert ["matmul", 1, 4] in reply["trace"]["function"]
    assert any(name == "aten.mm" for name, *_ in reply["trace"]["dispatch"])
    assert call(one, "g", torch.eye(2), trace=True)["error"]["name"] == "ValueError"


def test_a_probe_travels_as_source_and_returns_plain_values(session):
    """A grader's own function finds the notebook's names through its first argument."""
    one = session("x = 20")
    one.finish()

    reply = one.request(
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
def test_what_ends_the_process_costs_the_cell_it_happened_in(session, source, words):
    """The cells before are replayed, the one that killed is not, and those after it run."""
    one = session("x = 1", source, "x += 1; print(x)", cell_cpu_s=0.3, cell_wall_s=1.0)
    one.finish()

    assert words in one.runs[1].error["text"]
    assert text_of(one.runs[2]) == "2\n"
    assert one.restarts == 2


@pytest.mark.parametrize(("source", "words"), ENDINGS.items(), ids=list(ENDINGS.values()))
def test_what_ends_the_process_costs_the_call_it_happened_in(session, source, words):
    """The next call is answered by a process that stands at the same cell."""
    body = source.replace("\n", "\n    ")
    one = session(f"def f():\n    {body}\ndef g(): return 7", check_cpu_s=0.3, check_wall_s=1.0)
    one.finish()

    with pytest.raises(SessionLost) as lost:
        call(one, "f")
    assert words in lost.value.reason
    assert call(one, "g")["value"] == 7


def test_memory_beyond_the_limit_is_an_error_of_the_cell(session):
    """It says what asked for how much, below the cell as well, and the process lives on."""
    one = session(
        "import torch\ny = torch.ones(1 << 29)", "z = bytearray(1 << 30)", "print('alive')", memory_bytes=256 << 20
    )
    one.finish()

    assert one.runs[0].error["text"] == "`torch.ones(1 << 29)` asked for 2.1 GB; the limit is 270 MB"
    assert text_of(one.runs[0]) == "Memory: `torch.ones(1 << 29)` asked for 2.1 GB; the limit is 270 MB.\n"
    assert one.runs[1].error["name"] == "MemoryError"
    assert one.runs[1].error["text"] == "`bytearray(1 << 30)` asked for more memory than was left; the limit is 270 MB"
    assert text_of(one.runs[2]) == "alive\n"
    assert one.restarts == 1


def test_output_beyond_the_limit_is_cut_where_it_is(session):
    """What was printed up to there is kept, and a line says that there was more."""
    one = session("for i in range(10**6): print('x' * 100)", output_bytes=10_000)
    one.finish()

    text = text_of(one.runs[0])
    assert 10_000 < len(text) < 11_000
    assert "was cut" in text


def test_files_cannot_be_written(session, tmp_path):
    """A submission of this course needs none."""
    path = tmp_path / "x"
    one = session(f"with open({str(path)!r}, 'w') as file: file.write('x' * 10)")
    one.finish()

    assert one.runs[0].error["name"] == "PermissionError"
    assert not path.exists()


def test_the_environment_of_the_judge_is_not_in_the_student_process(session, monkeypatch):
    """Nor its descriptors, nor its working directory."""
    monkeypatch.setenv("CANARY", "of the judge")
    opened = (
        "def opened(fd):\n    try: os.fstat(fd)\n    except OSError: return False\n    return True\n"
        "print(sum(map(opened, range(1000))))"
    )
    one = session("import os; print(dict(os.environ), os.getcwd())", opened)
    one.finish()

    assert text_of(one.runs[0]) == "{'FOUNDATIONS_MNIST': 'bundled', 'LANG': 'C.UTF-8'} /\n"
    assert text_of(one.runs[1]) == "5\n"


def test_too_many_restarts_come_to_an_end(session):
    """A notebook that dies again and again is not fed new processes forever."""
    one = session(*["import os; os._exit(0)"] * 6, restarts=3)
    one.finish()

    assert "more than 3 times" in one.runs[5].error["text"]


def test_cpu_time_is_read_from_outside(session):
    """And adds up over restarts."""
    one = session(
        "import time\nt = time.process_time()\nwhile time.process_time() - t < 0.2: pass", "import os; os._exit(0)", "1"
    )
    one.finish()

    assert 0.35 < one.cpu_s < 1.5  # the first cell ran twice


def test_a_skipped_cell_never_runs(session):
    """Neither now nor at a replay, and it says why."""
    one = session("x = 1", "x = 2", "print(x)")
    one.skip(1, "known to hang")
    one.finish()

    assert text_of(one.runs[2]) == "1\n"
    assert "known to hang" in one.runs[1].error["text"]


def test_no_process_is_left_when_the_fork_server_and_sessions_are_closed():
    """Killed, reaped, gone."""
    with ForkServer() as process:
        with Session(process, [(0, "1")], Limits()) as one:
            one.finish()
            pid = one._process.pid
        assert process._process is not None
    for _ in range(100):
        if not os.path.exists(f"/proc/{pid}"):
            break
        time.sleep(0.01)
    assert not os.path.exists(f"/proc/{pid}")


def test_a_fork_server_that_was_killed_is_replaced():
    """The session at hand is lost with it; the next one finds a new fork server."""
    with ForkServer() as process:
        with Session(process, [(0, "1")], Limits()) as one:
            one.finish()
        process._process.kill()
        process._process.wait()
        with Session(process, [(0, "print(5)")], Limits()) as other:
            other.finish()
            assert text_of(other.runs[0]) == "5\n"


def test_a_fork_server_that_cannot_start_says_why(monkeypatch):
    """In the words of its own last line."""
    process = ForkServer()
    monkeypatch.setattr("foundations.session.forkserver._ENVIRONMENT", {"PATH": "/nowhere", "PYTHONHOME": "/nowhere"})
    monkeypatch.setattr("sys.executable", "/bin/false")
    with pytest.raises(InternalError, match="fork server"):
        process.fork(Limits())
    process.close()


def test_a_notebook_that_breaks_what_runs_it_loses_what_it_was_at(session):
    """Python's own modules can be patched; the next call starts from a process that is whole up to there."""
    one = session("def f():\n    import json\n    json.dumps = None\n    return 1\ndef g(): return 2")
    one.finish()

    with pytest.raises(SessionLost, match=r"the process crashed|failed with|ended the process"):
        call(one, "f")
    assert call(one, "g")["value"] == 2


def test_a_fork_server_that_is_killed_costs_nobody_anything(forkserver_of_its_own):
    """The student process dies with it; a new one replays the cells, and the walk goes on where it was."""
    with Session(forkserver_of_its_own, [(0, "x = 1"), (1, "x += 1"), (2, "print(x)")], Limits()) as one:
        one.advance(2)
        kill(forkserver_of_its_own)
        one.finish()

        assert text_of(one.runs[2]) == "2\n"
        assert [run.error for run in one.runs.values()] == [None] * 3
        assert (one.restarts, one.forkserver_losses) == (1, 1)


def test_a_fork_server_that_is_killed_while_a_cell_runs_has_the_cell_run_again(forkserver_of_its_own):
    """That is no student's doing: the cell is not counted as one that ends the process."""
    with Session(forkserver_of_its_own, [(0, "import time; time.sleep(1); print('done')")], Limits()) as one:
        forkserver_of_its_own.wait_until_ready()
        killer = threading.Timer(0.5, forkserver_of_its_own._process.kill)
        killer.start()
        one.finish()
        killer.join()

        assert text_of(one.runs[0]) == "done\n"
        assert (one.restarts, one.forkserver_losses) == (1, 1)


@pytest.mark.slow
def test_a_session_of_a_fork_server_that_is_gone_works_on(forkserver_of_its_own):
    """The stopwatch keeps a session of its own for a whole class; its process number may be another's by then."""
    with Session(forkserver_of_its_own, [(0, "def f(): return 1")], Limits()) as old:
        old.finish()
        kill(forkserver_of_its_own)
        with Session(forkserver_of_its_own, [(0, "print(5)")], Limits()) as other:
            other.finish()
            assert text_of(other.runs[0]) == "5\n"
            assert call(old, "f")["value"] == 1
            old.close()
            assert call(old, "f")["value"] == 1


def test_a_bomb_of_threads_is_stopped_by_its_number(session):
    """Long before the kernel's own bound, where the judge sees it."""
    one = session(
        "import _thread, time\n_thread.stack_size(1 << 15)\nlock = _thread.allocate_lock(); lock.acquire()\n"
        "for _ in range(400): _thread.start_new_thread(lock.acquire, ())\ntime.sleep(10)",
        "print('next')",
    )
    one.finish()

    assert "more than 256 threads" in one.runs[0].error["text"]
    assert text_of(one.runs[1]) == "next\n"


def test_a_reply_beyond_the_cap_ends_the_process_before_it_is_read(session):
    """The length is announced, and that is enough; the judge gives no memory for it."""
    forged = (
        "import os, struct\nfor fd in range(3, 30):\n"
        "    try: os.write(fd, b'FND1' + struct.pack('<Q', 1 << 60) + bytes(16))\n"
        "    except OSError: pass\nimport time; time.sleep(30)"
    )
    one = session(forged, "print('next')", reply_bytes=1 << 20)
    start = time.monotonic()
    one.finish()

    assert "announces 1,152,921,504,606,846,976 bytes" in one.runs[0].error["text"]
    assert text_of(one.runs[1]) == "next\n"
    assert time.monotonic() - start < 5


def scratch_of(one):
    return one._process.scratch.folder


def test_a_scratch_folder_holds_files_from_cell_to_cell_and_is_gone_afterwards(session):
    """Where an assignment declares it: the working directory is one's own."""
    one = session("open('a.txt', 'w').write('kept')", "print(open('a.txt').read())", **SCRATCH)
    one.finish()
    folder = scratch_of(one)

    assert text_of(one.runs[1]) == "kept\n"
    assert [path.name for path in folder.iterdir()] == ["a.txt"]
    one.close()
    assert not folder.exists()


def test_a_scratch_folder_is_filled_anew_for_every_process(session, forkserver):
    """With the files that were handed in; what a process that was lost had written is gone with it."""

    def fill(folder, owner):
        (folder / "given.txt").write_text("given")
        os.chown(folder / "given.txt", owner, -1)

    cells = ["import os; print(sorted(os.listdir()), open('given.txt').read())", "open('left', 'w'); os._exit(0)"]
    with Session(forkserver, list(enumerate([*cells, cells[0]])), Limits(**SCRATCH), fill_scratch=fill) as one:
        one.finish()

        assert text_of(one.runs[2]) == "['given.txt'] given\n"
        assert one.restarts == 2


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
def test_what_is_beyond_the_limits_of_the_scratch_folder_ends_the_process(session, source, words):
    """And the folder goes with it."""
    one = session(source, "import os; print(os.listdir())", **SCRATCH)
    one.finish()

    assert words in one.runs[0].error["text"]
    assert text_of(one.runs[1]) == "[]\n"


def test_one_file_is_no_larger_than_the_scratch_folder(session):
    """The kernel says so itself, at once."""
    one = session("open('a', 'wb').write(bytes(2_000_000))", "import os; print(os.path.getsize('a'))", **SCRATCH)
    one.finish()

    assert one.runs[0].error["text"] == "[Errno 27] File too large"
    assert text_of(one.runs[1]) == "1000000\n"


def test_a_session_says_which_layers_confine_it(session):
    """All of those without which nothing is graded."""
    one = session("1")
    one.finish()

    assert sandbox.is_complete(one.layers)


def test_an_unsafe_fork_server_says_so_in_its_layers():
    """What can be put on is put on all the same."""
    with ForkServer(unsafe=True) as process, Session(process, [(0, "print(5)")], Limits()) as one:
        one.finish()

        assert text_of(one.runs[0]) == "5\n"
        assert sandbox.is_complete(one.layers[:-1])
        assert one.layers[-1] == sandbox.UNSAFE


@pytest.mark.parametrize(
    ("layers", "unsafe"),
    [
        ([], False),
        (list(sandbox.MANDATORY[:-1]), False),
        ([*sandbox.MANDATORY, sandbox.UNSAFE], False),
        ([sandbox.UNSAFE], False),
        (list(sandbox.MANDATORY[:-1]), True),
    ],
    ids=["none", "one less", "unsafe and not asked for", "nothing but unsafe", "asked for and not unsafe"],
)
def test_no_code_is_sent_to_a_process_that_does_not_name_every_layer(session, monkeypatch, layers, unsafe):
    """It is refused, and the cell has never run."""
    one = session("print('ran')")
    monkeypatch.setattr(one._forkserver, "unsafe", unsafe)
    asked = []

    def hello(operation, *arguments):
        asked.append(operation)
        return {"layers": layers, "refused": []}

    monkeypatch.setattr(one, "_ask", hello)
    with pytest.raises(SubmissionError, match="could not be confined") as refused:
        one.finish()

    assert refused.value.slug == "confinement"
    assert (asked, one.runs, one._process) == (["hello"], {}, None)
