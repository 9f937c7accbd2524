"""Learners' mistakes, in nineteen kinds: each has known mistakes, and a page lists them.

``python tests/course/test_kinds.py`` rewrites the page.
"""

from __future__ import annotations

from collections.abc import Iterator

from grading import ASSIGNMENTS, ROOT, exercises

from foundations.config import Course
from foundations.diagnosis.catalogue import CATALOGUE
from foundations.grading.kinds import read_kinds
from foundations.grading.misconceptions import load_bank

PAGE = ROOT / "docs" / "misconceptions.md"
KINDS = read_kinds(Course(ROOT, {}))
KNOWN = [known for name in ASSIGNMENTS for known in load_bank(ROOT / "graders" / name).misconceptions]
EXERCISES = [exercise for name in ASSIGNMENTS for exercise in exercises(name)]
HEAD = """# What learners get wrong

The known mistakes are code that runs, in `graders/<assignment>/misconceptions.py`.
Most belong to one of nineteen kinds, each of which comes back from exercise to exercise.
`graders/kinds.toml` has a sentence for each kind.
`python tests/course/test_kinds.py` makes this page from both.
`foundations misconceptions` lists all known mistakes with their hints and with the numbers of this page.

A wrong answer that behaves like none of them may still be named, by a general diagnosis that belongs to no exercise.
It compares the result with the expected one, and reads the student's own code.
The last section lists these diagnoses.
A known mistake comes first, if it agrees with the student's function on more inputs than any other.
"""


def page() -> str:
    return "\n".join([HEAD, *_sections(), *_general()])


def _general() -> Iterator[str]:
    yield "## General diagnoses\n"
    yield from (f"- `{name}`: {about}" for name, about in sorted(CATALOGUE.items()))
    yield ""


def _sections() -> Iterator[str]:
    for number, about in KINDS.items():
        yield f"## {number}. {about}"
        yield ""
        for exercise in EXERCISES:
            if names := [known.id for known in KNOWN if known.exercise == exercise and number in known.kinds]:
                yield f"- `{exercise}`: {', '.join(names)}"
        yield ""


def test_kinds_are_numbered_from_one_to_nineteen() -> None:
    """The course's own list of learners' mistakes has these numbers, and each has mistakes."""
    assert list(KINDS) == list(range(1, 20))
    assert {number for known in KNOWN for number in known.kinds} == set(KINDS)


def test_every_exercise_has_mistakes_of_some_kind() -> None:
    """An exercise without one would be one that was not analysed."""
    looked_at = {known.exercise for known in KNOWN if known.kinds}
    about_tensors = [name for name in ASSIGNMENTS if name != "00_exports"]  # it is about files and comparing
    assert [name for assignment in about_tensors for name in exercises(assignment) if name not in looked_at] == []


def test_the_page_is_made_from_the_banks() -> None:
    """Kinds are in the order of their numbers, mistakes by exercise."""
    assert PAGE.read_text("utf-8") == page()


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
