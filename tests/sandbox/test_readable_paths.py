"""No folder that student code may read contains the course."""

from __future__ import annotations

import os
import sys
import sysconfig
from pathlib import Path

import pytest

from foundations.config import Course
from foundations.errors import CourseError
from foundations.grading.grader import Grader
from foundations.sandbox import readable_paths, syscalls

ROOT = Path(__file__).parents[2]


def test_course_next_to_or_above_readable_folders_is_hidden(tmp_path):
    """The virtual environment and this package may be inside the course."""
    assert readable_paths.folder_containing(str(tmp_path)) is None
    assert readable_paths.folder_containing(str(ROOT)) is None
    assert readable_paths.folder_containing(str(ROOT / "graders")) is None


def test_folder_below_a_readable_folder_is_found(tmp_path):
    """A path through a link is found too."""
    library = sysconfig.get_path("purelib")
    (tmp_path / "link").symlink_to(library)

    assert readable_paths.folder_containing(f"{library}/course") is not None
    assert readable_paths.folder_containing(str(tmp_path / "link" / "course")) is not None
    assert readable_paths.folder_containing("/usr/lib-and-more/course") is None


@pytest.mark.parametrize("exposed", ["root", "graders"])
def test_course_that_student_code_could_read_is_not_graded(tmp_path, monkeypatch, exposed):
    """The grader raises an error before it runs any student code."""
    readable = {"root": ROOT, "graders": ROOT / "graders"}[exposed]
    monkeypatch.setattr(readable_paths, "readable_folders", lambda: (str(readable),))

    with pytest.raises(CourseError, match="which student code may read"):
        Grader(Course(ROOT, {}), "01_matmul")


def test_no_readable_folder_contains_the_course():
    """This holds if the virtual environment is inside the course too, because folders are named exactly."""
    folders = readable_paths.readable_folders()
    repository = str(ROOT)

    assert os.path.dirname(os.path.dirname(syscalls.__file__)) in folders
    for secret in (
        repository,
        f"{repository}/graders",
        f"{repository}/source",
        f"{repository}/gradebook.db",
        "/",
        "/etc",
    ):
        assert not any(secret == folder or secret.startswith(f"{folder}/") for folder in folders)
    assert [folder for folder in folders if repository.startswith(f"{folder}/") or folder == repository] == []
    assert os.path.expanduser("~") not in folders
    assert sys.prefix not in folders
    assert [path for path in readable_paths.loaded_libraries() if not os.path.isfile(path)] == []
