"""``docs/grader-reference.md`` shows a grader that works: its files, taken from the page, grade submissions."""

from __future__ import annotations

import re
from pathlib import Path

import builders
import nbformat
import pytest

from foundations.config import find_course
from foundations.grading.grader import Grader
from foundations.report.model import Report
from foundations.session.forkserver import ForkServer

ROOT = Path(__file__).parents[2]
ASSIGNMENT = "00_example"

ANSWERS = {
    "right": "def dot(u, v):\n    products = u * v\n    return products.sum()\n",
    "forgets_the_sum": "def dot(u, v):\n    return u * v\n",
    "multiplies_the_sums": "def dot(a, b):\n    return torch.sum(a) * torch.sum(b)\n",
    "calls_the_library": "def dot(u, v):\n    return u @ v\n",
    "loop": "def dot(u, v):\n    s = 0 * u[0]\n    for a, b in zip(u, v):\n        s = s + a * b\n    return s\n",
    "stub": "def dot(u: torch.Tensor, v: torch.Tensor) -> torch.Tensor:\n    raise NotImplementedError()\n",
}


def blocks() -> dict[str, str]:
    """Map the first line of each Python block of the page, without its ``# ``, to the lines after it."""
    page = (ROOT / "docs" / "grader-reference.md").read_text("utf-8")
    titled_blocks = re.findall(r"^```python\n# (.*?)\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    return dict(titled_blocks)


def source() -> nbformat.NotebookNode:
    return builders.notebook(
        [
            builders.code("import torch\nfrom foundations import testing"),
            builders.solution("dot", blocks()["cell dot-solution"]),
            builders.graded("dot", 4, blocks()["cell dot"]),
        ]
    )


@pytest.fixture(scope="module")
def reports(forkserver: ForkServer, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Report]:
    """Grade each of :data:`ANSWERS` in a course made of the page's files; one report each."""
    root = tmp_path_factory.mktemp("course")
    builders.write(source(), root / "source" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb")
    (root / "graders" / ASSIGNMENT).mkdir(parents=True)
    for name, text in blocks().items():
        if name.startswith("graders/"):
            (root / name).write_text(text, "utf-8")
    made = {}
    with Grader(find_course(root), ASSIGNMENT, seed=1, forkserver=forkserver) as grader:
        for name, answer in ANSWERS.items():
            notebook = source()
            builders.cell(notebook, "dot-solution").source = answer
            made[name] = grader.grade(builders.write(notebook, root / f"{name}.ipynb"), name).report
    return made


def wrong(report: Report) -> list[str]:
    return [check.name for check in report.exercises[0].checks if check.outcome != "pass"]


def test_a_right_answer_gets_full_marks(reports: dict[str, Report]) -> None:
    """The answer is written in another way than the page's solution, with other names."""
    assert (wrong(reports["right"]), reports["right"].score) == ([], 4.0)


@pytest.mark.parametrize("mistake", ["forgets_the_sum", "multiplies_the_sums", "calls_the_library"])
def test_a_known_mistake_is_named(reports: dict[str, Report], mistake: str) -> None:
    """The failing check carries the misconception's id, and its hint is in the message."""
    named = [check for check in reports[mistake].exercises[0].checks if check.misconception]
    assert [check.misconception for check in named] == [mistake]
    assert "Hint: " in named[0].message


def test_a_loop_is_right_and_too_slow(reports: dict[str, Report]) -> None:
    """Only the speed check's points are lost: 1 of 4."""
    assert (wrong(reports["loop"]), reports["loop"].score) == (["many times faster than a loop"], 3.0)


def test_a_stub_is_not_attempted(reports: dict[str, Report]) -> None:
    """A stub is distinguished from a wrong answer, and earns no points."""
    checks = reports["stub"].exercises[0].checks
    assert {check.message for check in checks} == {"not attempted"}
    assert reports["stub"].score == 0.0


def test_the_page_shows_every_file() -> None:
    """The files are two cells, the hidden tests and the mistakes."""
    assert list(blocks()) == [
        "cell dot-solution",
        "cell dot",
        f"graders/{ASSIGNMENT}/test_dot.py",
        f"graders/{ASSIGNMENT}/misconceptions.py",
    ]
