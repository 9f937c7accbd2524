"""A trimmed notebook has the exercises and the cells that they need, and no other."""

from __future__ import annotations

from pathlib import Path

import builders
from proved_course import make_course

from foundations.proving.answers import Answer
from foundations.proving.source import SourceAssignment
from foundations.proving.trimming import solutions, submission, trimmed


def test_prose_and_unused_cells_are_left_out(tmp_path: Path) -> None:
    """Cells that an answer needs are kept."""
    read = SourceAssignment.read(make_course(tmp_path), "course")
    exercises = ["double-solution", "double", "triple-solution", "triple"]
    assert builders.outline(trimmed(read)) == ["setup", *exercises]
    answer = Answer("double", "odd", ("def double(x):\n    return unused",))
    assert builders.outline(trimmed(read, [answer])) == ["setup", "unused = torch.ones(2)", *exercises]
    own = Answer("double", "odd", ("unused = 2", "def double(x):\n    return unused"))
    assert builders.outline(trimmed(read, [own])) == ["setup", *exercises]


def test_names_that_graders_look_up_are_kept(tmp_path: Path) -> None:
    """Code that travels finds them in the notebook."""
    course = make_course(tmp_path)
    grader = course.graders / "course" / "test_double.py"
    grader.write_text(grader.read_text() + 'def probe(names):\n    return names["unused"]\n')
    assert "unused = torch.ones(2)" in builders.outline(trimmed(SourceAssignment.read(course, "course")))


def test_a_submission_has_the_last_cell_instead_of_the_stub(tmp_path: Path) -> None:
    """The cells before it are the student's own."""
    read = SourceAssignment.read(make_course(tmp_path), "course")
    made = submission(trimmed(read), {**solutions(read), "triple": ["HELPER = 3", "triple = lambda x: HELPER * x"]})
    assert builders.outline(made) == [
        "setup",
        "double-solution",
        "double",
        "HELPER = 3",
        "triple-solution",
        "triple",
    ]
    assert builders.cell(made, "triple-solution").source == "triple = lambda x: HELPER * x"
