"""Small examples of failed checks, found in real student processes, which change no verdict."""

from __future__ import annotations

import time
from typing import Any

import builders
import pytest

from foundations.config import Course, Limits
from foundations.grading.examples import _MAX_CALLS
from foundations.grading.grader import Grader
from foundations.grading.student import Student
from foundations.report.check_table import check_table_html

#: ``double`` returns its value, ``triple`` sets it. A single row cannot be tripled.
DOUBLE = """
import torch
from foundations.authoring import Exercise, dtypes, unchanged_inputs, values

class TestDouble(Exercise):
    sizes = ((4, 3), (4, 3), (3, 3))

    def inputs(self, *shape, dtype=torch.float32):
        return (self.normal(*shape, dtype=dtype),)

    def expected(self, x):
        return 2 * x

    test_values = values("values")
    test_clean = unchanged_inputs("unchanged")
    test_fixed = values("a fixed input", only=lambda self: [(torch.tensor([[1.0]]),)])
    test_dtypes = dtypes("dtypes")
"""
TRIPLE = """
import torch
from foundations.authoring import Exercise, old_values, values

class TestTriple(Exercise):
    sizes = ((4, 3), (4, 3), (2, 2))

    def inputs(self, n, m, dtype=torch.float32):
        return self.normal(n, m, dtype=dtype), self.normal(n, m, dtype=dtype)

    def expected(self, x, y):
        assert len(x) > 1
        return {"x.g": 3 * x}

    test_values = values("values", gate=True)
    test_old = old_values("old values")
"""
RIGHT = "def double(x):\n    return x + x"
SET = "def triple(x, y):\n    x.g = 3 * x"
SOLUTION = '    """Twice x."""\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION'


def made_course(root: Any, solution: str = "return 2 * x") -> Course:
    notebook = builders.source_notebook()
    builders.cell(
        notebook, "double-solution"
    ).source = f"def double(x):\n{SOLUTION.replace('return 2 * x', solution)}\n"
    builders.cell(
        notebook, "triple-solution"
    ).source = "def triple(x, y):\n    ### BEGIN SOLUTION\n    x.g = 3 * x\n    ### END SOLUTION\n"
    for name in ("double", "triple"):
        builders.cell(notebook, name).source = "pass"
    builders.write(notebook, root / "source" / "course" / "course.ipynb")
    folder = root / "graders" / "course"
    folder.mkdir(parents=True)
    for name, text in {"test_double": DOUBLE, "test_triple": TRIPLE}.items():
        (folder / f"{name}.py").write_text(text)
    return Course(root, {})


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return made_course(tmp_path_factory.mktemp("course"))


@pytest.fixture
def grade(course, forkserver, tmp_path):
    """Grade answers; return the report."""

    def grade(double=RIGHT, triple=SET, *, level="example", seed=7, of=course):
        limits = Limits(check_cpu_s=0.5, check_wall_s=3, cell_cpu_s=2, cell_wall_s=6)
        with Grader(of, "course", feedback=level, seed=seed, limits=limits, forkserver=forkserver) as grader:
            notebook = builders.release()
            builders.cell(notebook, "double-solution").source = f"import torch\n{double}"
            builders.cell(notebook, "triple-solution").source = triple
            report = grader.grade(builders.write(notebook, tmp_path / "submission.ipynb"), "s01").report
            assert report.reason is None
            return report

    return grade


def examples(report):
    """Return the examples by exercise and check."""
    return {
        (exercise.id, check.name): check.example
        for exercise in report.exercises
        for check in exercise.checks
        if check.example
    }


def only(report):
    [example] = examples(report).values()
    return example


def settled(report):
    """Return everything in a report that an example must not change, without measured times."""
    document = report.to_json()
    for exercise in document["exercises"]:
        for check in exercise["checks"]:
            check.pop("example", None)
    return document | {"timing": None}


def test_the_smallest_input_is_shown(grade):
    """It has one number, the student's result and the right one; the hidden input [[1.]] is not used."""
    example = only(grade(double="def double(x):\n    return 3 * x"))
    assert (example.inputs, example.call) == (("x = [[-1.]]",), "double(x)")
    assert (example.got, example.expected) == ("[[-3.]]", "[[-2.]]")


def test_a_value_that_is_set_has_its_place(grade):
    """The domain of ``triple`` begins with two rows, so the example has two."""
    example = only(grade(triple="def triple(x, y):\n    x.g = 3 * y"))
    assert [line.partition(" = ")[0] for line in example.inputs] == ["x", "y"]
    assert example.inputs[0].count(".") == 2
    assert example.got.startswith("x.g = [[")
    assert example.expected.startswith("x.g = [[")


def test_names_are_the_students_own(grade):
    """The arguments and the place have the names of the student's parameters."""
    example = only(grade(triple="def triple(rows, other):\n    rows.g = 2 * rows"))
    assert example.call == "triple(rows, other)"
    assert example.expected.startswith("rows.g = ")


def test_old_values_are_part_of_the_example(grade):
    """A sum that is wrong only with an old value shows the old value."""
    report = grade(triple="def triple(x, y):\n    x.g = 3 * x + getattr(x, 'g', 0)")
    example = examples(report)["triple", "old values"]
    assert [line.partition(" = ")[0] for line in example.inputs] == ["x", "x.g", "y"]


@pytest.mark.parametrize(
    ("answer", "got"),
    [
        ("return None", "None"),
        ("return x.tolist()", "[[-1.]]"),
        ("return x[5]", "IndexError: index 5 is out of bounds for dimension 0 with size 1"),
        ("return torch.zeros(40, 40)", "a tensor of shape (40, 40), float32"),
        ("return 2 * x + float('nan')", "[[nan]]"),
        ("return (2 * x).squeeze()", "-2."),
        ("raise ValueError('<b>' + 'x' * 999)", "ValueError: <b>" + "x" * 285 + " …"),
    ],
)
def test_every_kind_of_result_has_words(grade, answer, got):
    """A missing value, another type or shape, an exception: short, whatever the student's code does."""
    shown = only(grade(double=f"def double(x):\n    {answer}")).got
    assert shown == got or (shown.startswith(got[:20]) and len(shown) <= 305)


def test_an_exceptions_text_does_nothing_in_a_page(grade):
    """The example is escaped as messages are."""
    report = grade(double="def double(x):\n    raise ValueError('<script>alert(1)</script>')")
    [exercise] = [exercise for exercise in report.exercises if exercise.id == "double"]
    page = check_table_html(exercise)
    assert "A small example:" in page
    assert "<script>" not in page


@pytest.mark.parametrize("level", ["none", "hints", "full"])
def test_other_levels_have_none(grade, level):
    """An example is looked for only if the level asks for it, and the JSON then has no such key."""
    report = grade(double="def double(x):\n    return 3 * x", level=level)
    assert examples(report) == {}
    assert "example" not in str(report.to_json())


#: Answers to both exercises whose behaviour in small or repeated calls is unusual.
UNUSUAL = {
    "wrong": ("def double(x):\n    return 3 * x", SET),
    "ends the process on small inputs": (
        "import os\ndef double(x):\n    if x.numel() < 5: os._exit(3)\n    return 3 * x",
        "def triple(x, y):\n    x.g = 2 * x",
    ),
    "hangs on small inputs": (
        "def double(x):\n    while x.numel() < 5: pass\n    return 3 * x",
        "def triple(x, y):\n    x.g = 2 * x",
    ),
    "remembers its first call": (
        "SEEN = []\ndef double(x):\n    SEEN.append(2 * x)\n    return SEEN[0]",
        "def triple(x, y):\n    x.g = 2 * x",
    ),
}


@pytest.mark.parametrize("name", UNUSUAL)
def test_verdicts_do_not_change(grade, name):
    """All but the examples is the same at both levels: outcomes, points, messages, reviews."""
    double, triple = UNUSUAL[name]
    assert settled(grade(double, triple)) == settled(grade(double, triple, level="hints"))


@pytest.mark.parametrize("name", ["ends the process on small inputs", "hangs on small inputs"])
def test_a_lost_process_costs_the_example_alone(grade, name):
    """The other exercise has its example all the same, within seconds."""
    start = time.monotonic()
    assert {exercise for exercise, _ in examples(grade(*UNUSUAL[name]))} == {"triple"}
    assert time.monotonic() - start < 60


def test_an_answer_that_depends_on_earlier_calls_has_none(grade):
    """The example would be right if a student tried it alone."""
    assert {exercise for exercise, _ in examples(grade(*UNUSUAL["remembers its first call"]))} == {"triple"}


def test_right_answers_have_none(grade):
    """No example is looked for."""
    assert examples(grade()) == {}


def test_a_mistake_outside_of_the_declared_inputs_has_none(grade):
    """If all small inputs are right, the failed check has its message alone."""
    report = grade(double="def double(x):\n    return 2 * x if len(x) != 1 or x.sum() != 1 else x")
    assert examples(report) == {}
    assert [check.name for check in report.exercises[0].checks if check.outcome == "fail"] == ["a fixed input"]


def test_equal_differences_have_one_example(grade):
    """Several checks fail by the same mistake, and the first one shows it."""
    report = grade(double="def double(x):\n    return 3 * x")
    failed = [check for check in report.exercises[0].checks if check.outcome == "fail"]
    assert len(failed) > 2
    assert [check.example is not None for check in failed] == [True] + [False] * (len(failed) - 1)


def test_the_example_does_not_depend_on_the_seed(grade):
    """So no hidden number can be derived from its numbers."""
    answer = "def double(x):\n    return 2 * x + (x.sum() > 1)"
    assert only(grade(answer, seed=1)) == only(grade(answer, seed=2))


def test_the_calls_are_bounded(grade, monkeypatch):
    """At most fifty calls are made to find one example, however rare the mistake is, and one to confirm it."""
    answer = "def double(x):\n    return 2 * x + (x.abs().sum() > 6)"
    without = grade(double=answer, level="hints")
    assert without.score < without.max_score
    made: list[int] = []
    real = Student.calls

    def counting(student, *each, caller=None):
        if student.inputs_in_words is None:
            made.append(len(each))
        return real(student, *each, caller=caller)

    monkeypatch.setattr(Student, "calls", counting)
    report = grade(double=answer)
    assert settled(report) == settled(without)
    assert 0 < sum(made) <= 2 * _MAX_CALLS + 1  # the student's, and as many of the solution's
    assert only(report)


def test_an_input_on_which_the_solution_is_wrong_is_not_shown(tmp_path, grade):
    """Such an input is not in the domain of the exercise."""
    course = made_course(tmp_path, "return 2 * x if x.numel() > 3 else x")
    example = only(grade(double="def double(x):\n    return 3 * x", of=course))
    assert example.inputs[0].count(".") > 3


def test_a_fault_in_the_search_costs_the_example_alone(grade, monkeypatch):
    """The report is complete without it."""
    monkeypatch.setattr("foundations.grading.examples._Search.smallest", lambda self: 1 / 0)
    report = grade(double="def double(x):\n    return 3 * x")
    assert examples(report) == {}
    assert report.verdict == "graded"
