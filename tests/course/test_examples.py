"""The sample class of examples/submitted: its scores, and equal gradebooks by nbgrader and by this package."""

import json
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from command import foundations
from expected_scores import COMMON, EXPECTED, NAMED, UNGRADED

from foundations.config import find_course
from foundations.gradebook.store import scores

ROOT = Path(__file__).parents[2]
SUBMITTED = ROOT / "examples" / "submitted"

#: One assignment of the seven is graded by every run of the tests.
MARKS = {assignment: [] if assignment == "04_backward" else [pytest.mark.slow] for assignment in EXPECTED}
EACH = [pytest.param(assignment, marks=marks) for assignment, marks in MARKS.items()]
HANDED_IN = [
    pytest.param(assignment, student, marks=MARKS[assignment])
    for assignment, students in EXPECTED.items()
    for student in sorted(students)
]


def copy_of_the_course(folder, submitted, assignment, students=None):
    """Copy an instructor's files, with the submissions of ``assignment`` in ``submitted``.

    ``students``: whose submissions are copied; by default all.
    """
    for name in ("source", "graders"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    for name in ("nbgrader_config.py", "pyproject.toml"):
        shutil.copy(ROOT / name, folder / name)
    for student in students or handed_in(assignment):
        shutil.copytree(SUBMITTED / student / assignment, folder / submitted / student / assignment)
    return folder


def handed_in(assignment):
    return sorted(path.parent.name for path in SUBMITTED.glob(f"*/{assignment}"))


def run(*command, cwd):
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    environment = {**os.environ, "PATH": path}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=280)


@cache
def points(assignment):
    """Return the points of each exercise, in order, from the instructor's notebook."""
    cells = json.loads((ROOT / "source" / assignment / f"{assignment}.ipynb").read_text("utf-8"))["cells"]
    marks = [cell["metadata"].get("nbgrader", {}) for cell in cells if cell["cell_type"] == "code"]
    return {cell["grade_id"]: cell["points"] for cell in marks if cell.get("grade")}


@pytest.fixture(scope="module")
def ours(tmp_path_factory, pytestconfig):
    """Run ``foundations grade examples/submitted``, gradebook included; return the course's folder, by assignment."""

    @cache
    def graded(assignment):
        root = copy_of_the_course(tmp_path_factory.mktemp("ours"), "examples/submitted", assignment)
        seed = () if pytestconfig.getoption("all") else ("--seed", "4711")
        arguments = ("grade", "examples/submitted", "--assignment", assignment, "--json-dir", "reports", *seed)
        done = foundations(*arguments, cwd=root)
        assert done.returncode == (UNGRADED in EXPECTED[assignment].values()), done.stderr
        return root

    return graded


@pytest.fixture(scope="module")
def reports(ours):
    """Read the reports of an assignment, by student."""
    return cache(
        lambda assignment: {
            path.stem: json.loads(path.read_text("utf-8")) for path in (ours(assignment) / "reports").glob("*.json")
        }
    )


@pytest.mark.parametrize("assignment", EACH)
def test_every_sample_student_has_an_expected_score(reports, assignment):
    """Every new example needs a line in the table of scores."""
    assert set(EXPECTED[assignment]) == set(reports(assignment)) == set(handed_in(assignment))


def test_every_assignment_has_expected_submissions():
    """Every new assignment needs submissions of the class."""
    assert list(EXPECTED) == find_course(ROOT).assignments


@pytest.mark.parametrize(("assignment", "student"), HANDED_IN)
def test_a_sample_student_has_the_expected_score(reports, assignment, student):
    """Scores agree by exercise; a file that is not a notebook has none."""
    report, lower = reports(assignment)[student], EXPECTED[assignment][student]
    got = {exercise["id"]: exercise["score"] for exercise in report["exercises"]}

    if lower is UNGRADED:
        assert (report["verdict"], report["score"], got) == ("ungraded", None, {})
    else:
        assert lower.keys() <= points(assignment).keys()
        assert got == points(assignment) | lower


@pytest.mark.parametrize(("assignment", "student"), HANDED_IN)
def test_mistakes_of_the_sample_class_are_named(reports, assignment, student):
    """The reports name these misconceptions, and no others."""
    checks = [check for exercise in reports(assignment)[student]["exercises"] for check in exercise["checks"]]
    expected = NAMED[assignment].get(student, set())

    assert {check["misconception"] for check in checks if check["misconception"]} == expected


@pytest.mark.parametrize("mistake", COMMON.values(), ids=COMMON)
def test_some_student_makes_every_common_mistake(mistake):
    """Each is named in at least one student's report; the test above checks that it is."""
    assert [student for named in NAMED.values() for student, those in named.items() if mistake in those]


@pytest.mark.parametrize("assignment", EACH)
def test_repairs_are_listed_for_the_tampered_notebook_alone(reports, assignment):
    """Honest notebooks need no repair."""
    tampered = {"edited-tests"} & EXPECTED[assignment].keys()

    assert {name for name, report in reports(assignment).items() if report["repairs"]} == tampered


@pytest.mark.slow
@pytest.mark.parametrize(
    ("assignment", "students"),
    [("01_matmul", list(EXPECTED["01_matmul"])), ("04_backward", ["forgot-the-root", "half-done"])],
    ids=["all", "written answers"],
)
def test_nbgrader_autograde_writes_the_same_scores(ours, tmp_path, assignment, students):
    """The two commands write the same automatic scores, and ask a person to look at the same answers."""
    theirs = copy_of_the_course(tmp_path, "submitted", assignment, students)
    released = run(sys.executable, "-m", "nbgrader", "generate_assignment", assignment, cwd=theirs)
    assert released.returncode == 0, released.stderr
    graded = run(sys.executable, "-m", "nbgrader", "autograde", assignment, cwd=theirs)
    assert graded.returncode == (UNGRADED in [EXPECTED[assignment][name] for name in students]), graded.stderr
    our_scores, their_scores = (scores(find_course(root), assignment) for root in (ours(assignment), theirs))

    assert {name: our_scores[name] for name in students} == their_scores


def test_written_answers_wait_for_a_person(ours):
    """A cell that is unchanged since the release is an exception: it has earned 0 already."""
    written = {
        student: cells["derive_weight_gradient"]
        for student, cells in scores(find_course(ours("04_backward")), "04_backward").items()
    }

    assert written == {
        "all-right": (None, 3.0, True),
        "ends-the-process": (0.0, 3.0, False),
        "forgot-the-root": (None, 3.0, True),
        "from-the-left": (None, 3.0, True),
        "half-done": (0.0, 3.0, False),
        "wrong-tensor": (None, 3.0, True),
    }
