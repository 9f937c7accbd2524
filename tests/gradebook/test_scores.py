"""Scores and comments that a report leaves in the gradebook."""

from __future__ import annotations

import copy
from typing import Any

import builders
import nbformat
import pytest
from course_builder import (
    NAME,
    as_read,
    autograded,
    checks,
    comments,
    gradebook,
    graded,
    put,
)
from nbgrader_warnings import NBGRADER_WARNINGS

from foundations.config import Course

pytestmark = NBGRADER_WARNINGS

PAYLOAD = "<script>alert('x')</script><img src=x onerror=alert(1)>"


def test_scores_are_those_of_the_report(course: Course) -> None:
    """They are equal, and the answer that is graded by hand waits for a person."""
    recorded = put(course, s01=graded("s01", checks("pass", "fail"), checks("fail")), s02=graded("s02"))
    assert recorded == {
        "s01": {"double": (2.5, 5.0, False), "triple": (0.0, 4.0, False), "why": (None, 3.0, True)},
        "s02": {"double": (5.0, 5.0, False), "triple": (4.0, 4.0, False), "why": (None, 3.0, True)},
    }


@pytest.mark.parametrize(
    "output",
    [
        nbformat.v4.new_output("stream", name="stderr", text="a warning\n"),
        nbformat.v4.new_output("execute_result", data={"text/plain": "tensor(2.)"}),
        nbformat.v4.new_output("execute_result", data={"text/plain": "nan"}),
        nbformat.v4.new_output("execute_result", data={"text/plain": "-1"}),
        nbformat.v4.new_output("execute_result", data={"text/plain": "1000"}),
        nbformat.v4.new_output("error", ename="E", evalue="", traceback=[]),
    ],
    ids=lambda output: output.get("name") or output.get("ename") or output["data"]["text/plain"],
)
def test_outputs_of_a_graded_cell_are_never_read_as_scores(course: Course, output: nbformat.NotebookNode) -> None:
    """Stock nbgrader gives 0, 0, full points or an error for these."""
    notebook = builders.answered()
    builders.cell(notebook, "double").outputs = [copy.deepcopy(output)]
    recorded = put(course, s01=graded("s01", checks("pass", "pass", "pass", "fail"), notebook=notebook))
    assert recorded["s01"]["double"] == (3.75, 5.0, False)


@pytest.mark.parametrize("outcome", ["inconclusive", "fault"])
def test_undecided_exercise_has_no_score_and_asks_for_a_person(course: Course, outcome: Any) -> None:
    """It gets neither zero nor full points; the other exercise keeps its score."""
    recorded = put(course, s01=graded("s01", checks("pass", outcome, message="too busy"), checks("pass")))
    assert recorded["s01"] == {"double": (None, 5.0, True), "triple": (4.0, 4.0, False), "why": (None, 3.0, True)}


def test_exercise_missing_in_the_report_asks_for_a_person(course: Course) -> None:
    """It was not judged, so it has no score."""
    incomplete = graded("s01")
    del incomplete.report.exercises[1]
    assert put(course, s01=incomplete)["s01"]["triple"] == (None, 4.0, True)


def test_grading_again_replaces_the_scores(course: Course) -> None:
    """A score can rise, fall, and become undecided."""
    recorded = [
        put(course, s01=graded("s01", outcome))["s01"]["double"]
        for outcome in (checks("pass"), checks("fail"), checks("inconclusive"), checks("pass", "fail"))
    ]
    assert recorded == [(5.0, 5.0, False), (0.0, 5.0, False), (None, 5.0, True), (2.5, 5.0, False)]


def test_manual_scores_are_kept(course: Course) -> None:
    """A manual score remains, counts, and is marked to be looked at again, as in stock nbgrader."""
    put(course, s01=graded("s01", checks("fail")))
    with gradebook(course) as book:
        for name, points in (("double", 4.0), ("why", 2.0)):
            grade = book.find_grade(name, NAME, NAME, "s01")
            grade.manual_score, grade.needs_manual_grade = points, False
        book.db.commit()
    recorded = put(course, s01=graded("s01", checks("pass")))
    with gradebook(course) as book:
        stored = book.find_submission_notebook(NAME, NAME, "s01")
        assert {grade.name: grade.manual_score for grade in stored.grades} == {"double": 4, "triple": None, "why": 2}
        assert stored.score == 4 + 4 + 2
    assert recorded["s01"]["double"] == (5.0, 5.0, True)


def test_scores_without_confinement_wait_for_a_person(course: Course) -> None:
    """All scores wait, also the zero of a blank answer, and the page shows a warning, until a creditable run."""
    unconfined = graded("s01", checks("pass"), notebook=builders.release())
    unconfined.report.creditable = False
    recorded = put(course, s01=unconfined, s02=graded("s02"))
    assert recorded["s01"] == {"double": (5.0, 5.0, True), "triple": (4.0, 4.0, True), "why": (0.0, 3.0, True)}
    assert recorded["s02"]["double"] == (5.0, 5.0, False)
    first = autograded(course, "s01").cells[0]
    assert (first.id, "not creditable: graded without confinement" in first.source) == ("not-creditable", True)
    assert "not-creditable" not in {cell.id for cell in autograded(course, "s02").cells}
    assert put(course, s01=graded("s01"))["s01"]["double"] == (5.0, 5.0, False)


def test_blank_answer_has_nbgraders_comment_no_response(course: Course) -> None:
    """A blank written answer gets 0 without a person; an unchanged stub gets the same comment."""
    stub = checks("not attempted", message="not attempted")
    recorded = put(course, s01=graded("s01", stub, notebook=builders.release()))
    assert recorded["s01"]["why"] == (0.0, 3.0, False)
    assert comments(course, "s01") == {
        "double-solution": "No response.",
        "triple-solution": None,
        "why": "No response.",
    }


def test_failing_checks_are_the_comment(course: Course) -> None:
    """It is plain text and belongs to the answer's cell, because nbgrader has no comments on test cells."""
    put(course, s01=graded("s01", checks("pass", "fail", message=f"got {PAYLOAD}")))
    assert comments(course, "s01") == {
        "double-solution": f"✗ check 2 (failed): got {PAYLOAD}",
        "triple-solution": None,
        "why": None,
    }


def test_blank_answers_get_zero_only_without_text_around_them(course: Course) -> None:
    """A cell as released gets 0; one that was put back, emptied or has text around it asks for a person."""
    blank, missing, near, emptied = (builders.answered() for _ in range(4))
    for notebook in (blank, near):
        builders.cell(notebook, "why").source = f"{builders.cell(builders.release(), 'why').source} \n"
    missing.cells[builders.at(missing, "why")] = builders.markdown("Because.", id="mine")
    near.cells.insert(builders.at(near, "why") + 1, builders.markdown("Because.", id="mine"))
    builders.cell(emptied, "why").source = ""
    made = {"blank": blank, "missing": missing, "near": near, "emptied": emptied}

    recorded = put(course, **{name: as_read(course, name, notebook) for name, notebook in made.items()})

    asked = (None, 3.0, True)
    assert {name: scores["why"] for name, scores in recorded.items()} == {
        "blank": (0.0, 3.0, False),
        "missing": asked,
        "near": asked,
        "emptied": asked,
    }
    assert [comments(course, name)["why"] for name in ("blank", "missing")] == ["No response.", None]


def test_a_stub_with_an_answer_elsewhere_is_not_called_no_response(course: Course) -> None:
    """Its comment has the failing checks of the answer that ran."""
    put(course, s01=graded("s01", checks("fail", message="wrong value"), notebook=builders.release()))
    assert comments(course, "s01")["double-solution"] == "✗ check 1 (failed): wrong value"
