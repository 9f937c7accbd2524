"""Finding submissions: one notebook, a student's folder, or a whole class; and its declared files."""

import os

import pytest

from foundations.errors import CourseError
from foundations.notebooks.discovery import Found, copy_declared, find_submissions, read_declared, write_declared


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


def test_what_stands_in_the_place_of_a_folder_or_a_notebook_is_reported(tmp_path):
    """A link that leads nowhere, a pipe: found, for the report to say what is wrong with it."""
    put(tmp_path / "s01" / "a" / "a.ipynb")
    (tmp_path / "s02").symlink_to("nowhere")
    (tmp_path / "s03" / "a").mkdir(parents=True)
    os.mkfifo(tmp_path / "s03" / "a" / "a.ipynb")

    assert [found.student for found in find_submissions(tmp_path, "a")] == ["s01", "s02", "s03"]
    assert [found.student for found in find_submissions(tmp_path / "s03" / "a", "a")] == ["s03"]


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


@pytest.fixture
def folder(tmp_path):
    """What a student handed in: one file that was asked for, and everything else under such names."""
    folder = tmp_path / "s01"
    folder.mkdir()
    (folder / "data.csv").write_text("1,2")
    (folder / "torch.py").write_text("raise SystemExit")
    (folder / "large.csv").write_text("x" * 100)
    (folder / "secret.csv").symlink_to("/etc/passwd")
    (folder / "folder.csv").mkdir()
    os.mkfifo(folder / "pipe.csv")
    return folder


def test_only_regular_files_that_were_named_are_taken(folder):
    """What else lies there stays there, and what cannot be taken is said, a sentence each."""
    names = ["data.csv", "missing.csv", "secret.csv", "folder.csv", "pipe.csv", "large.csv"]

    files, notes = read_declared(folder, names, 50)

    assert files == {"data.csv": b"1,2"}
    assert notes == [
        "the file 'missing.csv' was not handed in",
        "the file 'secret.csv' was left out: it is a link or cannot be opened",
        "the file 'folder.csv' was left out: it is no regular file",
        "the file 'pipe.csv' was left out: it is no regular file",
        "the file 'large.csv' was left out: the files of a submission may have 50 bytes together",
    ]


def test_the_limit_is_for_all_files_together(folder):
    """Those named first come first; the size that the file system tells is not believed."""
    (folder / "more.csv").write_text("x" * 98)

    assert list(read_declared(folder, ["data.csv", "more.csv", "large.csv"], 101)[0]) == ["data.csv", "more.csv"]
    assert list(read_declared(folder, ["large.csv", "data.csv"], 102)[0]) == ["large.csv"]


def test_files_are_copied_by_name_into_an_empty_folder(folder, tmp_path):
    """They are the student's copy: what lies in the submission is not touched by what becomes of it."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()

    assert copy_declared(folder, ["data.csv"], scratch, 50) == []
    assert {path.name: path.read_text() for path in scratch.iterdir()} == {"data.csv": "1,2"}
    assert not os.path.samefile(folder / "data.csv", scratch / "data.csv")


def test_nothing_is_written_through_what_lies_in_the_folder_already(tmp_path):
    """A link that stands in the place of a file would lead anywhere."""
    scratch, target = tmp_path / "scratch", tmp_path / "target"
    scratch.mkdir()
    (scratch / "data.csv").symlink_to(target)

    with pytest.raises(FileExistsError):
        write_declared({"data.csv": b"1"}, scratch)
    assert not target.exists()


def test_a_link_is_not_taken_for_the_folder(tmp_path):
    """It is opened itself, or not at all."""
    (tmp_path / "scratch").symlink_to(tmp_path)

    with pytest.raises(NotADirectoryError):
        write_declared({"data.csv": b"1"}, tmp_path / "scratch")


@pytest.mark.parametrize(
    ("name", "student"),
    [
        ("a\nb", "a\\nb"),
        ("a\x1b[2J", "a\\x1b[2J"),
        ("a\\b", "a\\\\b"),
        ("\udcff", "\\udcff"),
        ("[s]*", "[s]*"),
        ("<b>", "<b>"),
        ('";x="', '";x="'),
    ],
)
def test_a_name_that_no_gradebook_can_hold_is_written_as_escapes(tmp_path, name, student):
    """Its notebook is graded and not recorded; it comes last, for the first says where the others lie."""
    put(tmp_path / name / "a" / "a.ipynb")
    put(tmp_path / "zoë s02" / "a" / "a.ipynb")

    assert [(found.student, found.folder) for found in find_submissions(tmp_path, "a")] == [
        ("zoë s02", tmp_path),
        (student, None),
    ]
