"""Finding submissions: one notebook, a student's folder, or a whole class."""

import pytest

from foundations.errors import CourseError
from foundations.submissions import Found, find_submissions


def put(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{}")
    return path


def test_a_class_is_found_by_student_and_nobody_is_passed_over(tmp_path):
    """A student without the notebook is reported, not forgotten."""
    one = put(tmp_path / "s01" / "a" / "a.ipynb")
    (tmp_path / "s02" / "a").mkdir(parents=True)
    (tmp_path / ".hidden").mkdir()

    assert find_submissions(tmp_path, "a") == [
        Found("s01", one, tmp_path),
        Found("s02", tmp_path / "s02" / "a" / "a.ipynb", tmp_path),
    ]


def test_one_notebook_is_named_by_its_folder_or_its_file(tmp_path):
    """Laid out as nbgrader does, its student is known; lying anywhere else, its file's name has to do."""
    inside, loose = put(tmp_path / "s01" / "a" / "a.ipynb"), put(tmp_path / "mine.ipynb")

    assert find_submissions(inside, "a") == [Found("s01", inside, tmp_path)]
    assert find_submissions(inside.parent, "a") == [Found("s01", inside, tmp_path)]
    assert find_submissions(loose, "a") == [Found("mine", loose, None)]


@pytest.mark.parametrize("name", ["nowhere", "nowhere.ipynb", "note.txt", "empty"])
def test_what_is_no_submission_is_a_typing_error(tmp_path, name):
    """The sentence says what was expected."""
    (tmp_path / "note.txt").touch()
    (tmp_path / "empty").mkdir()

    with pytest.raises(CourseError, match=name):
        find_submissions(tmp_path / name, "a")
