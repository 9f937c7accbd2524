"""Exercises of many kinds, each with a right function and arguments, to try general diagnosers on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from tensors import with_g


@dataclass(frozen=True)
class Example:
    """A right function with arguments for several calls; ``place`` if it sets its result on an argument."""

    right: Callable[..., Any]
    cases: tuple[tuple[Any, ...], ...]
    place: tuple[int, str] | None = None


def matrix(*shape: int, seed: int = 0, dtype: torch.dtype = torch.float32) -> Any:
    generator = torch.Generator().manual_seed(seed + 1000 * len(shape) + sum(shape))
    return torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype)


def product(a, b):
    return a @ b


def layer(inp, w, b):
    return inp @ w + b


def mse(output, targ):
    return (output[:, 0] - targ).square().mean()


def norm(m):
    return m.square().sum().sqrt()


def softmax(x):
    powers = (x - x.amax(1, keepdim=True)).exp()
    return powers / powers.sum(1, keepdim=True)


def variances(x):
    return x.var(0, correction=0)


def outer(a, b):
    return a[:, None] * b


def mse_grad(inp, targ):
    inp.g = 2 * (inp - targ[:, None]) / len(targ)


def relu_grad(inp, out):
    inp.g = (inp > 0) * out.g


def weight_grad(inp, out, w):
    w.g = inp.t() @ out.g


def input_grad(inp, out, w):
    inp.g = out.g @ w.t()


def bias_grad(out, b):
    b.g = out.g.sum(0)


def tanh_grad(inp, out):
    inp.g = (1 - out * out) * out.g


SIZES = ((4, 3, 2), (5, 2, 3), (3, 3, 3))


def _gradients(right: Callable[..., Any], place: int) -> Example:
    cases = []
    for n, n_in, n_out in SIZES:
        out = with_g(matrix(n, n_out), matrix(n, n_out, seed=1))
        cases.append((matrix(n, n_in, seed=2), out, matrix(n_in, n_out, seed=3)))
    return Example(right, tuple(cases), (place, "g"))


PRODUCT = Example(product, tuple((matrix(n, k), matrix(k, m, seed=1)) for n, k, m in SIZES))
SQUARES = Example(product, tuple((matrix(n, n), matrix(n, n, seed=1)) for n in (3, 4, 2)))
LAYER = Example(layer, tuple((matrix(n, k), matrix(k, m, seed=1), matrix(m)) for n, k, m in SIZES))
MSE = Example(mse, tuple((matrix(n, 1), matrix(n, seed=1)) for n in (4, 7, 5)))
NORM = Example(norm, tuple((matrix(n, k),) for n, k, _ in SIZES))
SOFTMAX = Example(softmax, tuple((matrix(n, k),) for n, k, _ in SIZES))
VARIANCES = Example(variances, tuple((matrix(n, k),) for n, k, _ in SIZES))
OUTER = Example(outer, tuple((matrix(n), matrix(k, seed=1)) for n, k, _ in SIZES))
MSE_GRAD = Example(mse_grad, tuple((matrix(n, 1), matrix(n, seed=1)) for n in (4, 7, 5)), (0, "g"))
WEIGHT_GRAD, INPUT_GRAD = _gradients(weight_grad, 2), _gradients(input_grad, 0)
BIAS_GRAD = Example(
    bias_grad, tuple((with_g(matrix(n, m), matrix(n, m, seed=1)), matrix(m)) for n, _, m in SIZES), (1, "g")
)
RELU_GRAD, TANH_GRAD = (
    Example(
        right, tuple((matrix(n, k), with_g(matrix(n, k, seed=1), matrix(n, k, seed=2))) for n, k, _ in SIZES), (0, "g")
    )
    for right in (relu_grad, tanh_grad)
)
RETURNING = {
    "product": PRODUCT, "layer": LAYER, "mse": MSE, "norm": NORM, "softmax": SOFTMAX, "variances": VARIANCES,
    "outer": OUTER,
}  # fmt: skip
SETTING = {
    "mse_grad": MSE_GRAD, "weight_grad": WEIGHT_GRAD, "input_grad": INPUT_GRAD, "bias_grad": BIAS_GRAD,
    "relu_grad": RELU_GRAD, "tanh_grad": TANH_GRAD,
}  # fmt: skip
ALL = RETURNING | SETTING


def changed(example: Example, change: Callable[[torch.Tensor], Any]) -> Callable[..., Any]:
    """Return the right function of ``example`` with ``change`` of its result."""

    def wrong(*arguments: Any) -> Any:
        returned = example.right(*arguments)
        if example.place is None:
            return change(returned)
        index, attribute = example.place
        setattr(arguments[index], attribute, change(getattr(arguments[index], attribute)))
        return None

    return wrong
