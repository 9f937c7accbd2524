"""Lines that cannot work during grading and do not affect the result print the reason, and their cell continues."""

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


#: A cell and its printed text. A last line, which prints "on", is added to each cell to show that it is reached.
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
#: A complete cell and the beginning of its printed text.
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
    """Each case is its own cell of one notebook, and the line below it runs."""
    notebook = session(*[f"{line}\nprint('on')" for line in LINES])
    notebook.finish()

    results = {line: (text_of(notebook.runs[index]), notebook.runs[index].error) for index, line in enumerate(LINES)}
    assert results == {line: (f"{text}on\n", None) for line, text in LINES.items()}
    assert notebook.restarts == 1


def test_cells_that_cannot_work_print_why(session):
    """A cell magic applies to the complete cell and raises no error."""
    notebook = session(*CELLS)
    notebook.finish()

    assert {cell: notebook.runs[index].error for index, cell in enumerate(CELLS)} == dict.fromkeys(CELLS)
    for index, (cell, text) in enumerate(CELLS.items()):
        assert text_of(notebook.runs[index]).startswith(text), cell
    assert notebook.restarts == 1


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
    """A magic that runs the student's code shows the errors of that code."""
    notebook = session(source)
    notebook.finish()

    assert name in str(notebook.runs[0].outputs)
    assert "skipped" not in text_of(notebook.runs[0])


def test_figures_of_another_backend_are_shown(session):
    """Figures of a notebook that was written for windows or widgets are shown inline."""
    notebook = session("%matplotlib notebook\nimport matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()")
    notebook.finish()

    assert "image/png" in notebook.runs[0].outputs[-1]["data"]


def test_output_limit_does_not_stop_the_cell(session):
    """The limit cuts the output of print, displays, results and calls, and the next statement still runs."""
    notebook = session(
        "print('x' * 3_000_000)\nSIZE = 3",
        "import sys\nfor _ in range(3000): sys.stderr.write('y' * 1000)\nSIZE += 1",
        "from IPython.display import HTML, display\nfor _ in range(300): display(HTML('z' * 10_000))\nSIZE += 1",
        "'x' * 3_000_000",
        "def f():\n    for _ in range(3000): print('x' * 1000)\n    return SIZE",
    )
    notebook.finish()

    assert [notebook.runs[index].error for index in range(5)] == [None] * 5
    assert [text_of(notebook.runs[index]).count("was cut") for index in range(5)] == [1, 1, 1, 1, 0]
    reply = notebook.request("call", function="f", args=[], kwargs={}, attributes=[])
    assert (reply["value"], reply["error"], reply["printed"].count("was cut")) == (5, None, 1)
    assert notebook.restarts == 1


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
def test_endless_recursion_is_shown_quickly(session, cell):
    """IPython takes ten seconds and more for all frames, so only the first and the last are shown."""
    notebook = session(DEEP, cell)
    notebook.advance(1)
    before = notebook.cpu_s
    notebook.finish()
    assert notebook.runs[1].error["name"] in ("RecursionError", "ValueError")
    shown = "\n".join(notebook.runs[1].outputs[-1]["traceback"])
    assert "deep(n + 1)" in shown
    assert notebook.cpu_s - before < 3
