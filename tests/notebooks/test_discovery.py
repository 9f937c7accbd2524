"""Finding submissions (one notebook, a student's folder, or a whole class) and reading their declared files."""

import os

import pytest

from foundations.errors import CourseError
from foundations.notebooks.discovery import Found, find_submissions, read_declared, write_declared


def put(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{}")
    return path


def test_a_class_is_found_by_student_and_no_student_is_left_out(tmp_path):
    """A student without the notebook is reported, not forgotten."""
    notebook = put(tmp_path / "s01" / "a" / "a.ipynb")
    (tmp_path / "s02" / "a").mkdir(parents=True)
    (tmp_path / ".hidden").mkdir()

    assert find_submissions(tmp_path, "a") == [
        Found("s01", notebook, tmp_path),
        Found("s02", tmp_path / "s02" / "a" / "a.ipynb", tmp_path),
    ]


def test_a_dangling_link_and_a_pipe_count_as_submissions(tmp_path):
    """They are found so that the report can show the fault."""
    put(tmp_path / "s01" / "a" / "a.ipynb")
    (tmp_path / "s02").symlink_to("nowhere")
    (tmp_path / "s03" / "a").mkdir(parents=True)
    os.mkfifo(tmp_path / "s03" / "a" / "a.ipynb")

    assert [found.student for found in find_submissions(tmp_path, "a")] == ["s01", "s02", "s03"]
    assert [found.student for found in find_submissions(tmp_path / "s03" / "a", "a")] == ["s03"]


def test_one_notebook_is_named_by_its_folder_or_its_file(tmp_path):
    """In nbgrader's layout, the folder names the student; anywhere else, the file does."""
    inside, loose = put(tmp_path / "s01" / "a" / "a.ipynb"), put(tmp_path / "mine.ipynb")

    assert find_submissions(inside, "a") == [Found("s01", inside, tmp_path)]
    assert find_submissions(inside.parent, "a") == [Found("s01", inside, tmp_path)]
    assert find_submissions(loose, "a") == [Found("mine", loose, None)]


@pytest.mark.parametrize("name", ["nowhere", "nowhere.ipynb", "note.txt", "empty"])
def test_a_path_without_submissions_is_an_error_of_the_command_line(tmp_path, name):
    """The message names the path."""
    (tmp_path / "note.txt").touch()
    (tmp_path / "empty").mkdir()

    with pytest.raises(CourseError, match=name):
        find_submissions(tmp_path / name, "a")


@pytest.fixture
def folder(tmp_path):
    """Make a student's folder with one expected file, and with other kinds of files under such names."""
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
    """Other files are not read, and each named file that is left out gets a sentence."""
    names = ["data.csv", "missing.csv", "secret.csv", "folder.csv", "pipe.csv", "large.csv"]

    files, notes = read_declared(folder, names, 50)

    assert files == {"data.csv": b"1,2"}
    assert notes == [
        "the file 'missing.csv' was not submitted",
        "the file 'secret.csv' was left out: it is a link or cannot be opened",
        "the file 'folder.csv' was left out: it is not a regular file",
        "the file 'pipe.csv' was left out: it is not a regular file",
        "the file 'large.csv' was left out: the files of a submission may have 50 bytes together",
    ]


def test_the_limit_is_for_all_files_together(folder):
    """Files named first are read first; the size that the file system reports is not trusted."""
    (folder / "more.csv").write_text("x" * 98)

    assert list(read_declared(folder, ["data.csv", "more.csv", "large.csv"], 101)[0]) == ["data.csv", "more.csv"]
    assert list(read_declared(folder, ["large.csv", "data.csv"], 102)[0]) == ["large.csv"]


def test_files_are_copied_by_name_into_an_empty_folder(folder, tmp_path):
    """Student code gets a copy, so that it cannot change the submission."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()

    files, notes = read_declared(folder, ["data.csv"], 50)
    write_declared(files, scratch)
    assert notes == []
    assert {path.name: path.read_text() for path in scratch.iterdir()} == {"data.csv": "1,2"}
    assert not os.path.samefile(folder / "data.csv", scratch / "data.csv")


def test_files_are_not_written_through_a_link_in_the_folder(tmp_path):
    """The link could lead anywhere."""
    scratch, target = tmp_path / "scratch", tmp_path / "target"
    scratch.mkdir()
    (scratch / "data.csv").symlink_to(target)

    with pytest.raises(FileExistsError):
        write_declared({"data.csv": b"1"}, scratch)
    assert not target.exists()


def test_a_link_to_the_folder_is_refused(tmp_path):
    """Only the folder itself is opened."""
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
def test_a_name_that_a_gradebook_cannot_store_is_written_as_escapes(tmp_path, name, student):
    """The notebook is graded and not recorded; it comes last, because callers take the folder from the first."""
    put(tmp_path / name / "a" / "a.ipynb")
    put(tmp_path / "zoë s02" / "a" / "a.ipynb")

    assert [(found.student, found.folder) for found in find_submissions(tmp_path, "a")] == [
        ("zoë s02", tmp_path),
        (student, None),
    ]
