"""The course that is attacked: three exercises, and a canary in every place that a student must not see.

``shift`` (2 points) comes before the exercise under attack, ``product`` (5), and ``total`` (3) after it. A canary is
``CANARY-<place>-<16 hexadecimal digits>``, drawn anew for every run: no cell of an attack can contain one by chance.
"""

from __future__ import annotations

import copy
import re
import secrets
import shutil
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import builders
import nbformat

from foundations.notebooks.source import read_source, release_version

ROOT = Path(__file__).parents[2]
NAME = "course"
MATMUL = "01_matmul"
PLACES = ("grader", "literal", "misconception", "solution", "gradebook", "environment", "submission")
CANARY = re.compile(r"CANARY-\w+-[0-9a-f]{16}")

#: Scores of a notebook whose ``product`` is wrong and whose other answers are right; and of one that is all right.
ATTACKED = {"shift": 2.0, "product": 0.0, "total": 3.0}
HONEST = {"shift": 2.0, "product": 5.0, "total": 3.0}

SHIFT = "def shift(x):\n    return x + 1\n"
TOTAL = "def total(x):\n    return x.sum()\n"
PRODUCT = """def product(a, b):
    c = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            c[i, j] = (a[i] * b[:, j]).sum()
    return c
"""

#: Tight, so that a suite of attacks that use up their limits stays fast.
SETTINGS = """[tool.foundations.limits]
cell_cpu_s = 1
cell_wall_s = 3
check_cpu_s = 1
check_wall_s = 3
notebook_wall_s = 40
memory_bytes = 400e6
output_bytes = 100_000
reply_bytes = 4_000_000
notebook_bytes = 70e6
restarts = 8
"""

#: The same for an assignment whose students submit an additional file, and have room for some more.
WITH_FILES = f"""{SETTINGS}
[tool.foundations.assignment.{NAME}]
files = ["data.csv"]

[tool.foundations.assignment.{NAME}.limits]
scratch_bytes = 1_000_000
scratch_files = 20
"""

_SOLUTION = "{head}\n    ### BEGIN SOLUTION\n{body}\n    ### END SOLUTION\n"

_TEST_SHIFT = '''"""Hidden checks of shift(x)."""

import torch
from foundations.grading.pytest_plugin import check

@check("one more")
def test_value(student):
    x = torch.randn(5, generator=student.generator())
    student.call(x).must_return(x + 1)
'''
_TEST_TOTAL = '''"""Hidden checks of total(x)."""

import torch
from foundations.grading.pytest_plugin import check

@check("the sum")
def test_value(student):
    for size in (3, 7):
        x = torch.randn(size, generator=student.generator())
        student.call(x).must_return(x.sum(), scale=float(size))
'''
_TEST_PRODUCT = '''"""Hidden checks of product(a, b)."""

import torch
from foundations.grading.pytest_plugin import check
from foundations.analysis.torch_operations import all_but
from foundations.grading.rules import Rule
from foundations.grading.student import Trial

# {grader}
SECRET = "{literal}"
RULE = Rule(about="rows and columns", allow=all_but("matrix product", "einsum", "numpy"))

@check("the product", gate=True)
def test_value(student):
    make = student.generator()
    for n, k, m in [(2, 3, 4), (3, 2, 5), (1, 4, 1)]:
        a, b = torch.randn(n, k, generator=make), torch.randn(k, m, generator=make)
        student.call(a, b).must_return(a @ b, scale=float(k))

@check("no product of matrices", gate=True)
def test_rule(student):
    make = student.generator("rule")

    def matrices(n, k, m):
        return torch.randn(n, k, generator=make), torch.randn(k, m, generator=make)

    def must_be_product(call):
        a, b = call.args
        call.must_return(a @ b, scale=float(a.shape[1]))

    student.must_obey(RULE, Trial(matrices, must_be_product), [(2, 3, 4), (3, 2, 5), (1, 4, 1)])

@check("inputs are left alone")
def test_inputs(student):
    make = student.generator("inputs")
    a, b = torch.randn(2, 3, generator=make), torch.randn(3, 2, generator=make)
    call = student.call(a, b)
    call.must_return(a @ b, scale=3.0)
    call.must_leave_inputs()
'''
_MISCONCEPTIONS = '''"""Known mistakes. {misconception}"""

import torch
from foundations.grading.misconceptions import battery, misconception

# {misconception}
@misconception(exercise="product")
def transposed(a, b):
    """The result is the transpose."""
    return (a @ b).T

@battery("product")
def battery_product(generator):
    yield torch.randn(2, 3, generator=generator), torch.randn(3, 4, generator=generator)
'''


@dataclass
class HostileCourse:
    """A course on disk with its canaries by place."""

    root: Path
    canaries: dict[str, str] = field(default_factory=lambda: {name: _canary(name) for name in PLACES})

    @property
    def graders(self) -> Path:
        return self.root / "graders" / NAME

    @property
    def source(self) -> Path:
        return self.root / "source" / NAME / f"{NAME}.ipynb"

    @property
    def submitted(self) -> Path:
        return self.root / "submitted"

    @property
    def gradebook(self) -> Path:
        return self.root / "gradebook.db"

    @property
    def neighbour(self) -> Path:
        """The notebook of another student, whose answer has a canary."""
        return self.place("s02")

    def place(self, student: str) -> Path:
        return self.submitted / student / NAME / f"{NAME}.ipynb"

    def build(self, settings: str = SETTINGS) -> HostileCourse:
        """Write all of it, the neighbour's submission too."""
        builders.write(source(self.canaries["solution"]), self.source)
        self.graders.mkdir(parents=True)
        texts = {
            "test_shift": _TEST_SHIFT,
            "test_product": _TEST_PRODUCT.format(**self.canaries),
            "test_total": _TEST_TOTAL,
            "misconceptions": _MISCONCEPTIONS.format(**self.canaries),
        }
        for name, text in texts.items():
            (self.graders / f"{name}.py").write_text(text)
        (self.root / "pyproject.toml").write_text(settings)
        shutil.copy(ROOT / "nbgrader_config.py", self.root)
        with sqlite3.connect(self.gradebook) as book:
            book.execute("create table comment (text text)")
            book.execute("insert into comment values (?)", (self.canaries["gradebook"],))
        book.close()
        honest = submission({"product": f"# {self.canaries['submission']}\n{PRODUCT}"})
        builders.write(honest, self.neighbour)
        return self


def _canary(place: str) -> str:
    return f"CANARY-{place}-{secrets.token_hex(8)}"


def source(canary: str = "") -> nbformat.NotebookNode:
    """Return the instructor's notebook."""
    own = f"    # {canary}\n    note = {canary!r}\n    return torch.stack([(row[:, None] * b).sum(0) for row in a])"
    return builders.notebook(
        [
            builders.code("import torch", builders.marks("setup", locked=True)),
            builders.solution("shift", _SOLUTION.format(head="def shift(x):", body="    return x + 1")),
            builders.graded("shift", 2, "assert shift(torch.zeros(1)).item() == 1"),
            builders.solution("product", _SOLUTION.format(head="def product(a, b):", body=own)),
            builders.graded("product", 5, "assert product(torch.ones(1, 2), torch.ones(2, 1)).item() == 2"),
            builders.solution("total", _SOLUTION.format(head="def total(x):", body="    return x.sum()")),
            builders.graded("total", 3, "assert total(torch.ones(3)).item() == 3"),
        ]
    )


def submission(answers: dict[str, str] | None = None) -> nbformat.NotebookNode:
    """Return a student's notebook: right answers, except those in ``answers``."""
    notebook = release_version(source())
    for exercise, text in ({"shift": SHIFT, "product": PRODUCT, "total": TOTAL} | (answers or {})).items():
        builders.cell(notebook, f"{exercise}-solution").source = text
    return notebook


def matmul_source() -> nbformat.NotebookNode:
    """Return the real 01_matmul without prose, figures and data: setup, and answer and check of each exercise."""
    notebook = read_source(ROOT / "source" / MATMUL / f"{MATMUL}.ipynb")
    exercises = ("matmul_naive", "frobenius_norm", "matmul_elementwise")
    wanted = {"setup", *exercises, *(f"{name}-solution" for name in exercises)}
    notebook = copy.deepcopy(notebook)
    notebook.cells = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") in wanted]
    notebook.cells[0].source = "import torch\n\nfrom foundations import testing"
    return notebook


def build_matmul(root: Path) -> None:
    """Write a course of that notebook with the real graders under ``root``."""
    builders.write(matmul_source(), root / "source" / MATMUL / f"{MATMUL}.ipynb")
    shutil.copytree(ROOT / "graders", root / "graders", ignore=shutil.ignore_patterns("__pycache__"))


def matmul_submission(answers: dict[str, str]) -> Any:
    """Return the instructor's own answers to 01_matmul, except those in ``answers``."""
    full = matmul_source()
    notebook = release_version(full)
    for name in ("matmul_naive", "frobenius_norm", "matmul_elementwise"):
        text = answers.get(name, builders.cell(full, f"{name}-solution").source)
        builders.cell(notebook, f"{name}-solution").source = text
    return notebook
