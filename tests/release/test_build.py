"""release/ and solutions/ are made from source/, agree with it, and reveal no secrets."""

from __future__ import annotations

import copy
import os
import re
import subprocess
import sys
from pathlib import Path

import builders
import nbformat
import pytest
from course_builder import NAME, ROOT, make_course

from foundations.config import Course, find_course
from foundations.errors import CourseError
from foundations.release.build import build_release, drift, execute, generate, normalised, solution_version
from foundations.release.leaks import find_leaks, find_release_leaks, solution_lines
from foundations.testing.stopwatch import UNITS

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

EMPTY: set[str] = set()


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return make_course(tmp_path / "root")


def read(course: Course, kind: str) -> nbformat.NotebookNode:
    return nbformat.read(course.root / kind / NAME / f"{NAME}.ipynb", as_version=4)


def write(course: Course, kind: str, notebook: nbformat.NotebookNode) -> None:
    builders.write(notebook, course.root / kind / NAME / f"{NAME}.ipynb")


def fake_run(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return ``notebook`` as if every code cell had been executed."""
    for number, cell in enumerate((cell for cell in notebook.cells if cell.cell_type == "code"), 1):
        cell.execution_count = number
    return notebook


@pytest.fixture
def released(course: Course, tmp_path: Path) -> Course:
    """Make a course whose release and solutions agree with its source, without starting a kernel."""
    write(course, "release", nbformat.read(generate(course, NAME, tmp_path / "made") / f"{NAME}.ipynb", as_version=4))
    write(course, "solutions", fake_run(solution_version(course, NAME)))
    return course


# ----------------------------------------------------------------------------------------------------- generating


def test_release_agrees_with_the_release_of_grading(course: Course, tmp_path: Path) -> None:
    """nbgrader's converter and grading make the same cells from the source."""
    made = nbformat.read(generate(course, NAME, tmp_path / "made") / f"{NAME}.ipynb", as_version=4)
    assert made.cells == normalised(builders.release()).cells


def test_generating_writes_no_other_file(course: Course, tmp_path: Path) -> None:
    """It leaves no gradebook or other file in the course."""
    before = sorted(course.root.rglob("*"))
    generate(course, NAME, tmp_path / "made")
    assert sorted(course.root.rglob("*")) == before


def test_machine_dependent_metadata_are_left_out(course: Course, tmp_path: Path) -> None:
    """Versions, an editor's metadata and execution times of the source do not reach the release."""
    source = builders.source_notebook()
    source.metadata.language_info.version = "3.99"
    source.metadata["vscode"] = {"interpreter": "/home/s01/python"}
    source.cells[1].metadata["execution"] = {"iopub.status.busy": "2026-01-01"}
    source.cells[1].execution_count = 7
    write(course, "source", source)
    made = nbformat.read(generate(course, NAME, tmp_path / "made") / f"{NAME}.ipynb", as_version=4)
    assert made == normalised(builders.release())


def test_release_writes_both_notebooks(course: Course) -> None:
    """The release is unsolved, the solution is executed, both without drift or leaks; other files are copied too."""
    (course.root / "source" / NAME / "numbers.txt").write_text("1 2 3")
    stale = course.root / "release" / NAME / "old.txt"
    stale.parent.mkdir(parents=True)
    stale.write_text("left source/ long ago")
    source = builders.source_notebook()
    source.cells.append(builders.code("import os\nprint(open('numbers.txt').read(), os.getcwd())", id="shows"))
    write(course, "source", source)
    paths = build_release(course, NAME)
    assert [path.relative_to(course.root).parts[0] for path in paths] == ["release", "solutions"]
    assert [path.is_file() for path in paths] == [True, True]
    assert read(course, "solutions").cells[-1].outputs[0].text == "1 2 3 .\n"
    assert (course.root / "release" / NAME / "numbers.txt").read_text() == "1 2 3"
    assert not stale.exists()
    assert drift(course) == []
    assert find_release_leaks(course, NAME) == []
    assert not (course.root / "gradebook.db").exists()


@pytest.mark.slow
def test_solution_that_does_not_run_is_the_authors_error(course: Course) -> None:
    """The message names the cell and the error."""
    source = builders.source_notebook()
    builders.cell(source, "double").source = "assert double(2) == 5, 'five'"
    write(course, "source", source)
    with pytest.raises(
        CourseError, match=r"the solution of 'course' fails in cell 5 \('double'\): AssertionError: five"
    ):
        execute(course, NAME)


@pytest.mark.parametrize(
    ("grade_id", "text", "words"),
    [
        ("double-solution", "### BEGIN SOLUTION\nx = 1", "has no end"),
        ("double-solution", "### BEGIN SOLUTION\n### BEGIN SOLUTION\n### END SOLUTION", "inside another"),
        ("setup", "### BEGIN SOLUTION\nx = 1\n### END SOLUTION", "not marked as a solution"),
        ("double", "### BEGIN HIDDEN TESTS\n### END HIDDEN TESTS", "hidden tests"),
    ],
)
def test_an_invalid_source_is_one_sentence(
    course: Course, tmp_path: Path, grade_id: str, text: str, words: str
) -> None:
    """The author gets no traceback from nbgrader."""
    source = builders.source_notebook()
    builders.cell(source, grade_id).source = text
    write(course, "source", source)
    with pytest.raises(CourseError, match=words):
        generate(course, NAME, tmp_path / "made")


def test_unknown_assignment_is_refused(course: Course) -> None:
    """The message suggests the nearest name."""
    with pytest.raises(CourseError, match="did you mean 'course'"):
        build_release(course, "coarse")


# ---------------------------------------------------------------------------------------------------------- drift


def test_no_drift_after_generating(released: Course) -> None:
    """A new release and solution agree with the source."""
    assert drift(released) == []


def test_missing_notebooks_are_drift(course: Course) -> None:
    """Both are named, with the command that makes them."""
    assert drift(course) == [
        "release/course/course.ipynb is missing: run `foundations release course`",
        "solutions/course/course.ipynb is missing: run `foundations release course`",
    ]


def test_changed_source_is_drift_in_both(released: Course) -> None:
    """The message names the first cell that differs."""
    source = builders.source_notebook()
    builders.cell(source, "triple").source = "assert triple(3) == 9"
    write(released, "source", source)
    assert [complaint.split(":")[0] for complaint in drift(released)] == [
        "release/course/course.ipynb, cell 8 ('triple') differs from source/ in its metadata and source",
        "solutions/course/course.ipynb, cell 8 ('triple') differs from source/ in its source",
    ]


def test_edited_release_is_drift(released: Course) -> None:
    """Only source/ is edited by hand."""
    notebook = read(released, "release")
    del notebook.cells[-1]
    write(released, "release", notebook)
    (released.root / "release" / NAME / "extra.txt").write_text("x")
    assert [complaint.split(":")[0] for complaint in drift(released)] == [
        "release/course/course.ipynb has 10 cells instead of 11",
        "release/course/extra.txt is not under source/",
    ]


def test_solution_not_executed_or_failed_is_drift(released: Course) -> None:
    """Outputs may differ, but each cell must have run without an error."""
    notebook = read(released, "solutions")
    builders.cell(notebook, "double").execution_count = None
    builders.cell(notebook, "triple").outputs = [nbformat.v4.new_output("error", ename="NameError", evalue="")]
    builders.cell(notebook, "setup").outputs = [nbformat.v4.new_output("stream", text="0.123 s")]
    write(released, "solutions", notebook)
    assert [complaint.split(":")[0] for complaint in drift(released)] == [
        "solutions/course/course.ipynb, cell 5 ('double') was not executed",
        "solutions/course/course.ipynb, cell 8 ('triple') ended with NameError",
    ]


def test_folder_without_source_is_drift(released: Course) -> None:
    """A folder of a renamed assignment must be removed."""
    (released.root / "solutions" / "renamed").mkdir()
    assert drift(released) == ["solutions/renamed has no source: remove it"]


@pytest.mark.slow
def test_release_of_nbgrader_itself_has_no_drift(released: Course) -> None:
    """An instructor may use ``nbgrader generate_assignment`` instead."""
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", NAME, "--force"]
    environment = {**os.environ, "PATH": os.defpath}
    subprocess.run(command, cwd=released.root, env=environment, capture_output=True, check=True, timeout=120)
    assert drift(released) == []


# ---------------------------------------------------------------------------------------------------------- leaks


def test_revealing_lines_of_a_solution() -> None:
    """Heads of loops, imports, marks, comments and bare returns do not count; every line of a written answer does."""
    text = """def f(a):
    ### BEGIN SOLUTION
    import math
    for i in range(3):
        c[i] = a[i] * "#2"  # the trick
    # why it works
    return c
    ### END SOLUTION
"""
    written = builders.markdown("It adds up.", builders.marks("why", grade=True, solution=True, points=1))
    assert solution_lines(builders.notebook([builders.solution("f", text), written])) == [
        'c[i] = a[i] * "#2"',
        "It adds up.",
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("In short: `return 2*x`", "a line of a solution: 'return 2 * x'"),
        ("### END SOLUTION", "the mark 'END SOLUTION'"),
        ("### BEGIN HIDDEN TESTS", "the mark 'HIDDEN TESTS'"),
        ("see test_double.py", "names 'test_double'"),
        ("see graders/", "names 'graders/'"),
        ("open('/home/s01/course/data.csv')", "names the folder '/home/s01'"),
        (r"open('C:\\Users\\s01\\data.csv')", "names the folder"),
        ("open('/srv/course/data.csv')", "names the folder '/srv/course'"),
    ],
)
def test_each_leak_is_found(text: str, words: str) -> None:
    """The sentence names the cell and the leak."""
    source = builders.source_notebook()
    notebook = copy.deepcopy(builders.release())
    notebook.cells.append(builders.markdown(text, id="telltale"))
    [leak] = find_leaks(notebook, source, {"test_double", "graders/"}, {"/srv/course"})
    assert leak.startswith("cell 12 ('telltale') ")
    assert words in leak


def test_solution_itself_leaks_every_line() -> None:
    """The source instead of the release is found."""
    leaks = find_leaks(builders.source_notebook(), builders.source_notebook(), EMPTY, EMPTY)
    assert len([leak for leak in leaks if "line of a solution" in leak]) == 3


def test_outputs_leak() -> None:
    """An executed cell may show the output of the solution."""
    notebook = builders.release()
    builders.cell(notebook, "double").outputs = [nbformat.v4.new_output("stream", text="4")]
    leaks = find_leaks(notebook, builders.source_notebook(), EMPTY, EMPTY)
    assert leaks == ["cell 5 ('double') has outputs, or was executed"]


def test_names_of_the_graders_leak(released: Course) -> None:
    """Names of tests and misconceptions count, names of exercises do not."""
    graders = released.graders / NAME
    (graders / "test_double.py").write_text("def test_of_negative_numbers(student): ...\n")
    (graders / "misconceptions.py").write_text("def adds_one_twice(x): ...\ndef double(x): ...\n")
    notebook = read(released, "release")
    notebook.cells.append(builders.markdown("double, adds_one_twice, test_of_negative_numbers", id="end"))
    write(released, "release", notebook)
    assert find_release_leaks(released, NAME) == [
        "cell 12 ('end') names 'adds_one_twice', which is in the graders only",
        "cell 12 ('end') names 'test_of_negative_numbers', which is in the graders only",
    ]


# ------------------------------------------------------------------------------------------------- this repository

COURSE = find_course(ROOT)


def test_committed_release_and_solutions_agree_with_source() -> None:
    """``foundations release`` was run after the last change of source/."""
    assert COURSE.assignments != []
    assert drift(COURSE) == []


@pytest.mark.parametrize("assignment", COURSE.assignments)
def test_committed_release_has_no_leaks(assignment: str) -> None:
    """It has no solution, hidden test or folder of the instructor."""
    assert find_release_leaks(COURSE, assignment) == []


@pytest.mark.parametrize("assignment", ["01_matmul", "02_broadcasting"])
def test_ladder_of_the_executed_solution_goes_down(assignment: str) -> None:
    """Each step is faster than the one before, as in the text; remake a solution that was timed on a busy machine."""
    notebook = nbformat.read(ROOT / "solutions" / assignment / f"{assignment}.ipynb", as_version=4)
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    pictures = [output.get("metadata", {}).get("image/png", {}).get("alt", "") for output in outputs]
    timings = [text for text in pictures if "My own timings" in text]
    units = dict(UNITS)
    steps = [float(value) * units[unit] for value, unit in re.findall(r" ([\d.]+) (\S+?)(?=[,;.])", timings[-1])]
    assert len(steps) == {"01_matmul": 2, "02_broadcasting": 5}[assignment]
    assert steps == sorted(steps, reverse=True)
