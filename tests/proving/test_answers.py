"""Answers are read from files: names, notes, cells and lines."""

from __future__ import annotations

from pathlib import Path

from proved_course import make_course

from foundations.proving.answers import Answer, read_answers, right_files

TEXT = """# A comment above all answers.
# ruff: noqa

# %% a loop → a note
def f(x):
    return x

# %% two cells
helper = 1
# %+
def f(x):
    return helper
"""


def test_answers_have_names_notes_cells_and_lines(tmp_path: Path) -> None:
    """The text above the first answer is left out, and the line is the one that starts the answer."""
    path = tmp_path / "right_f.py"
    path.write_text(TEXT)
    assert read_answers(path, "f") == [
        Answer("f", "a loop", ("def f(x):\n    return x",), "a note", path, 4),
        Answer("f", "two cells", ("helper = 1", "def f(x):\n    return helper"), "", path, 8),
    ]
    lines = TEXT.splitlines()
    assert [lines[answer.line - 1] for answer in read_answers(path, "f") if answer.line] == [
        "# %% a loop → a note",
        "# %% two cells",
    ]


def test_a_missing_file_has_no_answers(tmp_path: Path) -> None:
    """An exercise need not have any."""
    assert read_answers(tmp_path / "right_f.py", "f") == []


def test_files_are_found_by_the_name_of_the_exercise(tmp_path: Path) -> None:
    """Other files in the folder are not among them."""
    course = make_course(tmp_path)
    (course.graders / "course" / "right" / "notes.txt").write_text("")
    assert list(right_files(course, "course")) == ["double", "triple"]
