"""The command line: output, files and exit codes."""

import json
import shutil
import subprocess
import sys

import builders
import pytest
from command import foundations
from hidden_tests import GRADER, REVIEWING

from foundations.grading.grader import Grader


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A small course with three students: right, not started, and no notebook at all."""
    root = tmp_path_factory.mktemp("course")
    builders.write(builders.source_notebook(), root / "source" / "course" / "course.ipynb")
    folder = root / "graders" / "course"
    folder.mkdir(parents=True)
    for name, factor in (("double", 2), ("triple", 3)):
        (folder / f"test_{name}.py").write_text(GRADER.replace("FACTOR", str(factor)))
    builders.write(builders.answered(), root / "submitted" / "s01" / "course" / "course.ipynb")
    builders.write(builders.release(), root / "submitted" / "s02" / "course" / "course.ipynb")
    (root / "submitted" / "s03" / "course").mkdir(parents=True)
    return root


@pytest.fixture(scope="module")
def class_run(root):
    arguments = (
        "grade",
        "submitted",
        "--assignment",
        "course",
        "--json-dir",
        "reports",
        "--junit",
        "reports/junit.xml",
    )
    return foundations(*arguments, "--no-gradebook", cwd=root)


def test_a_missing_notebook_is_ungraded_and_the_others_are_graded(root, class_run):
    """The command prints a table, writes a report for each student, and exits with 1."""
    reports = {path.stem: json.loads(path.read_text()) for path in (root / "reports").glob("*.json")}

    assert class_run.returncode == 1, class_run.stderr
    assert {name: report["score"] for name, report in reports.items()} == {"s01": 9.0, "s02": 0.0, "s03": None}
    assert "ungraded" in class_run.stdout
    assert (root / "reports" / "junit.xml").read_text().startswith("<?xml")
    assert not (root / "gradebook.db").exists()


def test_one_notebook_is_shown_check_by_check(root):
    """Outside of the course as well, because the course is found from the notebook."""
    path = root / "submitted" / "s01" / "course" / "course.ipynb"
    done = foundations("grade", path, "-a", "course", "--json", root / "one.json", "--no-gradebook", cwd="/")

    assert done.returncode == 0, done.stderr
    assert "the input is left as it was" in done.stdout
    assert json.loads((root / "one.json").read_text())["submission"] == "s01"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("grade", "submitted", "-a", "cours"), "did you mean 'course'"),
        (("grade", "nowhere", "-a", "course"), "nowhere does not exist"),
        (("grade", "nowhere.ipynb", "-a", "course"), "nowhere.ipynb does not exist"),
        (("grade", "source"), "name it with --assignment"),
        (("grade", "submitted", "-a", "course", "--feedback", "loud"), "loud"),
        (("release", "cours"), "did you mean 'course'"),
        (("misconceptions", "cours"), "did you mean 'course'"),
        (("misconceptions", "course", "--exercise", "doubel"), "did you mean 'double'"),
        (("check", "nowhere.ipynb"), "does not exist"),
        (("review", "cours"), "did you mean 'course'"),
        (("review", "course", "s99", "--accept"), "student 's99' has no graded submission of 'course'"),
        (("review", "--accept"), "name the assignment and the student"),
        (("review", "course", "s01", "--accept", "--take", "double"), "exclude each other"),
        (("demo",), "examples"),
        (("nonsense",), "nonsense"),
    ],
)
def test_a_wrong_argument_is_one_sentence_and_exit_code_2(root, arguments, words):
    """A wrong argument never prints a traceback."""
    done = foundations(*arguments, cwd=root)

    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_outside_of_a_course_the_message_names_the_option(tmp_path):
    """The message names ``--course``."""
    done = foundations("release", cwd=tmp_path)

    assert (done.returncode, "--course" in done.stderr) == (2, True)


def test_a_broken_grader_is_exit_code_2(root, tmp_path):
    """The message names the assignment."""
    copy = tmp_path / "copy"
    shutil.copytree(root, copy, ignore=shutil.ignore_patterns("reports"))
    (copy / "graders" / "course" / "test_double.py").write_text("def test_x(:")
    done = foundations("grade", "submitted", "-a", "course", "--no-gradebook", cwd=copy)

    assert done.returncode == 2
    assert "hidden tests of 'course' cannot be used" in done.stderr


def test_our_own_fault_is_exit_code_3_with_a_traceback(root, monkeypatch):
    """The message asks for a report of the fault."""

    def broken(*arguments):
        raise ZeroDivisionError("ours")

    monkeypatch.setattr(Grader, "grade_task", broken)
    done = foundations("grade", "submitted", "-a", "course", "--no-gradebook", cwd=root)

    assert done.returncode == 3
    assert "our fault: ZeroDivisionError: ours" in done.stderr


def test_help_imports_neither_torch_nor_nbgrader(tmp_path):
    """Help appears at once. It lists the commands and the exit codes."""
    code = "import sys\nfrom foundations.cli import main\ntry: main()\n"
    code += "finally: print('torch' in sys.modules, 'nbgrader' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code, "--help"], capture_output=True, text=True, check=False, cwd=tmp_path
    )

    assert done.stdout.endswith("False False\n")
    for word in ("grade", "review", "release", "check", "misconceptions", "demo", "doctor", "Exit code"):
        assert word in done.stdout


def test_known_mistakes_are_listed_for_a_person_and_for_a_program(root, tmp_path):
    """The list has the hint of each mistake; a course without any has an empty list."""
    copy = tmp_path / "copy"
    shutil.copytree(root, copy, ignore=shutil.ignore_patterns("reports"))
    empty = foundations("misconceptions", cwd=copy)
    bank = "from foundations.grading.misconceptions import misconception\n\n"
    bank += "@misconception('double')\ndef squares(x):\n    'Try [3].'\n"
    (copy / "graders" / "course" / "misconceptions.py").write_text(bank)
    printed, dumped = (foundations("misconceptions", "course", *more, cwd=copy) for more in ((), ("--json",)))

    assert (empty.returncode, printed.returncode, dumped.returncode) == (0, 0, 0)
    assert "0 known mistakes" in empty.stdout
    assert "Try [3]." in printed.stdout
    assert "1 known mistake\n" in printed.stdout
    assert [(mistake["id"], mistake["symptoms"]) for mistake in json.loads(dumped.stdout)] == [("squares", [])]


def test_an_unsafe_run_is_marked_in_every_output(root, tmp_path):
    """JSON, tables and stderr mark it, even on a machine that has every layer."""
    path = root / "submitted" / "s01" / "course" / "course.ipynb"
    arguments = ("grade", path, "-a", "course", "--no-gradebook", "--json", tmp_path / "x.json", "--unsafe-no-sandbox")
    done = foundations(*arguments, cwd=root)
    report = json.loads((tmp_path / "x.json").read_text())

    assert (done.returncode, report["score"], report["creditable"]) == (0, 9.0, False)
    assert report["environment"]["layers"][-1] == "unsafe"
    assert done.stdout.count("not creditable: graded without confinement") >= 3
    assert "not creditable" in done.stderr


def test_the_doctor_has_a_sentence_json_and_an_exit_code(root):
    """A person gets a sentence, a program JSON; the gradebook is examined inside a course only."""
    printed, dumped = foundations("doctor", cwd="/"), foundations("doctor", "--json", cwd=root)
    document = json.loads(dumped.stdout)

    assert (printed.returncode, dumped.returncode) == (0, 0), printed.stdout + printed.stderr
    assert printed.stdout.startswith("This machine may grade: ")
    assert "gradebook.db" not in printed.stdout
    assert document["may_grade"] is True
    assert document["facts"][-1]["value"] == f"{root / 'gradebook.db'} can be written"


def test_feedback_levels_reveal_more_from_none_to_full(root, tmp_path):
    """Level none has no message, hints no expected value, full both."""
    notebook = builders.answered()
    builders.cell(notebook, "double-solution").source = "def double(x): return x"
    path = builders.write(notebook, tmp_path / "x.ipynb")
    messages = {}
    for level in ("none", "hints", "full"):
        target = tmp_path / f"{level}.json"
        arguments = ("grade", path, "-a", "course", "--json", target, "--feedback", level, "--no-gradebook")
        foundations(*arguments, "--course", root, cwd=tmp_path)
        messages[level] = json.loads(target.read_text())["exercises"][0]["checks"][0]["message"]

    assert messages["none"] == ""
    assert "expected 4" not in messages["hints"]
    assert "expected 4" in messages["full"]


def test_findings_are_listed_and_closed(root, tmp_path):
    """Findings and decisions survive grading again; findings alone do not change the exit code 0."""
    course = tmp_path / "course"
    shutil.copytree(root, course, ignore=shutil.ignore_patterns("s02", "s03", "reports", "gradebook.db*"))
    (course / "graders" / "course" / "test_double.py").write_text(REVIEWING)
    grading = ("grade", "submitted", "-a", "course", "--json", "one.json")

    first = foundations(*grading, cwd=course)
    assert first.returncode == 0, first.stderr
    assert "1 submission needs a look: run `foundations review`" in first.stdout
    listed = foundations("review", cwd=course)
    assert (listed.returncode, "torch.mm = f" in listed.stdout) == (0, True)
    taken = foundations("review", "course", "s01", "--take", "double", "--by", "ada", cwd=course)
    assert taken.returncode == 0, taken.stderr
    assert "double: 0 of 5 points" in taken.stdout
    assert "waiting for a look: 0" in foundations("review", cwd=course).stdout

    again = foundations(*grading, cwd=course)
    assert (again.returncode, "need" in again.stdout) == (0, False)
    report = json.loads((course / "one.json").read_text())
    assert (report["score"], report["review"], report["reviewed"][0]["by"]) == (4.0, [], "ada")
    listed = json.loads(foundations("review", "--json", cwd=course).stdout)
    assert [(entry["submission"], entry["score"]) for entry in listed] == [("s01", 4.0)]

    back = foundations("review", "course", "s01", "--reopen", cwd=course)
    assert "double: 5 of 5 points" in back.stdout
    (course / "reviews.db").unlink()
    alone = foundations("grade", "submitted", "-a", "course", "--no-gradebook", cwd=course)
    assert "1 submission needs a look: the reports of --json and --json-dir list the findings" in alone.stdout
    assert not (course / "reviews.db").exists()
