"""Learners' mistakes, in nineteen kinds: each has known mistakes, and a page lists them.

``python tests/course/test_kinds.py`` rewrites the page.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator

from grading import ASSIGNMENTS, ROOT, exercises

from foundations.config import Course
from foundations.diagnosis.catalogue import CATALOGUE
from foundations.grading.kinds import read_kinds
from foundations.grading.misconceptions import load_bank

PAGE = ROOT / "docs" / "misconceptions.md"
ENTRIES = tomllib.loads((ROOT / "graders" / "kinds.toml").read_text("utf-8"))["kind"]
KNOWN = {known.id: known for name in ASSIGNMENTS for known in load_bank(ROOT / "graders" / name).misconceptions}
HEAD = """# What learners get wrong

The known mistakes are code that runs, in `graders/<assignment>/misconceptions.py`.
Most belong to one of nineteen kinds, each of which comes back from exercise to exercise.
`graders/kinds.toml` lists them by kind, and `python tests/course/test_kinds.py` makes this page from it.
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
    for entry in ENTRIES:
        yield f"## {entry['number']}. {entry['about']}"
        yield ""
        for exercise, names in entry["ids"].items():
            yield f"- `{exercise}`: {', '.join(names)}"
        yield ""


def test_kinds_are_numbered_from_one_to_nineteen() -> None:
    """The course's own list of learners' mistakes has these numbers."""
    assert [kind.number for kind in read_kinds(Course(ROOT, {}))] == list(range(1, 20))


def test_every_kind_names_mistakes_that_are_known() -> None:
    """Each mistake is under the exercise that it belongs to, and once in its kind."""
    named = [(name, exercise) for entry in ENTRIES for exercise, names in entry["ids"].items() for name in names]
    assert [pair for pair in named if pair[0] not in KNOWN or KNOWN[pair[0]].exercise != pair[1]] == []
    for entry in ENTRIES:
        names = [name for those in entry["ids"].values() for name in those]
        assert len(names) == len(set(names)), entry["about"]
        assert all(entry["ids"].values()), entry["about"]


def test_every_exercise_has_mistakes_of_some_kind() -> None:
    """An exercise without a line in the list would be one that was not analysed."""
    looked_at = {exercise for entry in ENTRIES for exercise in entry["ids"]}
    about_tensors = [name for name in ASSIGNMENTS if name != "00_exports"]  # it is about files and comparing
    assert [name for assignment in about_tensors for name in exercises(assignment) if name not in looked_at] == []


def test_the_page_is_made_from_the_list() -> None:
    """Kinds are in the order of their numbers, mistakes by exercise."""
    assert PAGE.read_text("utf-8") == page()


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
