"""What a hidden test can ask of a student's class or function."""

from functools import partial

import pytest
import torch

from foundations.analysis.operators import all_but
from foundations.errors import CourseError
from foundations.grading.compare import CheckFailed
from foundations.grading.evidence import Replayer
from foundations.grading.misconceptions import Battery, Misconception, name_mistake
from foundations.grading.rules import Rule
from foundations.grading.speed import Stopwatch
from foundations.grading.student import Student, Trial

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


class Slips:
    """Double with the factor forgotten on the way back."""

    def __call__(self, inp):
        self.inp, self.out = inp, 2 * inp
        return self.out

    def backward(self):
        self.inp.g = self.out.g


@pytest.fixture
def student(session, forkserver):
    """Make the student of an exercise from cells of source."""
    helpers = []

    def make(exercise, *cells):
        one = session(*cells)
        one.finish()
        helpers.append((Stopwatch(forkserver), Replayer(forkserver)))
        return Student(exercise, (), one, 1, cells, None, *helpers[-1])

    yield make
    for stopwatch, replayer in helpers:
        stopwatch.close()
        replayer.close()


def test_class_is_called_through_a_function_of_the_grader(student):
    """Its value, and what it set on the arguments, are seen as those of a function are."""
    inp, upstream = torch.randn(3, 2), torch.randn(3, 2)
    call = student("Double", DOUBLE).call(inp, upstream, caller=there_and_back)
    call.must_return(2 * inp)
    call.must_set(0, "g", 2 * upstream)
    call.must_leave_inputs()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("self.inp.grad_ = 2 * self.out.g", r"inp\.g is not set after Double\(\)\(inp\), then backward\(\)"),
        ("self.inp.g = 2.0", r"inp\.g is a float after Double\(\)"),
        ("self.inp.g = (2 * self.out.g).sum(0)", r"inp\.g after Double\(\).* has shape \(2,\); expected \(3, 2\)"),
        ("self.inp.g = self.out.g", r"inp\.g after Double\(\).* with inp \(3, 2\).*: 6 of 6 values are wrong"),
        ("raise ValueError('no')", r"Double\(\)\(inp\), then backward\(\) .* stopped with ValueError, line 7"),
    ],
)
def test_what_is_set_wrongly_is_said(student, line, said):
    source = DOUBLE.replace("self.inp.g = 2 * self.out.g", line)
    call = student("Double", source).call(torch.ones(3, 2), torch.rand(3, 2) + 1, caller=there_and_back)
    with pytest.raises(CheckFailed, match=said):
        call.must_set(0, "g", 2 * call.args[1])


def test_attribute_that_was_there_must_be_left(student):
    """An upstream gradient changed in place is somebody else's loss."""
    out = torch.ones(2)
    out.g = torch.ones(2)
    source = "def f_grad(inp, out):\n    out.g.mul_(2)\n    inp.g = out.g.clone()"
    call = student("f_grad", source).call(torch.ones(2), out)
    call.must_set(0, "g", 2 * torch.ones(2))
    with pytest.raises(CheckFailed, match=r"changed argument 2\.g; its caller still needs it"):
        call.must_leave_inputs()
    call.must_leave_inputs(setting=[(1, "g")])


def test_class_that_is_missing_or_a_stub_is_no_attempt(student):
    with pytest.raises(CheckFailed, match="Double is not defined"):
        student("Double", "x = 1").call(torch.ones(2), torch.ones(2), caller=there_and_back)
    stub = "class Double:\n    def __call__(self, inp):\n        raise NotImplementedError()"
    with pytest.raises(CheckFailed, match="not attempted"):
        student("Double", stub).call(torch.ones(2), torch.ones(2), caller=there_and_back)


def test_mistake_of_a_class_is_named_by_what_it_leaves_on_its_arguments(student):
    """The same function of the grader's calls the student's class and the misconception's."""
    known = [
        Misconception("slips", "Double", "hint", Slips),
        Misconception("else", "Double", "hint", type("Else", (Slips,), {"backward": lambda self: None})),
    ]
    source = DOUBLE.replace("self.inp.g = 2 * self.out.g", "self.inp.g = self.out.g")
    one = student("Double", source)
    one.call(torch.ones(3, 2), torch.rand(3, 2), caller=there_and_back)
    found = name_mistake(known, one.observations, [])
    assert found is not None
    assert found.id == "slips"
    assert Battery(lambda generator: []).caller is None


def test_rules_and_speed_look_at_a_class_through_the_same_function(student):
    """A forbidden operation inside a method is found by reading and by tracing."""
    squares = "import torch\nclass Square:\n    def __call__(self, m):\n        return torch.einsum('ij,jk->ik', m, m)"
    rule = Rule(about="a product", allow=all_but("einsum"))

    def square(names, m):
        return names["Square"]()(m)

    trial = Trial(lambda n: (torch.ones(n, n),), lambda call: call.must_not_raise(), square)
    with pytest.raises(CheckFailed, match="einsum"):
        student("Square", squares).must_obey(rule, trial, [(2,)])
    loops = "class Square:\n    def __call__(self, m):\n        return m @ m"

    def baseline(m):
        total = torch.zeros_like(m)
        for i in range(m.shape[0]):
            for j in range(m.shape[1]):
                for k in range(m.shape[1]):
                    total[i, j] += m[i, k] * m[k, j]
        return total

    one = student("Square", loops)
    one.must_be_faster(
        baseline,
        lambda generator: (torch.randn(8, 8, generator=generator),),
        lambda m: m @ m,
        min_speedup=5,
        label="the loops",
        caller=square,
    )
    assert "5.0× needed" in one.notes[0]


def test_calls_are_seen_one_after_the_other(student):
    """All run within one request; what has not been looked at when a check stops names no mistake."""
    one = student("double", "seen = []\ndef double(x):\n    seen.append(float(x))\n    return 2 * x")
    calls = one.calls((torch.tensor(1.0),), (torch.tensor(2.0),), (torch.tensor(3.0),))

    next(calls).must_return(torch.tensor(2.0))
    assert one.probe(all_seen) == [1.0, 2.0, 3.0]
    assert len(one.observations) == 1
    assert [float(call.value) for call in calls] == [4.0, 6.0]


def all_seen(names):
    return names["seen"]


def test_an_error_in_one_of_several_calls_is_that_calls_own(student):
    """The calls before it and after it have their answers."""
    one = student("inverse", "def inverse(x):\n    return 1 / x")
    first, second, third = one.calls((1,), (0,), (-1,))

    assert (first.value, third.value) == (1.0, -1.0)
    with pytest.raises(CheckFailed, match="ZeroDivisionError"):
        second.must_not_raise()


def test_calls_of_what_is_not_written_are_not_attempted(student):
    """The stub is met at the first of them."""
    one = student("stub", "def stub(x):\n    raise NotImplementedError")

    with pytest.raises(CheckFailed, match="not attempted"):
        next(one.calls((1,), (2,)))


def test_function_that_travels_is_known_by_its_first_parameter(student):
    """`foundations release --check` could not find another one."""

    def all_seen(space):
        return space["seen"]

    one = student("Double", DOUBLE)
    with pytest.raises(CourseError, match=r"'all_seen' cannot travel .* has to be called 'names'"):
        one.probe(all_seen)
    with pytest.raises(CourseError, match="has to be called 'names'"):
        one.call(torch.ones(2), torch.ones(2), caller=partial(there_and_back))
