"""Comparison stops at the first difference, in order, and says it without giving the answer away."""

import math

import pytest
import torch

from foundations.grading.compare import difference, tolerance
from foundations.worker.protocol import Opaque

WANTED = torch.tensor([[1.0, 2.0], [3.0, 4.0]])


def found(got, expected=WANTED, **options):
    return difference(got, expected, subject="f(a)", **options)


@pytest.mark.parametrize(
    ("got", "stage", "words"),
    [
        (None, "type", "f(a) returned None: is a `return` missing?"),
        ([[1.0, 2.0], [3.0, 4.0]], "type", "f(a) returned a list: a torch tensor is asked for"),
        (Opaque("numpy.ndarray"), "type", "f(a) returned an object of type numpy.ndarray"),
        (torch.ones(4, dtype=torch.float64), "shape", "f(a) has shape (4,); expected (2, 2)"),
        (torch.ones(2, 2, dtype=torch.float64), "dtype", "dtype float64; expected float32"),
        (
            torch.tensor([[math.nan, 2], [3, 0]]),
            "finite",
            "1 of 4 values that are NaN or infinite, the first at [0, 0]",
        ),
        (torch.tensor([[1.0, 2.0], [3.0, 9.0]]), "value", "1 of 4 values are wrong, the worst at [1, 1]"),
    ],
)
def test_the_first_difference_is_the_one_told(got, stage, words):
    """Type, shape, dtype, finite, value: in this order, whatever else is wrong too."""
    finding = found(got)

    assert finding.stage == stage
    assert words in finding.text


def test_equal_values_have_no_difference():
    """Also NaN and infinities where they are expected."""
    odd = torch.tensor([math.nan, math.inf, -math.inf])

    assert found(WANTED.clone()) is None
    assert found(odd.clone(), odd) is None
    assert found(torch.zeros(0, 3), torch.zeros(0, 3)) is None


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_tolerance_follows_dtype_and_scale(dtype):
    """Rounding passes at any scale; float32 digits in a float64 tensor do not."""
    wanted = (1000 * torch.rand(5, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(1))).to(dtype)

    assert found(wanted * (1 + 2 * torch.finfo(dtype).eps), wanted) is None
    assert found(wanted * (1 + 1e-4), wanted) is not None
    assert tolerance(wanted) == pytest.approx(tolerance(wanted / 1000) * 1000)


def test_single_precision_in_double_clothes_is_a_wrong_value():
    """A result that was computed in float32 is told apart from one in float64."""
    wanted = torch.tensor([1 / 3], dtype=torch.float64)

    assert found(wanted.float().double(), wanted).stage == "value"


def test_whole_numbers_must_be_exact():
    """Beyond the 53 bits of a float64, too."""
    large = torch.tensor([2**60 + 1])

    assert found(large, large) is None
    assert found(large - 1, large).stage == "value"


@pytest.mark.parametrize("right", [0, 1, -1, 7, 2**62])
def test_whole_numbers_whose_difference_has_no_absolute_value_are_wrong(right):
    """2^63 apart, a number differs from another by what is its own negative in 64 bits."""
    wanted = torch.tensor([right])

    assert found(wanted + torch.tensor(-(2**63)), wanted).stage == "value"


def test_a_number_will_do_only_where_it_may():
    """For one number, a Python float is as right as a tensor of shape ()."""
    assert found(2.0, torch.tensor(2.0), numbers=True) is None
    assert found(2.0, torch.tensor(2.0)).stage == "type"
    assert found(True, torch.tensor(1.0), numbers=True).stage == "type"


@pytest.mark.parametrize("number", [2**4000, -(2**64), 1e300, math.inf, math.nan])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.int64, torch.complex64])
def test_a_number_that_no_tensor_can_hold_is_wrong(number, dtype):
    """Python's integers have no end; one that is too large is the student's mistake and not the grader's."""
    assert found(number, torch.tensor(1).to(dtype), numbers=True) is not None


def test_the_expected_value_is_in_the_detail_alone():
    """What is shown at the level "hints" holds no expected number."""
    finding = found(torch.tensor(1.0), torch.tensor(7.25))

    assert "7.25" not in finding.text
    assert "7.25" in finding.detail
