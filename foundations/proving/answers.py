"""Answers in files: right answers in students' own words, several in one file of Python.

An answer starts with a line ``# %% name → note``; the note may be left out. ``# %+`` starts a further cell of it. The
last cell replaces the stub, and the cells before it are the student's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from foundations.config import RIGHT, Course

_NEXT_ANSWER, _NEXT_CELL = "# %% ", "# %+"
_PREFIX = "right_"


@dataclass(frozen=True)
class Answer:
    """A student's answer to one exercise.

    Attributes:
        cells: the source of its cells, the last of which replaces the stub.
        note: the text after ``→`` in the line that starts the answer; empty without one.
        path: the file that it is from, if it is from one.
        line: the line of ``path`` that starts the answer.
    """

    exercise: str
    name: str
    cells: tuple[str, ...]
    note: str = ""
    path: Path | None = None
    line: int | None = None


def read_answers(path: Path, exercise: str) -> list[Answer]:
    """Read the answers to ``exercise`` in the file at ``path``; an empty list if the file does not exist."""
    if not path.is_file():
        return []
    answers = []
    for line, part in _parts(path.read_text("utf-8")):
        head, _, body = part.partition("\n")
        name, _, note = head.partition("→")
        cells = tuple(cell.strip("\n") for cell in ("\n" + body).split("\n" + _NEXT_CELL))
        answers.append(Answer(exercise, name.strip(), cells, note.strip(), path, line))
    return answers


def _parts(text: str) -> Iterator[tuple[int, str]]:
    """Yield the first line and the text of each answer, without the mark that starts it."""
    line = 0
    for number, part in enumerate(("\n" + text).split("\n" + _NEXT_ANSWER)):
        if number:
            yield line + 1, part
        line += part.count("\n") + (1 if number else 0)


def right_files(course: Course, assignment: str) -> dict[str, Path]:
    """Return the files of right answers, by the name of the exercise in names of files."""
    folder = course.graders / assignment / RIGHT
    return {path.stem.removeprefix(_PREFIX): path for path in sorted(folder.glob(f"{_PREFIX}*.py"))}
