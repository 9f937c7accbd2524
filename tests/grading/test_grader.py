"""Whole notebooks are graded through the real pipeline, and bad input, crashes and faults stay contained."""

import json
import shutil
from typing import Any

import builders
import nbformat
import pytest
from hidden_tests import GRADER, REVIEWING

from foundations.config import Course, Limits
from foundations.errors import CourseError
from foundations.grading.grader import Grader
from foundations.report.failures import exit_code
from foundations.report.model import Decision, Report, Review
from foundations.reviews import store

DOUBLE, TRIPLE = builders.ANSWERS["double-solution"], builders.ANSWERS["triple-solution"]


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    root = tmp_path_factory.mktemp("course")
    source = builders.source_notebook()
    builders.write(source, root / "source" / "course" / "course.ipynb")
    folder = root / "graders" / "course"
    folder.mkdir(parents=True)
    for name, factor in (("double", 2), ("triple", 3)):
        (folder / f"test_{name}.py").write_text(GRADER.replace("FACTOR", str(factor)))
    return Course(root, {})


@pytest.fixture(scope="module")
def grader(course, forkserver):
    limits = Limits(check_cpu_s=0.5, check_wall_s=2, cell_cpu_s=1, cell_wall_s=2)
    with Grader(course, "course", limits=limits, forkserver=forkserver) as grader:
        yield grader


@pytest.fixture
def graded(grader, tmp_path):
    """Grade the release of the small course with the given sources in its solution cells."""

    def grade(double=DOUBLE, triple=TRIPLE, change=None):
        notebook = builders.release()
        builders.cell(notebook, "double-solution").source = double
        builders.cell(notebook, "triple-solution").source = triple
        if change:
            change(notebook)
        return grader.grade(builders.write(notebook, tmp_path / "submission.ipynb"), "s01")

    return grade


def scores(report):
    return {exercise.id: exercise.score for exercise in report.exercises}


def test_solution_scores_full_points_and_stub_scores_zero(graded):
    """The only message of an exercise that was not attempted is "not attempted"."""
    full, empty = (
        graded().report,
        graded(*[builders.cell(builders.release(), f"{n}-solution").source for n in ("double", "triple")]).report,
    )

    assert (full.verdict, full.score, full.max_score) == ("graded", 9.0, 9.0)
    assert (empty.verdict, empty.score) == ("graded", 0.0)
    assert {check.message for exercise in empty.exercises for check in exercise.checks} == {"not attempted"}
    assert (full.repairs, empty.repairs) == ([], [])


def test_answer_may_be_in_another_cell_than_the_stub(graded):
    """The graded function is the one that is defined when the graded cell is reached."""

    def move(notebook):
        index = builders.at(notebook, "double-solution")
        notebook.cells.insert(index + 1, builders.code(DOUBLE))

    stub = builders.cell(builders.release(), "double-solution").source
    assert scores(graded(stub, change=move).report)["double"] == 5.0


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("import os; os._exit(0)", "ended the process (exit code 0)"),
        ("import ctypes; ctypes.string_at(0)", "segmentation fault"),
        ("while True: pass", "of CPU"),
        ("import torch; torch.ones(1 << 40); return x", "line 3 of its cell: `torch.ones(1 << 40)` asked for 4.4 TB"),
        ("raise SystemExit", "stopped with SystemExit"),
        ("raise KeyboardInterrupt", "stopped with KeyboardInterrupt"),
        ("return double(x)", "RecursionError"),
        ("return torch.ones(1).expand(1 << 40)", "too large to hand over"),
    ],
)
def test_crash_costs_its_exercise_alone(graded, body, words):
    """The other exercise is graded in full, and the message describes the crash."""
    report = graded(f"import torch\ndef double(x):\n    {body}\n").report

    assert scores(report) == {"double": 0.0, "triple": 4.0}
    assert words in report.exercises[0].checks[0].message
    assert report.exercises[0].checks[1].message == "not looked at before 'the value' passes"
    assert report.verdict == "graded"


@pytest.mark.parametrize("cell", ["import os; os._exit(1)", "while True: pass", "import ctypes; ctypes.string_at(0)"])
def test_students_cell_that_kills_the_process_is_left_out(graded, cell):
    """The exercises before and after the cell are graded in full."""
    report = graded(
        change=lambda notebook: notebook.cells.insert(builders.at(notebook, "double"), builders.code(cell))
    ).report

    assert scores(report) == {"double": 5.0, "triple": 4.0}


def test_prints_of_hidden_checks_are_not_shown(graded):
    """A student's cell can still show values that the function kept, as docs/security.md documents."""
    keeps = """kept = []
def double(x):
    if hasattr(x, "numel"):
        kept.append("ke" + "pt")
        print("pri" + "nted")
    return 2 * x
"""
    result = graded(keeps, change=lambda notebook: notebook.cells.append(builders.code("print(kept[0])")))
    everything = json.dumps(result.notebook) + json.dumps(result.report.to_json())

    assert ("printed" in everything, result.notebook.cells[-1].outputs[0].text) == (False, "kept\n")


def test_code_that_looks_like_hiding_is_reviewed_without_costing_points(graded):
    """Each review has the cell's position among all cells; code that cannot be read is a review too and not a fault."""
    deep = f"def unused(a):\n    return ({'+'.join(['a'] * 900)}).f_back"

    def change(notebook):
        cells = [
            builders.markdown("# Mine"),
            builders.code("%%bash\necho hello"),
            builders.code("import torch\ntorch.y = 1"),
        ]
        notebook.cells[1:1] = [*cells, builders.code(deep), builders.code("from math import *\nprint = print")]

    report = graded(double=f"import gc\ngc.get_objects()\n{DOUBLE}", change=change).report

    assert (report.verdict, report.score) == ("graded", 9.0)
    assert [(review.cell, review.line, review.exercises) for review in report.review[:2]] == [(4, 2, ()), (5, 2, ())]
    assert report.review[0].finding == "torch.y = 1"
    assert [(review.line, review.exercises) for review in report.review[2:]] == [(2, ("double",))]


def test_syntax_error_costs_its_exercise_alone(graded):
    """The message names the error, and the other exercise is graded in full."""
    report = graded("def double(x)\n    return 2 * x").report

    assert scores(report) == {"double": 0.0, "triple": 4.0}
    assert "double is not defined: its cell stopped with SyntaxError in line 1" in report.exercises[0].checks[0].message


def test_executed_notebook_has_outputs_and_tables(graded):
    """Each graded cell has the student's outputs, then the table of checks as text and as escaped HTML."""
    result = graded("def double(x):\n    return '<script>alert(1)</script>'\n")
    nbformat.validate(result.notebook)
    cell = builders.cell(result.notebook, "double")

    assert cell.outputs[0].output_type == "error"
    table = cell.outputs[-1].data
    assert "double" in table["text/plain"]
    assert "<script>" not in table["text/html"]


@pytest.mark.parametrize(
    "reply",
    ["7", "{'error': None}", "{'value': 1, 'error': 'no', 'printed': ''}", "{'value': 1, 'printed': '', 'args': []}"],
)
def test_forged_reply_costs_its_exercise(graded, reply):
    """A reply that student code forged scores zero and is not "ungraded", because the student caused it."""
    forging = f"from foundations.worker.server import Server\nServer.guarded = lambda *a: {reply}\n"
    forging += "def double(x): return 2 * x"
    report = graded(forging).report

    assert (report.verdict, report.fault) == ("graded", 0)
    assert scores(report)["double"] == 0.0
    assert "did not return" in report.exercises[0].checks[0].message


def test_forged_output_is_left_out(graded):
    """The notebook stays valid if student code displays invalid data."""
    source = "get_ipython().display_pub.publish(data={'text/plain': 5, 7: []})\ndef double(x): return 2 * x"
    result = graded(source)

    nbformat.validate(result.notebook)
    assert scores(result.report)["double"] == 5.0


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"not json", "not JSON"),
        (b"[1, 2]", "notebook"),
        (b'{"cells": 3, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}', "cells"),
        (b"\xff\xfe\x00", "UTF-8"),
    ],
)
def test_file_that_is_not_a_notebook_is_ungraded(grader, tmp_path, data, words):
    """The report has one sentence as its reason, no score, and the grader raises no exception."""
    path = tmp_path / "bad.ipynb"
    path.write_bytes(data)

    graded = grader.grade(path, "s01")

    assert (graded.report.verdict, graded.report.score, graded.notebook) == ("ungraded", None, None)
    assert words in graded.report.why_ungraded()
    assert "\n" not in graded.report.why_ungraded()


def test_missing_linked_or_folder_notebook_is_ungraded(grader, tmp_path):
    """The reason names the missing file, the link (which is not followed) or the folder."""
    (tmp_path / "link.ipynb").symlink_to("/etc/passwd")
    (tmp_path / "folder.ipynb").mkdir()
    reasons = [
        grader.grade(tmp_path / name, "s").report.why_ungraded()
        for name in ("none.ipynb", "link.ipynb", "folder.ipynb")
    ]

    assert "does not exist" in reasons[0] or "missing" in reasons[0]
    assert "link" in reasons[1]
    assert "folder" in reasons[2]


def test_notebook_of_another_language_is_ungraded(graded):
    """The reason names the language."""

    def other(notebook):
        notebook.metadata.kernelspec = {"name": "ir", "language": "R", "display_name": "R"}
        notebook.metadata.language_info = {"name": "R"}

    report = graded(change=other).report

    assert report.verdict == "ungraded"
    assert "language 'r'" in report.why_ungraded()


def test_fifty_megabytes_of_outputs_are_dropped(graded):
    """The notebook is graded in full, and a repair names the size of the dropped outputs."""

    def flood(notebook):
        output = nbformat.v4.new_output("stream", text="x" * 50_000_000)
        builders.cell(notebook, "double-solution").outputs = [output]

    report = graded(change=flood).report

    assert report.score == 9.0
    assert any("50 MB" in repair for repair in report.repairs)


def test_tampered_tests_and_points_are_repaired_and_listed(graded):
    """Tests and points come from the source, and each repair is listed."""

    def tamper(notebook):
        cell = builders.cell(notebook, "double")
        cell.source = "print('score: 1000')"
        cell.metadata.nbgrader.points = 1000
        del notebook.cells[builders.at(notebook, "triple")]

    report = graded("def double(x): return x", change=tamper).report

    assert scores(report) == {"double": 0.0, "triple": 4.0}
    assert report.max_score == 9.0
    assert len(report.repairs) >= 2


def test_same_seed_gives_the_same_report(course, grader, forkserver, tmp_path):
    """A report's seed replays its inputs."""
    path = builders.write(builders.answered(), tmp_path / "a.ipynb")
    first = grader.grade(path, "s01").report
    with Grader(course, "course", seed=first.seed, forkserver=forkserver) as again:
        second = again.grade(path, "s01").report

    assert first.seed == second.seed
    assert first.to_json()["exercises"] == second.to_json()["exercises"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("def test_x(:", "cannot be used"),
        ("import foundations.nothing_of_this_name", "cannot be used"),
        ("def test_x(student): pass", "no @check"),
        ("x = 1", "no hidden test"),
    ],
)
def test_broken_hidden_test_raises_a_course_error(course, forkserver, tmp_path, text, words):
    """A file of hidden tests that cannot be used stops the grading."""
    root = tmp_path / "copy"
    shutil.copytree(course.root, root)
    (root / "graders" / "course" / "test_double.py").write_text(text)
    path = builders.write(builders.answered(), tmp_path / "a.ipynb")

    with Grader(Course(root, {}), "course", forkserver=forkserver) as grader, pytest.raises(CourseError, match=words):
        grader.grade(path, "s01")


def test_hidden_test_that_raises_is_a_fault_and_not_a_zero(course, forkserver, tmp_path):
    """The exercise has no score, the submission is ungraded, and the exit code is the author's.

    The other exercise is graded.
    """
    root = tmp_path / "copy"
    shutil.copytree(course.root, root)
    grader_file = root / "graders" / "course" / "test_double.py"
    grader_file.write_text(GRADER.replace("FACTOR", "undefined_name"))
    path = builders.write(builders.answered(), tmp_path / "a.ipynb")

    with Grader(Course(root, {}), "course", forkserver=forkserver) as grader:
        report = grader.grade(path, "s01").report

    assert scores(report) == {"double": None, "triple": 4.0}
    assert (report.verdict, report.score, exit_code([report])) == ("ungraded", None, 2)
    assert "NameError" in (report.why_ungraded() or "")


def test_submission_is_ungraded_without_confinement(grader, graded, monkeypatch):
    """A process that cannot be confined leaves the submission without a score."""
    monkeypatch.setattr("foundations.sandbox.layers.MANDATORY", ("a missing layer",))

    report = graded().report

    assert (report.verdict, report.score) == ("ungraded", None)
    assert "could not be confined" in report.why_ungraded()


def test_broken_battery_costs_only_the_hint(course, forkserver, tmp_path):
    """The check fails with a general hint at most, and a review shows the author the error."""
    root = tmp_path / "copy"
    shutil.copytree(course.root, root)
    (root / "graders" / "course" / "misconceptions.py").write_text(
        "from foundations.grading.misconceptions import battery, misconception\n\n\n"
        "@battery('double')\ndef numbers(generator):\n    raise ValueError('no numbers today')\n\n\n"
        "@misconception('double')\ndef unchanged(x):\n    'What did you do to x?'\n    return x\n"
    )
    notebook = builders.release()
    builders.cell(notebook, "double-solution").source = "def double(x):\n    return x"
    with Grader(Course(root, {}), "course", forkserver=forkserver) as grader:
        report = grader.grade(builders.write(notebook, tmp_path / "submission.ipynb"), "s01").report
    first = report.exercises[0].checks[0]

    assert (report.verdict, report.fault) == ("graded", 0)
    assert (first.name, first.outcome, first.misconception) == ("the value", "fail", None)
    assert [review.finding for review in report.review] == [
        "ValueError: no numbers today (line 6 of misconceptions.py)"
    ]


def test_exit_code_is_the_worst_fault():
    """An InternalError outranks an author's fault, which outranks an ungraded submission."""
    graded = Report("a", "s")
    ungraded = Report("a", "s", reason="why")
    author = Report("a", "s", reason="why", fault=2)
    internal = Report("a", "s", reason="why", fault=3)
    graded.exercises = [passed_exercise()]

    assert [
        exit_code([graded]),
        exit_code([graded, ungraded]),
        exit_code([ungraded, author]),
        exit_code([author, internal]),
    ] == [0, 1, 2, 3]


def passed_exercise():
    from foundations.report.model import Check, Exercise

    return Exercise("e", 1.0, [Check("c", "pass", 1.0)])


def test_report_has_environment_limits_and_timing(graded):
    """The JSON report has the layers of confinement, the limits and the timing in force."""
    document = graded().report.to_json()

    assert "resource limits" in document["environment"]["layers"]
    assert document["limits"]["check_cpu_s"] == 0.5
    assert 0 < document["timing"]["student_cpu_s"] < document["timing"]["wall_s"] + 1
    json.dumps(document)


UNDECIDED = """
import torch
from foundations.grading.compare import CheckFailed, Finding, Inconclusive
from foundations.grading.pytest_plugin import check

@check("the value", gate=True)
def test_value(student):
    student.call(torch.ones(2)).must_return(torch.full((2,), FACTOR))

@check("few operations")
def test_growth(student):
    if TOO_MANY:
        raise CheckFailed(Finding("growth", "it makes too many"))

@check("fast", tiebreaker=TIEBREAKER)
def test_speed(student):
    raise Inconclusive("at the threshold")
"""


@pytest.fixture
def undecided(forkserver, tmp_path):
    """Grade the solution with hidden tests whose speed is always undecided."""

    def grade(*, too_many, tiebreaker="few operations"):
        folder = tmp_path / "graders" / "course"
        folder.mkdir(parents=True)
        for name, factor in (("double", 2.0), ("triple", 3.0)):
            text = UNDECIDED.replace("FACTOR", str(factor)).replace("TOO_MANY", str(too_many))
            (folder / f"test_{name}.py").write_text(text.replace("TIEBREAKER", repr(tiebreaker)))
        builders.write(builders.source_notebook(), tmp_path / "source" / "course" / "course.ipynb")
        notebook = builders.release()
        builders.cell(notebook, "double-solution").source = DOUBLE
        builders.cell(notebook, "triple-solution").source = TRIPLE
        with Grader(Course(tmp_path, {}), "course", forkserver=forkserver) as grader:
            return grader.grade(builders.write(notebook, tmp_path / "submission.ipynb"), "s01").report

    return grade


def test_failed_tiebreaker_decides_an_undecided_speed(undecided):
    """An answer at the threshold counts as too slow if it needs too many operations."""
    report = undecided(too_many=True)
    assert scores(report) == {"double": 1.7, "triple": 1.4}
    speed = report.exercises[0].checks[-1]
    assert speed.outcome == "fail"
    assert speed.message.startswith("at the threshold. It counts as too slow, because 'few operations' failed")
    assert speed.misconception == "too_slow"


def test_passed_tiebreaker_leaves_the_speed_undecided(undecided):
    """Few operations do not prove speed, so the exercise has no score."""
    report = undecided(too_many=False)
    assert scores(report) == {"double": None, "triple": None}
    assert report.exercises[0].checks[-1].message == "at the threshold; grade again"


def test_unknown_tiebreaker_raises_a_course_error(undecided):
    """The tiebreaker must be the name of an earlier check of the exercise."""
    with pytest.raises(
        CourseError, match=r"tiebreaker 'fewer' is not the name of a check before it in the same exercise"
    ):
        undecided(too_many=True, tiebreaker="fewer")


@pytest.fixture(scope="module")
def reviewing(tmp_path_factory):
    """A course whose hidden test of ``double`` asks for a review, and a submission."""
    root = tmp_path_factory.mktemp("reviewing")
    builders.write(builders.source_notebook(), root / "source" / "course" / "course.ipynb")
    folder = root / "graders" / "course"
    folder.mkdir(parents=True)
    (folder / "test_double.py").write_text(REVIEWING)
    (folder / "test_triple.py").write_text(GRADER.replace("FACTOR", "3"))
    return root, builders.write(builders.answered(), root / "submitted" / "s01" / "course" / "course.ipynb")


def test_course_rule_and_decisions_on_reviews_are_applied(reviewing, forkserver):
    """A review alone costs no points; the course's rule or a decision may, and the graded cell shows the reason."""
    root, path = reviewing
    finding = Review("torch.mm = f", "torch is changed", ("double",), 2, 1)
    made, notebooks = [], []
    settings: list[dict[str, Any]]
    settings = [{}, {"hidden_code": "fail"}, {"assignment": {"course": {"hidden_code": "fail"}}}, {}, {}]
    for number, setting in enumerate(settings):
        if number == 3:
            with store.opened(root, write=True) as book:
                book.decide("course", "s01", [Decision(finding, ("double",), "ada", "2026-11-29T12:00:00+00:00")])
        with Grader(Course(root, setting), "course", forkserver=forkserver) as grader:
            graded = grader.grade(path, "s02" if number == 4 else "s01")
        made.append(graded.report)
        assert graded.notebook is not None
        notebooks.append(graded.notebook)

    assert [scores(report)["double"] for report in made] == [5.0, 0.0, 0.0, 0.0, 5.0]
    assert [scores(report)["triple"] for report in made] == [4.0] * 5
    assert [report.review for report in made] == [[finding]] * 3 + [[], [finding]]
    assert len({report.fingerprint for report in made}) == 1
    assert exit_code(made) == 0
    words = [builders.cell(notebook, "double").outputs[-1].data["text/plain"] for notebook in notebooks]
    assert ["in an exam: torch.mm = f" in text for text in words] == [False, True, True, False, False]
    assert ["Your instructor took the points" in text for text in words] == [False] * 3 + [True, False]


def test_damaged_file_of_reviews_raises_before_grading(reviewing, forkserver, tmp_path):
    """The grader cannot be created if the file of decisions is damaged."""
    copy = tmp_path / "course"
    shutil.copytree(reviewing[0], copy)
    (copy / "reviews.db").write_text("damaged" * 100)
    with pytest.raises(CourseError, match=r"reviews\.db, which keeps the decisions on reviews, cannot be used"):
        Grader(Course(copy, {}), "course", forkserver=forkserver)
