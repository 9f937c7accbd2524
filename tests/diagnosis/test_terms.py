"""An argument that takes part once too often, and a summary or factor instead of another, are named."""

from __future__ import annotations

import pytest
from diagnosed import id_of
from wrong_results import (
    INPUT_GRAD,
    LAYER,
    PRODUCT,
    SOFTMAX,
    TANH_GRAD,
    VARIANCES,
    WEIGHT_GRAD,
    Example,
    changed,
    matrix,
)

SCALED = Example(
    lambda x, mean, std: (x - mean[:, None]) / std[:, None],
    tuple((matrix(2, c, 5), matrix(c, seed=1), matrix(c, seed=2).abs() + 0.5) for c in (3, 4)),
)


@pytest.mark.parametrize(
    ("example", "wrong", "name"),
    [
        (SCALED, lambda x, mean, std: (x - mean[:, None]) / std[:, None] ** 2, "divided_by_argument"),
        (SCALED, lambda x, mean, std: x - mean[:, None], "times_argument"),
        (LAYER, lambda inp, w, b: inp @ w + 2 * b, "plus_argument"),
        (LAYER, lambda inp, w, b: inp @ w, "minus_argument"),
        (SOFTMAX, lambda x: x.softmax(1) + x, "plus_argument"),
        (LAYER, lambda inp, w, b: inp @ w + len(w) * b, "plus_argument"),
        (LAYER, lambda inp, w, b: inp @ w - b, "minus_argument"),
        (SOFTMAX, lambda x: x.softmax(1) - 0.1 * x, "minus_argument"),
        (SOFTMAX, lambda x: x.softmax(1) * x, "times_argument"),
    ],
)
def test_terms(example, wrong, name):
    """The hint names an operation with the argument."""
    assert id_of(example, wrong) == name


@pytest.mark.parametrize("example", [PRODUCT, SOFTMAX, WEIGHT_GRAD, TANH_GRAD])
def test_a_factor_that_varies(example):
    """The factor is made of all values."""
    wrong = changed(example, lambda value: value * (2 + value.flatten()[0].sin()))
    assert id_of(example, wrong) == "varying_factor"


@pytest.mark.parametrize(
    ("right", "wrong", "name"),
    [
        (VARIANCES.right, lambda x: x.var(1, correction=0), "another_axis"),
        (lambda x: x.sum(0), lambda x: x.sum(1), "another_axis"),
        (lambda x: x.softmax(0).amax(0), lambda x: x.sin(), ""),
        (lambda x: x.amax(0), lambda x: x.amax(1), "another_axis"),
        (lambda x: x.mean(1, keepdim=True), lambda x: x.mean(0, keepdim=True), "another_axis"),
        (lambda x: x.square().sum(0), lambda x: x.sum(0), "another_summary"),
        (lambda x: x.std(0), lambda x: x.amax(0), "another_summary"),
    ],
)
def test_summaries_along_an_axis(right, wrong, name):
    """Of square arguments the shape is right over either axis."""
    cases = [(matrix(n, n, seed=seed),) for seed, n in enumerate((3, 4, 3))]
    assert id_of(Example(right, tuple(cases)), wrong) == name


THREE = tuple((matrix(n, k), matrix(k, m, seed=1), matrix(k, m, seed=2)) for n, k, m in ((4, 3, 2), (2, 3, 5)))


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (lambda a, b, c: a @ b, lambda a, b, c: a @ c),
        (lambda a, b, c: b.t() @ a.t(), lambda a, b, c: c.t() @ a.t()),
        (lambda a, b, c: b @ c.t(), lambda a, b, c: b @ b.t()),
    ],
)
def test_another_factor(right, wrong):
    """A product with another tensor of the same shape instead of a factor."""
    assert id_of(Example(right, THREE), wrong) == "another_factor"


def test_a_gradient_for_a_value():
    """The tensor instead of the factor may have been set by the call itself."""

    def wrong(inp, out, w):
        w.g = inp.t() @ out.g
        inp.g = out.g @ w.g.t()

    assert id_of(INPUT_GRAD, wrong) == "another_factor"


@pytest.mark.parametrize("example", [VARIANCES, SOFTMAX, LAYER])
def test_one_less_than_a_size(example):
    """The factor N / (N - 1) is named with the size."""

    def wrong(*arguments):
        n = arguments[0].shape[0]
        return example.right(*arguments) * n / (n - 1)

    assert id_of(example, wrong) in {"factor", "another_summary"}
