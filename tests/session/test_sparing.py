"""The work that each cell is spared."""

from foundations.config import Limits
from foundations.session.session import Session
from foundations.session.sparing import NOTHING_SPARED, Sparing


def test_nothing_is_spared_by_default():
    """Every cell runs in full."""
    assert NOTHING_SPARED.of_cell(3) == []


def test_times_belong_to_cells_and_figures_to_all():
    """The stopwatch is spared cell by cell."""
    sparing = Sparing(figures=True, timed_once=frozenset({3}))
    assert (sparing.of_cell(3), sparing.of_cell(4)) == (["figures", "times"], ["figures"])


def test_a_cell_that_is_not_run_is_not_run_in_a_replay_either(forkserver):
    """Nor in a second session of the same notebook."""
    cells = [(0, "x = [1]"), (1, "x.append(2)"), (2, "import os\nos._exit(3)"), (3, "x")]
    with Session(forkserver, cells, Limits(), sparing=Sparing(not_run=frozenset({1}))) as session:
        session.finish()
        assert session.runs[3].outputs[0]["data"]["text/plain"] == "[1]"
        assert (session.runs[1].outputs, session.runs[1].error) == ([], None)
        with session.again() as again:
            again.finish()
            assert again.runs[3].outputs[0]["data"]["text/plain"] == "[1]"
