"""The visible checks stop at the first fault, and their messages help."""

from __future__ import annotations

import math
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
import torch
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from tensors import with_g

from foundations import testing
from foundations.testing import CheckFailed, case
from foundations.testing.checks import tolerance

A = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
B = torch.tensor([[7.0, 8.0], [9.0, 10.0], [11.0, 12.0]])
S = torch.tensor([[1.0, 2.0, -3.0], [4.0, 0.5, 6.0], [7.0, -8.0, 10.0]])
T = torch.tensor([[2.0, -1.0, 5.0], [0.5, 3.0, 1.0], [4.0, 6.0, -2.0]])


def check(function, *cases):
    """Run the check as a notebook does: by name, with the function in the globals of the calling cell."""
    exec("testing.check('exercise', *cases)", {"testing": testing, "exercise": function, "cases": cases})


def message_of(function, *cases) -> str:
    """Return the message that the student reads when the check fails."""
    with pytest.raises(CheckFailed) as failure:
        check(function, *cases)
    return str(failure.value)


def likely(function, *cases) -> str:
    """Return the last line only, the guess at the cause."""
    last = message_of(function, *cases).splitlines()[-1]
    return last.removeprefix("  Likely    ") if last.startswith("  Likely") else ""


def product(a, b):
    return a @ b


def test_success_is_one_calm_line(capsys):
    """The line has the name and the number of cases only."""
    check(product, case(A, B, gives=A @ B), case(A, torch.eye(3), gives=A))

    assert capsys.readouterr().out == "exercise: all 2 visible checks passed.\n"


def test_a_missing_function_is_named():
    """The message names both causes: the cell was not run, or stopped at a SyntaxError."""
    with pytest.raises(CheckFailed, match=r"^nowhere does not exist yet\n.*has not been run, or stopped"):
        testing.check("nowhere", case(A, gives=A))


def test_a_name_used_again_for_a_result_is_noticed():
    """`matmul = matmul(a, b)` is an easy mistake late at night."""
    assert message_of(A).startswith("exercise is a Tensor, not a function")


def test_a_stub_is_called_unwritten():
    """NotImplementedError is not treated as a fault; the message names the next step."""

    def stub(a, b):
        raise NotImplementedError

    message = message_of(stub, case(A, B, gives=A @ B))
    assert message.startswith("exercise is not written yet\n")
    assert "replace `raise NotImplementedError()`" in message


def test_a_stub_that_an_exercise_calls_is_named():
    """Exercises build on each other: the message names the missing one, not the one that works."""
    names: dict[str, Any] = {}
    exec("def first(a):\n    raise NotImplementedError\n\ndef second(a):\n    return first(a)", names)

    message = message_of(names["second"], case(A, gives=A))
    assert message.startswith("first is not written yet, and exercise calls it\n")


def test_a_function_among_the_inputs_is_shown_without_its_address():
    """`<function <lambda> at 0x7f…>` is useless to a reader and differs from run to run."""
    message = message_of(lambda f, a: f(a), case(lambda a: a + 1, A, gives=A))
    assert "Inputs    f a function, a (" in message


def test_the_message_has_case_inputs_got_expected_worst_and_cause():
    """The message has every line that a student needs to start looking, and no more."""

    def exercise(a, b):
        result = a @ b
        result[1, 0] += 1
        return result

    assert message_of(exercise, case(A, B, gives=A @ B, about="by hand")).splitlines() == [
        "exercise gives wrong values",
        "  Case      by hand",
        "  Inputs    a (2, 3) float32, b (3, 2) float32",
        "  Got       tensor([[ 58.,  64.],",
        "                    [140., 154.]])",
        "  Expected  tensor([[ 58.,  64.],",
        "                    [139., 154.]])",
        "  Worst     at [1, 0]: got 140, expected 139 (allowed difference 0.0047)",
        "  Likely    3 of 4 entries are right: what is different about the others?",
    ]


@pytest.mark.parametrize(
    ("result", "headline", "cause"),
    [
        (None, "returns None, not a tensor", "is a `return` missing"),
        (3.5, "returns a float, not a tensor", "has left torch"),
        ([[58.0, 64.0]], "returns a list, not a tensor", "torch.zeros"),
        (np.zeros((2, 2)), "returns a ndarray, not a tensor", ""),
        (torch.zeros(2), "returns the shape (2,), expected (2, 2)", "an axis is missing: was one too many summed away"),
        (torch.zeros(2, 3), "returns the shape (2, 3), expected (2, 2)", "that is the shape of an input"),
        (torch.zeros(2, 3, 2), "returns the shape (2, 3, 2), expected (2, 2)", "an axis was added and never summed"),
        ((A @ B).double(), "returns float64, expected float32", "takes the dtype of the inputs"),
        ((A @ B).long(), "returns int64, expected float32", "cuts off the digits after the point"),
        (torch.full((2, 2), math.nan), "gives nan at [0, 0]", "never written"),
        (torch.tensor([[58.0, 64.0], [139.0, math.inf]]), "gives inf at [1, 1]", "a division by zero"),
        (torch.zeros(2, 2), "gives wrong values", "All of the result is 0"),
    ],
)
def test_it_stops_at_the_first_of_type_shape_dtype_finite_value(result, headline, cause):
    """A later fault is not mentioned before the earlier one is fixed."""
    message = message_of(lambda a, b: result, case(A, B, gives=A @ B))

    assert message.splitlines()[0] == f"exercise {headline}"
    assert cause in message


def test_float64_input_needs_float64_output():
    """`torch.zeros` without a dtype is the usual reason, and is named."""
    double = case(A.double(), B.double(), gives=A.double() @ B.double())

    assert "`torch.zeros` makes float32 unless told otherwise" in message_of(lambda a, b: (a @ b).float(), double)


def test_a_shape_with_axes_swapped_is_called_so():
    """The message recognises (n, m) against (m, n)."""
    assert "the axes of the result are exchanged" in message_of(
        lambda a, b: (a @ b).t(), case(A, torch.ones(3, 4), gives=A @ torch.ones(3, 4))
    )


def test_one_number_in_brackets_is_not_a_number():
    """Shapes (1,) and (1, 1) differ from ()."""
    norm = case(A, gives=(A * A).sum().sqrt())

    assert "its shape is ()" in message_of(lambda m: (m * m).sum().sqrt().view(1), norm)
    assert message_of(lambda m: m.sum() * math.nan, norm).splitlines()[0] == "exercise gives nan"
    assert "one single number is asked for" in message_of(lambda m: (m * m).sum(0).sqrt(), norm)


@pytest.mark.parametrize(
    ("wrong", "cause"),
    [
        (lambda a, b: a[:, -1:] * b[-1:], "the last product of its sum alone"),
        (lambda a, b: a[:, :1] * b[:1], "the first product of its sum alone"),
        (lambda a, b: a[:, :-1] @ b[:-1], "The last product of each sum is missing"),
        (lambda a, b: a[:, 1:] @ b[1:], "The first product of each sum is missing"),
        (lambda a, b: a * b, "none is a sum"),
        (lambda a, b: a @ b.t(), "Rows of `a` meet rows of `b`"),
        (lambda a, b: a.t() @ b, "Columns of `a` meet columns of `b`"),
        (lambda a, b: b @ a, "the product are exchanged"),
        (lambda a, b: (a @ b).t(), "the axes of the result are exchanged"),
        (lambda a, b: a.sum(1, keepdim=True) * b.sum(0), "Sums are multiplied"),
        (lambda a, b: a.sum(1, keepdim=True) + b.sum(0), "A row and a column are added"),
        (lambda a, b: a @ b / 3, "the mean of its products"),
        (lambda a, b: 2 * (a @ b), "2 times the right one"),
        (lambda a, b: torch.zeros_like(a), "All of the result is 0"),
        (lambda a, b: torch.cat([(a @ b)[:2], torch.zeros(1, 3)]), "Row 2 of the result was never written"),
        (lambda a, b: torch.cat([(a @ b)[:, :2], torch.zeros(3, 1)], 1), "Column 2 of the result was never written"),
        (lambda a, b: torch.zeros(3, 3).index_put((torch.tensor(0), torch.tensor(0)), (a @ b)[0, 0]), "`return`"),
        (lambda a, b: (a @ b) * 1.00005, "a coarser dtype"),
    ],
)
def test_wrong_products_of_square_matrices_are_diagnosed(wrong, cause):
    """If shapes cannot distinguish mistakes, the values are compared with the results of known mistakes."""
    assert cause in likely(wrong, case(S, T, gives=S @ T))


@pytest.mark.parametrize(
    ("wrong", "cause"),
    [
        (lambda m: (m * m).sum(), "the square of the right one"),
        (lambda m: (m * m).mean().sqrt(), "the root of the MEAN of the squares"),
        (lambda m: m.abs().sum(), "the sum of the absolute values of `m`"),
        (lambda m: m.sum(), "plus and minus cancel"),
        (lambda m: m.abs().sum().sqrt(), "the root of a sum of absolute values of `m`, not of squares"),
        (lambda m: (m * m).sum(0).sqrt().sum(), "one for each column"),
        (lambda m: (m * m).sum(1).sqrt().sum(), "one for each row"),
        (lambda m: (m * m).diagonal().sum().sqrt(), "the diagonal of `m` alone"),
        (lambda m: m.abs().max(), "the largest entry of `m`"),
        (lambda m: (m @ m).sum().abs().sqrt(), "which is a matrix product"),
    ],
)
def test_wrong_norms_are_diagnosed(wrong, cause):
    """One number has no pattern: only the known mistakes can be distinguished."""
    assert cause in likely(wrong, case(S, gives=(S * S).sum().sqrt()))


def test_a_right_answer_computed_another_way_passes(capsys):
    """The dtype's rounding is allowed for, scaled to the largest expected value."""
    a, b = torch.randn(20, 300) * 1e6, torch.randn(300, 20)
    flipped = (a.flip(1) @ b.flip(0)).contiguous()
    assert not torch.equal(flipped, a @ b)

    check(lambda a, b: flipped, case(a, b, gives=a @ b))
    assert capsys.readouterr().out == "exercise: the check passed.\n"


def test_float64_is_judged_by_its_own_precision():
    """A float32 detour inside a float64 answer is caught."""
    third = A.double() / 3
    detour = case(third, B.double(), gives=third @ B.double())

    assert "a coarser dtype" in likely(lambda a, b: (a.float() @ b.float()).double(), detour)


def test_integers_are_compared_exactly():
    """Integers need no allowance for rounding."""
    assert tolerance(torch.tensor([10**9])) == 0.0
    assert "worst" in message_of(lambda a: a + 1, case(torch.tensor([10**9]), gives=torch.tensor([10**9]))).lower()


def test_changed_inputs_are_noticed():
    """The right value does not excuse writing into an argument."""

    def exercise(a, b):
        result = a @ b
        a[0, 0] = 0
        return result

    message = message_of(exercise, case(A, B, gives=A @ B))
    assert message.splitlines()[0] == "exercise changes its input `a`"
    assert A[0, 0] == 1.0


def test_nan_in_an_input_does_not_count_as_a_change():
    """NaN is not equal to itself and still counts as unchanged; overwriting it is noticed."""
    nan = torch.tensor([1.0, math.nan])

    def overwrites(a):
        a[1] = 0.0
        return False

    check(lambda a: False, case(nan, gives=False))
    assert message_of(overwrites, case(nan, gives=False)).startswith("exercise changes its input `a`")


def test_non_contiguous_inputs_stay_non_contiguous():
    """A copy must not repair the layout that the case is about."""
    seen = []

    def exercise(a):
        seen.append(a.is_contiguous())
        return a * 1

    check(exercise, case(A.t(), gives=A.t()))

    assert seen == [False]


def test_refusal_is_checked():
    """The right exception passes; a result, another exception or a stub does not."""

    def asserts(a, b):
        assert a.shape[1] == b.shape[0]

    refusal = case(A, A, refuses=AssertionError, about="3 columns cannot meet 2 rows")

    check(asserts, refusal)
    assert message_of(lambda a, b: a, refusal).startswith("exercise accepts what it must refuse\n  Case      3 columns")
    assert "say so there, with `assert`" in message_of(lambda a, b: a @ b, refusal)
    assert "  Expected  an AssertionError" in message_of(lambda a, b: a @ b, refusal).splitlines()


def test_an_exception_is_shown_with_the_line_it_came_from():
    """The message has one line of the student's own cell instead of a page of frames."""

    def exercise(a, b):
        return a[5]

    message = message_of(exercise, case(A, B, gives=A @ B))
    assert message.splitlines()[0] == "exercise stops with IndexError"
    assert "of its cell: return a[5]" in message


def test_an_assertion_that_refuses_good_sizes_is_explained():
    """The hint covers `a.shape[0] == b.shape[0]` and similar assertions."""

    def exercise(a, b):
        assert a.shape[0] == b.shape[0], "sizes differ"

    assert "your own assertion refuses sizes that do fit" in message_of(exercise, case(A, B, gives=A @ B))


def test_values_other_than_tensors_are_compared_by_type_and_equality():
    """Later assignments return a tuple of sizes, a bool or a string."""
    check(lambda s: (2, 3), case((1, 3), gives=(2, 3)))

    assert message_of(lambda s: [2, 3], case((1, 3), gives=(2, 3))).startswith("exercise returns a list, not a tuple")
    assert message_of(lambda s: (3, 2), case((1, 3), gives=(2, 3))).startswith("exercise gives a wrong value")


def test_a_large_tensor_is_described_and_not_printed():
    """A thousand printed numbers do not help."""
    big = torch.ones(50, 50)

    assert "  Got       a tensor of shape (50, 50)" in message_of(lambda a: a + 1, case(big, gives=big)).splitlines()


def test_a_notebook_shows_the_message_and_no_frames():
    """IPython prints the check's message, and no line of this package."""
    shell = InteractiveShell()
    shell.user_ns.update(testing=testing, torch=torch)
    with capture_output() as captured:
        shell.run_cell("def exercise(a):\n    return None\n")
        result = shell.run_cell("testing.check('exercise', testing.case(1.0, gives=torch.tensor(1.0)))")

    assert isinstance(result.error_in_exec, CheckFailed)
    shown = captured.stdout + captured.stderr
    assert "exercise returns None, not a tensor" in shown
    assert "Traceback" not in shown
    assert "testing.py" not in shown


def test_it_works_without_the_grading_stack():
    """A student installs neither pytest nor nbgrader."""
    code = (
        "import sys, torch; from foundations import data, plots, testing; f = lambda a: a;"
        "testing.check('f', testing.case(torch.ones(2), gives=torch.ones(2)));"
        "print(sorted({'pytest', 'nbgrader', 'graders', 'matplotlib'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "f: the check passed.\n[]\n"


def test_stopwatch_gives_cpu_seconds_of_one_call():
    """Twice the work takes about twice as long, whatever the number of calls in a round."""

    def work(n):
        return sum(range(n))

    once, tenfold = (testing.stopwatch(work, n, budget_s=0.1) for n in (20_000, 200_000))

    assert 5 < tenfold / once < 20


def test_stopwatch_repeats_a_quick_call_and_not_a_slow_one():
    """The number of calls adapts: many for microseconds, one if a single call exceeds the budget."""
    quick, slow = [], []

    def takes_microseconds():
        quick.append(1)
        return 1

    def exceeds_the_budget():
        slow.append(sum(range(3_000_000)))
        return 1

    testing.stopwatch(takes_microseconds, budget_s=0.01)
    testing.stopwatch(exceeds_the_budget, budget_s=0.001)

    assert len(quick) > 100
    assert len(slow) == 1


def test_stopwatch_lets_torch_work_on_one_thread_and_puts_the_rest_back():
    """The number of threads is restored even if the call fails."""
    before, seen = torch.get_num_threads(), []

    def counts(fail):
        seen.append(torch.get_num_threads())
        return 1 / (not fail)

    torch.set_num_threads(2)
    try:
        for fail in (False, True):
            testing.stopwatch(counts, fail, budget_s=0.001)
            assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
    assert set(seen) == {1}


def test_stopwatch_prints_one_line_if_no_call_can_be_timed(capsys):
    """A stub, a broken function and one without a result give nan and one line each."""

    def stub():
        raise NotImplementedError

    def broken():
        raise ValueError("no such luck")

    def empty():
        pass

    assert [math.isnan(testing.stopwatch(function)) for function in (stub, broken, empty)] == [True] * 3
    assert capsys.readouterr().out.splitlines() == [
        "stub is not written yet, so there is nothing to time.",
        "broken stopped with ValueError (no such luck), so there is nothing to time yet.",
        "empty returns nothing yet, so there is nothing to time.",
    ]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (3.26, "3.26 s"),
        (4.84e-3, "4.84 ms"),
        (172e-6, "172 µs"),
        (31.2e-6, "31.2 µs"),
        (0.99999, "1 s"),
        (1e-3, "1 ms"),
        (2e-8, "20 ns"),
        (90, "1.5 min"),
        (3700, "1.03 h"),
        (4e6, "1,111 h"),
        (math.nan, "not timed"),
    ],
)
def test_times_are_readable(seconds, words):
    """A time has three digits and a suitable unit."""
    assert testing.readable(seconds) == words


def test_gradients_are_looked_for_on_the_arguments():
    """``.g`` of each argument is compared like a returned value; the returned value is ignored."""

    def exercise(inp, out, b):
        inp.g = 2 * out.g
        b.g = out.g.sum(0)
        return "anything"

    out = with_g(A.clone(), torch.ones(2, 3))
    right = case(A, out, torch.zeros(3), gradients=[2 * out.g, None, torch.full((3,), 2.0)])
    check(exercise, right)
    message = message_of(lambda inp, out, b: setattr(inp, "grad_", out.g), right)
    assert message.splitlines()[0] == "exercise does not set `inp.g`"

    def keeps_the_batch(inp, out, b):
        inp.g, b.g = 2 * out.g, out.g

    message = message_of(keeps_the_batch, right)
    assert message.splitlines()[0] == "exercise sets `b.g` to the shape (2, 3), expected (3,)"
    assert "sum over the batch axis" in message

    def forgets_the_factor(inp, out, b):
        inp.g, b.g = out.g, out.g.sum(0)

    assert message_of(forgets_the_factor, right).splitlines()[0] == "exercise sets `inp.g` to wrong values"


def test_changed_upstream_gradient_is_noticed():
    """The upstream gradient belongs to the layer above."""
    out = with_g(A.clone(), torch.ones(2, 3))

    def exercise(inp, out):
        out.g *= 2
        inp.g = out.g.clone()

    message = message_of(exercise, case(A, out, gradients=[torch.full((2, 3), 2.0), None]))
    assert message.splitlines()[0] == "exercise changes the gradient `out.g` that it was given"
    assert torch.equal(out.g, torch.ones(2, 3))


def test_class_is_called_as_the_case_prescribes():
    """Names of arguments come from the case, and the line of an error from the class's own methods."""

    class Scale:
        def __init__(self, factor):
            self.factor = factor

        def __call__(self, inp):
            return self.factor * inp

    def through(Scale, inp):
        return Scale(3.0)(inp)

    check(Scale, case(A, gives=3 * A, calls=through))
    message = message_of(Scale, case(A, gives=2 * A, calls=through))
    assert message.splitlines()[0] == "exercise gives wrong values"
    assert "inp (2, 3) float32" in message


def test_several_tensors_and_floats_are_compared_within_rounding():
    """Values are compared item by item, each as a separate tensor."""
    check(lambda a: (a + 1, a / 3), case(A, gives=(A + 1, A / 3)))
    check(lambda a: 0.1 + 0.2, case(A, gives=0.3))
    assert message_of(lambda a: 0.31, case(A, gives=0.3)).startswith("exercise gives a wrong value")
    assert message_of(lambda a: (a, a), case(A, gives=(A, A + 1))).startswith("exercise gives item 2 with wrong values")
    assert message_of(lambda a: (a,), case(A, gives=(A, A))).startswith("exercise returns 1 items, expected 2")


@pytest.mark.parametrize(
    ("result", "headline", "cause"),
    [
        (lambda x: (2 * x).tolist(), "returns a list, not an array", "`np.zeros`"),
        (lambda x: (2 * x).astype(object), "returns an array of dtype object, not a plain array", "not numbers"),
        (lambda x: np.ma.array(2 * x), "returns a MaskedArray, not a plain array", "rules of its own"),
        (lambda x: torch.from_numpy(2 * x), "returns a Tensor, not an array", ""),
        (lambda x: (2 * x)[None], "returns the shape (1, 3), expected (3,)", ""),
        (lambda x: (2 * x).astype("float32"), "returns float32, expected float64", ""),
        (lambda x: 2 * x / np.array([1, 0, 1]), "gives inf at [1]", "a division by zero"),
        (lambda x: 2 * x + 1e-9, "gives wrong values", ""),
        (lambda x: np.multiply(x, 2, out=x), "changes its input `x`", "an array of your own"),
    ],
)
@pytest.mark.filterwarnings("ignore:divide by zero")
def test_arrays_are_compared_as_tensors_are(result, headline, cause):
    """Lists, tensors, objects and derived classes are not arrays of numbers; a changed input is seen."""
    message = message_of(result, case(np.array([1.0, 2.0, 4.0]), gives=np.array([2.0, 4.0, 8.0])))
    assert headline in message
    assert cause in message


@pytest.mark.parametrize(
    ("got", "expected", "is_right"),
    [
        (np.float64(2), np.array(2.0), True),
        (np.array(2.0), np.float64(2), True),
        (2.0, np.float64(2), False),
        (np.float32(2), 2.0, True),
        (np.array(2), 2, True),
        (np.True_, True, True),
        (np.float64(2), 2, False),
        (2, 2.0, False),
        ((np.ones(2), np.zeros(1)), (np.ones(2), np.zeros(1)), True),
    ],
)
def test_numbers_of_numpy(got, expected, is_right):
    """A number of NumPy and an array of shape () count as one, and answer for a Python number of their kind."""
    try:
        check(lambda: got, case(gives=expected))
    except CheckFailed:
        assert not is_right
    else:
        assert is_right


def test_an_expected_array_of_objects_is_refused():
    """It could not be compared."""
    with pytest.raises(TypeError, match="not compared"):
        case(gives=np.array([None]))
