"""A result that is right for other arguments shows which argument is treated in another way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
import torch
from judging import judge
from wrong_results import ALL, changed, matrix

from foundations.diagnosis.alterations import altered
from foundations.diagnosis.search import diagnose


def layer(inp, w, b):
    return inp @ w + b


def loss(logits, targ):
    return (logits.logsumexp(1) - logits[torch.arange(len(targ)), targ]).mean()


def gain(a):
    return torch.tensor((2 / (1 + max(a, -0.5) ** 2)) ** 0.5, dtype=torch.float64)


def network(x, params):
    w1, b1, w2 = params
    return (x @ w1 + b1).relu() @ w2


def gap(inp, targ):
    return (inp - 2 * targ).square().mean()


SIZES = ((4, 3, 2), (5, 2, 3), (3, 3, 3))
CASES: dict[Any, Sequence[tuple[Any, ...]]] = {
    layer: [(matrix(n, k), matrix(k, m), matrix(m)) for n, k, m in SIZES],
    loss: [(90 * matrix(n, k), torch.arange(n) % k) for n, k, _ in SIZES],
    gain: [(0.3,), (-0.2,), (1.5,), (-0.4,)],
    network: [(matrix(n, k), [matrix(k, m), matrix(m), matrix(m, 1)]) for n, k, m in SIZES],
    gap: [(matrix(n), matrix(n, seed=3)) for n, _, _ in SIZES],
}


def judged(right, wrong):
    return [replace(each, recalculate=right) for each in judge(right, wrong, *CASES[right])]


def named(right, wrong):
    found = altered(judged(right, wrong))
    return (found.id, found.hint) if found else ("", "")


@pytest.mark.parametrize(
    ("right", "wrong", "name", "argument"),
    [
        (layer, lambda inp, w, b: inp @ w, "argument_ignored", "`b`"),
        (
            network,
            lambda x, params: network(x, [params[0], 0 * params[1], params[2]]),
            "argument_ignored",
            "`params[1]`",
        ),
        (layer, lambda inp, w, b: inp.abs() @ w + b, "argument_without_sign", "`inp`"),
        (layer, lambda inp, w, b: inp @ w - b, "argument_negated", "`b`"),
        (layer, lambda inp, w, b: inp.clamp(min=0) @ w + b, "argument_cut_off", "`inp`"),
        (loss, lambda logits, targ: loss(logits.clamp(-60, 60), targ), "argument_cut_off", "`logits`"),
        (gain, lambda a: gain(max(a, 0.0)), "argument_cut_off", "`a`"),
        (gap, lambda inp, targ: gap(targ, inp), "arguments_exchanged", "`inp` and `targ`"),
    ],
)
def test_altered_arguments(right, wrong, name, argument):
    """The diagnosis names the argument, in functions of tensors, of numbers, and of lists of tensors."""
    found, hint = named(right, wrong)
    assert (found, argument in hint) == (name, True), hint


@pytest.mark.parametrize("right", CASES)
def test_results_without_an_alteration(right):
    """Unrelated numbers have no name; neither has a result if the right one cannot be recalculated."""

    def wrong(*arguments):
        return (right(*arguments) * 1.7).sin() + 0.3

    assert named(right, wrong) == ("", "")
    assert altered(judge(right, wrong, *CASES[right])) is None


def test_a_right_result_contradicts():
    """An alteration has to explain all calls."""
    judgements = judged(layer, lambda inp, w, b: inp @ w + (b if len(inp) > 4 else 0))
    assert [each.agrees for each in judgements] == [False, True, False]
    assert altered(judgements) is None


@pytest.mark.parametrize("example", ALL.values(), ids=ALL)
@pytest.mark.parametrize("change", [lambda value: (value.abs() + 0.3).rsqrt(), lambda value: value.sin() + 0.1])
def test_unrelated_results_have_no_name(example, change):
    """Whatever the exercise is, a recalculated result is not guessed."""
    judgements = judge(example.right, changed(example, change), *example.cases, place=example.place)

    def recalculate(*arguments):
        returned = example.right(*arguments)
        return returned if example.place is None else getattr(arguments[example.place[0]], example.place[1])

    assert diagnose([replace(each, recalculate=recalculate) for each in judgements]) is None
