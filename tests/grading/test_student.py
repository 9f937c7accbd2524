"""Hidden tests can call and check a student's function or class."""

from functools import partial

import pytest
import torch
from tensors import with_g

from foundations.analysis.torch_operations import all_but
from foundations.errors import CourseError
from foundations.grading.call import Trial
from foundations.grading.compare import CheckFailed
from foundations.grading.evidence import Replayer
from foundations.grading.misconceptions import Battery, Misconception
from foundations.grading.naming import BankSearch
from foundations.grading.rules import Rule
from foundations.grading.speed import Stopwatch
from foundations.grading.student import Student, with_fewest_ones

DOUBLE = """\
class Double:
    def __call__(self, inp):
        self.inp, self.out = inp, 2 * inp
        return self.out

    def backward(self):
        self.inp.g = 2 * self.out.g
"""


def there_and_back(names, inp, upstream):
    """Double()(inp), then backward()"""
    layer = names["Double"]()
    out = layer(inp)
    out.g = upstream
    layer.backward()
    return out


class ForgetsFactor:
    """``Double`` without the factor in the backward pass."""

    def __call__(self, inp):
        self.inp, self.out = inp, 2 * inp
        return self.out

    def backward(self):
        self.inp.g = self.out.g


@pytest.fixture
def student_of(session, forkserver):
    """Make the student of an exercise from cells of source."""
    helpers = []

    def make(exercise, *cells):
        process = session(*cells)
        process.finish()
        helpers.append((Stopwatch(forkserver), Replayer(forkserver)))
        return Student(exercise, (), process, 1, cells, None, *helpers[-1])

    yield make
    for stopwatch, replayer in helpers:
        stopwatch.close()
        replayer.close()


def test_class_is_called_by_a_graders_function(student_of):
    """The value and the attributes of the arguments are checked as for a function."""
    inp, upstream = torch.randn(3, 2), torch.randn(3, 2)
    call = student_of("Double", DOUBLE).call(inp, upstream, caller=there_and_back)
    call.must_return(2 * inp)
    call.must_set(0, "g", 2 * upstream)
    call.must_leave_inputs()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("self.inp.grad_ = 2 * self.out.g", r"inp\.g is not set after Double\(\)\(inp\), then backward\(\)"),
        ("self.inp.g = 2.0", r"inp\.g is a float after Double\(\)"),
        ("self.inp.g = (2 * self.out.g).sum(0)", r"inp\.g after Double\(\).* has shape \(2,\); expected \(3, 2\)"),
        ("self.inp.g = self.out.g", r"inp\.g after Double\(\).* with inp \(3, 2\).*: 6 of 6 values are wrong"),
        ("raise ValueError('no')", r"Double\(\)\(inp\), then backward\(\) .* stopped with ValueError, line 7"),
    ],
)
def test_wrong_attribute_is_described(student_of, line, message):
    """The message names the attribute and the call."""
    source = DOUBLE.replace("self.inp.g = 2 * self.out.g", line)
    call = student_of("Double", source).call(torch.ones(3, 2), torch.rand(3, 2) + 1, caller=there_and_back)
    with pytest.raises(CheckFailed, match=message):
        call.must_set(0, "g", 2 * call.args[1])


def test_attribute_from_before_the_call_must_not_change(student_of):
    """An upstream gradient that is changed in place fails the check, unless the call may set it."""
    out = with_g(torch.ones(2), torch.ones(2))
    source = "def f_grad(inp, out):\n    out.g.mul_(2)\n    inp.g = out.g.clone()"
    call = student_of("f_grad", source).call(torch.ones(2), out)
    call.must_set(0, "g", 2 * torch.ones(2))
    with pytest.raises(CheckFailed, match=r"changed argument 2\.g; its caller still needs it"):
        call.must_leave_inputs()
    call.must_leave_inputs(setting=[(1, "g")])


def test_missing_class_and_stub_are_described(student_of):
    """A missing class is "not defined", and a stub is "not attempted"."""
    with pytest.raises(CheckFailed, match="Double is not defined"):
        student_of("Double", "x = 1").call(torch.ones(2), torch.ones(2), caller=there_and_back)
    stub = "class Double:\n    def __call__(self, inp):\n        raise NotImplementedError()"
    with pytest.raises(CheckFailed, match="not attempted"):
        student_of("Double", stub).call(torch.ones(2), torch.ones(2), caller=there_and_back)


def test_mistake_of_a_class_is_named_by_attributes_of_arguments(student_of):
    """The same grader's function calls the student's class and the misconception's."""
    other = type("Else", (ForgetsFactor,), {"backward": lambda self: None})
    known = [
        Misconception("forgets_factor", "Double", "hint", lambda: ForgetsFactor),
        Misconception("else", "Double", "hint", lambda: other),
    ]
    source = DOUBLE.replace("self.inp.g = 2 * self.out.g", "self.inp.g = self.out.g")
    student = student_of("Double", source)
    student.call(torch.ones(3, 2), torch.rand(3, 2), caller=there_and_back)
    mistake = BankSearch(known, student.observations, list).exact()
    assert mistake is not None
    assert mistake.id == "forgets_factor"
    assert Battery(lambda generator: []).caller is None


def test_rules_and_speed_of_a_class_use_the_same_caller(student_of):
    """A forbidden operation in a method is found, and the methods of a class can be timed."""
    squares = "import torch\nclass Square:\n    def __call__(self, m):\n        return torch.einsum('ij,jk->ik', m, m)"
    rule = Rule(about="a product", allow=all_but("einsum"))

    def square(names, m):
        return names["Square"]()(m)

    trial = Trial(lambda n: (torch.ones(n, n),), lambda call: call.must_not_raise(), square)
    with pytest.raises(CheckFailed, match="einsum"):
        student_of("Square", squares).must_obey(rule, trial, [(2,)])
    loops = "class Square:\n    def __call__(self, m):\n        return m @ m"

    def baseline(m):
        total = torch.zeros_like(m)
        for i in range(m.shape[0]):
            for j in range(m.shape[1]):
                for k in range(m.shape[1]):
                    total[i, j] += m[i, k] * m[k, j]
        return total

    student = student_of("Square", loops)
    student.must_be_faster(
        baseline,
        lambda generator: (torch.randn(8, 8, generator=generator),),
        lambda m: m @ m,
        min_speedup=5,
        label="the loops",
        caller=square,
    )
    assert "5.0× needed" in student.notes[0]


def test_calls_are_observed_one_after_the_other(student_of):
    """All calls run within one request, and a call that is not taken is not used to name a mistake."""
    student = student_of("double", "seen = []\ndef double(x):\n    seen.append(float(x))\n    return 2 * x")
    calls = student.calls((torch.tensor(1.0),), (torch.tensor(2.0),), (torch.tensor(3.0),))

    next(calls).must_return(torch.tensor(2.0))
    assert student.probe(all_seen) == [1.0, 2.0, 3.0]
    assert len(student.observations) == 1
    assert [float(call.value) for call in calls] == [4.0, 6.0]


def all_seen(names):
    return names["seen"]


def test_error_in_one_call_leaves_the_other_calls(student_of):
    """The calls before and after a failed one have their values."""
    student = student_of("inverse", "def inverse(x):\n    return 1 / x")
    first, second, third = student.calls((1,), (0,), (-1,))

    assert (first.value, third.value) == (1.0, -1.0)
    with pytest.raises(CheckFailed, match="ZeroDivisionError"):
        second.must_not_raise()


def test_calls_of_a_stub_are_not_attempted(student_of):
    """The first of several calls of a stub fails as "not attempted"."""
    student = student_of("stub", "def stub(x):\n    raise NotImplementedError")

    with pytest.raises(CheckFailed, match="not attempted"):
        next(student.calls((1,), (2,)))


def test_function_that_travels_needs_a_parameter_called_names(student_of):
    """``foundations release --check`` finds functions that travel by their first parameter, ``names``."""

    def all_seen(space):
        return space["seen"]

    student = student_of("Double", DOUBLE)
    with pytest.raises(CourseError, match=r"'all_seen' cannot travel .* has to be called 'names'"):
        student.probe(all_seen)
    with pytest.raises(CourseError, match="has to be called 'names'"):
        student.call(torch.ones(2), torch.ones(2), caller=partial(there_and_back))


@pytest.mark.parametrize(
    ("cases", "kept"),
    [
        ([(2, 3, 4), (3, 4, 1), (1, 4, 3), (3, 3, 3)], [(2, 3, 4), (3, 3, 3)]),
        ([(3, 1, 4), (2, 1, 1), (5, 1, 2)], [(3, 1, 4), (5, 1, 2)]),
        ([((6, 4), (3, 4)), ((5, 1), (2, 1))], [((6, 4), (3, 4))]),
        ([(0.2,), (1,), (1.0,)], [(0.2,), (1.0,)]),
        ([(1, 1)], [(1, 1)]),
    ],
)
def test_traced_calls_have_no_axis_of_size_1_if_others_are_declared(cases, kept):
    """Arithmetic on a whole row of one number would look like arithmetic on single numbers."""
    assert with_fewest_ones(cases) == kept
