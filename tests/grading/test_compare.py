"""A comparison reports the first difference without revealing the expected value."""

import math

import pytest
import torch

from foundations.grading.compare import difference, tolerance
from foundations.worker.protocol import Opaque

EXPECTED = torch.tensor([[1.0, 2.0], [3.0, 4.0]])


def compared(got, expected=EXPECTED, **options):
    return difference(got, expected, subject="f(a)", **options)


@pytest.mark.parametrize(
    ("got", "stage", "words"),
    [
        (None, "type", "f(a) returned None: is a `return` missing?"),
        ([[1.0, 2.0], [3.0, 4.0]], "type", "f(a) returned a list; expected a torch tensor"),
        (Opaque("numpy.ndarray"), "type", "f(a) returned an object of type numpy.ndarray"),
        (torch.ones(4, dtype=torch.float64), "shape", "f(a) has shape (4,); expected (2, 2)"),
        (torch.ones(2, 2, dtype=torch.float64), "dtype", "dtype float64; expected float32"),
        (
            torch.tensor([[math.nan, 2], [3, 0]]),
            "finite",
            "1 of 4 values are NaN, the first at [0, 0]",
        ),
        (
            torch.tensor([[1.0, 2.0], [3.0, 9.0]]),
            "value",
            "1 of 4 values are wrong by more than 10 % of the largest, the worst at [1, 1]",
        ),
    ],
)
def test_first_difference_is_reported(got, stage, words):
    """Type, shape, dtype, finite and value are compared in this order."""
    finding = compared(got)

    assert finding.stage == stage
    assert words in finding.text


def test_equal_values_have_no_difference():
    """Equal values pass, including expected NaN and infinities."""
    odd = torch.tensor([math.nan, math.inf, -math.inf])

    assert compared(EXPECTED.clone()) is None
    assert compared(odd.clone(), odd) is None
    assert compared(torch.zeros(0, 3), torch.zeros(0, 3)) is None


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_tolerance_follows_dtype_and_scale(dtype):
    """Errors of rounding pass at any scale, and larger errors do not."""
    expected = (1000 * torch.rand(5, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(1))).to(dtype)

    assert compared(expected * (1 + 2 * torch.finfo(dtype).eps), expected) is None
    assert compared(expected * (1 + 1e-4), expected) is not None
    assert tolerance(expected) == pytest.approx(tolerance(expected / 1000) * 1000)


def test_float32_digits_in_a_float64_tensor_are_wrong():
    """A float64 result that was computed in float32 is a wrong value."""
    expected = torch.tensor([1 / 3], dtype=torch.float64)

    assert compared(expected.float().double(), expected).stage == "value"


def test_whole_numbers_must_be_exact():
    """Integers are compared exactly, even beyond the 53 bits of a float64."""
    large = torch.tensor([2**60 + 1])

    assert compared(large, large) is None
    assert compared(large - 1, large).stage == "value"


@pytest.mark.parametrize("right", [0, 1, -1, 7, 2**62])
def test_whole_numbers_whose_difference_has_no_absolute_value_are_wrong(right):
    """Integers 2^63 apart are wrong, although their difference is its own negative in 64 bits."""
    expected = torch.tensor([right])

    assert compared(expected + torch.tensor(-(2**63)), expected).stage == "value"


def test_python_number_is_accepted_only_with_numbers():
    """A Python number instead of a tensor of shape () passes with ``numbers`` alone, and a bool never does."""
    assert compared(2.0, torch.tensor(2.0), numbers=True) is None
    assert compared(2.0, torch.tensor(2.0)).stage == "type"
    assert compared(True, torch.tensor(1.0), numbers=True).stage == "type"


@pytest.mark.parametrize("number", [2**4000, -(2**64), 1e300, math.inf, math.nan])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.int64, torch.complex64])
def test_number_that_no_tensor_can_hold_is_wrong(number, dtype):
    """A Python number beyond the dtype is the student's mistake and not the grader's."""
    assert compared(number, torch.tensor(1).to(dtype), numbers=True) is not None


def test_expected_value_is_in_the_detail_alone():
    """The text for the level "hints" does not contain the expected number."""
    finding = compared(torch.tensor(1.0), torch.tensor(7.25))

    assert "7.25" not in finding.text
    assert "7.25" in finding.detail
