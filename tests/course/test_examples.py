"""The sample class of examples/submitted: its scores, and that nbgrader's command and ours give the same gradebook."""

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
    """What an instructor owns, with what ``students`` (default: all) handed in of ``assignment`` in ``submitted``."""
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
    """What each exercise is worth, in order, as the instructor's notebook says."""
    cells = json.loads((ROOT / "source" / assignment / f"{assignment}.ipynb").read_text("utf-8"))["cells"]
    marks = [cell["metadata"].get("nbgrader", {}) for cell in cells if cell["cell_type"] == "code"]
    return {one["grade_id"]: one["points"] for one in marks if one.get("grade")}


@pytest.fixture(scope="module")
def ours(tmp_path_factory, pytestconfig):
    """``foundations grade examples/submitted``, gradebook included: the course's folder, by assignment."""

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
    """Reports of an assignment, by student."""
    return cache(
        lambda assignment: {
            path.stem: json.loads(path.read_text("utf-8")) for path in (ours(assignment) / "reports").glob("*.json")
        }
    )


@pytest.mark.parametrize("assignment", EACH)
def test_every_made_student_is_expected_to_have_some_score(reports, assignment):
    """A new example needs its line above."""
    assert set(EXPECTED[assignment]) == set(reports(assignment)) == set(handed_in(assignment))


def test_every_assignment_is_expected_to_be_handed_in():
    """A new assignment needs its part of the class."""
    assert list(EXPECTED) == find_course(ROOT).assignments


@pytest.mark.parametrize(("assignment", "student"), HANDED_IN)
def test_a_made_student_has_the_score_that_was_expected(reports, assignment, student):
    """By exercise, to the third digit; what is no notebook has none."""
    report, left = reports(assignment)[student], EXPECTED[assignment][student]
    got = {exercise["id"]: exercise["score"] for exercise in report["exercises"]}

    if left is UNGRADED:
        assert (report["verdict"], report["score"], got) == ("ungraded", None, {})
    else:
        assert left.keys() <= points(assignment).keys()
        assert got == pytest.approx({name: left.get(name, 1) * of for name, of in points(assignment).items()}, abs=1e-3)


@pytest.mark.parametrize(("assignment", "student"), HANDED_IN)
def test_made_mistakes_are_named(reports, assignment, student):
    """The misconceptions' ids are in the report, and no others."""
    checks = [check for exercise in reports(assignment)[student]["exercises"] for check in exercise["checks"]]
    expected = NAMED[assignment].get(student, set())

    assert {check["misconception"] for check in checks if check["misconception"]} == expected


@pytest.mark.parametrize("mistake", COMMON.values(), ids=COMMON)
def test_somebody_makes_every_common_mistake(mistake):
    """Each is named in somebody's report; that it is, the test above says."""
    assert [student for named in NAMED.values() for student, those in named.items() if mistake in those]


@pytest.mark.parametrize("assignment", EACH)
def test_repairs_are_listed_for_the_tampered_notebook_alone(reports, assignment):
    """Honest notebooks need none."""
    tampered = {"edited-tests"} & EXPECTED[assignment].keys()

    assert {name for name, report in reports(assignment).items() if report["repairs"]} == tampered


@pytest.mark.slow
@pytest.mark.parametrize(
    ("assignment", "students"),
    [("01_matmul", list(EXPECTED["01_matmul"])), ("04_backward", ["forgot-the-root", "half-done"])],
    ids=["all", "written answers"],
)
def test_nbgrader_autograde_writes_the_same_scores(ours, tmp_path, assignment, students):
    """Two commands, one gradebook: automatic scores and what a person has to look at."""
    theirs = copy_of_the_course(tmp_path, "submitted", assignment, students)
    released = run(sys.executable, "-m", "nbgrader", "generate_assignment", assignment, cwd=theirs)
    assert released.returncode == 0, released.stderr
    graded = run(sys.executable, "-m", "nbgrader", "autograde", assignment, cwd=theirs)
    assert graded.returncode == (UNGRADED in [EXPECTED[assignment][name] for name in students]), graded.stderr
    one, other = (scores(find_course(root), assignment) for root in (ours(assignment), theirs))

    assert {name: one[name] for name in students} == other


def test_written_answers_wait_for_a_person(ours):
    """But a cell that was left as it was handed out has earned nothing already."""
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
