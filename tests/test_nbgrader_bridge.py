"""Reports become gradebook entries, autograded notebooks and feedback by nbgrader's own converters."""

from __future__ import annotations

import copy
import csv
import datetime
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import builders
import nbformat
import pytest
from bs4 import BeautifulSoup
from course_builder import NAME, ROOT, Graded, checks, graded, hand_in, make_course, unreadable
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException

from foundations import nbgrader_bridge
from foundations.config import Course
from foundations.errors import CourseError
from foundations.gradebook import (
    SETTINGS,
    beside_python,
    course_directory,
    enter_assignment,
    feedback,
    record,
    scores,
    settings,
)
from foundations.model import Check

pytestmark = [
    # nbgrader's own: datetime.utcnow, names SQLAlchemy will drop.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning"),
]

PAYLOAD = "<script>alert('x')</script><img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course with an empty gradebook that knows the assignment: making one costs nbgrader seconds."""
    course = make_course(tmp_path_factory.mktemp("template") / "root")
    enter_assignment(course, NAME)
    return course.root


@pytest.fixture
def course(template: Path, tmp_path: Path) -> Course:
    """A fresh copy of the template."""
    return Course(Path(shutil.copytree(template, tmp_path / "root")), {})


def put(course: Course, **reports: Graded) -> dict[str, dict[str, Any]]:
    """Record ``reports`` and read the gradebook back."""
    record(course, reports, NAME, course.root / "submitted")
    return scores(course, NAME)


@contextmanager
def gradebook(course: Course) -> Iterator[Gradebook]:
    coursedir = course_directory(course, settings(course))
    with Gradebook(coursedir.db_url, coursedir.course_id) as book:
        yield book


def comments(course: Course, student: str) -> dict[str, str | None]:
    with gradebook(course) as book:
        stored = book.find_submission_notebook(NAME, NAME, student)
        return {comment.name: comment.auto_comment for comment in stored.comments}


def autograded(course: Course, student: str) -> nbformat.NotebookNode:
    return nbformat.read(course.root / "autograded" / student / NAME / f"{NAME}.ipynb", as_version=4)


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
    found = put(course, ada=graded("ada", checks("pass", "fail"), checks("fail")), bob=graded("bob"))
    assert found == {
        "ada": {"double": (2.5, 5.0, False), "triple": (0.0, 4.0, False), "why": (None, 3.0, True)},
        "bob": {"double": (5.0, 5.0, False), "triple": (4.0, 4.0, False), "why": (None, 3.0, True)},
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
    found = put(course, ada=graded("ada", checks("pass", "pass", "pass", "fail"), notebook=notebook))
    assert found["ada"]["double"] == (3.75, 5.0, False)


@pytest.mark.parametrize("outcome", ["inconclusive", "fault"])
def test_undecided_exercise_has_no_score_and_asks_for_a_person(course: Course, outcome: Any) -> None:
    """Neither zero nor full points; the other exercise keeps its score."""
    found = put(course, ada=graded("ada", checks("pass", outcome, message="too busy"), checks("pass")))
    assert found["ada"] == {"double": (None, 5.0, True), "triple": (4.0, 4.0, False), "why": (None, 3.0, True)}


def test_exercise_that_the_report_does_not_know_asks_for_a_person(course: Course) -> None:
    """What was not judged is not judged."""
    one = graded("ada")
    del one.report.exercises[1]
    assert put(course, ada=one)["ada"]["triple"] == (None, 4.0, True)


def test_grading_again_replaces_the_scores(course: Course) -> None:
    """Up, down, and to undecided."""
    seen = [
        put(course, ada=graded("ada", outcome))["ada"]["double"]
        for outcome in (checks("pass"), checks("fail"), checks("inconclusive"), checks("pass", "fail"))
    ]
    assert seen == [(5.0, 5.0, False), (0.0, 5.0, False), (None, 5.0, True), (2.5, 5.0, False)]


def test_what_a_person_gave_is_kept(course: Course) -> None:
    """A manual score survives, counts, and is marked to be looked at again, as in stock nbgrader."""
    put(course, ada=graded("ada", checks("fail")))
    with gradebook(course) as book:
        for name, points in (("double", 4.0), ("why", 2.0)):
            grade = book.find_grade(name, NAME, NAME, "ada")
            grade.manual_score, grade.needs_manual_grade = points, False
        book.db.commit()
    found = put(course, ada=graded("ada", checks("pass")))
    with gradebook(course) as book:
        stored = book.find_submission_notebook(NAME, NAME, "ada")
        assert {grade.name: grade.manual_score for grade in stored.grades} == {"double": 4, "triple": None, "why": 2}
        assert stored.score == 4 + 4 + 2
    assert found["ada"]["double"] == (5.0, 5.0, True)


def test_answer_never_written_is_nbgraders_no_response(course: Course) -> None:
    """An untouched answer graded by hand gets 0 and needs nobody; an untouched stub is commented the same way."""
    found = put(course, ada=graded("ada", checks("fail", message="not attempted"), notebook=builders.release()))
    assert found["ada"]["why"] == (0.0, 3.0, False)
    assert comments(course, "ada") == {
        "double-solution": "No response.",
        "triple-solution": None,
        "why": "No response.",
    }


def test_failing_checks_are_the_comment(course: Course) -> None:
    """As plain text, in the exercise's answer: nbgrader has no comments on test cells."""
    put(course, ada=graded("ada", checks("pass", "fail", message=f"got {PAYLOAD}")))
    assert comments(course, "ada") == {
        "double-solution": f"✗ check 2 (failed): got {PAYLOAD}",
        "triple-solution": None,
        "why": None,
    }


# -------------------------------------------------------------------------------- what could not be read or graded


def test_unreadable_submission_is_visible_without_a_score(course: Course) -> None:
    """Also where an earlier one had a score; the notebook in its place says why, and the others go on."""
    put(course, ada=graded("ada"))
    reason = f"notebook 'course.ipynb' is not JSON: {PAYLOAD}"
    found = put(course, ada=unreadable("ada", reason), bob=graded("bob"))
    nothing = {"double": (None, 5.0, True), "triple": (None, 4.0, True), "why": (None, 3.0, True)}
    assert found["ada"] == nothing
    assert found["bob"]["double"] == (5.0, 5.0, False)
    shown = autograded(course, "ada")
    assert "is not graded yet" in shown.cells[0].source
    assert "&lt;script&gt;" in shown.cells[0].source
    assert "<script>" not in shown.cells[0].source
    assert builders.cell(shown, "double-solution").source == builders.cell(builders.release(), "double-solution").source
    assert comments(course, "ada")["double-solution"] == f"Not graded yet: {reason}"


def test_nothing_is_read_or_copied_from_the_folder_but_the_time(course: Course) -> None:
    """Links, libraries in disguise and data stay where they are."""
    folder = course.root / "submitted" / "ada" / NAME
    folder.mkdir(parents=True)
    (folder / "timestamp.txt").write_text("2026-01-02 03:04:05 UTC")
    (folder / "torch.py").write_text("raise SystemExit")
    (folder / "passwd").symlink_to("/etc/passwd")
    (folder / f"{NAME}.ipynb").symlink_to("/etc/passwd")
    put(course, ada=graded("ada"))
    made = course.root / "autograded" / "ada" / NAME
    assert sorted(path.name for path in made.iterdir()) == [f"{NAME}.ipynb", "timestamp.txt"]
    with gradebook(course) as book:
        assert book.find_submission(NAME, "ada").timestamp == datetime.datetime(2026, 1, 2, 3, 4, 5)


def test_files_of_the_instructor_go_along(course: Course) -> None:
    """A picture that the source notebook shows is there for the formgrader."""
    (course.root / "source" / NAME / "figure.svg").write_text("<svg/>")
    put(course, ada=graded("ada"))
    assert (course.root / "autograded" / "ada" / NAME / "figure.svg").read_text() == "<svg/>"


def test_student_must_be_a_folder_name(course: Course) -> None:
    """A name cannot lead out of the course."""
    with pytest.raises(CourseError, match="not the name of a student's folder"):
        record(course, {"../ada": graded("ada")}, NAME, course.root / "submitted")


def test_folder_outside_the_course_with_a_strange_name(course: Course, tmp_path: Path) -> None:
    """nbgrader takes folders for patterns; ours may be named as they please."""
    submitted = hand_in(tmp_path / "a+b (2026) [x]", {"ada": builders.answered()})
    record(course, {"ada": graded("ada")}, NAME, submitted)
    assert scores(course, NAME)["ada"]["double"] == (5.0, 5.0, False)


# ------------------------------------------------------------------------------------------------ nbgrader autograde


def test_autograde_and_record_write_the_same(course: Course, autograde: Any, template: Path, tmp_path: Path) -> None:
    """One converter, two ways in."""
    answers = {"ada": graded("ada", checks("pass", "fail")), "bob": graded("bob", checks("fail"))}
    hand_in(course.root / "submitted", {name: builders.answered() for name in answers})
    asked = autograde(answers).asked
    first = scores(course, NAME), {name: comments(course, name) for name in answers}
    put(course, **answers)
    assert asked == [("ada", True), ("bob", True)]
    assert first == (scores(course, NAME), {name: comments(course, name) for name in answers})


def test_autograde_goes_on_after_an_ungraded_one_and_says_so(course: Course, autograde: Any) -> None:
    """A missing notebook, another that is a link, and one that is fine: all in the gradebook, status not 0."""
    hand_in(course.root / "submitted", {"zoe": builders.answered()})
    (course.root / "submitted" / "ada" / NAME).mkdir(parents=True)
    (course.root / "submitted" / "bob" / NAME).mkdir(parents=True)
    (course.root / "submitted" / "bob" / NAME / f"{NAME}.ipynb").symlink_to("/etc/passwd")
    answers = {"ada": unreadable("ada", "missing"), "bob": unreadable("bob", "a link"), "zoe": graded("zoe")}
    with pytest.raises(NbGraderException, match="2 submissions are not graded"):
        autograde(answers)
    found = scores(course, NAME)
    assert [found[name]["double"] for name in answers] == [(None, 5.0, True), (None, 5.0, True), (5.0, 5.0, False)]
    assert "root:" not in (course.root / "autograded" / "bob" / NAME / f"{NAME}.ipynb").read_text()


def test_autograde_skips_what_it_has_done_unless_forced(course: Course, autograde: Any) -> None:
    """As nbgrader's users know it."""
    hand_in(course.root / "submitted", {"ada": builders.answered()})
    autograde({"ada": graded("ada")})
    assert autograde({"ada": graded("ada", checks("fail"))}).asked == []
    assert scores(course, NAME)["ada"]["double"] == (5.0, 5.0, False)
    autograde({"ada": graded("ada", checks("fail"))}, force=True)
    assert scores(course, NAME)["ada"]["double"] == (0.0, 5.0, False)


def test_fault_of_the_graders_leaves_no_old_score(course: Course, autograde: Any) -> None:
    """Broken hidden tests are the author's fault: an error, and no score that belongs to an earlier submission."""
    hand_in(course.root / "submitted", {"ada": builders.answered(), "bob": builders.answered()})
    put(course, ada=graded("ada"))
    answers = {"ada": CourseError("graders are broken"), "bob": graded("bob")}
    with pytest.raises(NbGraderException):
        autograde(answers, force=True)
    found = scores(course, NAME)
    assert [found["ada"]["double"], found["bob"]["double"]] == [(None, 5.0, True), (5.0, 5.0, False)]


def test_stale_gradebook_is_refused_before_anything_happens(course: Course, autograde: Any) -> None:
    """Points changed in source/: nbgrader is told first; ``record`` tells it by itself."""
    source = builders.source_notebook()
    builders.cell(source, "double").metadata.nbgrader.points = 6
    builders.write(source, course.notebook(NAME))
    hand_in(course.root / "submitted", {"ada": builders.answered()})
    with pytest.raises(NbGraderException, match=r"differ in double .* run `nbgrader generate_assignment course"):
        autograde({"ada": graded("ada")})
    assert scores(course, NAME) == {}
    assert put(course, ada=graded("ada"))["ada"]["double"] == (5.0, 6.0, False)


def test_late_penalty_is_still_nbgraders(course: Course) -> None:
    """The plugin named in the configuration is asked, with the report's score."""
    late = "c.AssignLatePenalties.plugin_class = 'nbgrader.plugins.LateSubmissionPlugin'\n"
    late += "c.LateSubmissionPlugin.penalty_method = 'zero'\n"
    with (course.root / "nbgrader_config.py").open("a") as file:
        file.write(late)
    with gradebook(course) as book:
        book.update_or_create_assignment(NAME, duedate=datetime.datetime(2026, 1, 1))
    folder = course.root / "submitted" / "ada" / NAME
    folder.mkdir(parents=True)
    (folder / "timestamp.txt").write_text("2026-01-02 00:00:00 UTC")
    put(course, ada=graded("ada", checks("pass", "fail")), bob=graded("bob"))
    with gradebook(course) as book:
        assert book.find_submission_notebook(NAME, NAME, "ada").late_submission_penalty == 2.5 + 4
        assert book.find_submission_notebook(NAME, NAME, "bob").late_submission_penalty is None


# ------------------------------------------------------------------------------------------------------- feedback


@pytest.fixture(scope="module")
def page(template: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The feedback of a submission that tries to run scripts from everywhere it can write to."""
    course = Course(Path(shutil.copytree(template, tmp_path_factory.mktemp("page") / "root")), {})
    notebook = builders.answered()
    builders.cell(notebook, "why").source = f"a < b, $x_1 < x_2$ {PAYLOAD} [click](javascript:alert(2))\n\n> quoted"
    outputs = [
        {"text/html": f"<b>bold</b>{PAYLOAD}<a href='javascript:alert(3)'>x</a><svg onload=alert(4)>"},
        {"application/javascript": "alert(5)"},
        {"text/markdown": PAYLOAD},
        {"image/svg+xml": "<svg onload=alert(6)></svg>"},
        {"application/vnd.jupyter.widget-view+json": {"model_id": "</script><script>alert(7)"}},
    ]
    cell = builders.cell(notebook, "double-solution")
    cell.outputs = [nbformat.v4.new_output("display_data", data=data) for data in outputs]
    cell.outputs[0].metadata = {"text/html": {"isolated": True}}
    cell.outputs.append(nbformat.v4.new_output("stream", text=PAYLOAD))
    checked = [Check(PAYLOAD, "fail", 1, f"got {PAYLOAD}\n\nand more"), Check("fine", "pass", 1)]
    record(course, {"ada": graded("ada", checked, notebook=notebook)}, NAME, course.root / "submitted")
    [path] = feedback(course, NAME)
    assert path == course.root / "feedback" / "ada" / NAME / f"{NAME}.html"
    return path.read_text("utf-8")


def test_feedback_has_our_table(page: str) -> None:
    """With the score, the sign and the word of each check."""
    tables = [table.get_text(" ") for table in BeautifulSoup(page, "html.parser").select(".foundations-checks table")]
    assert len(tables) == 2
    assert all(word in tables[0] for word in ("double: 2.5 of 5 points", "✗ failed", "✓ passed", PAYLOAD))
    assert "double: 2.5 of 5" in page
    assert "Score: 6.5 / 12.0" in page


def test_feedback_runs_nothing_of_the_student(page: str) -> None:
    """Neither script, handler nor address of theirs; what they wrote is there as text."""
    soup = BeautifulSoup(page, "html.parser")
    assert [script for script in soup.find_all("script") if "alert" in script.get_text()] == []
    handlers = [name for tag in soup.find_all(True) for name in tag.attrs if name.startswith("on")]
    assert handlers == []
    addresses = [str(tag.get(key, "")) for tag in soup.find_all(True) for key in ("href", "src")]
    assert [address for address in addresses if address.lower().strip().startswith(("javascript", "data:text"))] == []
    assert soup.find_all("iframe") == []
    assert PAYLOAD in soup.get_text()


def test_feedback_keeps_what_is_harmless(page: str) -> None:
    """Bold stays bold, a quotation a quotation, and a formula is not escaped twice."""
    soup = BeautifulSoup(page, "html.parser")
    assert "bold" in [tag.get_text() for tag in soup.find_all("b")]
    assert "quoted" in soup.blockquote.get_text()
    assert "a < b" in soup.get_text()
    assert "$x_1 < x_2$" in soup.get_text()
    comments = [tag.get_text() for tag in soup.select(".panel-footer pre")]
    assert comments == [f"✗ {PAYLOAD} (failed): got {PAYLOAD}\n\xa0\nand more"]


# ------------------------------------------------------------------------------------------------- configuration


def test_configuration_file_and_package_agree() -> None:
    """The file at the root repeats the settings that the package falls back to; both are only names."""
    told: dict[str, dict[str, Any]] = {}

    class Section:
        def __init__(self, name: str) -> None:
            object.__setattr__(self, "name", name)

        def __setattr__(self, key: str, value: Any) -> None:
            told.setdefault(self.name, {})[key] = value

    class Recorder:
        def __getattr__(self, name: str) -> Section:
            return Section(name)

    text = (ROOT / "nbgrader_config.py").read_text()
    before = os.environ["PATH"]
    try:
        exec(compile(text, "nbgrader_config.py", "exec"), {"get_config": Recorder})
    finally:
        os.environ["PATH"] = before
    assert told == SETTINGS
    assert "import foundations" not in text


def test_course_without_configuration_file(course: Course) -> None:
    """The package's own settings are enough."""
    (course.root / "nbgrader_config.py").unlink()
    assert put(course, ada=graded("ada"))["ada"]["double"] == (5.0, 5.0, False)


def test_broken_configuration_file_is_a_course_error(course: Course) -> None:
    """nbgrader itself would log it and go on with stock scoring."""
    (course.root / "nbgrader_config.py").write_text("c = get_config(\n")
    with pytest.raises(CourseError, match=r"nbgrader_config.py of .* cannot be used"):
        put(course, ada=graded("ada"))


def test_looking_makes_no_gradebook(tmp_path: Path) -> None:
    """Reading scores of a course that has none leaves nothing behind."""
    course = make_course(tmp_path)
    assert scores(course, NAME) == {}
    assert not (tmp_path / "gradebook.db").exists()


@pytest.mark.slow
def test_commands_of_nbgrader(tmp_path: Path) -> None:
    """generate_assignment, validate and export work from the course's root with the configuration file alone."""
    course = make_course(tmp_path)

    def nbgrader(*arguments: str) -> str:
        command = [sys.executable, "-m", "nbgrader", *arguments]
        environment = {**os.environ, "PATH": os.defpath}  # no venv activated
        done = subprocess.run(
            command, cwd=course.root, env=environment, capture_output=True, text=True, check=False, timeout=120
        )
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    nbgrader("generate_assignment", NAME)
    put(course, ada=graded("ada", checks("pass", "fail")), bob=unreadable("bob", "empty"))
    nbgrader("export")
    with (course.root / "grades.csv").open() as file:
        rows = {row["student_id"]: (row["score"], row["max_score"]) for row in csv.DictReader(file)}
    assert rows == {"ada": ("6.5", "12.0"), "bob": ("0.0", "12.0")}
    nbgrader("generate_feedback", NAME)
    assert "foundations-checks" in (course.root / "feedback" / "ada" / NAME / f"{NAME}.html").read_text()
    assert "not graded yet" in (course.root / "feedback" / "bob" / NAME / f"{NAME}.html").read_text()
    assert "failed" in nbgrader("validate", f"release/{NAME}/{NAME}.ipynb").lower()


def test_formgraders_interface_sees_what_needs_a_person(course: Course) -> None:
    """The counts behind the formgrader's pages: graded, and waiting for a person."""
    from nbgrader.apps.api import NbGraderAPI

    hand_in(course.root / "submitted", {"ada": builders.answered(), "bob": builders.answered()})
    put(course, ada=graded("ada"), bob=unreadable("bob", "empty"))
    config = settings(course)
    with beside_python():
        api = NbGraderAPI(coursedir=course_directory(course, config), config=config)
        assert api.get_autograded_students(NAME) == {"ada", "bob"}
        found = {each["student"]: each for each in api.get_submissions(NAME)}
    assert [found[name]["needs_manual_grade"] for name in ("ada", "bob")] == [True, True]
    assert [found[name]["score"] for name in ("ada", "bob")] == [9.0, 0.0]
