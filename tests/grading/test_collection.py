"""Hidden tests are collected once, and each notebook gets new instances and fixtures."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import builders
import pytest

from foundations.config import Course
from foundations.errors import CourseError, InternalError
from foundations.grading.grader import Grader

#: Its checks fail if an instance, or a fixture of any scope, has seen another notebook.
STATEFUL = """
import pytest
from foundations.grading.pytest_plugin import check

@pytest.fixture(scope="session")
def shared():
    return []

@pytest.fixture(scope="module", autouse=True)
def of_module(shared):
    yield
    shared.clear()

class Test:
    seen = ()

    @check("the value")
    def test_value(self, student, shared):
        assert student.call(2.0).value == FACTOR * 2.0
        self.seen = (*self.seen, student)
        shared.append(student)
        assert len(self.seen) == len(shared) == 1

    @pytest.mark.parametrize("number", [1.0, 3.0])
    @check("more values")
    def test_more(self, student, number):
        self.seen = (*self.seen, student)
        assert (len(self.seen), student.call(number).value) == (1, FACTOR * number)
"""


@pytest.fixture
def graders(tmp_path: Path) -> Path:
    builders.write(builders.source_notebook(), tmp_path / "source" / "course" / "course.ipynb")
    folder = tmp_path / "graders" / "course"
    folder.mkdir(parents=True)
    write(folder, STATEFUL)
    return folder


def write(folder: Path, text: str) -> None:
    """Write the same hidden tests for both exercises, with a time of change that no earlier version has."""
    for number, (name, factor) in enumerate((("double", 2), ("triple", 3))):
        path = folder / f"test_{name}.py"
        before = path.stat().st_mtime_ns if path.exists() else number
        path.write_text(text.replace("FACTOR", str(factor)))
        os.utime(path, ns=(before + 10**9, before + 10**9))


@pytest.fixture
def grader(graders: Path, forkserver: Any) -> Any:
    with Grader(Course(graders.parents[1], {}), "course", forkserver=forkserver) as grader:
        yield grader


def outcomes(grader: Grader, folder: Path, notebook: Any = None) -> list[str]:
    path = builders.write(notebook or builders.answered(), folder / "submission.ipynb")
    report = grader.grade(path, "s01").report
    return [check.outcome for exercise in report.exercises for check in exercise.checks]


def test_each_notebook_has_new_instances_and_fixtures(grader, tmp_path):
    """State of a class, and of fixtures of a module and of the whole run, ends with the notebook."""
    assert [outcomes(grader, tmp_path) for _ in range(3)] == [["pass"] * 6] * 3


def test_pytest_collects_once(grader, tmp_path, monkeypatch):
    """To start pytest takes longer than most hidden tests."""
    started = []
    main = pytest.main

    def counted(*args: Any, **more: Any) -> Any:
        started.append(args)
        return main(*args, **more)

    monkeypatch.setattr(pytest, "main", counted)
    assert [outcomes(grader, tmp_path) for _ in range(3)] == [["pass"] * 6] * 3
    assert len(started) == 1


def test_a_wrong_notebook_does_not_affect_the_next(grader, tmp_path):
    """Nor does one whose answer is missing."""
    wrong = builders.answered()
    builders.cell(wrong, "double-solution").source = "def double(x): return 5 * x"
    builders.cell(wrong, "triple-solution").source = "x = 1"
    assert "pass" not in outcomes(grader, tmp_path, wrong)
    assert outcomes(grader, tmp_path) == ["pass"] * 6


def test_changed_hidden_tests_are_collected_anew(grader, graders, tmp_path):
    """Authors change hidden tests while a notebook server runs the grader."""
    assert outcomes(grader, tmp_path) == ["pass"] * 6
    write(graders, STATEFUL.replace('"more values"', '"others"').replace("[1.0, 3.0]", "[1.0]"))
    assert outcomes(grader, tmp_path) == ["pass"] * 4


def test_graders_of_two_courses_take_turns(grader, forkserver, graders, tmp_path):
    """Files of the same name in two courses are different hidden tests."""
    root = tmp_path / "other"
    builders.write(builders.source_notebook(), root / "source" / "course" / "course.ipynb")
    folder = root / "graders" / "course"
    folder.mkdir(parents=True)
    write(folder, STATEFUL.replace("[1.0, 3.0]", "[1.0]"))
    with Grader(Course(root, {}), "course", forkserver=forkserver) as other:
        seen = [len(outcomes(each, tmp_path)) for each in (grader, other, grader, other)]
    assert seen == [6, 4, 6, 4]


def test_an_exit_of_a_fixture_is_no_verdict(grader, graders, tmp_path):
    """A fixture that ends pytest is reported, and the next run starts anew."""
    assert outcomes(grader, tmp_path) == ["pass"] * 6
    write(graders, STATEFUL.replace("    return []", "    pytest.exit('now')"))
    with pytest.raises(InternalError, match="pytest ended"):
        outcomes(grader, tmp_path)
    write(graders, STATEFUL)
    assert outcomes(grader, tmp_path) == ["pass"] * 6


def test_hidden_tests_that_cannot_be_imported_are_refused_each_time(grader, graders, tmp_path):
    """Until their author corrects them."""
    write(graders, "import nothing_of_that_name")
    for _ in range(2):
        with pytest.raises(CourseError, match="nothing_of_that_name"):
            outcomes(grader, tmp_path)
    write(graders, STATEFUL)
    assert outcomes(grader, tmp_path) == ["pass"] * 6
