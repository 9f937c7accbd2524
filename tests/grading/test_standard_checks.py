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
    (folder.parent / "totals.py").write_text("TWICE = 2")  # several assignments may share it
    for name, text in {"test_double": DECLARED, "test_triple": SETS, "helpers": "from totals import TWICE"}.items():
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


#: The same for arrays, and an exercise whose result is a Python number.
OF_NUMPY = {
    "test_double": """
import numpy as np
from foundations.authoring import (
    Exercise, Rule, all_but, check, dtypes, faster_than, rule, unchanged_inputs, values, views,
)

def slow(x):
    return np.array([2 * each for each in x])

class TestDouble(Exercise):
    sizes = ((4, 3), (4, 3), (3, 3))
    allowed = Rule(about="doubling", allow=all_but("matrix product", "reductions"))

    def inputs(self, *shape, dtype=np.float64):
        return (self.normal(*shape, dtype=dtype),)

    def expected(self, x):
        return 2 * x

    test_values = values("values", gate=True)
    test_rule = rule("rule")
    test_dtypes = dtypes("dtypes")
    test_views = views("views")
    test_clean = unchanged_inputs("unchanged")
    test_speed = faster_than(
        "speed", slow, inputs=lambda rng: (rng.normal(size=20_000),), min_speedup=4, label="a loop"
    )
""",
    "test_triple": """
import numpy as np
from foundations.authoring import Exercise, values

class TestTriple(Exercise):
    sizes = ((4,), (4,), (2,))

    def inputs(self, n, dtype=np.float64):
        return self.rng.integers(0, 9, n), None

    def expected(self, x, y):
        return NUMBER

    test_values = values("values", gate=True)
""",
}

#: Wrong answers about arrays, by the check that refuses them and a part of its message.
WRONG_ARRAYS = [
    ("values", "(2 * x).tolist()", "returned a list; expected a NumPy array"),
    ("values", "(2 * x).astype(object)", "returned a NumPy array of dtype object; expected"),
    ("values", "np.ma.array(2 * x)", "an object of type numpy.ma.MaskedArray; expected a NumPy array"),
    ("values", "np.asmatrix(2 * x)", "an object of type numpy.matrix; expected"),
    ("values", "(2 * x).view(type('Own', (np.ndarray,), {}))", "Own; expected a NumPy array"),
    ("values", "(2 * x).view([('f', float)])", "a NumPy array of dtype [('f', '<f8')]; expected"),
    ("values", "torch.from_numpy(2 * x)", "returned a tensor of shape (4, 3), float64; expected a NumPy array"),
    ("values", "(2 * x).T", "has shape (3, 4); expected (4, 3)"),
    ("values", "2 * x + 1e-9", "values are wrong"),
    ("dtypes", "2.0 * x.astype(float)", "has dtype float64; expected float32, the dtype of x"),
    ("unchanged", "np.multiply(x, 2, out=x)", "changed x in place"),
    ("views", "2 * x if x.flags.c_contiguous else x", "values are wrong"),
    ("rule", "2 * x + 0 * x.mean()", "uses `x.mean` (a sum or another reduction)"),
    ("rule", "2 * x + 0 * np.dot(x, x.T).ptp() if x.ndim > 7 else x + x", "(a matrix product)"),
    ("speed", "np.array([2 * each for each in x])", "needed"),
]


@pytest.fixture
def arrays(tmp_path, forkserver):
    """Grade an expression as the result of each exercise about arrays; return the reports' failures and reviews."""
    builders.write(builders.source_notebook(), tmp_path / "source" / "course" / "course.ipynb")
    folder = tmp_path / "graders" / "course"
    folder.mkdir(parents=True)

    def grade(double="x + x", triple="int(x.sum())", number="int(x.sum())"):
        for name, text in OF_NUMPY.items():
            (folder / f"{name}.py").write_text(text.replace("NUMBER", number))
        notebook = builders.release()
        start = "import numpy as np\nimport torch\n"
        builders.cell(notebook, "double-solution").source = f"{start}def double(x):\n    return {double}"
        builders.cell(notebook, "triple-solution").source = f"def triple(x, y):\n    return {triple}"
        with Grader(Course(tmp_path, {}), "course", forkserver=forkserver) as grader:
            report = grader.grade(builders.write(notebook, tmp_path / "submission.ipynb"), "s01").report
        assert report.reason is None
        failures = [
            {check.name: check.message for check in exercise.checks if check.outcome == "fail"}
            for exercise in report.exercises
        ]
        return *failures, report

    return grade


@pytest.mark.parametrize("answer", ["x + x", "np.add(x, x)", "2 * np.array(x, order='F')", "(2 * x[::-1])[::-1]"])
def test_right_arrays_pass(arrays, answer):
    """Also in another layout; no person is asked to look at operations that leave no trace."""
    double, triple, report = arrays(answer)
    assert (double, triple, report.review) == ({}, {}, [])


@pytest.mark.parametrize(("name", "answer", "message"), WRONG_ARRAYS, ids=range(len(WRONG_ARRAYS)))
def test_wrong_arrays_fail_their_check(arrays, name, answer, message):
    """Lists, tensors, objects, records, masked arrays and derived classes are not arrays of numbers."""
    assert message in arrays(answer)[0][name]


@pytest.mark.parametrize(
    ("number", "answer", "is_right"),
    [
        # An array of shape () and a number of NumPy count as one; a Python number is another type.
        ("np.float64(x.sum())", "np.array(float(x.sum()))", True),
        ("np.array(float(x.sum()))", "np.float64(x.sum())", True),
        ("np.float64(x.sum())", "float(x.sum())", False),
        ("np.float64(x.sum())", "[float(x.sum())]", False),
        # If a Python number is expected, each kind of number of its type is right.
        ("float(x.sum())", "float(x.sum())", True),
        ("float(x.sum())", "np.float32(x.sum())", True),
        ("float(x.sum())", "np.array(float(x.sum()))", True),
        ("float(x.sum())", "str(x.sum())", False),
        ("int(x.sum())", "x.sum()", True),
        ("int(x.sum())", "float(x.sum())", False),
        ("int(x.sum())", "x.sum() > 0", False),
        ("bool(x.sum() > 0)", "x.sum() > 0", True),
        ("bool(x.sum() > 0)", "int(x.sum() > 0)", False),
        ("float(x.sum())", "10 ** 400", False),
    ],
)
def test_numbers_of_python_and_of_numpy(arrays, number, answer, is_right):
    """The expected value decides which of them are right."""
    answer = answer.replace("np.", "__import__('numpy').")
    assert (arrays(triple=answer, number=number)[1] == {}) is is_right


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("np.ma.array([1])", "expected returned a numpy.ma.MaskedArray of dtype int64"),
        ("np.array([None])", "of dtype object; return a tensor, a plain NumPy array"),
        ("[1]", "expected returned a builtins.list"),
    ],
)
def test_an_expected_value_that_cannot_be_compared_is_its_authors_fault(arrays, number, words):
    """The message names the type."""
    report = arrays(number=number)[2]
    assert (report.fault, words in str(report.to_json())) == (CourseError.exit_code, True)
