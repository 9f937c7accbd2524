"""A course's limits apply in the whole pipeline, and messages name the exceeded limit."""

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
    """Grade the release of the small course with the given sources in its solution cells."""
    with Grader(course, "course", forkserver=forkserver) as grader:

        def run(double="def double(x): return x + x", triple="def triple(x): return 3 * x"):
            notebook = builders.release()
            builders.cell(notebook, "double-solution").source = double
            builders.cell(notebook, "triple-solution").source = triple
            return grader.grade(builders.write(notebook, tmp_path_factory.mktemp("in") / "a.ipynb"), "s01")

        yield run


def test_cpu_limit_of_a_call_is_compared_with_the_reference(grade):
    """Each exercise has its own limit, and the message has the solution's time on the same inputs."""
    report = grade(FOREVER.format("double"), FOREVER.format("triple")).report
    double, triple = (exercise.checks[0].message for exercise in report.exercises)

    assert double == "double did not return: stopped after 0.4 s of CPU; the reference needs less than 0.01 s"
    assert triple == "triple did not return: stopped after 0.2 s of CPU; the reference needs less than 0.01 s"


def test_wall_limit_of_a_call_is_compared_with_the_reference(grade):
    """A call that waits is stopped by its wall time."""
    report = grade("import time\ndef double(x):\n    time.sleep(60)").report

    assert "stopped after 2 s; the reference needs" in report.exercises[0].checks[0].message


def test_cell_has_the_limit_of_its_exercise(grade):
    """A solution cell has its exercise's limit, or else the assignment's."""
    executed = grade("while True: pass", "while True: pass").notebook
    endings = [builders.cell(executed, f"{name}-solution").outputs[0].evalue for name in ("double", "triple")]

    assert endings == [f"stopped after {limit} s of CPU: is there a loop that never ends?" for limit in (1, 0.3)]


def test_memory_message_has_expression_amount_and_limit(grade):
    """The message is the same in a call, in a cell, and in a check of a function that the cell did not define."""
    graded = grade(
        "import torch\ndef double(x):\n    row = torch.ones(44_000)\n    return row[:, None] * row",
        "import torch\nbig = torch.ones(1_960_000_000)\ndef triple(x): return 3 * x",
    )
    double, triple = (exercise.checks[0].message for exercise in graded.report.exercises)
    cell = builders.cell(graded.notebook, "triple-solution")

    assert double.endswith("line 4 of its cell: `row[:, None] * row` asked for 7.7 GB; the limit is 500 MB")
    assert "in line 2: `torch.ones(1_960_000_000)` asked for 7.8 GB; the limit is 500 MB" in triple
    assert cell.outputs[-1].text == "Memory: `torch.ones(1_960_000_000)` asked for 7.8 GB; the limit is 500 MB.\n"


def test_report_has_all_limits(grade):
    """The report has the assignment's limits, and an exercise's limits that differ."""
    limits = grade().report.to_json()["limits"]

    assert (limits["check_cpu_s"], limits["memory_bytes"]) == (0.4, 500_000_000)
    assert {name: value for name, value in limits.items() if "." in name} == {
        "triple.check_cpu_s": 0.2,
        "triple.cell_cpu_s": 0.3,
    }


def test_limits_of_an_unknown_exercise_raise_before_grading(course):
    """Neither a solution cell nor a manually graded cell is an exercise."""
    for name in ("tripel", "triple-solution", "why"):
        table = {"assignment": {"course": {"exercise": {name: {"limits": {"check_cpu_s": 1}}}}}}
        with pytest.raises(CourseError, match=f"no exercise '{name}'"):
            Grader(Course(course.root, table), "course")


def test_wall_limit_of_the_notebook_stops_a_cell(course, forkserver, tmp_path):
    """The message names the limit of the whole notebook instead of a cell's."""
    table = {"limits": {"notebook_wall_s": 0.5}}
    notebook = builders.answered()
    builders.cell(notebook, "double-solution").source = "import time; time.sleep(9)"
    with Grader(Course(course.root, table), "course", forkserver=forkserver) as grader:
        executed = grader.grade(builders.write(notebook, tmp_path / "a.ipynb"), "s01").notebook

    assert executed is not None
    message = "stopped: the notebook has had the 0.5 s it may take as a whole"
    assert builders.cell(executed, "double-solution").outputs[0].evalue == message


READS = "def double(x):\n    factor = float(open('factor.txt').read())\n    return factor * x"
FILES = {"assignment": {"course": {"files": ["factor.txt", "more.txt"], "limits": {"check_cpu_s": 0.4}}}}


def test_declared_files_can_be_read(course, forkserver, tmp_path):
    """Declared files, and no others, are in the working directory; a repair names a file that was left out."""
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
    assert graded.notebook is not None
    assert graded.notebook.cells[-1].outputs[0].text == "['factor.txt']\n"
    assert sorted(entry.name for entry in path.parent.iterdir()) == ["a.ipynb", "factor.txt", "more.txt", "torch.py"]


def test_reference_reads_the_instructors_file(course, forkserver, tmp_path):
    """The reference's copy of a declared file is the one next to the source notebook."""
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
