"""Where a course is and what it allows."""

import pytest

from foundations.config import Course, Limits, find_course
from foundations.errors import CourseError


@pytest.fixture
def root(tmp_path):
    for name in ("01_matmul", "02_other"):
        (tmp_path / "source" / name).mkdir(parents=True)
        (tmp_path / "source" / name / f"{name}.ipynb").touch()
    (tmp_path / "graders").mkdir()
    return tmp_path


def test_a_course_is_found_from_anywhere_inside_it(root):
    """By its source/ and graders/."""
    assert find_course(root / "source" / "01_matmul").root == root
    assert find_course(root).assignments == ["01_matmul", "02_other"]
    with pytest.raises(CourseError, match="neither it nor a folder above it"):
        find_course(root.parent)


def test_an_unknown_assignment_suggests_the_nearest(root):
    """Or lists them all."""
    with pytest.raises(CourseError, match="did you mean '01_matmul'"):
        find_course(root).notebook("01_matmull")
    with pytest.raises(CourseError, match="this course has: 01_matmul, 02_other"):
        find_course(root).notebook("xyz")


def test_limits_of_an_assignment_lie_over_those_of_the_course(root):
    """And those over the defaults."""
    (root / "pyproject.toml").write_text(
        "[tool.foundations]\nfeedback = 'full'\n[tool.foundations.limits]\ncell_cpu_s = 7\ncheck_cpu_s = 8\n"
        "[tool.foundations.assignment.01_matmul.limits]\ncheck_cpu_s = 9\n"
    )
    course = find_course(root)

    assert (course.limits("01_matmul").cell_cpu_s, course.limits("01_matmul").check_cpu_s) == (7, 9)
    assert course.limits("02_other").check_cpu_s == 8
    assert course.limits("02_other").restarts == Limits().restarts
    assert course.feedback == "full"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[tool.foundations.limits]\ncell_cpu = 7", "'cell_cpu'"),
        ("[tool.foundations.limits]\ncell_cpu_s = 0", "above 0"),
        ("[tool.foundations.limits]\ncell_cpu_s = '7'", "above 0"),
        ("[tool.foundations]\nfeedback = 'loud'", "'loud'"),
        ("[tool]\nfoundations = 3", "not a table"),
        ("[tool", "not valid TOML"),
    ],
)
def test_a_wrong_setting_is_named(root, text, words):
    """With what would be right."""
    (root / "pyproject.toml").write_text(text)

    def settings_of(course):
        return course.limits("01_matmul"), course.feedback

    with pytest.raises(CourseError, match=words):
        settings_of(find_course(root))


def test_a_course_without_settings_has_the_defaults(root):
    """Hints, and limits that suit a laptop."""
    course = Course(root, {})

    assert (course.feedback, course.limits("01_matmul")) == ("hints", Limits())
