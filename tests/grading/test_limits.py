"""Limits through the whole pipeline: what a course sets is what holds, and the message says what ran out."""

import shutil

import builders
import pytest
from hidden_tests import GRADER

from foundations.config import Course
from foundations.errors import CourseError
from foundations.grading.grader import Grader

SETTINGS = {
    "limits": {"check_wall_s": 2, "cell_cpu_s": 1, "memory_bytes": 500e6},
    "assignment": {
        "course": {
            "limits": {"check_cpu_s": 0.4},
            "exercise": {"triple": {"limits": {"check_cpu_s": 0.2, "cell_cpu_s": 0.3}}},
        }
    },
}
FOREVER = "def {}(x):\n    while True: pass\n"


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    root = tmp_path_factory.mktemp("course")
    builders.write(builders.source_notebook(), root / "source" / "course" / "course.ipynb")
    folder = root / "graders" / "course"
    folder.mkdir(parents=True)
    for name, factor in (("double", 2), ("triple", 3)):
        (folder / f"test_{name}.py").write_text(GRADER.replace("FACTOR", str(factor)))
    return Course(root, SETTINGS)


@pytest.fixture(scope="module")
def grade(course, forkserver, tmp_path_factory):
    """Grade the small course's release with these sources in its solution cells."""
    with Grader(course, "course", forkserver=forkserver) as grader:

        def run(double="def double(x): return x + x", triple="def triple(x): return 3 * x"):
            notebook = builders.release()
            builders.cell(notebook, "double-solution").source = double
            builders.cell(notebook, "triple-solution").source = triple
            return grader.grade(builders.write(notebook, tmp_path_factory.mktemp("in") / "a.ipynb"), "s01")

        yield run


def test_a_call_that_takes_too_long_is_set_beside_the_reference(grade):
    """Each exercise by its own limit; the reference is the source's solution on the same inputs."""
    report = grade(FOREVER.format("double"), FOREVER.format("triple")).report
    double, triple = (exercise.checks[0].message for exercise in report.exercises)

    assert double == "double did not return: stopped after 0.4 s of CPU; the reference needs less than 0.01 s"
    assert triple == "triple did not return: stopped after 0.2 s of CPU; the reference needs less than 0.01 s"


def test_a_call_that_waits_too_long_is_set_beside_the_reference_too(grade):
    """By the clock on the wall."""
    report = grade("import time\ndef double(x):\n    time.sleep(60)").report

    assert "stopped after 2 s; the reference needs" in report.exercises[0].checks[0].message


def test_a_cell_has_the_limit_of_its_exercise(grade):
    """Other cells that of the assignment."""
    executed = grade("while True: pass", "while True: pass").notebook
    endings = [builders.cell(executed, f"{name}-solution").outputs[0].evalue for name in ("double", "triple")]

    assert endings == [f"stopped after {limit} s of CPU: is there a loop that never ends?" for limit in (1, 0.3)]


def test_memory_is_told_by_the_expression_the_amount_and_the_limit(grade):
    """In a call, in a cell, and in the check that looks for what the cell did not define."""
    graded = grade(
        "import torch\ndef double(x):\n    row = torch.ones(44_000)\n    return row[:, None] * row",
        "import torch\nbig = torch.ones(1_960_000_000)\ndef triple(x): return 3 * x",
    )
    double, triple = (exercise.checks[0].message for exercise in graded.report.exercises)
    cell = builders.cell(graded.notebook, "triple-solution")

    assert double.endswith("line 4 of its cell: `row[:, None] * row` asked for 7.7 GB; the limit is 500 MB")
    assert "in line 2: `torch.ones(1_960_000_000)` asked for 7.8 GB; the limit is 500 MB" in triple
    assert cell.outputs[-1].text == "Memory: `torch.ones(1_960_000_000)` asked for 7.8 GB; the limit is 500 MB.\n"


def test_the_report_names_all_limits(grade):
    """Those of an exercise beside those of the assignment, where they differ."""
    limits = grade().report.to_json()["limits"]

    assert (limits["check_cpu_s"], limits["memory_bytes"]) == (0.4, 500_000_000)
    assert {name: value for name, value in limits.items() if "." in name} == {
        "triple.check_cpu_s": 0.2,
        "triple.cell_cpu_s": 0.3,
    }


def test_limits_for_an_exercise_that_is_none_are_refused_before_anybody_is_graded(course):
    """The answer's cell is no exercise, nor is one that a person grades."""
    for name in ("tripel", "triple-solution", "why"):
        table = {"assignment": {"course": {"exercise": {name: {"limits": {"check_cpu_s": 1}}}}}}
        with pytest.raises(CourseError, match=f"no exercise '{name}'"):
            Grader(Course(course.root, table), "course")


def test_a_notebook_that_has_had_its_time_says_so(course, forkserver, tmp_path):
    """It is the whole notebook's, and no cell's own."""
    table = {"limits": {"notebook_wall_s": 0.5}}
    notebook = builders.answered()
    builders.cell(notebook, "double-solution").source = "import time; time.sleep(9)"
    with Grader(Course(course.root, table), "course", forkserver=forkserver) as grader:
        executed = grader.grade(builders.write(notebook, tmp_path / "a.ipynb"), "s01").notebook

    words = "stopped: the notebook has had the 0.5 s it may take as a whole"
    assert builders.cell(executed, "double-solution").outputs[0].evalue == words


READS = "def double(x):\n    factor = float(open('factor.txt').read())\n    return factor * x"
FILES = {"assignment": {"course": {"files": ["factor.txt", "more.txt"], "limits": {"check_cpu_s": 0.4}}}}


def test_files_that_an_assignment_names_are_there_to_be_read(course, forkserver, tmp_path):
    """In the working directory, and nothing else of the folder; what could not be taken is told."""
    notebook = builders.answered()
    builders.cell(notebook, "double-solution").source = READS
    notebook.cells.append(builders.code("import os\nprint(sorted(os.listdir()))\nopen('out', 'w').write('x')"))
    path = builders.write(notebook, tmp_path / "s01" / "a.ipynb")
    (path.parent / "factor.txt").write_text("2.0")
    (path.parent / "torch.py").write_text("raise SystemExit")
    (path.parent / "more.txt").symlink_to("/etc/passwd")
    with Grader(Course(course.root, FILES), "course", forkserver=forkserver) as grader:
        graded = grader.grade(path, "s01")

    assert graded.report.score == 9.0
    assert graded.report.repairs == ["the file 'more.txt' was left out: it is a link or cannot be opened"]
    assert graded.notebook.cells[-1].outputs[0].text == "['factor.txt']\n"
    assert sorted(one.name for one in path.parent.iterdir()) == ["a.ipynb", "factor.txt", "more.txt", "torch.py"]


def test_the_reference_reads_the_instructors_own_file(course, forkserver, tmp_path):
    """It lies beside the source notebook, from where it is handed out."""
    shutil.copytree(course.root, tmp_path / "course")
    source = builders.source_notebook()
    builders.cell(source, "double-solution").source = f"### BEGIN SOLUTION\n{READS}\n### END SOLUTION"
    builders.write(source, tmp_path / "course" / "source" / "course" / "course.ipynb")
    (tmp_path / "course" / "source" / "course" / "factor.txt").write_text("2.0")
    notebook = builders.answered()
    builders.cell(notebook, "double-solution").source = FOREVER.format("double")
    with Grader(Course(tmp_path / "course", FILES), "course", forkserver=forkserver) as grader:
        report = grader.grade(builders.write(notebook, tmp_path / "a.ipynb"), "s01").report

    assert "; the reference needs less than" in report.exercises[0].checks[0].message
