"""The changes that a decision makes in the gradebook, the executed notebook and the student's page."""

from __future__ import annotations

import datetime
import getpass
from dataclasses import replace

import builders
import pytest
from course_builder import (
    FOUND,
    NAME,
    autograded,
    checks,
    comments,
    feedback_page,
    gradebook,
    hand_in,
    marks,
    notice,
    open_findings,
    put,
    suspected,
)
from nbgrader.apps.api import NbGraderAPI
from nbgrader_warnings import NBGRADER_WARNINGS

from foundations.commands import review as reviewing
from foundations.config import Course
from foundations.gradebook.store import beside_python, course_directory, settings

pytestmark = NBGRADER_WARNINGS

#: Words of :data:`FOUND` and of the notice, which a student's page must not contain.
SECRET = ("evil_twin", "patched", "review", "Review", "provisional", "needs a look", "finding")
TAKEN = "Your instructor took the points of this exercise after a review; ask them about it."


# --------------------------------------------------------------------------------------------------- while it is open


def test_a_finding_asks_a_person_and_costs_nothing(course: Course) -> None:
    """The points remain, the grade cell of its exercise waits, and the notebook shows the reason."""
    put(course, s01=suspected(course, FOUND), s02=suspected(course, student="s02"))
    assert marks(course) == [(5.0, True), (4.0, False)]
    assert marks(course, "s02") == [(5.0, False), (4.0, False)]
    assert "torch.atan2 = evil_twin" in notice(course)
    assert notice(course, "s02") == ""
    assert open_findings(course) == [FOUND]


def test_a_finding_without_an_exercise_asks_about_all(course: Course) -> None:
    """Otherwise the formgrader would not list it."""
    put(course, s01=suspected(course, replace(FOUND, exercises=())))
    assert marks(course) == [(5.0, True), (4.0, True)]


def test_the_students_page_does_not_show_findings(course: Course) -> None:
    """It is equal to the page of a student without findings, with the points so far."""
    put(course, s01=suspected(course, FOUND, replace(FOUND, exercises=())), s02=suspected(course, student="s02"))
    suspect, other = feedback_page(course), feedback_page(course, "s02")
    assert [word for word in SECRET if word in suspect] == []
    assert suspect == other
    assert "double: 5 of 5 points" in suspect
    assert "evil_twin" not in str(comments(course, "s01"))


def test_feedback_with_stock_settings_does_not_show_findings(course: Course) -> None:
    """The notice is a cell of a type that no page of nbgrader shows."""
    with (course.root / "nbgrader_config.py").open("a") as file:
        file.write("c.GenerateFeedback.preprocessors = ['nbgrader.preprocessors.GetGrades']\n")
        file.write("c.HTMLExporter.preprocessors = []\n")
    put(course, s01=suspected(course, FOUND))
    assert "evil_twin" in notice(course)
    text = feedback_page(course)
    assert "double: 5 of 5 points" in text
    assert [word for word in ("evil_twin", "patched", "provisional", "needs a look") if word in text] == []


def test_formgraders_list_shows_who_waits(course: Course) -> None:
    """It uses nbgrader's own mark."""
    hand_in(course.root / "submitted", {"s01": builders.answered(), "s02": builders.answered()})
    put(course, s01=suspected(course, FOUND), s02=suspected(course, student="s02"))
    with gradebook(course) as book:
        for student in ("s01", "s02"):
            grade = book.find_grade("why", NAME, NAME, student)
            grade.manual_score, grade.needs_manual_grade = 3.0, False
        book.db.commit()
    config = settings(course)
    with beside_python():
        api = NbGraderAPI(coursedir=course_directory(course, config), config=config)
        waiting = {each["student"]: each["needs_manual_grade"] for each in api.get_submissions(NAME)}
    assert waiting == {"s01": True, "s02": False}


# ------------------------------------------------------------------------------------------------------------ accepted


def test_accepting_closes_a_finding_for_good(course: Course) -> None:
    """Mark and notice are removed, the points remain, and the same notebook graded again does not ask again."""
    put(course, s01=suspected(course, FOUND))
    reviewing.accept(course, NAME, "s01", by="ada")
    assert (marks(course), notice(course), open_findings(course)) == ([(5.0, False), (4.0, False)], "", [])
    put(course, s01=suspected(course, replace(FOUND, cell=7, line=2)))
    assert (marks(course), notice(course), open_findings(course)) == ([(5.0, False), (4.0, False)], "", [])


def test_another_finding_after_resubmission_is_open(course: Course) -> None:
    """Only the new finding is open."""
    put(course, s01=suspected(course, FOUND))
    reviewing.accept(course, NAME, "s01")
    other = replace(FOUND, finding="torch.mm = evil_twin", exercises=("triple",))
    put(course, s01=suspected(course, FOUND, other))
    assert (marks(course), open_findings(course)) == ([(5.0, False), (4.0, True)], [other])


def test_name_and_time_of_a_decision_are_kept(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    """The name is the login name unless another is given."""
    monkeypatch.setattr(getpass, "getuser", lambda: "grace")
    put(course, s01=suspected(course, FOUND), s02=suspected(course, FOUND, student="s02"))
    reviewing.accept(course, NAME, "s01")
    reviewing.take(course, NAME, "s02", ["double"], by=" ada\nlovelace ")
    decisions = [report.reviewed[0] for report in reviewing.found(course)]
    first = decisions[0]
    assert [(decision.by, decision.taken) for decision in decisions] == [
        ("grace", ()),
        ("ada lovelace", ("double",)),
    ]
    moment = datetime.datetime.fromisoformat(first.at)
    assert datetime.timedelta() <= datetime.datetime.now(datetime.UTC) - moment < datetime.timedelta(minutes=5)
    assert first.to_json()["by"] == "grace"


def test_other_marks_remain(course: Course) -> None:
    """An undecided check and a manual score from before grading again still wait for a person."""
    put(course, s01=suspected(course))
    with gradebook(course) as book:
        book.find_grade("double", NAME, NAME, "s01").manual_score = 3.0
        book.db.commit()
    put(course, s01=suspected(course, FOUND, replace(FOUND, exercises=("triple",)), triple=checks("inconclusive")))
    reviewing.accept(course, NAME, "s01")
    assert marks(course) == [(5.0, True), (None, True)]
    unconfined = suspected(course, FOUND, student="s02")
    unconfined.report.creditable = False
    put(course, s02=unconfined)
    reviewing.accept(course, NAME, "s02")
    assert marks(course, "s02") == [(5.0, True), (4.0, True)]


# --------------------------------------------------------------------------------------------------------------- taken


def test_taking_points_lowers_the_score_and_the_page_shows_it(course: Course) -> None:
    """Table, comment and sum show it, and none of them shows the finding."""
    put(course, s01=suspected(course, FOUND))
    closed = reviewing.take(course, NAME, "s01", ["double"])
    assert (marks(course), notice(course)) == ([(0.0, False), (4.0, False)], "")
    text = feedback_page(course)
    assert text.count(TAKEN) == 2
    assert "double: 0 of 5 points" in text
    assert "triple: 4 of 4 points" in text
    assert [word for word in ("evil_twin", "patched", "Until") if word in text] == []
    assert (closed.report.score, closed.notes) == (4.0, [])
    with gradebook(course) as book:
        assert book.find_submission(NAME, "s01").score == 4.0


def test_taken_points_stay_taken(course: Course) -> None:
    """They stay taken after grading again, also without the finding, but not for another notebook without it."""
    put(course, s01=suspected(course, FOUND))
    reviewing.take(course, NAME, "s01", ["double"])
    for findings in ([FOUND], []):
        again = suspected(course, *findings)
        put(course, s01=again)
        assert (marks(course), again.report.review) == ([(0.0, False), (4.0, False)], [])
        assert TAKEN in feedback_page(course)
    notebook = builders.answered()
    builders.cell(notebook, "double-solution").source += "\n# another way"
    put(course, s01=suspected(course, notebook=notebook))
    assert marks(course) == [(5.0, False), (4.0, False)]


def test_a_manual_score_is_taken_too(course: Course) -> None:
    """It would count instead of the automatic one; a note informs the person who decides."""
    put(course, s01=suspected(course, FOUND))
    with gradebook(course) as book:
        grade = book.find_grade("double", NAME, NAME, "s01")
        grade.manual_score, grade.needs_manual_grade = 3.0, False
        book.db.commit()
    closed = reviewing.take(course, NAME, "s01", ["double"])
    assert closed.notes == ["double: the 3 points that were given by hand are taken, too"]
    with gradebook(course) as book:
        assert book.find_submission(NAME, "s01").score == 4.0


def test_late_penalty_is_computed_again(course: Course) -> None:
    """A penalty that depends on the score would otherwise subtract points that were taken."""
    late = "c.AssignLatePenalties.plugin_class = 'nbgrader.plugins.LateSubmissionPlugin'\n"
    late += "c.LateSubmissionPlugin.penalty_method = 'zero'\n"
    with (course.root / "nbgrader_config.py").open("a") as file:
        file.write(late)
    with gradebook(course) as book:
        book.update_or_create_assignment(NAME, duedate=datetime.datetime(2026, 1, 1))
    folder = course.root / "submitted" / "s01" / NAME
    folder.mkdir(parents=True)
    (folder / "timestamp.txt").write_text("2026-01-02 00:00:00 UTC")
    put(course, s01=suspected(course, FOUND))
    reviewing.take(course, NAME, "s01", ["double"])
    with gradebook(course) as book:
        assert book.find_submission_notebook(NAME, NAME, "s01").late_submission_penalty == 4.0


def test_reopening_gives_the_points_back(course: Course) -> None:
    """The finding is open again, and gradebook, page and notebook are as before."""
    put(course, s01=suspected(course, FOUND))
    before = feedback_page(course), notice(course), comments(course, "s01")
    reviewing.take(course, NAME, "s01", ["double", "triple"])
    assert marks(course) == [(0.0, False), (0.0, False)]
    closed = reviewing.reopen(course, NAME, "s01")
    assert [note for note in closed.notes if "generate_feedback course --force" in note] == closed.notes != []
    assert marks(course) == [(5.0, True), (4.0, False)]
    assert (feedback_page(course), notice(course), comments(course, "s01")) == before
    assert open_findings(course) == [FOUND]


def test_without_the_executed_notebook_the_gradebook_is_enough(course: Course) -> None:
    """A decision is possible after ``autograded/`` was cleared."""
    put(course, s01=suspected(course, FOUND))
    (course.root / "autograded" / "s01" / NAME / f"{NAME}.ipynb").unlink()
    reviewing.take(course, NAME, "s01", ["double"])
    assert marks(course)[0] == (0.0, False)


def test_the_executed_notebook_is_replaced_as_a_whole(course: Course) -> None:
    """It keeps its permissions and the student's cells, and no other file is left next to it."""
    put(course, s01=suspected(course, FOUND))
    folder = course.root / "autograded" / "s01" / NAME
    path = folder / f"{NAME}.ipynb"
    path.chmod(0o640)
    before, files = autograded(course, "s01"), sorted(folder.iterdir())
    reviewing.take(course, NAME, "s01", ["triple"])
    after = autograded(course, "s01")
    assert (path.stat().st_mode & 0o777, sorted(folder.iterdir())) == (0o640, files)
    assert [cell.source for cell in after.cells] == [cell.source for cell in before.cells[1:]]
    changed = [index for index, cell in enumerate(after.cells) if cell != before.cells[index + 1]]
    assert changed == [builders.at(after, "triple")]


# ------------------------------------------------------------------------------------------------------------ an exam


def test_in_an_exam_a_finding_costs_its_exercise_until_it_is_accepted(course: Course) -> None:
    """The student's page shows the code, and not the reason why it is suspect."""
    exam = Course(course.root, {"hidden_code": "fail"})
    put(exam, s01=suspected(exam, FOUND))
    assert marks(exam) == [(0.0, True), (4.0, False)]
    text = feedback_page(exam)
    assert "uses code that the course does not allow in an exam: torch.atan2 = evil_twin" in text
    assert "patched through" not in text
    reviewing.accept(exam, NAME, "s01")
    assert marks(exam) == [(5.0, False), (4.0, False)]
    assert "in an exam" not in feedback_page(exam)
