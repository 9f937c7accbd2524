"""A small course that can be proved: exercises double and triple with graders, known mistakes and right answers."""

from __future__ import annotations

from pathlib import Path

import builders
import nbformat
from course_builder import NAME
from hidden_tests import GRADER

from foundations.config import Course

BANK = '''
import torch
from foundations.grading.misconceptions import battery, misconception

OFFSET = 3

def _shifted(x):
    return x + OFFSET

@battery("double")
@battery("triple")
def numbers(generator):
    """Some numbers."""
    return [(torch.randn(3, generator=generator),) for _ in range(4)]

@misconception("double")
def squares(x):
    """Try it on 3."""
    return x * x

@misconception("double")
def shifts(x):
    """What does it give for 0?"""
    return _shifted(x)

@misconception("triple")
def forgets_to_return(x):
    """Which line sends the result back?"""
'''
RIGHT = {
    "double": "# %% a sum\ndef double(x):\n    return x + x\n\n"
    "# %% a helper\nimport math\n# %+\ndef double(x):\n    return x * 2\n",
    "triple": "# %% a sum → a note\ndef triple(x):\n    return x + x + x\n",
}


def source() -> nbformat.NotebookNode:
    """Return a source notebook whose first cell imports torch and whose second draws no one's attention."""
    notebook = builders.source_notebook()
    builders.cell(notebook, "setup").source = "import torch"
    notebook.cells.insert(2, builders.code("unused = torch.ones(2)", id="unused"))
    builders.cell(notebook, "double").source = "# Graded, 5 points.\nassert double(torch.tensor(2.0)) == 4"
    builders.cell(notebook, "triple").source = "assert triple(torch.tensor(2.0)) == 6"
    return notebook


def make_course(root: Path, notebook: nbformat.NotebookNode | None = None) -> Course:
    """Write the course under ``root``."""
    builders.write(notebook or source(), root / "source" / NAME / f"{NAME}.ipynb")
    folder = root / "graders" / NAME
    (folder / "right").mkdir(parents=True)
    for name, factor in (("double", 2), ("triple", 3)):
        (folder / f"test_{name}.py").write_text(GRADER.replace("FACTOR", str(factor)))
        (folder / "right" / f"right_{name}.py").write_text(RIGHT[name])
    (folder / "misconceptions.py").write_text(BANK)
    return Course(root, {})
