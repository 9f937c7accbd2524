"""Work that a cell is spared while a notebook is graded: figures are not drawn, and the stopwatch makes a single call.

No check reads either. The judge names the work with each cell, and shows the figures that were submitted.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from types import MappingProxyType

from IPython.core.interactiveshell import InteractiveShell
from matplotlib.figure import Figure

from foundations.plots.picture import Picture, deferring
from foundations.testing.stopwatch import calling_once
from foundations.worker.outputs import RECORDER
from foundations.worker.protocol import UNDRAWN

#: Shown instead of a figure that is not drawn.
_PLACEHOLDER = "[figure: not drawn while grading]"


@contextmanager
def sparing(shell: InteractiveShell, work: Collection[str]) -> Iterator[None]:
    """Spare the code that ``shell`` runs meanwhile this ``work``: "figures", "times" or both."""
    with ExitStack() as stack:
        for name in work:
            stack.enter_context(_SPARED[name](shell))
        yield


@contextmanager
def _without_figures(shell: InteractiveShell) -> Iterator[None]:
    """Record a placeholder for each figure that is displayed; code that reads a figure has it drawn all the same."""
    printers = getattr(getattr(shell.display_formatter, "ipython_display_formatter", None), "type_printers", None)
    if not isinstance(printers, dict):  # a notebook may change the shell
        printers = {}
    before = {kind: printers.get(kind) for kind in (Figure, Picture)}
    printers.update(dict.fromkeys(before, _note_figure))
    try:
        with deferring():
            yield
    finally:
        for kind, printer in before.items():
            if printer is None:
                printers.pop(kind, None)
            else:
                printers[kind] = printer


def _note_figure(figure: object) -> None:
    RECORDER.display("display_data", {"text/plain": _PLACEHOLDER}, {UNDRAWN: True})


def _with_single_calls(shell: InteractiveShell) -> AbstractContextManager[None]:
    return calling_once()


_SPARED: Mapping[str, Callable[[InteractiveShell], AbstractContextManager[None]]] = MappingProxyType(
    {"figures": _without_figures, "times": _with_single_calls}
)
