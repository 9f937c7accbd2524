"""Fixtures that the hidden tests of 04_backward share. Fixtures only: no helper is imported from here."""

import pytest
import torch


@pytest.fixture
def confirmed():
    """``confirmed(loss, inputs, gradients)``: the gradients that a formula gave, once two other witnesses agree.

    ``loss`` takes the float64 ``inputs`` and gives one number; ``gradients`` are the formula's, in the same order.
    Autograd and central differences are asked for each. That one of them disagrees is the grader's own fault, so it is
    an AssertionError and no verdict about a student.
    """
    return _confirmed


def _confirmed(loss, inputs, gradients):
    leaves = [tensor.detach().clone().requires_grad_() for tensor in inputs]
    for place, (formula, autograd) in enumerate(
        zip(gradients, torch.autograd.grad(loss(*leaves), leaves), strict=True)
    ):
        assert torch.allclose(formula, autograd, rtol=1e-9, atol=1e-9), f"formula and autograd disagree about {place}"
        measured = _central_differences(loss, inputs, place)
        assert torch.allclose(formula, measured, rtol=1e-5, atol=1e-5), f"formula and slope disagree about {place}"
    return gradients


def _central_differences(loss, inputs, place, eps=1e-6):
    """The slopes of ``loss`` in the entries of the tensor at ``place`` of ``inputs``."""
    x = inputs[place]
    slopes = torch.zeros(x.numel(), dtype=torch.float64)
    for i in range(x.numel()):
        values = []
        for sign in (1, -1):
            moved = x.clone(memory_format=torch.contiguous_format)
            moved.view(-1)[i] += sign * eps
            values.append(loss(*inputs[:place], moved, *inputs[place + 1 :]))
        slopes[i] = (values[0] - values[1]) / (2 * eps)
    return slopes.reshape(x.shape)
