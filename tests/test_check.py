"""``foundations check``: the visible checks alone, as the student sees them, in a real kernel."""

import builders
import pytest

from foundations.check import visible_checks
from foundations.errors import CourseError, SubmissionError


def test_each_graded_cell_says_how_it_went(tmp_path):
    """One that fails does not stop the one below it."""
    notebook = builders.answered()
    builders.cell(notebook, "double-solution").source = "def double(x):\n    return x"
    results = visible_checks(builders.write(notebook, tmp_path / "mine.ipynb"))

    assert [(one.exercise, one.points, one.passed) for one in results] == [
        ("double", 5.0, False),
        ("triple", 4.0, True),
    ]


def test_what_is_no_assignment_is_said_in_a_sentence(tmp_path):
    """Whose mistake it is decides the class."""
    (tmp_path / "bad.ipynb").write_text("not json")
    builders.write(builders.notebook([builders.code("1")]), tmp_path / "none.ipynb")

    with pytest.raises(SubmissionError, match="cannot be read"):
        visible_checks(tmp_path / "bad.ipynb")
    for name in ("missing.ipynb", "none.ipynb", "."):
        with pytest.raises(CourseError):
            visible_checks(tmp_path / name)


@pytest.mark.slow
def test_a_kernel_that_dies_is_said_in_a_sentence(tmp_path):
    """Not as a traceback of ours."""
    notebook = builders.answered()
    builders.cell(notebook, "double-solution").source = "import os; os._exit(1)"

    with pytest.raises(SubmissionError, match="kernel died"):
        visible_checks(builders.write(notebook, tmp_path / "mine.ipynb"))
