"""The made class of examples/submitted: its scores, and that nbgrader's command and ours give the same gradebook."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from foundations.config import find_course
from foundations.gradebook import scores

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
ASSIGNMENT = "01_matmul"
EXERCISES = ("matmul_naive", "frobenius_norm", "matmul_elementwise")

#: Full points of an exercise, and where a made student loses some: the share of the exercise's points that is left.
FULL = {"matmul_naive": 5.0, "frobenius_norm": 4.0, "matmul_elementwise": 6.0}
EXPECTED = {
    "all-right": {},
    "other-words": {},
    "always-float32": {"matmul_naive": 9 / 10, "matmul_elementwise": 11 / 12},
    "edited-tests": {"matmul_naive": 0},
    "ends-the-process": {"matmul_naive": 0},
    "forgot-the-root": {"frobenius_norm": 0},
    "half-done": {"frobenius_norm": 0, "matmul_elementwise": 0},
    "last-product-only": {"matmul_naive": 0},
    "library-calls": dict.fromkeys(EXERCISES, 0),
    "never-ends": {"frobenius_norm": 0},
    "no-assertion": {"matmul_elementwise": 11 / 12},
    "not-started": dict.fromkeys(EXERCISES, 0),
    "syntax-error": {"frobenius_norm": 0},
    "three-loops-again": {"matmul_elementwise": 7 / 12},
    "not-a-notebook": None,
}
NAMED = {
    "always-float32": {"result_is_always_float32", "elementwise_result_is_float32"},
    "edited-tests": {"stops_one_step_early"},
    "forgot-the-root": {"forgets_the_root"},
    "last-product-only": {"keeps_only_the_last_product"},
    "library-calls": {"calls_the_library_product", "calls_norm", "calls_einsum_one_notebook_early"},
    "no-assertion": {"a_row_of_one_is_stretched"},
    "three-loops-again": {"keeps_the_inner_loop"},
}


def copy_of_the_course(folder, submitted):
    """What an instructor owns, with the made class where ``submitted`` says."""
    for name in ("source", "graders"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    for name in ("nbgrader_config.py", "pyproject.toml"):
        shutil.copy(ROOT / name, folder / name)
    shutil.copytree(ROOT / "examples" / "submitted", folder / submitted)
    return folder


def run(*command, cwd):
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    environment = {**os.environ, "PATH": path}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=280)


@pytest.fixture(scope="module")
def ours(tmp_path_factory):
    """``foundations grade examples/submitted``, gradebook included."""
    root = copy_of_the_course(tmp_path_factory.mktemp("ours"), "examples/submitted")
    command = "from foundations.cli import main; main()"
    arguments = ("grade", "examples/submitted", "--assignment", ASSIGNMENT, "--json-dir", "reports")
    done = run(sys.executable, "-c", command, *arguments, cwd=root)
    assert done.returncode == 1, done.stderr  # one submission is no notebook
    return root


@pytest.fixture(scope="module")
def reports(ours):
    return {path.stem: json.loads(path.read_text("utf-8")) for path in (ours / "reports").glob("*.json")}


def test_every_made_student_is_expected_to_have_some_score(reports):
    """A new example needs its line above."""
    assert set(EXPECTED) == set(reports) == {path.name for path in (ROOT / "examples" / "submitted").iterdir()}


@pytest.mark.parametrize("student", sorted(EXPECTED))
def test_a_made_student_has_the_score_that_was_expected(reports, student):
    """By exercise, to the fourth digit; what is no notebook has none."""
    report, lost = reports[student], EXPECTED[student]
    got = {exercise["id"]: exercise["score"] for exercise in report["exercises"]}

    if lost is None:
        assert (report["verdict"], report["score"], got) == ("ungraded", None, {})
    else:
        assert got == pytest.approx({name: FULL[name] * lost.get(name, 1) for name in EXERCISES}, abs=1e-3)


@pytest.mark.parametrize("student", sorted(NAMED))
def test_a_made_mistake_is_named(reports, student):
    """The misconception's id is in the report, and no other."""
    checks = [check for exercise in reports[student]["exercises"] for check in exercise["checks"]]

    assert {check["misconception"] for check in checks if check["misconception"]} == NAMED[student]


def test_repairs_are_listed_for_the_tampered_notebook_alone(reports):
    """Honest notebooks need none."""
    assert {name for name, report in reports.items() if report["repairs"]} == {"edited-tests"}


def test_nbgrader_autograde_writes_the_same_scores(ours, tmp_path):
    """Two commands, one gradebook: automatic scores and what a person has to look at."""
    theirs = copy_of_the_course(tmp_path, "submitted")
    released = run(sys.executable, "-m", "nbgrader", "generate_assignment", ASSIGNMENT, cwd=theirs)
    assert released.returncode == 0, released.stderr
    graded = run(sys.executable, "-m", "nbgrader", "autograde", ASSIGNMENT, cwd=theirs)
    assert graded.returncode == 1, graded.stderr  # the same one submission
    one, other = (scores(find_course(root), ASSIGNMENT) for root in (ours, theirs))

    assert len(one) == len(EXPECTED)
    assert one == other
