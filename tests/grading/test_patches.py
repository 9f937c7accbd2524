"""Known mistakes as changes of the solution: they apply once, run with the notebook's helpers, and have a source."""

from __future__ import annotations

from pathlib import Path

import builders
import pytest
import torch

from foundations.errors import CourseError
from foundations.grading.misconceptions import Bank, load_bank
from foundations.grading.patches import mistake

BANK = """
from foundations.authoring import mistake

adds_one_more = mistake("double", ("+ HALVES", "+ 1 + HALVES"), hint="How many times is one added?")
"""
SOLUTION = """def double(x):
    ### BEGIN SOLUTION
    return helper(x) + HALVES
    ### END SOLUTION
"""


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """The folder of graders of a course whose solution uses other cells of its notebook."""
    notebook = builders.source_notebook()
    builders.cell(notebook, "setup").source = (
        "%matplotlib inline\nimport math\nimport does_not_exist\n\nHALVES = 0\n\n\ndef helper(x):\n"
        "    return math.ceil(1.5) * x\n\nprint(does_not_exist.x)"
    )
    builders.cell(notebook, "double-solution").source = SOLUTION
    builders.write(notebook, tmp_path / "source" / "course" / "course.ipynb")
    graders = tmp_path / "graders" / "course"
    graders.mkdir(parents=True)
    return graders


def bank(graders: Path, text: str = BANK) -> Bank:
    (graders / "misconceptions.py").write_text(text)
    return load_bank(graders)


def test_a_change_of_the_solution_is_an_answer(course: Path) -> None:
    """It runs with the functions, imports and constants that it needs; other lines of the notebook are not run."""
    [known] = bank(course).of("double")
    assert (known.id, known.hint) == ("adds_one_more", "How many times is one added?")
    assert torch.equal(known.answer(torch.ones(2)), torch.full((2,), 3.0))
    assert known.answer is known.answer
    assert "return helper(x) + 1 + HALVES" in known.source
    assert "###" not in known.source


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            '"+ HALVES"',
            '"- HALVES"',
            "replaces '- HALVES', which is in the solution of 'double' 0 times instead of once",
        ),
        ('"+ HALVES"', '"e"', r"replaces 'e', which is in the solution of 'double' \d+ times instead of once"),
        ('mistake("double"', 'mistake("dubble"', "changes the solution of 'dubble', and .* has no such solution"),
    ],
)
def test_a_change_that_does_not_fit_is_its_authors_fault(course: Path, old: str, new: str, message: str) -> None:
    """The message names the mistake and the text."""
    with pytest.raises(CourseError, match=message):
        bank(course, BANK.replace(old, new))


def test_a_change_needs_a_hint_and_a_change() -> None:
    """Both are asked for when the bank is read."""
    with pytest.raises(CourseError, match="a mistake in 'f' has no hint"):
        mistake("f", ("a", "b"), hint=" ")
    with pytest.raises(CourseError, match="a mistake in 'f' has no change of the solution"):
        mistake("f", hint="Why?")


def test_an_answer_that_cannot_run_is_its_authors_fault(course: Path) -> None:
    """The error names the exercise."""
    [known] = bank(course, BANK.replace("+ 1 + HALVES", "+ 1 +")).of("double")
    with pytest.raises(CourseError, match="a mistake in 'double' cannot be run: SyntaxError"):
        _ = known.answer
