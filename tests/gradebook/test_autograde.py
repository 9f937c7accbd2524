"""Scores, comments and folders that nbgrader's own converter leaves, from reports."""

from __future__ import annotations

import copy
import datetime
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import builders
import nbformat
import pytest
from course_builder import (
    NAME,
    Graded,
    autograded,
    checks,
    comments,
    course_with_gradebook,
    gradebook,
    graded,
    hand_in,
    put,
    unreadable,
)
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException

from foundations.config import Course, Limits
from foundations.errors import CourseError
from foundations.gradebook import autograde as nbgrader_bridge
from foundations.gradebook.store import course_directory, record, scores, settings
from foundations.notebooks.submission import read_submission

pytestmark = [
    # nbgrader's own: datetime.utcnow, names SQLAlchemy will drop.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning"),
]

PAYLOAD = "<script>alert('x')</script><img src=x onerror=alert(1)>"


@pytest.fixture
def course(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Course:
    return course_with_gradebook(tmp_path_factory, tmp_path)


class FakeGrader:
    """Hands out what it is given, by student, and remembers what it was asked."""

    def __init__(self, answers: dict[str, Graded | Exception]) -> None:
        self.answers = answers
        self.asked: list[tuple[str, bool]] = []

    def grade(self, path: Path, submission: str) -> Graded:
        self.asked.append((submission, path.is_file()))
        answer = self.answers[submission]
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def autograde(course: Course, monkeypatch: pytest.MonkeyPatch) -> Callable[..., FakeGrader]:
    """Run what ``nbgrader autograde`` runs, on ``submitted/``, with a grader that has these answers."""

    def run(answers: dict[str, Graded | Exception], **options: Any) -> FakeGrader:
        grader = FakeGrader(answers)
        monkeypatch.setattr(nbgrader_bridge, "grader_for", lambda course, assignment: grader)
        config = settings(course)
        Autograde(coursedir=course_directory(course, config, NAME), config=config, **options).start()
        return grader

    return run


# -------------------------------------------------------------------------------------------------- the scores


def test_scores_are_those_of_the_report(course: Course) -> None:
    """Exactly, with the answer graded by hand left to a person."""
    found = put(course, s01=graded("s01", checks("pass", "fail"), checks("fail")), s02=graded("s02"))
    assert found == {
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
    found = put(course, s01=graded("s01", checks("pass", "pass", "pass", "fail"), notebook=notebook))
    assert found["s01"]["double"] == (3.75, 5.0, False)


@pytest.mark.parametrize("outcome", ["inconclusive", "fault"])
def test_undecided_exercise_has_no_score_and_asks_for_a_person(course: Course, outcome: Any) -> None:
    """Neither zero nor full points; the other exercise keeps its score."""
    found = put(course, s01=graded("s01", checks("pass", outcome, message="too busy"), checks("pass")))
    assert found["s01"] == {"double": (None, 5.0, True), "triple": (4.0, 4.0, False), "why": (None, 3.0, True)}


def test_exercise_that_the_report_does_not_know_asks_for_a_person(course: Course) -> None:
    """What was not judged is not judged."""
    one = graded("s01")
    del one.report.exercises[1]
    assert put(course, s01=one)["s01"]["triple"] == (None, 4.0, True)


def test_grading_again_replaces_the_scores(course: Course) -> None:
    """Up, down, and to undecided."""
    seen = [
        put(course, s01=graded("s01", outcome))["s01"]["double"]
        for outcome in (checks("pass"), checks("fail"), checks("inconclusive"), checks("pass", "fail"))
    ]
    assert seen == [(5.0, 5.0, False), (0.0, 5.0, False), (None, 5.0, True), (2.5, 5.0, False)]


def test_what_a_person_gave_is_kept(course: Course) -> None:
    """A manual score survives, counts, and is marked to be looked at again, as in stock nbgrader."""
    put(course, s01=graded("s01", checks("fail")))
    with gradebook(course) as book:
        for name, points in (("double", 4.0), ("why", 2.0)):
            grade = book.find_grade(name, NAME, NAME, "s01")
            grade.manual_score, grade.needs_manual_grade = points, False
        book.db.commit()
    found = put(course, s01=graded("s01", checks("pass")))
    with gradebook(course) as book:
        stored = book.find_submission_notebook(NAME, NAME, "s01")
        assert {grade.name: grade.manual_score for grade in stored.grades} == {"double": 4, "triple": None, "why": 2}
        assert stored.score == 4 + 4 + 2
    assert found["s01"]["double"] == (5.0, 5.0, True)


def test_scores_without_confinement_wait_for_a_person(course: Course) -> None:
    """Every one, that of an answer never written too; the page says so above; a creditable run takes it back."""
    bare = graded("s01", checks("pass"), notebook=builders.release())
    bare.report.creditable = False
    found = put(course, s01=bare, s02=graded("s02"))
    assert found["s01"] == {"double": (5.0, 5.0, True), "triple": (4.0, 4.0, True), "why": (0.0, 3.0, True)}
    assert found["s02"]["double"] == (5.0, 5.0, False)
    first = autograded(course, "s01").cells[0]
    assert (first.id, "not creditable: graded without confinement" in first.source) == ("not-creditable", True)
    assert "not-creditable" not in {cell.id for cell in autograded(course, "s02").cells}
    assert put(course, s01=graded("s01"))["s01"]["double"] == (5.0, 5.0, False)


def test_answer_never_written_is_nbgraders_no_response(course: Course) -> None:
    """An untouched answer graded by hand gets 0 and needs nobody; an untouched stub is commented the same way."""
    found = put(course, s01=graded("s01", checks("fail", message="not attempted"), notebook=builders.release()))
    assert found["s01"]["why"] == (0.0, 3.0, False)
    assert comments(course, "s01") == {
        "double-solution": "No response.",
        "triple-solution": None,
        "why": "No response.",
    }


def test_failing_checks_are_the_comment(course: Course) -> None:
    """As plain text, in the exercise's answer: nbgrader has no comments on test cells."""
    put(course, s01=graded("s01", checks("pass", "fail", message=f"got {PAYLOAD}")))
    assert comments(course, "s01") == {
        "double-solution": f"✗ check 2 (failed): got {PAYLOAD}",
        "triple-solution": None,
        "why": None,
    }


# -------------------------------------------------------------------------------- what could not be read or graded


def test_unreadable_submission_is_visible_without_a_score(course: Course) -> None:
    """Also where an earlier one had a score; the notebook in its place says why, and the others go on."""
    put(course, s01=graded("s01"))
    reason = f"notebook 'course.ipynb' is not JSON: {PAYLOAD}"
    found = put(course, s01=unreadable("s01", reason), s02=graded("s02"))
    nothing = {"double": (None, 5.0, True), "triple": (None, 4.0, True), "why": (None, 3.0, True)}
    assert found["s01"] == nothing
    assert found["s02"]["double"] == (5.0, 5.0, False)
    shown = autograded(course, "s01")
    assert "is not graded yet" in shown.cells[0].source
    assert "&lt;script&gt;" in shown.cells[0].source
    assert "<script>" not in shown.cells[0].source
    assert builders.cell(shown, "double-solution").source == builders.cell(builders.release(), "double-solution").source
    assert comments(course, "s01")["double-solution"] == f"Not graded yet: {reason}"


def test_repairs_are_told_to_the_student(course: Course) -> None:
    """Above the notebook, as text; and only where there were any."""
    mended = graded("s01")
    mended.report.repairs.append(f"graded cell 'double' had been edited: {PAYLOAD}")
    put(course, s01=mended, s02=graded("s02"))
    first = autograded(course, "s01").cells[0]
    assert first.id == "repaired"
    assert "&lt;script&gt;" in first.source
    assert "<script>" not in first.source
    assert len(autograded(course, "s01").cells) == len(autograded(course, "s02").cells) + 1


def test_nothing_is_read_or_copied_from_the_folder_but_the_time(course: Course) -> None:
    """Links, libraries in disguise and data stay where they are."""
    folder = course.root / "submitted" / "s01" / NAME
    folder.mkdir(parents=True)
    (folder / "timestamp.txt").write_text("2026-01-02 03:04:05 UTC")
    (folder / "torch.py").write_text("raise SystemExit")
    (folder / "passwd").symlink_to("/etc/passwd")
    (folder / f"{NAME}.ipynb").symlink_to("/etc/passwd")
    put(course, s01=graded("s01"))
    made = course.root / "autograded" / "s01" / NAME
    assert sorted(path.name for path in made.iterdir()) == [f"{NAME}.ipynb", "timestamp.txt"]
    with gradebook(course) as book:
        assert book.find_submission(NAME, "s01").timestamp == datetime.datetime(2026, 1, 2, 3, 4, 5)


def test_files_of_the_instructor_go_along(course: Course) -> None:
    """A picture that the source notebook shows is there for the formgrader."""
    (course.root / "source" / NAME / "figure.svg").write_text("<svg/>")
    put(course, s01=graded("s01"))
    assert (course.root / "autograded" / "s01" / NAME / "figure.svg").read_text() == "<svg/>"


def test_student_must_be_a_folder_name(course: Course) -> None:
    """A name cannot lead out of the course."""
    with pytest.raises(CourseError, match="not the name of a student's folder"):
        record(course, {"../s01": graded("s01")}, NAME, course.root / "submitted")


def test_folder_outside_the_course_with_a_strange_name(course: Course, tmp_path: Path) -> None:
    """nbgrader takes folders for patterns; ours may be named as they please."""
    submitted = hand_in(tmp_path / "a+b (2026) [x]", {"s01": builders.answered()})
    record(course, {"s01": graded("s01")}, NAME, submitted)
    assert scores(course, NAME)["s01"]["double"] == (5.0, 5.0, False)


# ------------------------------------------------------------------------------------------------ nbgrader autograde


def test_autograde_and_record_write_the_same(course: Course, autograde: Any) -> None:
    """One converter, two ways in."""
    answers = {"s01": graded("s01", checks("pass", "fail")), "s02": graded("s02", checks("fail"))}
    hand_in(course.root / "submitted", {name: builders.answered() for name in answers})
    asked = autograde(answers).asked
    first = scores(course, NAME), {name: comments(course, name) for name in answers}
    put(course, **answers)
    assert asked == [("s01", True), ("s02", True)]
    assert first == (scores(course, NAME), {name: comments(course, name) for name in answers})


def test_autograde_goes_on_after_an_ungraded_one_and_says_so(course: Course, autograde: Any) -> None:
    """A missing notebook, another that is a link, and one that is fine: all in the gradebook, status not 0."""
    hand_in(course.root / "submitted", {"zoe": builders.answered()})
    (course.root / "submitted" / "s01" / NAME).mkdir(parents=True)
    (course.root / "submitted" / "s02" / NAME).mkdir(parents=True)
    (course.root / "submitted" / "s02" / NAME / f"{NAME}.ipynb").symlink_to("/etc/passwd")
    answers = {"s01": unreadable("s01", "missing"), "s02": unreadable("s02", "a link"), "zoe": graded("zoe")}
    with pytest.raises(NbGraderException, match="2 submissions are not graded"):
        autograde(answers)
    found = scores(course, NAME)
    assert [found[name]["double"] for name in answers] == [(None, 5.0, True), (None, 5.0, True), (5.0, 5.0, False)]
    assert "root:" not in (course.root / "autograded" / "s02" / NAME / f"{NAME}.ipynb").read_text()


def test_autograde_skips_what_it_has_done_unless_forced(course: Course, autograde: Any) -> None:
    """As nbgrader's users know it."""
    hand_in(course.root / "submitted", {"s01": builders.answered()})
    autograde({"s01": graded("s01")})
    assert autograde({"s01": graded("s01", checks("fail"))}).asked == []
    assert scores(course, NAME)["s01"]["double"] == (5.0, 5.0, False)
    autograde({"s01": graded("s01", checks("fail"))}, force=True)
    assert scores(course, NAME)["s01"]["double"] == (0.0, 5.0, False)


def test_autograde_again_reads_no_timestamp_that_is_none(course: Course, autograde: Any) -> None:
    """nbgrader itself would wait for a pipe for ever; a later time that can be read is still seen."""
    hand_in(course.root / "submitted", {name: builders.answered() for name in ("s01", "s02")})
    for name in ("s01", "s02"):
        (course.root / "submitted" / name / NAME / "timestamp.txt").write_text("2026-01-02 00:00:00 UTC")
    answers = {"s01": graded("s01"), "s02": graded("s02")}
    autograde(answers)
    (course.root / "submitted" / "s01" / NAME / "timestamp.txt").unlink()
    os.mkfifo(course.root / "submitted" / "s01" / NAME / "timestamp.txt")
    later = "2026-01-03 00:00:00 UTC".encode("utf-16")
    (course.root / "submitted" / "s02" / NAME / "timestamp.txt").write_bytes(later)
    assert [name for name, _ in autograde(answers).asked] == ["s02"]


def test_autograde_names_a_folder_that_no_gradebook_can_hold(course: Course, autograde: Any) -> None:
    """nbgrader itself would stop there; the others are graded."""
    hand_in(course.root / "submitted", {name: builders.answered() for name in ("a\nb", "s01")})
    with pytest.raises(NbGraderException, match="1 submissions are not graded"):
        autograde({"s01": graded("s01")})
    assert scores(course, NAME)["s01"]["double"] == (5.0, 5.0, False)


def test_autograde_turns_to_the_next_one_after_a_bug_of_ours(course: Course, autograde: Any) -> None:
    """The one that met it has no score, and its page says so."""
    hand_in(course.root / "submitted", {name: builders.answered() for name in ("s01", "s02")})
    with pytest.raises(NbGraderException, match="1 submissions are not graded"):
        autograde({"s01": RecursionError("too deep"), "s02": graded("s02")})
    found = scores(course, NAME)
    assert [found["s01"]["double"], found["s02"]["double"]] == [(None, 5.0, True), (5.0, 5.0, False)]
    assert "RecursionError (too deep)" in autograded(course, "s01").cells[0].source


def test_fault_of_the_graders_leaves_no_old_score(course: Course, autograde: Any) -> None:
    """Broken hidden tests are the author's fault: an error, and no score that belongs to an earlier submission."""
    hand_in(course.root / "submitted", {"s01": builders.answered(), "s02": builders.answered()})
    put(course, s01=graded("s01"))
    answers = {"s01": CourseError("graders are broken"), "s02": graded("s02")}
    with pytest.raises(NbGraderException):
        autograde(answers, force=True)
    found = scores(course, NAME)
    assert [found["s01"]["double"], found["s02"]["double"]] == [(None, 5.0, True), (5.0, 5.0, False)]


def test_stale_gradebook_is_refused_before_anything_happens(course: Course, autograde: Any) -> None:
    """Points changed in source/: nbgrader is told first; ``record`` tells it by itself."""
    source = builders.source_notebook()
    builders.cell(source, "double").metadata.nbgrader.points = 6
    builders.write(source, course.notebook(NAME))
    hand_in(course.root / "submitted", {"s01": builders.answered()})
    with pytest.raises(NbGraderException, match=r"differ in double .* run `nbgrader generate_assignment course"):
        autograde({"s01": graded("s01")})
    assert scores(course, NAME) == {}
    assert put(course, s01=graded("s01"))["s01"]["double"] == (5.0, 6.0, False)


def test_late_penalty_is_still_nbgraders(course: Course) -> None:
    """The plugin named in the configuration is asked, with the report's score."""
    late = "c.AssignLatePenalties.plugin_class = 'nbgrader.plugins.LateSubmissionPlugin'\n"
    late += "c.LateSubmissionPlugin.penalty_method = 'zero'\n"
    with (course.root / "nbgrader_config.py").open("a") as file:
        file.write(late)
    with gradebook(course) as book:
        book.update_or_create_assignment(NAME, duedate=datetime.datetime(2026, 1, 1))
    folder = course.root / "submitted" / "s01" / NAME
    folder.mkdir(parents=True)
    (folder / "timestamp.txt").write_text("2026-01-02 00:00:00 UTC")
    put(course, s01=graded("s01", checks("pass", "fail")), s02=graded("s02"))
    with gradebook(course) as book:
        assert book.find_submission_notebook(NAME, NAME, "s01").late_submission_penalty == 2.5 + 4
        assert book.find_submission_notebook(NAME, NAME, "s02").late_submission_penalty is None


# ------------------------------------------------------------------------------------------------- written answers


def as_read(course: Course, student: str, notebook: nbformat.NotebookNode) -> Graded:
    """The finished report of a notebook that was read and repaired as a submission is."""
    path = builders.write(notebook, course.root / "submitted" / student / NAME / f"{NAME}.ipynb")
    read = read_submission(path, course.notebook(NAME), Limits())
    made = graded(student, notebook=read.notebook)
    made.report.written = read.written
    return made


def test_blank_answers_get_nothing_only_if_nothing_is_near(course: Course) -> None:
    """In nbgrader's own gradebook: 0 for a cell as released; a person for one that was put back or has text around."""
    blank, missing, near, emptied = (builders.answered() for _ in range(4))
    for notebook in (blank, near):
        builders.cell(notebook, "why").source = f"{builders.cell(builders.release(), 'why').source} \n"
    missing.cells[builders.at(missing, "why")] = builders.markdown("Because.", id="mine")
    near.cells.insert(builders.at(near, "why") + 1, builders.markdown("Because.", id="mine"))
    builders.cell(emptied, "why").source = ""
    made = {"blank": blank, "missing": missing, "near": near, "emptied": emptied}

    found = put(course, **{name: as_read(course, name, notebook) for name, notebook in made.items()})

    asked = (None, 3.0, True)
    assert {name: one["why"] for name, one in found.items()} == {
        "blank": (0.0, 3.0, False),
        "missing": asked,
        "near": asked,
        "emptied": asked,
    }
    assert [comments(course, name)["why"] for name in ("blank", "missing")] == ["No response.", None]


def test_formgrader_shows_where_a_written_answer_may_be(course: Course) -> None:
    """Right above the answer's cell in the notebook that a person grades."""
    near = builders.answered()
    builders.cell(near, "why").source = builders.cell(builders.release(), "why").source
    near.cells.insert(builders.at(near, "why") + 1, builders.markdown("Because.", id="mine"))
    put(course, s01=as_read(course, "s01", near), s02=as_read(course, "s02", builders.answered()))
    shown = autograded(course, "s01")
    notice = shown.cells[builders.at(shown, "why") - 1]
    assert "The answer may be in the cell below (cell 11)." in notice.source
    assert shown.cells[builders.at(shown, "why") + 1].source == "Because."
    assert not any("may be" in cell.source for cell in autograded(course, "s02").cells)


def test_a_stub_with_an_answer_elsewhere_is_not_called_no_response(course: Course) -> None:
    """Its failing checks are the comment: they are those of the answer that ran."""
    put(course, s01=graded("s01", checks("fail", message="wrong value"), notebook=builders.release()))
    assert comments(course, "s01")["double-solution"] == "✗ check 1 (failed): wrong value"
