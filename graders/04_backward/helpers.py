"""Parts that several hidden tests of 04_backward share."""

import torch


def confirmed(loss, inputs, gradients):
    """Return ``gradients``, which a formula gave, after two other methods have confirmed them.

    Autograd and central differences calculate each gradient again. If one of them disagrees, the grader is wrong and
    not the student, so the error is an AssertionError.

    Args:
        loss: takes float64 copies of ``inputs`` and returns one number.
        inputs: tensors of any dtype.
        gradients: one for each input, of its shape, float64.
    """
    wide = [tensor.detach().double() for tensor in inputs]
    leaves = [tensor.clone().requires_grad_() for tensor in wide]
    for index, (formula, autograd) in enumerate(
        zip(gradients, torch.autograd.grad(loss(*leaves), leaves), strict=True)
    ):
        assert torch.allclose(formula, autograd, rtol=1e-9, atol=1e-9), f"formula and autograd disagree about {index}"
        measured = _central_differences(loss, wide, index)
        assert torch.allclose(formula, measured, rtol=1e-5, atol=1e-5), f"formula and slope disagree about {index}"
    return gradients


def _central_differences(loss, inputs, index, eps=1e-6):
    """Return the slopes of ``loss`` in the entries of the tensor at ``index`` of ``inputs``."""
    x = inputs[index]
    slopes = torch.zeros(x.numel(), dtype=torch.float64)
    for i in range(x.numel()):
        values = []
        for sign in (1, -1):
            moved = x.clone(memory_format=torch.contiguous_format)
            moved.view(-1)[i] += sign * eps
            values.append(loss(*inputs[:index], moved, *inputs[index + 1 :]))
        slopes[i] = (values[0] - values[1]) / (2 * eps)
    return slopes.reshape(x.shape)
