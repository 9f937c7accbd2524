"""A course is found, and its settings are read and checked."""

import re
from pathlib import Path

import pytest

from foundations.config import OF_AN_EXERCISE, Course, Limits, find_course
from foundations.errors import CourseError


@pytest.fixture
def root(tmp_path):
    for name in ("01_matmul", "02_other"):
        (tmp_path / "source" / name).mkdir(parents=True)
        (tmp_path / "source" / name / f"{name}.ipynb").touch()
    (tmp_path / "graders").mkdir()
    return tmp_path


def test_a_course_is_found_from_anywhere_inside_it(root):
    """The folder with source/ and graders/ is the course."""
    assert find_course(root / "source" / "01_matmul").root == root
    assert find_course(root).assignments == ["01_matmul", "02_other"]
    with pytest.raises(CourseError, match="neither it nor a folder above it"):
        find_course(root.parent)


def test_an_unknown_assignment_suggests_the_nearest(root):
    """Without a near name, all names are listed."""
    with pytest.raises(CourseError, match="did you mean '01_matmul'"):
        find_course(root).notebook("01_matmull")
    with pytest.raises(CourseError, match="this course has: 01_matmul, 02_other"):
        find_course(root).notebook("xyz")


def test_limits_of_an_assignment_override_those_of_the_course(root):
    """Limits of the course override the defaults."""
    (root / "pyproject.toml").write_text(
        "[tool.foundations]\nfeedback = 'full'\n[tool.foundations.limits]\ncell_cpu_s = 7\ncheck_cpu_s = 8\n"
        "[tool.foundations.assignment.01_matmul.limits]\ncheck_cpu_s = 9\n"
    )
    course = find_course(root)

    assert (course.limits("01_matmul").cell_cpu_s, course.limits("01_matmul").check_cpu_s) == (7, 9)
    assert course.limits("02_other").check_cpu_s == 8
    assert course.limits("02_other").restarts == Limits().restarts
    assert course.feedback == "full"


def test_limits_of_an_exercise_override_those_of_its_assignment(root):
    """An exercise has limits of time only."""
    (root / "pyproject.toml").write_text(
        "[tool.foundations.limits]\ncheck_cpu_s = 8\n"
        "[tool.foundations.assignment.01_matmul.limits]\ncheck_cpu_s = 9\nmemory_bytes = 1e9\n"
        "[tool.foundations.assignment.01_matmul.exercise.norm.limits]\ncheck_cpu_s = 2\n"
    )
    course = find_course(root)
    norm, other = course.limits("01_matmul", "norm"), course.limits("01_matmul", "other")

    assert (norm.check_cpu_s, other.check_cpu_s, course.limits("02_other", "norm").check_cpu_s) == (2, 9, 8)
    assert (norm.memory_bytes, type(norm.memory_bytes)) == (1_000_000_000, int)
    assert tuple(name for name in norm.to_json() if name.startswith(("cell_", "check_"))) == OF_AN_EXERCISE


def test_settings_for_an_unknown_exercise_are_refused(root):
    """The message suggests the nearest name."""
    (root / "pyproject.toml").write_text("[tool.foundations.assignment.01_matmul.exercise.matmull]")
    course = find_course(root)

    with pytest.raises(CourseError, match=r"pyproject.toml: .* no exercise 'matmull'; did you mean 'matmul'"):
        course.check_exercises("01_matmul", ["matmul", "norm"])
    with pytest.raises(CourseError, match="its exercises are: a, b"):
        course.check_exercises("01_matmul", ["a", "b"])
    course.check_exercises("01_matmul", ["matmull"])


HERE = "tool.foundations.assignment.01_matmul"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[tool.foundations.limits]\ncell_cpu = 7", "'cell_cpu' is not a limit; did you mean 'cell_cpu_s'"),
        ("[tool.foundations.limits]\nxyz = 7", "'xyz' is not a limit; limits are: cell_cpu_s, "),
        ("[tool.foundations.limits]\ncell_cpu_s = 0", "cell_cpu_s is 0: it must be a number above 0"),
        ("[tool.foundations.limits]\ncell_cpu_s = '7'", "above 0"),
        ("[tool.foundations.limits]\ncell_cpu_s = true", "above 0"),
        ("[tool.foundations.limits]\ncell_cpu_s = inf", "above 0"),
        ("[tool.foundations.limits]\ncell_cpu_s = nan", "above 0"),
        ("[tool.foundations.limits]\nrestarts = 2.5", "whole number"),
        ("[tool.foundations.limits]\nscratch_files = -1", "from 0 up"),
        ("[tool.foundations]\nlimits = 3", r"\[tool.foundations.limits\] in .* is not a table"),
        ("[tool.foundations]\nfedback = 'hints'", "'fedback' is not a setting; did you mean 'feedback'"),
        ("[tool.foundations]\nfeedback = 'loud'", "'loud'"),
        ("[tool.foundations.assignment.01_matmull.limits]", "no assignment '01_matmull'; did you mean '01_matmul'"),
        ("[tool.foundations.assignment.xyz]", "no assignment 'xyz'; .* has: 01_matmul, 02_other"),
        ("[tool.foundations]\nassignment = 3", r"\[tool.foundations.assignment\] in .* is not a table"),
        (f"[{HERE}.limit]\ncell_cpu_s = 7", "'limit' is not a setting; did you mean 'limits'"),
        (f"[{HERE}.limits]\ncheck_cpu = 7", rf"\[{HERE}.limits\]: 'check_cpu' is not a limit"),
        (f"[{HERE}.exercise.norm]\nfiles = []", "'files' is not a setting; settings here are: limits"),
        (f"[{HERE}.exercise.norm.limits]\ncheck_cpu_s = -1", "check_cpu_s is -1: it must be a number above 0"),
        (f"[{HERE}.exercise.norm.limits]\nmemory_bytes = 7", "memory_bytes cannot be set for one exercise"),
        (f"[{HERE}.exercise.norm.limits]\nscratch_files = 7", "cannot be set for one exercise, because it belongs to"),
        (f"[{HERE}]\nfiles = 'data.csv'", "files is 'data.csv'; it must be a list"),
        (f"[{HERE}]\nfiles = ['../gradebook.db']", "'../gradebook.db' in files is not a plain name"),
        (f"[{HERE}]\nfiles = ['data.csv']\n[{HERE}.limits]\nscratch_files = 0", "there is no folder for them"),
        ("[tool]\nfoundations = 3", "not a table"),
        ("[tool", "not valid TOML"),
    ],
)
def test_a_wrong_setting_is_named(root, text, words):
    """Opening the course fails with the file, the table and the valid values."""
    (root / "pyproject.toml").write_text(text)

    with pytest.raises(CourseError, match=words) as error:
        find_course(root)
    assert str(root / "pyproject.toml") in str(error.value)


@pytest.mark.parametrize("name", ["..", ".hidden", "a/b", "a\\b", "", "a b", "a\n", "ä", "-x", "x" * 101, 3])
def test_a_file_name_that_is_not_plain_is_refused(name):
    """Paths, hidden files and names that another system reads differently are refused."""
    course = Course(Path("/nowhere"), {"assignment": {"a": {"files": [name]}}})

    with pytest.raises(CourseError, match="plain name"):
        course.files("a")


def test_an_assignment_with_files_has_a_scratch_folder(root):
    """It is small unless the author sets limits. An assignment without files has none."""
    (root / "pyproject.toml").write_text(f"[{HERE}]\nfiles = ['data.csv', 'notes-1.txt', 'data.csv']")
    course = find_course(root)
    limits = [course.limits(name) for name in course.assignments]

    assert (course.files("01_matmul"), course.files("02_other")) == (("data.csv", "notes-1.txt"), ())
    assert [(each.scratch_bytes, each.scratch_files) for each in limits] == [(16_000_000, 32), (0, 0)]


def test_the_page_of_settings_lists_every_limit_with_its_default():
    """The page and the code have the same defaults."""
    page = (Path(__file__).parent.parent / "docs" / "settings.md").read_text("utf-8")
    listed = re.findall(r"^\| `(\w+)` \| ([\d ]+) \|", page, re.MULTILINE)

    assert {name: float(value.replace(" ", "")) for name, value in listed} == Limits().to_json()


def test_a_course_without_settings_has_the_defaults(root):
    """The defaults are hints, and the limits of :class:`Limits`."""
    course = Course(root, {})

    assert (course.feedback, course.limits("01_matmul")) == ("hints", Limits())


def test_hidden_code_is_reviewed_by_default(root):
    """The assignment's own setting overrides the course's."""
    assert find_course(root).hidden_code("01_matmul") == "review"
    (root / "pyproject.toml").write_text(
        "[tool.foundations]\nhidden_code = 'fail'\n[tool.foundations.assignment.01_matmul]\nhidden_code = 'review'\n"
    )
    course = find_course(root)

    assert (course.hidden_code("01_matmul"), course.hidden_code("02_other")) == ("review", "fail")


@pytest.mark.parametrize("table", ["[tool.foundations]", "[tool.foundations.assignment.01_matmul]"])
@pytest.mark.parametrize("value", ["'fails'", "true", "[]", "{}"])
def test_a_wrong_value_of_hidden_code_is_refused_at_the_start(root, table, value):
    """The message names the file, the value, and the valid values."""
    (root / "pyproject.toml").write_text(f"{table}\nhidden_code = {value}\n")
    with pytest.raises(CourseError, match=r"pyproject\.toml.*hidden_code is .*; it must be one of review, fail"):
        find_course(root)
