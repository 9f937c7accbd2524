"""Notes above the notebook that nbgrader shows."""

from __future__ import annotations

import builders
from course_builder import (
    as_read,
    autograded,
    comments,
    graded,
    put,
    unreadable,
)
from nbgrader_warnings import NBGRADER_WARNINGS

from foundations.config import Course

pytestmark = NBGRADER_WARNINGS

PAYLOAD = "<script>alert('x')</script><img src=x onerror=alert(1)>"


def test_unreadable_submission_is_visible_without_a_score(course: Course) -> None:
    """An earlier score is removed, the placeholder shows the reason, and the other submissions are graded."""
    put(course, s01=graded("s01"))
    reason = f"notebook 'course.ipynb' is not JSON: {PAYLOAD}"
    recorded = put(course, s01=unreadable("s01", reason), s02=graded("s02"))
    unscored = {"double": (None, 5.0, True), "triple": (None, 4.0, True), "why": (None, 3.0, True)}
    assert recorded["s01"] == unscored
    assert recorded["s02"]["double"] == (5.0, 5.0, False)
    shown = autograded(course, "s01")
    assert "is not graded yet" in shown.cells[0].source
    assert "&lt;script&gt;" in shown.cells[0].source
    assert "<script>" not in shown.cells[0].source
    assert builders.cell(shown, "double-solution").source == builders.cell(builders.release(), "double-solution").source
    assert comments(course, "s01")["double-solution"] == f"Not graded yet: {reason}"


def test_repairs_are_shown_to_the_student(course: Course) -> None:
    """They are shown as text above a repaired notebook, and above no other."""
    repaired = graded("s01")
    repaired.report.repairs.append(f"graded cell 'double' had been edited: {PAYLOAD}")
    put(course, s01=repaired, s02=graded("s02"))
    first = autograded(course, "s01").cells[0]
    assert first.id == "repaired"
    assert "&lt;script&gt;" in first.source
    assert "<script>" not in first.source
    assert len(autograded(course, "s01").cells) == len(autograded(course, "s02").cells) + 1


def test_formgrader_shows_where_a_written_answer_may_be(course: Course) -> None:
    """The notice is right above the answer's cell in the notebook that a person grades."""
    near = builders.answered()
    builders.cell(near, "why").source = builders.cell(builders.release(), "why").source
    near.cells.insert(builders.at(near, "why") + 1, builders.markdown("Because.", id="mine"))
    put(course, s01=as_read(course, "s01", near), s02=as_read(course, "s02", builders.answered()))
    shown = autograded(course, "s01")
    notice = shown.cells[builders.at(shown, "why") - 1]
    assert "The answer may be in the cell below (cell 11)." in notice.source
    assert shown.cells[builders.at(shown, "why") + 1].source == "Because."
    assert not any("may be" in cell.source for cell in autograded(course, "s02").cells)
