"""The search for a general diagnosis of one exercise's wrong results."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from torch import Tensor

from foundations.diagnosis import (
    alterations,
    axes,
    bounds,
    conditions,
    entries,
    factors,
    history,
    placement,
    precision,
    products,
    reductions,
    spread,
    terms,
)
from foundations.diagnosis.judgement import Diagnosis, Judgement, has_numbers

Diagnoser = Callable[[Sequence[Judgement]], Diagnosis | None]

#: Diagnosers of the results that are wrong, in the order in which they are asked: specific ones come first.
OF_FAILING: tuple[Diagnoser, ...] = (
    placement.wrong_place,
    precision.wrong_kind,
    precision.overflow,
    precision.rounded,
    precision.coarse,
    history.accumulates,
    axes.not_written,
    placement.upstream,
    placement.keeps_old,
    placement.unchanged_input,
    products.product,
    reductions.all_pairs,
    axes.transposed,
    axes.stretched_to_a_table,
    axes.reshaped,
    entries.changed_entries,
    reductions.summary,
    factors.factor,
    entries.offset,
    spread.repeated,
    axes.summed_too_much,
    axes.summed_too_little,
    axes.shifted,
    axes.flipped,
    axes.rows_are_one,
    spread.running_sum,
    spread.one_value_everywhere,
    spread.picked_out,
    reductions.another_axis,
    products.another_factor,
    terms.term,
    terms.multiple,
    terms.varying_factor,
    entries.varying_offset,
    entries.of_one_argument,
    placement.left_as_it_was,
)
#: Diagnosers of all results of several calls, right and wrong.
OF_ALL: tuple[Diagnoser, ...] = (
    history.keeps_last_call,
    bounds.cut_off,
    conditions.condition,
    conditions.not_finite,
    history.pattern,
    spread.one_index_right,
    bounds.replaced,
    alterations.altered,
)

#: Mistakes that change the result of every call, by id: whether a right result contradicts the mistake.
EVERYWHERE: dict[str, Callable[[Judgement], bool]] = {
    "factor": factors.contradicts,
    **dict.fromkeys(("offset", "varying_offset"), lambda judgement: judgement.right.numel() > 0),
    **entries.CONTRADICTIONS,
    **dict.fromkeys(("running_sum", "one_value_everywhere", "repeated"), lambda judgement: judgement.right.numel() > 1),
    **dict.fromkeys(("plus_argument", "minus_argument"), factors.contradicts),  # a multiple may depend on a size
    **dict.fromkeys(
        ("times_argument", "divided_by_argument", "varying_factor"), lambda judgement: has_numbers(judgement.right)
    ),
}

#: Results with more numbers are not compared.
MAX_NUMBERS = 200_000


def diagnose(judgements: Sequence[Judgement]) -> Diagnosis | None:
    """Return a diagnosis that explains every wrong result among ``judgements``, or ``None``.

    If none explains the results in several places, such as the gradients of several arguments, it may explain all of
    those in the place that was found wrong first.

    Args:
        judgements: results of one exercise in the order of the calls, right and wrong.
    """
    failing = [judgement for judgement in judgements if not judgement.agrees]
    if not failing or any(judgement.expected.numel() > MAX_NUMBERS for judgement in judgements):
        return None
    found = _explanation(judgements, failing)
    if found is None and len({judgement.place for judgement in failing}) > 1:
        first = [judgement for judgement in judgements if judgement.place == failing[0].place]
        found = _explanation(first, [judgement for judgement in first if not judgement.agrees])
    return found


def compare_values(got: Tensor, right: Tensor, about: str, **arguments: Tensor) -> Diagnosis | None:
    """Return a diagnosis of one wrong result, for a check that does not compare by ``must_return``.

    Args:
        got: the result, real.
        right: the expected one.
        about: the result in words, e.g. ``"the loss of each epoch"``.
        arguments: tensors from which the result was calculated, by the names that a student knows.
    """
    return diagnose([Judgement(got, right, tuple(arguments.values()), None, tuple(arguments), about=about)])


def _explanation(judgements: Sequence[Judgement], failing: Sequence[Judgement]) -> Diagnosis | None:
    places = {judgement.place for judgement in failing}
    right = [judgement for judgement in judgements if judgement.agrees and judgement.place in places]
    for diagnosers, evidence in ((OF_FAILING, failing), (OF_ALL, judgements)):
        for diagnoser in diagnosers:
            found = diagnoser(evidence)
            if found is not None and not (found.id in EVERYWHERE and any(map(EVERYWHERE[found.id], right))):
                return found
    return None
