"""The demonstration on a small course: its output, the files that it makes, and those that it keeps."""

import io
import json

import builders
import course_builder
import pytest
from hidden_tests import GRADER
from rich.console import Console

from foundations.commands import demo
from foundations.errors import CourseError

LATER = "later"


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Make two assignments; two of three students submitted the first one."""
    root = tmp_path_factory.mktemp("demonstrated")
    made = course_builder.make_course(root)
    for name, factor in (("double", 2), ("triple", 3)):
        (root / "graders" / course_builder.NAME / f"test_{name}.py").write_text(GRADER.replace("FACTOR", str(factor)))
    builders.write(builders.source_notebook(), root / "source" / LATER / f"{LATER}.ipynb")
    submitted = root / "examples" / "submitted"
    course_builder.hand_in(submitted, {"s01": builders.answered(), "s02": builders.release()})
    builders.write(builders.release(), submitted / "s03" / "elsewhere" / "elsewhere.ipynb")
    return made


@pytest.fixture(scope="module")
def shown(course):
    """Return its output in a terminal of 100 columns; its folder is ``demo``."""
    printed = io.StringIO()
    out = Console(width=100, file=printed)
    assert demo.run_demo(course, course.root / "demo", out, Console(quiet=True)) == 0
    return printed.getvalue()


def test_it_prints_a_table_for_each_assignment_and_one_for_all(shown):
    """The tables have the students with a submission; an assignment without submissions has a line."""
    assert [line.split() for line in shown.splitlines() if line.strip().startswith("s0")] == [
        ["s01", "5", "4", "9"],
        ["s02", "0", "0", "0", "not", "attempted"],
        ["s01", "9"],
        ["s02", "0"],
    ]
    assert "later: released; the sample class has no submission of it" in shown
    assert "written answers, not counted here, that wait for a person: 1" in " ".join(shown.split())


def test_files_that_it_lists_exist(course, shown):
    """Gradebook, feedback, executed notebooks, reports and releases are in its own folder."""
    root, name = course.root / "demo", course_builder.NAME

    assert [
        part for part in ("gradebook.db", "feedback", "autograded", "reports", "release") if part not in shown
    ] == []
    assert (root / "gradebook.db").is_file()
    for folder, ending in (("feedback", "html"), ("autograded", "ipynb")):
        assert (root / folder / "s01" / name / f"{name}.{ending}").is_file()
    assert json.loads((root / "reports" / name / "s01.json").read_text("utf-8"))["score"] == 9
    assert (root / "reports" / name / "junit.xml").is_file()
    assert sorted(path.name for path in (root / "release").iterdir()) == sorted([name, LATER])
    assert not (course.root / "gradebook.db").exists()


def test_a_folder_that_no_demonstration_made_is_kept(course, tmp_path):
    """The command fails, and the folder stays as it is."""
    (tmp_path / "thesis").write_text("years of work")

    with pytest.raises(CourseError, match="`foundations demo` did not make it"):
        demo.run_demo(course, tmp_path, Console(quiet=True), Console(quiet=True))
    assert [path.name for path in tmp_path.iterdir()] == ["thesis"]
