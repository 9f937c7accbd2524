"""A spared cell draws no figure and times each function once, and code that needs either still gets it."""

from __future__ import annotations

import pytest
from sessions import text_of

from foundations.config import Limits
from foundations.session.session import Session
from foundations.session.sparing import Sparing
from foundations.worker.protocol import UNDRAWN

PLOT = "import matplotlib.pyplot as plt\nfigure = plt.figure()\n_ = plt.plot([1, 2])\n"
OURS = "from foundations import plots\n"
#: Code that displays one figure.
DISPLAYED = {
    "shown": f"{PLOT}plt.show()",
    "left open": PLOT,
    "last value": f"{PLOT}plt.close()\nfigure",
    "displayed": f"{PLOT}display(figure)\nplt.close()",
    "ours": f"{OURS}plots.fans(2, 3)",
    "ours, displayed": f"{OURS}display(plots.fans(2, 3))",
}
#: Code that reads a figure, and the text that it prints.
READ = {
    "png": (f"{OURS}print(plots.fans(2, 3).png[1:4])", "b'PNG'\n"),
    "alt": (f"{OURS}print(plots.fans(2, 3).alt[:7])", "A layer\n"),
    "width": (f"{OURS}print(plots.fans(2, 3).width > 100)", "True\n"),
    "repr": (f"{OURS}print(repr(plots.fans(2, 3))[:16])", "[figure: A layer\n"),
    "bundle": (f"{OURS}print(sorted(plots.fans(2, 3)._repr_mimebundle_()[0])[0])", "image/png\n"),
    "class": (f"{OURS}print(isinstance(plots.fans(2, 3), plots.Picture))", "True\n"),
    "no such attribute": (f"{OURS}print(hasattr(plots.fans(2, 3), 'jpg'))", "False\n"),
    "saved": (
        f"{PLOT}import io\nfile = io.BytesIO()\nplt.savefig(file)\nplt.close()\nprint(file.getvalue()[1:4])",
        "b'PNG'\n",
    ),
    "axes": (f"{PLOT}print(figure.axes[0].lines[0].get_ydata())\nplt.close()", "[1 2]\n"),
}


@pytest.fixture
def spared(forkserver):
    """Make sessions whose cells are spared their figures, and the repeated calls of the stopwatch."""
    made = []

    def make(*cells: str) -> Session:
        sparing = Sparing(figures=True, timed_once=frozenset(range(len(cells))))
        made.append(Session(forkserver, list(enumerate(cells)), Limits(), sparing=sparing))
        return made[-1]

    yield make
    for session in made:
        session.close()


def outputs_of(session: Session, index: int = 0) -> list:
    session.finish()
    assert session.runs[index].error is None
    return session.runs[index].outputs


@pytest.mark.parametrize("code", DISPLAYED.values(), ids=list(DISPLAYED))
def test_a_displayed_figure_is_a_placeholder(spared, code):
    """Its only content is a sentence, and its metadata mark it for the judge."""
    [output] = outputs_of(spared(code))
    assert output["data"] == {"text/plain": "[figure: not drawn while grading]"}
    assert output["metadata"] == {UNDRAWN: True}


@pytest.mark.parametrize("code", DISPLAYED.values(), ids=list(DISPLAYED))
def test_the_same_code_draws_without_sparing(session, code):
    """The placeholder is in spared cells alone."""
    assert "image/png" in outputs_of(session(code))[0]["data"]


@pytest.mark.parametrize(("code", "printed"), READ.values(), ids=list(READ))
def test_code_that_reads_a_figure_has_it_drawn(spared, code, printed):
    """Attributes, methods and files are the same as without sparing."""
    session = spared(code)
    assert outputs_of(session)[0]["text"] == printed


def test_a_picture_that_outlives_its_cell_is_drawn_when_it_is_shown(forkserver, spared):
    """A later cell, which is not spared, shows it."""
    sparing = Sparing(figures=True)
    with Session(forkserver, [(0, f"{OURS}kept = plots.fans(2, 3)")], Limits(), sparing=sparing) as session:
        session.finish()
        session._cells.append((1, "kept"))
        session._sparing = Sparing()
        assert "image/png" in outputs_of(session, 1)[0]["data"]


def test_timings_that_cannot_be_drawn_are_no_error(spared):
    """Without sparing the function returns ``None``, and prints the reason."""
    code = f"{OURS}nothing = plots.timings({{'naive': float('nan')}})\nnothing"
    assert UNDRAWN in outputs_of(spared(code))[0]["metadata"]


def test_a_spared_stopwatch_calls_once_and_returns_a_time_above_zero(spared):
    """The function's effects are those of one call."""
    code = (
        "from foundations import testing\ncalls = []\ndef f(x):\n    calls.append(x)\n    return x\n"
        "seconds = testing.stopwatch(f, 3)\nprint(calls, 0 < seconds < 1)"
    )
    assert outputs_of(spared(code))[0]["text"] == "[3] True\n"


def test_a_spared_stopwatch_still_reports_functions_that_do_not_work(spared):
    """A stub is not timed."""
    code = (
        "from foundations import testing\ndef f():\n    raise NotImplementedError()\n"
        "seconds = testing.stopwatch(f)\nprint(seconds)"
    )
    session = spared(code)
    session.finish()
    assert text_of(session.runs[0]) == "f is not written yet, so there is nothing to time.\nnan\n"


def test_calls_are_not_spared(spared):
    """Checks call functions as they are: a stopwatch inside one measures."""
    code = (
        "from foundations import testing\ncalls = []\ndef f(x):\n    testing.stopwatch(calls.append, x)\n"
        "    testing.stopwatch(lambda: calls.append(x) or True, budget_s=0.001)\n    return len(calls) > 3"
    )
    session = spared(code)
    session.finish()
    assert session.request("call", function="f", args=[1], attributes=[{}])["value"] is True


def test_a_notebook_that_breaks_the_display_keeps_its_values(spared):
    """Cells run although no placeholder can be made."""
    session = spared("x = 1\nget_ipython().display_formatter = None", "y = 2", "def f(): return 3")
    session.finish()
    assert session.request("call", function="f", args=[], attributes=[])["value"] == 3
