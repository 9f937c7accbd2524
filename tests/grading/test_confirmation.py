"""A gradient by a formula passes only if autograd and central differences agree with it."""

from __future__ import annotations

import pytest
import torch

from foundations.grading.confirmation import confirmed


def loss(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return (x**3).sum() + (x * y).sum()


@pytest.fixture
def inputs() -> tuple[torch.Tensor, torch.Tensor]:
    return torch.randn(3, 2, dtype=torch.float64).t(), torch.randn(2, 3)


def test_right_gradients_are_returned(inputs: tuple[torch.Tensor, torch.Tensor]) -> None:
    """Inputs may be views of any dtype, and keep their values."""
    x, y = inputs
    before = x.clone(), y.clone()
    gradients = [3 * x**2 + y.double(), x]
    assert confirmed(loss, inputs, gradients) is gradients
    assert torch.equal(x, before[0])
    assert torch.equal(y, before[1])


@pytest.mark.parametrize("wrong", [0, 1])
def test_a_wrong_gradient_is_the_graders_fault(inputs: tuple[torch.Tensor, torch.Tensor], wrong: int) -> None:
    """The message has the index of the input."""
    x, y = inputs
    gradients = [3 * x**2 + y.double(), x.clone()]
    gradients[wrong] = gradients[wrong] + 1e-4
    with pytest.raises(AssertionError, match=f"disagree about {wrong}"):
        confirmed(loss, inputs, gradients)


def test_autograd_is_not_believed_alone(inputs: tuple[torch.Tensor, torch.Tensor]) -> None:
    """A part of the loss that autograd does not see shows in the slopes."""
    x, y = inputs
    with pytest.raises(AssertionError, match="formula and slope disagree about 0"):
        confirmed(lambda x, y: loss(x, y) + x.detach().sum(), inputs, [3 * x**2 + y.double(), x])
