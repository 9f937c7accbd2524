"""A fault of one submission costs no other: all others are graded and recorded."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import builders
import pytest
from command import foundations
from course_builder import NAME, hand_in, make_course
from hidden_tests import GRADER
from nbgrader_warnings import NBGRADER_WARNINGS
from sessions import CLOSE_ALL, LEADERLESS
from sqlalchemy import create_engine

from foundations.batch.run import stopped
from foundations.config import Course
from foundations.errors import CourseError, InternalError, SessionLost, SubmissionError
from foundations.gradebook.store import scores
from foundations.grading.grader import Grader
from foundations.report import failures
from foundations.report.failures import exit_code

pytestmark = NBGRADER_WARNINGS

CLASS = ("s01", "s02", "s03")
COMMAND = [sys.executable, "-c", "from foundations.cli import main; main()"]


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """Make the small course with hidden tests, and a class of three that submitted right answers."""
    course = make_course(tmp_path / "root")
    for name, factor in (("double", 2), ("triple", 3)):
        (course.graders / NAME / f"test_{name}.py").write_text(GRADER.replace("FACTOR", str(factor)))
    hand_in(course.root / "submitted", dict.fromkeys(CLASS, builders.answered()))
    return course


def with_last_cell(source: str):
    notebook = builders.answered()
    notebook.cells.append(builders.code(textwrap.dedent(source)))
    return notebook


def grade(course: Course, *more: str):
    return foundations("grade", "submitted", "-a", NAME, "--json-dir", "reports", *more, cwd=course.root)


def reports(course: Course) -> dict[str, dict]:
    return {path.stem: json.loads(path.read_text()) for path in (course.root / "reports").glob("*.json")}


def points(course: Course) -> dict[str, float | None]:
    """Return the points in the gradebook for the first exercise of each student."""
    return {student: cells["double"][0] for student, cells in scores(course, NAME).items()}


# ------------------------------------------------------------------------------------------------------ exceptions


#: Exceptions in the grading of one submission, and whether each is a fault of the package.
ERRORS = {
    "e01": (ZeroDivisionError("ours"), True),
    "e02": (RecursionError("maximum recursion depth exceeded"), True),
    "e03": (MemoryError(), True),
    "e04": (OSError(5, "Input/output error", "submitted/s02"), True),
    "e05": (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"), True),
    "e06": (SystemExit(7), True),
    "e07": (pytest.fail.Exception("stray"), True),
    "e08": (InternalError("the fork server ended\nand more", slug="warm"), False),
    "e09": (SessionLost("it ended"), False),
    "e10": (SubmissionError("no"), False),
}


def test_an_exception_of_one_submission_becomes_its_report(course, monkeypatch):
    """The others are graded and recorded, and the exit code is the highest one."""
    hand_in(course.root / "submitted", {name: builders.answered() for name in ERRORS})
    grade_one = Grader.grade_task

    def failing(grader, handed, student, *others):
        if student in ERRORS:
            raise ERRORS[student][0]
        return grade_one(grader, handed, student, *others)

    monkeypatch.setattr(Grader, "grade_task", failing)
    done = grade(course)
    written = reports(course)

    assert done.returncode == 3
    assert {name: written[name]["score"] for name in written} == dict.fromkeys(ERRORS) | dict.fromkeys(CLASS, 9.0)
    assert points(course) == dict.fromkeys(ERRORS) | dict.fromkeys(CLASS, 5.0)
    for name in ERRORS:
        assert written[name]["reason"].startswith("not graded: ")
        assert "\n" not in written[name]["reason"]
    assert done.stderr.count("Traceback") == done.stderr.count("our fault") == sum(ours for _, ours in ERRORS.values())


@pytest.mark.parametrize(
    ("error", "code"),
    [(ZeroDivisionError(), 3), (InternalError("x"), 3), (SessionLost("x"), 1), (SubmissionError("x"), 1)],
    ids=lambda value: type(value).__name__,
)
def test_the_exit_code_names_whose_fault_it_was(error, code):
    """A submission that cannot be graded is the fault of the submission alone."""
    assert exit_code([failures.report_of(error, "a", "s")]) == code


def test_an_error_of_the_course_ends_the_run_and_keeps_the_reports(course, monkeypatch):
    """Submissions that were graded before are recorded, and in the files."""
    grade_one = Grader.grade_task

    def failing(grader, handed, student, *others):
        if student == "s03":
            raise CourseError("the hidden tests are gone", slug="graders")
        return grade_one(grader, handed, student, *others)

    monkeypatch.setattr(Grader, "grade_task", failing)
    done = grade(course, "--json", "all.json")

    assert (done.returncode, "the hidden tests are gone" in done.stderr) == (2, True)
    assert points(course) == {"s01": 5.0, "s02": 5.0}
    assert sorted(reports(course)) == ["s01", "s02"]
    assert len(json.loads((course.root / "all.json").read_text())) == 2


def test_half_a_character_in_a_report_is_replaced(course, monkeypatch):
    """A file in UTF-8 cannot hold half a character."""
    monkeypatch.setattr(Grader, "grade_task", lambda grader, handed, student, *others: 1 / 0)
    monkeypatch.setattr("foundations.report.failures._one_line", lambda error: "half \ud800")
    grade(course, "--no-gradebook")
    assert "half \ufffd" in reports(course)["s01"]["reason"]


# ------------------------------------------------------------------------------------------------- the whole class

STOPPERS = (
    LEADERLESS.format(hold=CLOSE_ALL, threads=1),
    LEADERLESS.format(hold=CLOSE_ALL + "\n        while True: pass", threads=3),
    f"import os\n{CLOSE_ALL}\nos.kill(os.getpid(), 19)",
)


def test_a_class_of_30_with_three_that_stop_runs_has_30_reports(course):
    """The gradebook has 30 entries."""
    honest = {f"s{number:02}": builders.answered() for number in range(1, 28)}
    hostile = {f"h{number}": with_last_cell(source) for number, source in enumerate(STOPPERS)}
    hand_in(course.root / "submitted", honest | hostile)
    began = time.monotonic()
    done = grade(course)

    assert done.returncode == 0, done.stderr
    assert {report["score"] for report in reports(course).values()} == {9.0}
    assert points(course) == dict.fromkeys([*hostile, *honest], 5.0)
    assert time.monotonic() - began < 120


# ------------------------------------------------------------------------------------------------------------ Ctrl-C


#: Programs that a shell starts in the background ignore Ctrl-C, and so do their children.
HEARS_CTRL_C = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from foundations.cli import main; main()"
)


def interrupted(course: Course, when, *more: str) -> subprocess.CompletedProcess[str]:
    """Run the command, send Ctrl-C when ``when()`` is true, and wait for the end."""
    process = subprocess.Popen(
        [sys.executable, "-c", HEARS_CTRL_C, "grade", "submitted", "-a", NAME, *more],
        cwd=course.root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    until = time.monotonic() + 120
    while not when() and process.poll() is None and time.monotonic() < until:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=25)
    return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)


def test_ctrl_c_in_the_middle_of_a_session_keeps_finished_reports(course):
    """A sentence counts the reports that are kept, and the exit code is 130; the same command grades the rest."""
    flag = course.root / "reports" / "s02.json"
    hand_in(course.root / "submitted", {"s03": with_last_cell("import time; time.sleep(50)")})

    def in_the_middle():
        if not flag.exists():
            return False
        time.sleep(0.3)
        return True

    done = interrupted(course, in_the_middle, "--json-dir", "reports")

    assert done.returncode == 130, done.stderr
    assert "Stopped. 2 of 3 submissions are graded and recorded; run the same command again" in done.stderr
    assert "fault" not in done.stderr
    assert "Traceback" not in done.stderr
    assert points(course) == {"s01": 5.0, "s02": 5.0}

    hand_in(course.root / "submitted", {"s03": builders.answered()})
    assert grade(course).returncode == 0
    assert points(course) == {"s01": 5.0, "s02": 5.0, "s03": 5.0}


@pytest.mark.slow
def test_ctrl_c_while_reports_are_recorded_finishes_the_current_one(course):
    """Each submission is in the gradebook as a whole or not at all."""
    names = [f"s{number:02}" for number in range(1, 25)]
    hand_in(course.root / "submitted", {name: builders.release() for name in names})
    done = interrupted(course, (course.root / "reports" / f"{names[-1]}.json").exists, "--json-dir", "reports")

    assert done.returncode == 130, done.stderr
    recorded = scores(course, NAME)
    assert f"Stopped. {len(recorded)} of {len(names)} submissions are graded and recorded" in done.stderr
    assert all(len(cells) == 3 for cells in recorded.values())
    assert grade(course).returncode == 0
    assert len(points(course)) == len(names)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ((), "1 of 3 submissions are graded"),
        ((Path("a.json"), Path("b")), "1 of 3 submissions are graded, and their reports are in a.json and b"),
    ],
)
def test_a_stopped_run_without_gradebook_names_its_files(written, kept):
    """The cache keeps the reports in any case."""
    assert stopped(1, 3, None, written) == f"Stopped. {kept}; run the same command again to grade the rest."


def test_ctrl_c_in_another_command_is_not_a_fault(course, monkeypatch):
    """The command ends with a sentence and exit code 130."""

    def stop(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr("foundations.release.build.build_release", stop)
    done = foundations("release", cwd=course.root)
    assert (done.returncode, done.stderr.strip()) == (
        130,
        "foundations: Stopped. All files written so far are kept; run the same command again.",
    )


# ------------------------------------------------------------------------------------------------- timestamp.txt

READ = {
    "UTF-16": "2026-01-02 00:00:00 UTC".encode("utf-16"),
    "UTF-16 without a mark": "2026-01-02 00:00:00 UTC".encode("utf-16-le"),
    "UTF-8 with a mark": "2026-01-02 00:00:00 UTC\r\n".encode("utf-8-sig"),
    "Latin-1": "2026-01-02 00:00:00 UTC\xa0".encode("latin-1"),
}
REPORTED: dict[str, tuple[bytes | Callable[[Path], None], str]] = {
    "Latin-1 words": ("gestern, um zwölf".encode("latin-1"), "holds 'gestern, um zwölf', which is not a date"),
    "no date": (b"yesterday", "holds 'yesterday', which is not a date"),
    "no year": (b"12", "holds '12', which is not a date"),
    "a year too far": (b"999999-01-01", "which is not a date"),
    "huge": (b"2026-01-02 " * 100_000, "has more than 1,000 bytes"),
    "empty": (b"", "is empty"),
    "zeros": (b"\0" * 30, "is empty"),
    "a folder": (os.mkdir, "is a link, a folder or a pipe"),
    "a link": (lambda path: os.symlink("/etc/hostname", path), "is a link, a folder or a pipe"),
    "a link to nowhere": (lambda path: os.symlink("/nowhere", path), "is a link, a folder or a pipe"),
    "a pipe": (os.mkfifo, "is a link, a folder or a pipe"),
}


def test_a_bad_timestamp_is_read_or_reported_for_its_student_alone(course):
    """All submissions are recorded, and a sentence reports each unknown time."""
    students = [*READ, *REPORTED]
    hand_in(course.root / "submitted", {name: builders.release() for name in students})
    for name in students:
        content = READ[name] if name in READ else REPORTED[name][0]
        path = course.root / "submitted" / name / NAME / "timestamp.txt"
        path.write_bytes(content) if isinstance(content, bytes) else content(path)
    done = grade(course)

    assert done.returncode == 0, done.stderr
    assert points(course) == dict.fromkeys(students, 0.0) | dict.fromkeys(CLASS, 5.0)
    assert done.stderr.count("timestamp.txt of") == len(REPORTED)
    for name, (_, words) in REPORTED.items():
        assert f"timestamp.txt of {name!r}" in done.stderr
        assert words in done.stderr
    for name in READ:
        text = (course.root / "autograded" / name / NAME / "timestamp.txt").read_text("utf-8")
        assert text == "2026-01-02 00:00:00 UTC"


# --------------------------------------------------------------------------------------------- paths and gradebooks


@pytest.mark.parametrize(("name", "sign"), [("a [1]", "["), ("st*r", "*"), ("wh?", "?"), ("%41", "%41")])
def test_a_path_that_reads_as_a_pattern_is_one_sentence(course, tmp_path, name, sign):
    """The command stops before it writes a file."""
    root = tmp_path / name
    course.root.rename(root)
    before = sorted(path.name for path in tmp_path.rglob("*"))
    done = foundations("grade", "submitted", "-a", NAME, cwd=root)

    assert done.returncode == 2
    assert f"contains {sign!r}" in done.stderr
    assert sorted(path.name for path in tmp_path.rglob("*")) == before


def test_other_odd_paths_work(course, tmp_path):
    """Spaces, percent signs, braces, and a submitted folder that looks like a pattern are allowed."""
    root = tmp_path / "50% of {it} & ü"
    course.root.rename(root)
    course = Course(root, {})
    (root / "submitted").rename(root / "sub [1] %41")
    names = ["{0}", "a,b", "-x", "a%20b", " x ", "=1+1", "s.", "a\nb"]
    hand_in(root / "sub [1] %41", {name: builders.release() for name in names})
    done = foundations("grade", "sub [1] %41", "-a", NAME, cwd=root)

    assert done.returncode == 0, done.stderr
    assert points(course) == dict.fromkeys(names[:-1], 0.0) | dict.fromkeys(CLASS, 5.0)
    assert "not in the gradebook: a\\nb, because the gradebook cannot hold the name of this folder" in done.stdout


LOCK = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('BEGIN IMMEDIATE'); print(); input()"


def test_a_gradebook_that_another_program_locks_is_one_sentence(course, monkeypatch):
    """The files are written, and the next run records all students."""
    quick = partial(create_engine, connect_args={"timeout": 0.2})  # SQLite waits for 5 s, several times
    monkeypatch.setattr("nbgrader.api.create_engine", quick)
    assert grade(course).returncode == 0
    hand_in(course.root / "submitted", {"s01": builders.release(), "s04": builders.answered()})
    book = course.root / "gradebook.db"
    with subprocess.Popen(
        [sys.executable, "-c", LOCK, str(book)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        done = grade(course)
        other.communicate(b"\n")

    assert done.returncode == 2
    assert f"the gradebook {book} is locked by another program" in done.stderr
    assert "Traceback" not in done.stderr
    assert [reports(course)[name]["score"] for name in ("s01", "s02", "s03", "s04")] == [0.0, 9.0, 9.0, 9.0]
    assert points(course) == dict.fromkeys(CLASS, 5.0)
    assert grade(course).returncode == 0
    assert points(course) == {"s01": 0.0, "s02": 5.0, "s03": 5.0, "s04": 5.0}


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_class_of_30_of_the_course_with_three_that_stop_runs_has_30_reports(tmp_path):
    """The first assignment of the course itself gives the same result."""
    import shutil

    from course_builder import ROOT

    name = "01_matmul"
    for part in ("source", "graders"):
        shutil.copytree(ROOT / part / name, tmp_path / part / name, ignore=shutil.ignore_patterns("__pycache__"))
    for shared in (path for path in (ROOT / "graders").iterdir() if path.is_file()):
        shutil.copy(shared, tmp_path / "graders")
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    right = (ROOT / "solutions" / name / f"{name}.ipynb").read_text("utf-8")
    for number in range(30):
        notebook = json.loads(right)
        if number % 10 == 4:
            cell = builders.code(textwrap.dedent(STOPPERS[number // 10]))
            notebook["cells"].append({key: value for key, value in cell.items() if key != "id"})
        path = tmp_path / "submitted" / f"s{number:02}" / name / f"{name}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(notebook), "utf-8")
    done = foundations("grade", "submitted", "-a", name, "--json-dir", "reports", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    written = [json.loads(path.read_text()) for path in (tmp_path / "reports").glob("*.json")]
    assert len(written) == 30
    assert {report["score"] for report in written} == {15.0}
    assert len(scores(Course(tmp_path, {}), name)) == 30
