"""What cannot work during grading and matters to nothing prints why, and its cell continues."""

import pytest

PROGRAMS = "Programs are not run during grading; the cell continues.\n"
FOLDERS = "Folders are not changed during grading; the cell continues.\n"
INLINE = "Figures are shown inline during grading, not by {}.\n"


def skipped(magic, reason=None):
    if reason is None:
        return f"Files are not written during grading, and few can be read; `{magic}` is skipped.\n"
    return f"`{magic}` does not work during grading and is skipped: {reason}\n"


def missing(magic):
    rest = "this cell is not run" if magic.startswith("%%") else "the cell continues"
    return f"`{magic}` is not available during grading; {rest}.\n"


#: A cell, and what it prints. Each line of a cell is reached: the last one prints "on" unless a cell magic has it all.
LINES = {
    "!pip install -q numpy": PROGRAMS,
    "!pip install -q numpy\n!apt-get install x\n!ls": PROGRAMS,
    "for _ in range(3):\n    !ls": PROGRAMS,
    "!sleep 100 &": PROGRAMS,
    "!!ls": PROGRAMS,
    "x = !ls {y} $z\nprint(type(x).__name__, x, x.n, x.grep('a'))": PROGRAMS + "SList []  []\n",
    "x = %sx ls\nprint(x)": PROGRAMS + "[]\n",
    "%system ls": PROGRAMS,
    "%sc -l x=ls": PROGRAMS,
    "%pip install numpy": PROGRAMS,
    "%conda install -y numpy": PROGRAMS,
    "%mamba install numpy": PROGRAMS,
    "%uv pip install numpy": PROGRAMS,
    "%ls -l": PROGRAMS,
    "%cat a\n%cp a b\n%mv a b\n%rm -r b": PROGRAMS,
    "%alias mine echo\nget_ipython().run_line_magic('mine', '')": PROGRAMS,
    "get_ipython().system('ls')": PROGRAMS,
    "get_ipython().system_raw('ls'); get_ipython().system_piped('ls &')": PROGRAMS,
    "x = get_ipython().getoutput('ls', split=False)\nprint(repr(str(x)))": PROGRAMS + "''\n",
    "!false\nassert _exit_code == 0": PROGRAMS,
    "%cd data": FOLDERS,
    "%cd -q ..\n%pushd data\n%popd\n%bookmark here": FOLDERS,
    "%mkdir -p data\n%rmdir data": FOLDERS,
    "%load_ext tensorboard\n%tensorboard --logdir runs": skipped("%load_ext", "No module named 'tensorboard'")
    + missing("%tensorboard"),
    "%load_ext autoreload\n%autoreload 2": "",
    "%reload_ext line_profiler": skipped("%reload_ext", "No module named 'line_profiler'"),
    "%aimport numbered": skipped("%aimport", "No module named 'numbered'"),
    "%store -r x": missing("%store"),
    "x = %sql select 1\nprint(x)": missing("%sql") + "None\n",
    "%autosave 60\n%watermark -v": missing("%autosave") + missing("%watermark"),
    "%matplotlib notebook\n%matplotlib widget": INLINE.format("'notebook'") + INLINE.format("'widget'"),
    "%matplotlib inline": "",
    "%config InlineBackend.figure_format = 'retina'": "",
    "%run helpers.py": skipped("%run", "File `'helpers.py'` not found."),
    "%save kept.py 1": skipped("%save"),
    "%env HOME_OF_MINE": skipped("%env", "Environment does not have key: HOME_OF_MINE"),
    "get_ipython().magic('matplotlib inline')": "",
    "exit()": "`exit` does nothing during grading; the notebook continues.\n",
}
#: A whole cell.
CELLS = {
    "%%bash\necho hello": PROGRAMS,
    "%%sh\nls": PROGRAMS,
    "%%script --no-raise-error perl\nls": PROGRAMS,
    "%%bash --bg --out left --err right --proc process\nls": PROGRAMS,
    "assert (left, right, process) == ('', '', None)": "",
    "%%python3\nimport os": PROGRAMS,
    "%%!\nls": PROGRAMS,
    "%%writefile kept.py\nx = 1": "Writing kept.py\n" + skipped("%%writefile"),
    "%%file kept.py\nx = 1": "Writing kept.py\n" + skipped("%%file"),
    "%%sql\nselect 1": missing("%%sql"),
    "%%R\nx <- 1": missing("%%R"),
    "%%bash": skipped("%%bash", "%%bash is a cell magic, but the cell body is empty."),
    "%%time\n!ls\ntimed = 1": PROGRAMS,
    "%%capture held\n!ls\ncaptured = timed": "",
    "print(captured, held.stdout, end='')": "1 " + PROGRAMS,
    "%%html\n<b>bold</b>": "",
    "%%javascript\nalert(1)": "",
}


def text_of(run):
    return "".join(output.get("text", "") for output in run.outputs)


def test_lines_that_cannot_work_print_why_and_the_cell_continues(session):
    """Each in a cell of its own, all in one notebook: the line below them runs."""
    one = session(*[f"{line}\nprint('on')" for line in LINES])
    one.finish()

    seen = {line: (text_of(one.runs[at]), one.runs[at].error) for at, line in enumerate(LINES)}
    assert seen == {line: (f"{text}on\n", None) for line, text in LINES.items()}
    assert one.restarts == 1


def test_cells_that_cannot_work_print_why(session):
    """A cell magic has the whole cell; it fails nothing."""
    one = session(*CELLS)
    one.finish()

    assert {cell: one.runs[at].error for at, cell in enumerate(CELLS)} == dict.fromkeys(CELLS)
    for at, (cell, text) in enumerate(CELLS.items()):
        assert text_of(one.runs[at]).startswith(text), cell
    assert one.restarts == 1


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("def f(): raise OSError('mine')\n%time f()", "OSError"),
        ("import json\n%timeit -n 1 -r 1 json.loads('{')", "JSONDecodeError"),
        ("%timeit -n 1 -r 1 1 +", "SyntaxError"),
        ("%prun open('/nowhere')", "FileNotFoundError"),
        (
            "from IPython.core.magic import register_line_magic\n@register_line_magic\n"
            "def mine(line): raise KeyError(line)\nget_ipython().run_line_magic('mine', 'x')",
            "KeyError",
        ),
        ("1 / 0\n!ls", "ZeroDivisionError"),
    ],
)
def test_errors_of_the_notebooks_own_code_are_errors(session, source, name):
    """A magic that runs the student's code hides nothing of it."""
    one = session(source)
    one.finish()

    assert name in str(one.runs[0].outputs)
    assert "skipped" not in text_of(one.runs[0])


def test_figures_of_another_backend_are_shown(session):
    """A notebook made for windows or widgets has its figures inline."""
    one = session("%matplotlib notebook\nimport matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()")
    one.finish()

    assert "image/png" in one.runs[0].outputs[-1]["data"]


def test_a_flood_above_a_constant_leaves_the_constant(session):
    """The output limit cuts output and stops nothing: by print, displays, results, and in a call."""
    one = session(
        "print('x' * 3_000_000)\nSIZE = 3",
        "import sys\nfor _ in range(3000): sys.stderr.write('y' * 1000)\nSIZE += 1",
        "from IPython.display import HTML, display\nfor _ in range(300): display(HTML('z' * 10_000))\nSIZE += 1",
        "'x' * 3_000_000",
        "def f():\n    for _ in range(3000): print('x' * 1000)\n    return SIZE",
    )
    one.finish()

    assert [one.runs[at].error for at in range(5)] == [None] * 5
    assert [text_of(one.runs[at]).count("was cut") for at in range(5)] == [1, 1, 1, 1, 0]
    reply = one.request("call", function="f", args=[], kwargs={}, attributes=[])
    assert (reply["value"], reply["error"], reply["printed"].count("was cut")) == (5, None, 1)
    assert one.restarts == 1


DEEP = "def deep(n):\n    return deep(n + 1)\n"


@pytest.mark.parametrize(
    "cell",
    [
        "deep(0)",
        "%xmode Verbose\ndeep(0)",
        "try:\n    deep(0)\nexcept RecursionError as error:\n    raise ValueError('chained') from error",
        "import tracemalloc\ntracemalloc.start()\ndeep(0)",
    ],
)
def test_an_endless_recursion_is_shown_at_once(session, cell):
    """IPython takes ten seconds and more for all frames of one; the first and the last are enough."""
    one = session(DEEP, cell)
    one.advance(1)
    before = one.cpu_s
    one.finish()
    assert one.runs[1].error["name"] in ("RecursionError", "ValueError")
    shown = "\n".join(one.runs[1].outputs[-1]["traceback"])
    assert "deep(n + 1)" in shown
    assert one.cpu_s - before < 3
