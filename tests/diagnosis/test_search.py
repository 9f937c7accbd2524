"""A wrong result is diagnosed by how it differs from the right one, whatever the exercise is."""

from __future__ import annotations

import pytest
import torch
from judging import judge
from wrong_results import (
    ALL,
    BIAS_GRAD,
    INPUT_GRAD,
    LAYER,
    MSE,
    MSE_GRAD,
    NORM,
    OUTER,
    PRODUCT,
    RELU_GRAD,
    RETURNING,
    SETTING,
    SOFTMAX,
    SQUARES,
    TANH_GRAD,
    VARIANCES,
    WEIGHT_GRAD,
    Example,
    changed,
    matrix,
)

from foundations.diagnosis.judgement import Judgement
from foundations.diagnosis.search import diagnose


def diagnosed(example: Example, wrong, cases=None):
    """Return id and hint of the diagnosis of ``wrong``, or two empty texts."""
    found = diagnose(judge(example.right, wrong, *(cases or example.cases), place=example.place))
    return (found.id, found.hint) if found else ("", "")


def id_of(example: Example, change):
    return diagnosed(example, changed(example, change))[0]


@pytest.mark.parametrize("example", ALL.values(), ids=ALL)
def test_right_answers_have_no_diagnosis(example):
    """The same result, also by another rounding, is not diagnosed."""
    assert id_of(example, lambda value: value) == ""
    assert id_of(example, lambda value: (value.double() * (1 + 1e-7)).to(value.dtype)) == ""


@pytest.mark.parametrize("example", ALL.values(), ids=ALL)
@pytest.mark.parametrize(
    "change",
    [
        lambda value: torch.randn(value.shape, generator=torch.Generator().manual_seed(7)),
        lambda value: value.sin() + value.cos() * 0.3,
        lambda value: (value * 3.1).tanh() + 0.2 * value,
        lambda value: (value.abs() + 0.3).rsqrt(),
    ],
)
def test_unrelated_results_have_no_diagnosis(example, change):
    """A wrong result that is none of the known kinds keeps its message without a guess."""
    assert id_of(example, change) == ""


@pytest.mark.parametrize("example", ALL.values(), ids=ALL)
@pytest.mark.parametrize(("constant", "words"), [(2, "2 times"), (0.5, "½ times"), (3.7, "3.7 times")])
def test_constant_factors(example, constant, words):
    """A factor that is the same for all sizes is a number in the code."""
    name, hint = diagnosed(example, changed(example, lambda value: constant * value))
    assert name == "factor"
    assert words in hint


@pytest.mark.parametrize("example", [MSE, LAYER, MSE_GRAD, WEIGHT_GRAD, BIAS_GRAD, SOFTMAX, NORM])
def test_factors_that_are_sizes(example):
    """The hint names the size that fits in all calls."""

    def wrong(*arguments):
        size = arguments[0].shape[0]
        return changed(example, lambda value: value * size)(*arguments)

    name, hint = diagnosed(example, wrong)
    assert name == "factor"
    assert ".shape[0]`" in hint
    assert "times `" in hint


@pytest.mark.parametrize(
    ("example", "change", "words"),
    [
        (MSE_GRAD, lambda inp, targ: (inp - targ[:, None]) / len(targ), "½ times"),
        (MSE_GRAD, lambda inp, targ: 2 * (inp - targ[:, None]), "times `inp.shape[0]`"),
        (MSE_GRAD, lambda inp, targ: inp - targ[:, None], "half of the right one times `inp.shape[0]`"),
        (MSE_GRAD, lambda inp, targ: 2 * (inp - targ[:, None]) / len(targ) ** 2, "divided by `inp.shape[0]`"),
        (
            MSE_GRAD,
            lambda inp, targ: 2 * (inp - targ[:, None]) / len(targ) ** 0.5,
            "times the square root of `inp.shape[0]`",
        ),
    ],
)
def test_forgotten_factors_of_a_mean(example, change, words):
    """Which of 2 and N is missing shows over several sizes."""

    def wrong(inp, targ):
        inp.g = change(inp, targ)

    name, hint = diagnosed(example, wrong)
    assert (name, words in hint) == ("factor", True), hint


def test_one_call_does_not_tell_a_size_from_a_constant():
    """With a single size the hint asks about both."""
    name, hint = diagnosed(MSE, changed(MSE, lambda value: 4 * value), MSE.cases[:1])
    assert name == "factor"
    assert "a number in your code or a size" in hint


def test_one_number_is_no_evidence_for_an_odd_factor():
    """Any two numbers have a ratio."""
    assert diagnosed(MSE, changed(MSE, lambda value: 1.2345 * value), MSE.cases[:1]) == ("", "")


@pytest.mark.parametrize("example", ALL.values(), ids=ALL)
@pytest.mark.parametrize(
    ("change", "name"),
    [
        (torch.neg, "negated"),
        (lambda value: value + 1, "offset"),
        (lambda value: value - 0.25, "offset"),
        (lambda value: value.square(), "squared"),
        (torch.zeros_like, "all_zero"),
    ],
)
def test_changes_of_every_entry(example, change, name):
    """The same change of all entries is recognised in any exercise."""
    assert id_of(example, change) == name


@pytest.mark.parametrize(
    ("example", "change", "name"),
    [
        (PRODUCT, torch.abs, "absolute"),
        (LAYER, torch.abs, "absolute"),
        (TANH_GRAD, torch.abs, "absolute"),
        (VARIANCES, torch.sqrt, "square_root"),
        (SOFTMAX, torch.sqrt, "square_root"),
        (MSE, torch.sqrt, "square_root"),
        (SOFTMAX, torch.log, "logarithm"),
        (MSE, torch.log, "logarithm"),
        (VARIANCES, torch.log, "logarithm"),
        (VARIANCES, torch.reciprocal, "reciprocal"),
        (MSE, torch.reciprocal, "reciprocal"),
        (NORM, torch.reciprocal, "reciprocal"),
    ],
)
def test_signs_roots_and_logarithms(example, change, name):
    """Functions of positive results, or of results of both signs."""
    assert id_of(example, change) == name


@pytest.mark.parametrize("example", [PRODUCT, LAYER, SOFTMAX, OUTER, WEIGHT_GRAD, TANH_GRAD])
@pytest.mark.parametrize(
    ("change", "name"),
    [
        (torch.t, "transposed"),
        (lambda value: value.sum(0), "sum_too_much"),
        (lambda value: value.sum(), "sum_too_much"),
        (lambda value: value.mean(1, keepdim=True), "mean_too_much"),
        (lambda value: value.unsqueeze(0), "axis_of_size_1"),
        (lambda value: value.flatten(), "reshaped"),
    ],
)
def test_axes(example, change, name):
    """Axes that are exchanged, lost or added."""
    assert id_of(example, change) == name


@pytest.mark.parametrize("example", [LAYER, SOFTMAX, WEIGHT_GRAD, TANH_GRAD, INPUT_GRAD])
def test_shifted_rows(example):
    """Values that are one place away, in matrices with at least three rows or columns."""
    cases = [case for case in example.cases if max(case[0].shape) > 2]
    assert diagnosed(example, changed(example, lambda value: value.roll(1, 0)), cases)[0] == "shifted"


@pytest.mark.parametrize("example", [LAYER, SOFTMAX, OUTER, PRODUCT])
def test_flipped_rows(example):
    """Values in the opposite order."""
    cases = [case for case in example.cases if case[0].shape[0] > 2]
    assert diagnosed(example, changed(example, lambda value: value.flip(0)), cases)[0] == "flipped"


def _without(row, axis):
    def change(value):
        value = value.clone()
        value.select(axis, row).zero_()
        return value

    return change


@pytest.mark.parametrize("example", [PRODUCT, LAYER, SOFTMAX, WEIGHT_GRAD, TANH_GRAD, OUTER])
@pytest.mark.parametrize(
    "change", [_without(-1, 0), _without(0, 0), _without(-1, 1), lambda value: value[:-1], lambda value: value[:, 1:]]
)
def test_rows_and_columns_that_were_left_out(example, change):
    """Rows left at 0, and rows that are not there."""
    assert id_of(example, change) == "not_written"


@pytest.mark.parametrize("example", [PRODUCT, LAYER, OUTER, WEIGHT_GRAD])
def test_only_the_first_entry(example):
    """A return inside the loop."""

    def first(value):
        result = torch.zeros_like(value)
        result[0, 0] = value[0, 0]
        return result

    assert id_of(example, first) == "only_first_entry"


@pytest.mark.parametrize("example", [PRODUCT, LAYER, SOFTMAX, OUTER, TANH_GRAD])
def test_rows_that_are_one_object(example):
    """All rows have the values of the last one."""
    assert id_of(example, lambda value: value[-1:].repeat(len(value), 1)) == "rows_are_one"


@pytest.mark.parametrize(
    ("example", "wrong"),
    [
        (MSE, lambda output, targ: (output - targ).square().mean()),
        (MSE, lambda output, targ: (output - targ).square().sum()),
        (
            Example(lambda output, targ: (output[:, 0] - targ).abs().mean(), MSE.cases),
            lambda output, targ: (output - targ).abs().mean(),
        ),
        (MSE_GRAD, lambda inp, targ: setattr(inp, "g", (2 * (inp - targ) / len(targ)).mean(1, keepdim=True))),
        (MSE_GRAD, lambda inp, targ: setattr(inp, "g", (2 * (inp - targ) / len(targ)).sum(1, keepdim=True))),
    ],
)
def test_all_pairs(example, wrong):
    """A column met a row, and the table was summed or averaged away."""
    assert diagnosed(example, wrong)[0] in {"all_pairs", "mean_for_own_entry"}


@pytest.mark.parametrize(
    ("example", "table"),
    [
        (Example(lambda a, b: a[:, 0] - b, MSE.cases), lambda a, b: a - b),
        (Example(lambda a, b: (a[:, 0] * b).reshape(-1, 1), MSE.cases), lambda a, b: a * b),
        (Example(lambda a, b: (a[:, 0] + b).square(), MSE.cases), lambda a, b: (a + b).square()),
    ],
)
def test_tables_of_pairs(example, table):
    """A column met a row, and the table is the result."""
    assert diagnosed(example, table)[0] == "table_of_pairs"


@pytest.mark.parametrize("example", [PRODUCT, SOFTMAX, VARIANCES, OUTER, LAYER])
def test_sums_that_are_missing(example):
    """The result has an axis whose sum or mean is the expected one."""

    def unsummed(value):
        parts = torch.rand(3, *value.shape, generator=torch.Generator().manual_seed(3)) + 0.1
        return value * parts / parts.sum(0)

    assert id_of(example, unsummed) == "sum_too_little"
    assert id_of(example, lambda value: 3 * unsummed(value)) == "mean_too_little"


@pytest.mark.parametrize("example", RETURNING.values(), ids=RETURNING)
@pytest.mark.parametrize(
    ("change", "name"),
    [
        (lambda value: value.double(), "wrong_dtype"),
        (lambda value: value.long(), "wrong_dtype"),
        (lambda value: value.tolist(), "not_a_tensor"),
        (lambda value: None, "returns_nothing"),
    ],
)
def test_kinds(example, change, name):
    """Right values of another dtype or type, and no value."""
    large = Example(lambda *arguments: 3 * example.right(*arguments) + 5, example.cases)  # no value rounds to 0
    assert id_of(large, change) == name


@pytest.mark.parametrize("example", RETURNING.values(), ids=RETURNING)
def test_float32_on_the_way(example):
    """A float64 result with the digits of float32."""
    cases = [[argument.double() / 3 for argument in case] for case in example.cases]

    def wrong(*arguments):
        return example.right(*(argument.float() for argument in arguments)).double()

    assert diagnosed(example, wrong, cases)[0] == "coarse_on_the_way"


@pytest.mark.parametrize("example", SETTING.values(), ids=SETTING)
@pytest.mark.parametrize("where", ["grad", "returned", "other"])
def test_right_values_in_the_wrong_place(example, where):
    """In ``.grad``, returned, or on another argument."""
    index, attribute = example.place

    def wrong(*arguments):
        example.right(*arguments)
        value = vars(arguments[index]).pop(attribute)
        if where == "grad":
            arguments[index].grad = value
        elif where == "other":
            arguments[index - 1].g = value
        return (value, None) if where == "returned" else None

    name = {"grad": "in_grad", "returned": "returned_instead_of_set", "other": "on_another_argument"}[where]
    assert diagnosed(example, wrong)[0] == name


@pytest.mark.parametrize("example", SETTING.values(), ids=SETTING)
def test_nothing_is_set(example):
    """The value is on a copy that the caller does not have."""
    index, attribute = example.place

    def wrong(*arguments):
        example.right(*arguments)
        del vars(arguments[index])[attribute]

    assert diagnosed(example, wrong)[0] == "not_set"


@pytest.mark.parametrize("example", [PRODUCT, SOFTMAX, NORM])
def test_stored_and_not_returned(example):
    """The right value is on an argument."""

    def wrong(*arguments):
        arguments[0].out = example.right(*arguments)

    assert diagnosed(example, wrong)[0] == "set_instead_of_returned"


@pytest.mark.parametrize("example", [WEIGHT_GRAD, INPUT_GRAD, BIAS_GRAD, RELU_GRAD, TANH_GRAD])
def test_gradients_from_above(example):
    """The value for its gradient, and ones for the gradient."""
    position = next(index for index, argument in enumerate(example.cases[0]) if vars(argument))

    def wrong(replace):
        def run(*arguments):
            upstream = arguments[position].g
            arguments[position].g = replace(arguments[position])
            example.right(*arguments)
            arguments[position].g = upstream

        return run

    assert diagnosed(example, wrong(lambda out: out.clone()))[0] == "value_for_gradient"
    assert diagnosed(example, wrong(torch.ones_like))[0] == "without_upstream"


@pytest.mark.parametrize("example", SETTING.values(), ids=SETTING)
def test_old_gradients_are_added_to(example):
    """``+=`` on an attribute that was there before."""
    index, attribute = example.place

    def wrong(*arguments):
        old = getattr(arguments[index], attribute)
        example.right(*arguments)
        setattr(arguments[index], attribute, getattr(arguments[index], attribute) + old)

    cases = []
    for case in example.cases:
        fresh = [argument.clone() for argument in case]
        for new, argument in zip(fresh, case, strict=True):
            vars(new).update(vars(argument))
        setattr(fresh[index], attribute, matrix(*case[index].shape, seed=9))
        cases.append(fresh)
    assert diagnosed(example, wrong, cases)[0] == "adds_to_old"


@pytest.mark.parametrize("example", RETURNING.values(), ids=RETURNING)
def test_the_call_before_is_kept(example):
    """The first answer again, and the sum of all answers so far."""
    first = example.cases[0]
    cases = [first, [argument * 1.7 + 1 for argument in first], [argument.cos() * 2 for argument in first]]

    def stale():
        answers = []

        def wrong(*arguments):
            answers.append(example.right(*arguments))
            return answers[max(len(answers) - 2, 0)]

        return wrong

    def growing():
        answers = []

        def wrong(*arguments):
            answers.append(example.right(*arguments))
            return sum(answers[-2:])

        return wrong

    assert diagnosed(example, stale(), cases)[0] == "keeps_last_call"
    assert diagnosed(example, growing(), cases)[0] == "keeps_last_call"


@pytest.mark.parametrize("example", [SOFTMAX, NORM, VARIANCES])
def test_only_squares_are_right(example):
    """Two sizes are taken for one."""
    cases = [(matrix(3, 3),), (matrix(3, 4),), (matrix(5, 2),), (matrix(2, 2),)]

    def wrong(x):
        value = example.right(x)
        return value if x.shape[0] == x.shape[1] else value * torch.rand(value.shape) + 0.1

    assert diagnosed(example, wrong, cases)[0] == "only_square"


@pytest.mark.parametrize("example", [SOFTMAX, NORM, MSE])
def test_only_one_row_is_right(example):
    """A batch of one hides the mistake."""
    shapes = ((1, 1), (4, 1), (5, 1)) if example is MSE else ((1, 3), (4, 3), (2, 3))
    cases = [(matrix(*shape), *([matrix(shape[0])] if example is MSE else [])) for shape in shapes]

    def wrong(x, *others):
        value = example.right(x, *others)
        return value if len(x) == 1 else (value + 1.1).sin() * torch.rand(value.shape)

    assert diagnosed(example, wrong, cases)[0] == "only_one_row"


@pytest.mark.parametrize("example", [SOFTMAX, NORM, VARIANCES])
def test_only_the_first_call_is_right(example):
    """Something is left over from the first call."""
    cases = [(matrix(3, 4, seed=seed),) for seed in range(4)]
    calls = []

    def wrong(x):
        calls.append(x)
        value = example.right(x)
        return value if len(calls) == 1 else (value * len(calls)).sin() * torch.rand(value.shape)

    assert diagnosed(example, wrong, cases)[0] == "only_first_call"


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        (lambda a, b: a[:, -1:] * b[-1:], "last_product_alone"),
        (lambda a, b: a[:, :1] * b[:1], "first_product_alone"),
        (lambda a, b: a[:, :-1] @ b[:-1], "last_product_missing"),
        (lambda a, b: a[:, 1:] @ b[1:], "first_product_missing"),
        (lambda a, b: a * b, "products_not_summed"),
        (lambda a, b: a @ b.t(), "rows_by_rows"),
        (lambda a, b: a.t() @ b, "columns_by_columns"),
        (lambda a, b: b @ a, "factors_exchanged"),
        (lambda a, b: a.sum(1, keepdim=True) * b.sum(0), "sums_multiplied"),
        (lambda a, b: a.sum(1, keepdim=True) + b.sum(0), "added_for_multiplied"),
        (lambda a, b: a @ b / a.shape[1], "mean_of_products"),
    ],
)
@pytest.mark.parametrize("example", [SQUARES, WEIGHT_GRAD, INPUT_GRAD])
def test_products(example, wrong, name):
    """The factors may be arguments, gradients or transposed ones."""

    def run(*arguments):
        if example is SQUARES:
            return wrong(*arguments)
        inp, out, w = arguments
        if example is WEIGHT_GRAD:
            w.g = wrong(inp.t(), out.g)
        else:
            inp.g = wrong(out.g, w.t())
        return None

    cases = example.cases[-1:] if example is not SQUARES else example.cases
    found, hint = diagnosed(example, run, cases)
    assert found == name
    assert "{" not in hint


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (NORM.right, lambda m: m.abs().sum()),
        (NORM.right, lambda m: m.sum()),
        (NORM.right, lambda m: m.abs().sum().sqrt()),
        (NORM.right, lambda m: m.square().sum(0).sqrt().sum()),
        (NORM.right, lambda m: m.square().sum(1).sqrt().sum()),
        (NORM.right, lambda m: m.diagonal().square().sum().sqrt()),
        (NORM.right, lambda m: m.abs().max()),
        (NORM.right, lambda m: (m @ m).sum().abs().sqrt()),
        (lambda m: m.std(), lambda m: m.std(correction=0)),
        (lambda m: m.abs().max(), lambda m: m.max()),
        (lambda m: m.abs().mean(), lambda m: m.mean().abs()),
        (lambda m: m.trace(), lambda m: m.sum()),
    ],
)
def test_other_summaries(right, wrong):
    """One number is another summary of an argument; a factor between two summaries is named as such."""
    cases = [(matrix(3, 3, seed=seed) - 0.3,) for seed in (1, 2)] + [(matrix(4, 4) - 0.3,)]
    assert diagnosed(Example(right, tuple(cases)), wrong)[0] in {"another_summary", "factor"}


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x.exp() / x.exp().sum(1, keepdim=True),
        lambda x: x.exp().sum(1).log(),
        lambda x: (x.exp() - (-x).exp()) / (x.exp() + (-x).exp()),
    ],
)
def test_overflow(function):
    """exp of a large number is infinite in float32."""
    cases = [(matrix(3, 4) + 200,), (matrix(2, 3) * 50 + 300,)]
    right = Example(lambda x: function(x.double() / 1000).float(), tuple(cases))
    assert diagnosed(right, function)[0] == "overflow"
    assert diagnosed(right, lambda x: function(x) * torch.nan, [(matrix(3, 4),)])[0] == ""


@pytest.mark.parametrize("example", [SOFTMAX, Example(lambda x: x.relu(), SOFTMAX.cases), TANH_GRAD])
def test_an_input_is_handed_over_unchanged(example):
    """The result is the argument itself, or the gradient from above."""

    def wrong(*arguments):
        if example.place:
            arguments[0].g = arguments[1].g
        return arguments[0]

    assert diagnosed(example, wrong)[0] == "unchanged_input"


@pytest.mark.parametrize("got", [lambda x: x * x, lambda x: 2 * x + 1, lambda x: -2 * x])
def test_a_right_result_contradicts_a_change_of_every_result(got):
    """An answer that is right in one call does not multiply, add or negate in all calls."""
    calls = []
    for value in (2.0, -3.5):
        x = torch.tensor([value])
        calls.append(Judgement(got(x) if value < 0 else 2 * x, 2 * x, (x, torch.ones(3)), agrees=value > 0))
    assert diagnose(calls) is None


@pytest.mark.parametrize("example", [LAYER, MSE_GRAD, TANH_GRAD, SOFTMAX, OUTER])
@pytest.mark.parametrize("decimals", [1, 2, 3])
def test_rounded_results(example, decimals):
    """Right values with a few decimals only."""
    name, hint = diagnosed(example, changed(example, lambda value: value.round(decimals=decimals)))
    assert (name, f"{decimals} decimals" in hint) == ("rounded", True)


@pytest.mark.parametrize("example", [LAYER, OUTER, INPUT_GRAD, WEIGHT_GRAD])
def test_a_number_that_is_added_in_each_call(example):
    """The same for all entries, and another one in each call."""

    def wrong(*arguments):
        moved = float(arguments[0].double().square().sum().sqrt())
        return changed(example, lambda value: value + moved)(*arguments)

    assert id_of_wrong(example, wrong) == "varying_offset"


def id_of_wrong(example, wrong):
    return diagnosed(example, wrong)[0]


@pytest.mark.parametrize("example", [RELU_GRAD, TANH_GRAD])
@pytest.mark.parametrize("change", [lambda g: g.clamp(min=0), torch.abs, torch.square, torch.sign])
def test_a_function_of_one_argument(example, change):
    """The gradient from above alone decides, and the formula has another argument."""

    def wrong(inp, out):
        inp.g = change(out.g)

    assert id_of_wrong(example, wrong) == "of_one_argument"


def test_a_part_that_was_left_as_it_was():
    """Values of an argument that should have been changed, next to right ones."""

    def step(w, b):
        return torch.cat([w - 1, b - 1])

    def cases():
        return [(matrix(n, seed=1), matrix(3, seed=2)) for n in (4, 6)]

    def wrong(w, b):
        return torch.cat([w, b - 1])

    found = diagnose(judge(step, wrong, *cases()))
    assert found is not None
    assert (found.id, "`w`" in found.hint) == ("left_as_it_was", True)
