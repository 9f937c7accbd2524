"""The notebooks notice that the package `foundations` is missing, or another library of that name."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest
from grading import ASSIGNMENTS, ROOT

from foundations.notebooks.source import read_source

#: A library without the modules of this one, and no library at all.
OTHERS = {"another library": ModuleType("foundations"), "none": None}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_the_first_import_names_the_package(
    assignment: str, other: ModuleType | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`foundations` on the package index is not this project's; the message has the next steps."""
    cells = read_source(ROOT / "source" / assignment / f"{assignment}.ipynb").cells
    code = next(cell.source for cell in cells if cell.cell_type == "code" and "foundations" in cell.source)
    for name in [name for name in sys.modules if name.startswith("foundations.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "foundations", other)
    with pytest.raises(ImportError, match="install foundations-kit"):
        exec(code, {"__name__": "__main__"})
