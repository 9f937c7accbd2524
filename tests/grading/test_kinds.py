"""The sentences about kinds of known mistakes in ``graders/kinds.toml``."""

from __future__ import annotations

from pathlib import Path

import pytest

from foundations.config import Course
from foundations.errors import CourseError
from foundations.grading.kinds import as_numbers, read_kinds


def written(folder: Path, text: str) -> Course:
    (folder / "graders").mkdir()
    (folder / "graders" / "kinds.toml").write_text(text)
    return Course(folder, {})


def test_sentences_are_in_the_order_of_the_numbers(tmp_path: Path) -> None:
    """10 comes after 9."""
    course = written(tmp_path, '[kinds]\n10 = "ten"\n9 = "nine"\n')
    assert list(read_kinds(course).items()) == [(9, "nine"), (10, "ten")]


def test_a_course_needs_no_kinds(tmp_path: Path) -> None:
    """The file is optional."""
    assert read_kinds(Course(tmp_path, {})) == {}


def test_one_number_or_several() -> None:
    """Authors write one number without brackets."""
    assert as_numbers(3) == (3,)
    assert as_numbers((3, 4)) == (3, 4)
    assert as_numbers(()) == ()


@pytest.mark.parametrize("text", ["kinds = 1", "[[kinds]]", "not toml", "[kinds]\none = 'x'", "[kinds]\n1 = 2", ""])
def test_an_invalid_list_of_kinds_is_the_authors_error(tmp_path: Path, text: str) -> None:
    """The message names the file and the form."""
    with pytest.raises(CourseError, match=r"kinds\.toml is not a list of kinds: .*write a table \[kinds\]"):
        read_kinds(written(tmp_path, text))
