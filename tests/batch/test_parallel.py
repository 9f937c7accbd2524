"""Runs with several judges: lost ones, unchanged submissions, and the same results whatever the number of judges."""

import json
import shutil
from pathlib import Path

import builders
import pytest
from command import foundations
from course_builder import NAME, hand_in, make_class
from hidden_tests import GRADER
from nbgrader_warnings import NBGRADER_WARNINGS

from foundations.batch.tasks import SECRET
from foundations.config import Course
from foundations.gradebook.store import scores

pytestmark = NBGRADER_WARNINGS

CLASS = [f"s{number:02}" for number in range(1, 7)]
#: A hidden test whose process is killed while it grades a submission with a certain comment, up to TIMES times.
KILLS = """
import os, pathlib, signal
import torch
from foundations.grading.pytest_plugin import check

@check("the value")
def test_value(student):
    flag = pathlib.Path(FLAG)
    if "ends its judge" in "".join(student.sources) and len(flag.read_text()) < TIMES:
        flag.write_text(flag.read_text() + "x")
        os.kill(os.getpid(), signal.SIGKILL)
    student.call(torch.tensor(2.0)).must_return(torch.tensor(4.0))
"""
#: The keys that may differ between two runs: measured times.
MEASURED = ("timing",)


@pytest.fixture
def course(tmp_path) -> Course:
    return make_class(tmp_path / "root", CLASS)


def grade(course: Course, *more: str, into: str = "reports"):
    return foundations("grade", "submitted", "--json-dir", into, *more, cwd=course.root)


def reports(course: Course, folder: str = "reports") -> dict[str, dict]:
    """Read the reports of a run, without measured times."""
    read = {path.stem: json.loads(path.read_text()) for path in (course.root / folder).glob("*.json")}
    return {name: {key: report[key] for key in report if key not in MEASURED} for name, report in read.items()}


def kill_while_grading(course: Course, times: int) -> Path:
    """Let the judge of ``s02`` be killed that often."""
    flag = course.root / "flag"
    flag.write_text("")
    grader = KILLS.replace("FLAG", repr(str(flag))).replace("TIMES", str(times))
    (course.graders / NAME / "test_double.py").write_text(grader)
    notebook = builders.answered()
    notebook.cells.insert(1, builders.code("# ends its judge"))
    hand_in(course.root / "submitted", {"s02": notebook})
    return flag


def test_a_judge_that_is_lost_once_costs_no_points(course):
    """Its task is given to another one."""
    flag = kill_while_grading(course, 1)
    done = grade(course, "--workers", "2", "--no-gradebook")
    assert done.returncode == 0, done.stderr
    assert flag.read_text() == "x"
    assert reports(course)["s02"]["score"] == 9.0


def test_a_submission_that_loses_two_judges_is_ungraded_and_the_others_are_graded(course):
    """It is the submission's doing, and never a zero."""
    flag = kill_while_grading(course, 9)
    done = grade(course, "--workers", "2", "--no-gradebook")
    written = reports(course)
    assert (done.returncode, flag.read_text()) == (1, "xx")
    assert written["s02"]["verdict"] == "ungraded"
    assert "ended twice in the middle of it" in written["s02"]["reason"]
    assert [written[name]["verdict"] for name in CLASS if name != "s02"] == ["graded"] * 5


def test_reports_do_not_depend_on_the_number_of_judges(course):
    """Verdicts, points, messages and seeds are the same."""
    assert grade(course, "--workers", "1", "--no-gradebook", into="one").returncode == 0
    assert grade(course, "--workers", "3", "--no-gradebook", "--force", into="three").returncode == 0
    assert reports(course, "one") == reports(course, "three")


def test_an_unchanged_class_is_taken_from_the_cache(course):
    """Changed submissions alone are graded and recorded again; ``--force`` grades all."""
    log = course.root / "log.jsonl"

    def unchanged(*more: str) -> list[str]:
        log.unlink(missing_ok=True)
        assert grade(course, "--log-json", str(log), *more).returncode == 0
        events = [json.loads(line) for line in log.read_text().splitlines()]
        return sorted(event["student"] for event in events if event["event"] == "graded" and event["unchanged"])

    assert unchanged() == []
    first, written = reports(course), course.root / "autograded" / "s01" / NAME / f"{NAME}.ipynb"
    time = written.stat().st_mtime_ns
    assert unchanged() == CLASS
    assert (reports(course), written.stat().st_mtime_ns) == (first, time)

    hand_in(course.root / "submitted", {"s01": builders.answered()})
    assert unchanged() == CLASS[1:]
    assert written.stat().st_mtime_ns != time
    assert sum(score or 0 for score, *_ in scores(course, NAME)["s01"].values()) == 9.0

    (course.root / "gradebook.db").unlink()
    assert unchanged() == CLASS
    assert sorted(scores(course, NAME)) == CLASS
    assert unchanged("--force") == []
    (course.root / SECRET).unlink()  # a new one means new hidden inputs
    assert unchanged() == []
    (course.graders / NAME / "test_double.py").write_text(GRADER.replace("FACTOR", "2") + "\n")
    assert unchanged() == []


def test_reports_of_several_assignments_do_not_replace_each_other(course):
    """A student has submitted both, and both are recorded."""
    for folder in ("source", "graders"):
        shutil.copytree(course.root / folder / NAME, course.root / folder / "later")
    (course.source / "later" / f"{NAME}.ipynb").rename(course.source / "later" / "later.ipynb")
    builders.write(builders.release(), course.root / "submitted" / "s02" / "later" / "later.ipynb")
    log = course.root / "log.jsonl"
    assert grade(course, "--student", "s02", "--log-json", str(log)).returncode == 0
    scores_of = {name: reports(course, f"reports/{name}")["s02"]["score"] for name in (NAME, "later")}
    assert scores_of == {NAME: 9.0, "later": 0.0}
    assert {name: sorted(scores(course, name)) for name in scores_of} == {NAME: ["s02"], "later": ["s02"]}
    events = [json.loads(line)["event"] for line in log.read_text().splitlines()]
    assert events == ["start", "graded", "graded", "end"], "one run for both, so that no judge waits between them"


def test_single_students_are_graded(course):
    """A name that is not there is one sentence."""
    assert grade(course, "--student", "s02", "--student", "s05", "--no-gradebook").returncode == 0
    assert sorted(reports(course)) == ["s02", "s05"]
    done = grade(course, "--student", "s20")
    assert (done.returncode, "has no student 's20'" in done.stderr) == (2, True)


def test_without_an_assignment_all_that_were_submitted_are_graded(course):
    """The course has one, and the folder has submissions of it."""
    assert grade(course, "--no-gradebook").returncode == 0
    done = foundations("grade", course.root / "source", cwd=course.root)
    assert (done.returncode, "name it with --assignment" in done.stderr) == (2, True)


def test_a_comparison_lists_each_change_with_its_cause_and_writes_nothing(course):
    """The gradebook keeps the results until they are graded again."""
    assert grade(course).returncode == 0
    recorded = scores(course, NAME)
    (course.graders / NAME / "test_double.py").write_text(GRADER.replace("FACTOR", "4"))
    hand_in(course.root / "submitted", {"s01": builders.answered()})

    done = foundations("regrade", "submitted", "--compare", cwd=course.root)

    assert "course: 4 of 6 would change, 2 stay the same" in done.stdout, done.stdout
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert any(line.startswith("s02 double the value pass, 2.5 of 2.5 fail, 0 of 2.5 -2.5") for line in lines)
    assert "the course or this package changed" in " ".join(lines)
    assert scores(course, NAME) == recorded
    assert foundations("regrade", "submitted", cwd=course.root).returncode == 0
    assert scores(course, NAME) != recorded
    assert "0 of 6 would change" in foundations("regrade", "submitted", "--compare", cwd=course.root).stdout
