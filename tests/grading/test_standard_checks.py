"""Standard checks on a real course: each refuses the answers that it is for, and the right answer passes all."""

from __future__ import annotations

import re

import builders
import pytest

from foundations.config import Course
from foundations.errors import CourseError
from foundations.grading.grader import Grader

DECLARED = """
import torch
from helpers import TWICE
from foundations.authoring import (
    Exercise, Growth, Rule, all_but, check, dtypes, faster_than, memory, old_values, refuses, rule, scales_as,
    sizes_of_one, together, unchanged_inputs, values, views,
)

def slow(x):
    total = torch.zeros_like(x)
    for i in range(len(x)):
        total[i] = 2 * x[i]
    return total

class TestDouble(Exercise):
    sizes = ((4, 3), (4, 3), (3, 3))
    allowed = Rule(about="doubling by a product", allow=all_but("matrix product"))

    def inputs(self, *shape, dtype=torch.float32):
        return (self.normal(*shape, dtype=dtype),)

    def expected(self, x):
        return TWICE * x

    def misfits(self):
        yield (self.normal(2, 2, 2, 2),), "x has four axes"

    test_values = values("values", gate=True)
    test_rule = rule("rule")
    test_ones = sizes_of_one("sizes of one", [(1, 3), (3, 1), (1, 1)])
    test_dtypes = dtypes("dtypes", also=lambda self: [(torch.arange(6).reshape(2, 3),)])
    test_views = views("views")
    test_clean = unchanged_inputs("unchanged")
    test_refuses = refuses("refuses", misfits)
    test_together = together(values("five rows", only=[(5, 2)]), values("six rows", only=[(6, 2)]))
    test_scale = scales_as("scale", Growth(n=0, k=0, m=0), (4, 3, 2), "one product is enough")
    test_memory = memory("memory", (40, 1), 100, "40 numbers are enough")
    test_speed = faster_than(
        "speed", slow, inputs=lambda generator: (torch.randn(400, generator=generator),), min_speedup=4, label="a loop"
    )
"""

#: Sets its values instead of returning them.
SETS = """
import torch
from foundations.authoring import Exercise, old_values, unchanged_inputs, values

class TestTriple(Exercise):
    sizes = ((4, 3), (4, 3), (2, 2))

    def inputs(self, n, m, dtype=torch.float32):
        return self.normal(n, m, dtype=dtype), self.normal(n, m, dtype=dtype)

    def expected(self, x, y):
        return {"x.g": 3 * x, "y.g": 2 * y}

    def before_own(self):
        raise AssertionError("there are no earlier exercises")

    test_values = values("values")
    test_place = values("y alone", places=["y.g"])
    test_old = old_values("old values")
    test_clean = unchanged_inputs("unchanged")
"""

RIGHT = "def double(x):\n    assert x.ndim < 4\n    return x + x"
SET = "def triple(x, y):\n    x.g, y.g = 3 * x, 2 * y"

#: Answers by the check that refuses them.
WRONG = {
    "values": "def double(x):\n    assert x.ndim < 4\n    return 3 * x",
    "rule": "def double(x):\n    assert x.ndim < 4\n    return x @ torch.eye(9) if x.ndim > 9 else x + x",
    "sizes of one": "def double(x):\n    assert x.ndim < 4\n    return (x + x).squeeze()",
    "dtypes": "def double(x):\n    assert x.ndim < 4\n    return (x + x).float()",
    "views": "def double(x):\n    assert x.ndim < 4\n    return 2 * x.view(-1).view(x.shape)",
    "unchanged": "def double(x):\n    assert x.ndim < 4\n    y = x + x\n    x += 1\n    return y",
    "refuses": "def double(x):\n    return x + x",
    "five rows; six rows": "def double(x):\n    assert x.ndim < 4 and len(x) != 6\n    return x + x",
    "memory": "def double(x):\n    assert x.ndim < 4\n    return (torch.cat([x] * 9) + torch.cat([x] * 9))[: len(x)]",
    "speed": "def double(x):\n    assert x.ndim < 4\n    return torch.stack([row + row for row in x])",
}


@pytest.fixture
def grading(tmp_path, forkserver):
    """Grade answers to both exercises; return the checks that did not pass, by exercise."""
    builders.write(builders.source_notebook(), tmp_path / "source" / "course" / "course.ipynb")
    folder = tmp_path / "graders" / "course"
    folder.mkdir(parents=True)
    for name, text in {"test_double": DECLARED, "test_triple": SETS, "helpers": "TWICE = 2"}.items():
        (folder / f"{name}.py").write_text(text)
    with Grader(Course(tmp_path, {}), "course", forkserver=forkserver) as grader:

        def grade(double=RIGHT, triple=SET):
            notebook = builders.release()
            builders.cell(notebook, "double-solution").source = f"import torch\n{double}"
            builders.cell(notebook, "triple-solution").source = triple
            report = grader.grade(builders.write(notebook, tmp_path / "submission.ipynb"), "s01").report
            assert report.reason is None
            return {
                exercise.id: {check.name: check.message for check in exercise.checks if check.outcome == "fail"}
                for exercise in report.exercises
            }

        yield grade


def test_right_answers_pass(grading):
    """Every standard check accepts them, also the one of speed."""
    assert grading() == {"double": {}, "triple": {}}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_answer_fails_its_check(grading, name):
    """The check that is about the mistake fails."""
    assert name in grading(double=WRONG[name])["double"]


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("values", "def triple(x, y):\n    return 3 * x"),
        ("values", "def triple(x, y):\n    y.g = 3 * x"),
        ("y alone", "def triple(x, y):\n    x.g, y.g = 3 * x, 3 * y"),
        ("old values", "def triple(x, y):\n    x.g, y.g = 3 * x + 0 * getattr(x, 'g', x), 2 * y"),
        ("unchanged", "def triple(x, y):\n    x.g, y.g = 3 * x, 2 * y\n    y.zero_()"),
    ],
)
def test_values_that_are_set(grading, name, answer):
    """They are looked for on the argument and the attribute of their place."""
    assert name in grading(triple=answer)["triple"]


def test_other_places_are_not_looked_at(grading):
    """A check of some places accepts any values in the others."""
    assert "y alone" not in grading(triple="def triple(x, y):\n    x.g, y.g = x, 2 * y")["triple"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "    def expected(self, x):\n        return TWICE * x\n",
            "",
            r"TestDouble has no method expected\(self, ...\)",
        ),
        ("return TWICE * x\n", 'return {"z.g": TWICE * x}\n', r"expected names the place 'z.g'"),
    ],
)
def test_an_incomplete_declaration_is_its_authors_fault(tmp_path, forkserver, old, new, message):
    """The message names the class and the missing part."""
    builders.write(builders.source_notebook(), tmp_path / "source" / "course" / "course.ipynb")
    folder = tmp_path / "graders" / "course"
    folder.mkdir(parents=True)
    for name, text in {"test_double": DECLARED.replace(old, new), "test_triple": SETS, "helpers": "TWICE = 2"}.items():
        (folder / f"{name}.py").write_text(text)
    with Grader(Course(tmp_path, {}), "course", forkserver=forkserver) as grader:
        report = grader.grade(builders.write(builders.answered(), tmp_path / "submission.ipynb"), "s01").report
    assert report.fault == CourseError.exit_code
    assert re.search(message, str(report.to_json()))
