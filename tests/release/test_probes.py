"""Code that travels into the student's process is found in any course, and has no line of a solution."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Callable
from pathlib import Path

import builders
import pytest
from course_builder import NAME, ROOT, make_course

from foundations.config import Course, find_course
from foundations.errors import CourseError
from foundations.release.build import generate
from foundations.release.leaks import find_release_leaks
from foundations.release.probes import copied_lines, find_probes, read_solutions, revealed

COURSE = find_course(ROOT)
Graders = Callable[..., Course]

SOLUTION = """\
def double(x):
    # Twice.
    ### BEGIN SOLUTION
    layer.w = (x + x) * factor
    if len(x) > 3:
        layer.w -= rate * layer.w
    return layer.w
    ### END SOLUTION
"""


@pytest.fixture
def graders(tmp_path: Path) -> Graders:
    """Return a function that makes a course with a solution of several lines, and with given graders."""

    def make(text: str, *, name: str = "test_double.py", shared: str = "", given: str = "") -> Course:
        source = builders.source_notebook()
        builders.cell(source, "double-solution").source = SOLUTION
        source.cells.append(builders.code(given, id="given"))
        course = make_course(tmp_path / "root", source)
        (course.graders / NAME / name).write_text(textwrap.dedent(text), "utf-8")
        (course.graders / "conftest.py").write_text(textwrap.dedent(shared), "utf-8")
        return course

    return make


# -------------------------------------------------------------------------------------------------- code that travels


def test_functions_that_travel_are_known_by_their_first_parameter(graders: Graders) -> None:
    """They may be at any depth, in any file of the graders; functions that run in the judge do not count."""
    course = graders(
        """
        def probe(names, x): ...
        def reference(x): return (x + x) * x
        def baseline(x): return (x + x) * x
        def make():
            def inner(names, /, x): ...
            return inner
        async def late(names): ...
        class Bench:
            def names(self, names): ...
        """,
        shared="def everywhere(names): ...",
    )
    assert {probe.name for probe in find_probes(course, NAME)} == {"probe", "inner", "late", "everywhere"}
    assert revealed(course, NAME) == []


@pytest.mark.parametrize("asked", ["inspect.getsource(ground)", "getsource(ground)", "inspect.getsourcelines(ground)"])
def test_code_that_is_sent_as_text_travels(graders: Graders, asked: str) -> None:
    """The argument of ``getsource`` is a class or function of the file."""
    course = graders(f"def ground(): ...\nclass Other: ...\ndef text(): return {asked}")
    assert [probe.name for probe in find_probes(course, NAME)] == ["ground"]


def test_all_definitions_may_travel_if_getsource_has_a_variable(graders: Graders) -> None:
    """The value of a variable is unknown, so that every definition of the file counts."""
    course = graders("def one(x): ...\ndef other(x): ...\ntexts = [inspect.getsource(each) for each in (one, other)]")
    assert {probe.name for probe in find_probes(course, NAME)} == {"one", "other"}


def test_broken_grader_is_named(graders: Graders) -> None:
    """The author's error names the file."""
    with pytest.raises(CourseError, match=r"'test_double\.py' is not Python"):
        find_probes(graders("def (:"), NAME)


# --------------------------------------------------------------------------------------------------- lines of solutions


@pytest.mark.parametrize(
    "line",
    [
        "return (value + value) * value.factor",
        "self.scale = 1; f((x + x) * self.scale)",
        "total.sub_(lr * total)",
        "total -= lr * total",
        "exec('y = (t + t) * q')",
        "return [1 for _ in t if len(t) > 3]",
    ],
)
def test_line_of_a_solution_is_found(graders: Graders, line: str) -> None:
    """A copy counts under other names, in another expression, with another spelling of an operator, and in a string."""
    assert len(revealed(graders(f"def probe(names, value):\n    value.factor = 1\n    {line}"), NAME)) == 1


@pytest.mark.parametrize(
    "line",
    ["return torch.lerp(x, y, 2)", "return len(x)", "total += lr * total", "return (x + y) * x", "x = 'some text'"],
)
def test_other_lines_are_not_copies(graders: Graders, line: str) -> None:
    """A single operation, and another computation, are allowed."""
    assert revealed(graders(f"def probe(names, x):\n    {line}"), NAME) == []


@pytest.mark.parametrize(("given", "count"), [("", 1), ("n = (a + a) * a", 1), ("n = 1 if a else (a + a) * b", 0)])
def test_a_released_line_is_not_a_leak(graders: Graders, given: str, count: int) -> None:
    """A released cell may have the same line."""
    course = graders("def probe(names, x):\n    return (x + x) * factor", given=given)
    assert len(revealed(course, NAME)) == count


def test_release_check_names_file_line_function_and_exercise(graders: Graders, tmp_path: Path) -> None:
    """The sentence ends with a remedy."""
    course = graders("def probe(names, x):\n    y = 1\n    return (x + x) * y")
    made = generate(course, NAME, tmp_path / "made")
    made.parent.rename(course.root / "release")
    assert find_release_leaks(course, NAME) == [
        "graders/course/test_double.py, line 3: 'probe' travels into the student's process with a line of the solution "
        "of 'double': '(x + x) * factor'; compute it another way, or send the result as an argument"
    ]


# ------------------------------------------------------------------------------------------------------ this repository

#: Former code of probes, each with the exercise whose solution it revealed.
ONCE = {
    "test": """
        def right(a, b, cmp, cname=None):
            answer = cmp(a, b)
            if isinstance(answer, torch.Tensor):
                answer = bool(answer.all())
            assert answer, f"{cname or getattr(cmp, '__name__', cmp)}:\\n{a}\\n{b}"
        """,
    "near": """
        def near(a, b):
            return a.shape == b.shape and torch.allclose(a.double(), b.double(), rtol=1e-3, atol=1e-5)
        """,
    "export_cells": """
        def right(path):
            cells = json.loads(Path(path).read_text(encoding="utf-8"))["cells"]
            marked = ["".join(cell["source"]).partition("\\n") for cell in cells if cell["cell_type"] == "code"]
            return [rest for first, _, rest in marked if first == "#export" and rest.strip()]
        """,
    "as_column": """
        def of_a_stretched_column(names, c):
            return names["stored_floats"](c[:, None].expand(-1, 7))
        """,
    "lin_grad": """
        def met_in_einsum(names, inp, w, b, upstream):
            right = inp.t() @ upstream
            return float((2 * right - w.g).abs().max() / right.abs().max())
        """,
    "Module": """
        class Module:
            def __call__(self, *args):
                self.args = args
                self.out = self.forward(*args)
                return self.out

            def backward(self):
                self.bwd(self.out, *self.args)
        """,
    "sgd_step": """
        def update(*values, **named):
            for p in next(value for value in values if not isinstance(value, float)):
                p.sub_(rate * p.g)
                p.g = None
        """,
}


@pytest.mark.parametrize("exercise", ONCE)
def test_former_probes_are_refused(exercise: str) -> None:
    """Each had a line of the solution that it replaced."""
    assignments = {
        "as_column": "02_broadcasting",
        "lin_grad": "05_modules",
        "Module": "05_modules",
        "sgd_step": "06_training",
    }
    solutions = read_solutions(COURSE, assignments.get(exercise, "00_exports"))
    tree = ast.parse(textwrap.dedent(ONCE[exercise]))
    assert exercise in {name for _, name, _ in copied_lines(tree, solutions)}


@pytest.mark.parametrize("assignment", COURSE.assignments)
def test_code_that_travels_reveals_no_solution(assignment: str) -> None:
    """Solutions of the same assignment and of the others are secret."""
    assert revealed(COURSE, assignment) == []


def test_probes_of_this_course_are_found() -> None:
    """Every assignment except 01 has probes; the stand-ins of 05 are among them."""
    probes = {name: {probe.name for probe in find_probes(COURSE, name)} for name in COURSE.assignments}
    assert [name for name, names in probes.items() if not names] == ["01_matmul"]
    assert {"lives", "classes", "timed"} <= probes["05_modules"]
    assert "outer_product" not in probes["05_modules"]
    assert {"trained", "step"} <= probes["06_training"]
