"""Mistakes that show over several calls: a sum that is not started afresh, an old answer, sizes that hide a mistake."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from torch import Tensor

from foundations.diagnosis.judgement import Diagnosis, Judgement, as_wide, close


def accumulates(failing: Sequence[Judgement]) -> Diagnosis | None:
    """Diagnose a result to which the old value of its attribute was added."""

    def added(judgement: Judgement) -> bool:
        old = _old(judgement)
        return old.shape == judgement.right.shape and judgement.is_result(judgement.right + old)

    if not failing or not all(map(added, failing)):
        return None
    text = f"What was in {failing[-1].label} before the call has been added to it"
    return Diagnosis("adds_to_old", f"{text}. What does `+=` start from in the second call?")


def _old(judgement: Judgement) -> Tensor:
    if judgement.place is None or judgement.place[0] >= len(judgement.arguments):
        return as_wide(None)
    index, attribute = judgement.place
    return as_wide(getattr(judgement.arguments[index], attribute, None))


def keeps_last_call(judgements: Sequence[Judgement]) -> Diagnosis | None:
    """Diagnose an answer of the call before, alone or added, in the judgements of several calls in a row."""
    repeated = [pair for pair in pairwise(judgements) if not pair[1].agrees]
    alone = [now.is_result(before.right) for before, now in repeated if before.place == now.place]
    added = [
        before.right.shape == now.right.shape and now.is_result(before.right + now.right)
        for before, now in repeated
        if before.place == now.place
    ]
    for found, words in ((alone, "is the answer of the call before"), (added, "has the call before added to it")):
        if found and all(found):
            text = f"{judgements[-1].label[:1].upper()}{judgements[-1].label[1:]} {words}"
            return Diagnosis("keeps_last_call", f"{text}. Which variable lives longer than one call?")
    return None


def pattern(judgements: Sequence[Judgement]) -> Diagnosis | None:
    """Diagnose calls that agree exactly if their arguments are square, have one row, or come first.

    At least one call has to agree, and two have to fail.
    """
    agreeing = [judgement for judgement in judgements if judgement.agrees]
    failing = [judgement for judgement in judgements if not judgement.agrees]
    if not agreeing or len(failing) < 2 or not all(_has_values(judgement) for judgement in failing):
        return None
    for kind, applies, text in _PATTERNS:
        if all(map(applies, agreeing)) and not any(map(applies, failing)):
            return Diagnosis(kind, text)
    if judgements[0].agrees and len(agreeing) == 1 and _same_shapes(judgements):
        text = "The first call is right and the later ones are not, with arguments of the same shapes"
        return Diagnosis("only_first_call", f"{text}. What is left over from the first call?")
    return None


def _is_square(judgement: Judgement) -> bool:
    matrices = [tensor for tensor in judgement.tensors.values() if tensor.ndim == 2]
    return bool(matrices) and all(matrix.shape[0] == matrix.shape[1] for matrix in matrices)


def _has_one_row(judgement: Judgement) -> bool:
    tensors = list(judgement.tensors.values())
    return bool(tensors) and tensors[0].ndim > 1 and tensors[0].shape[0] == 1


_PATTERNS: tuple[tuple[str, Callable[[Judgement], bool], str], ...] = (
    (
        "only_one_row",
        _has_one_row,
        "One row gives the right result, and several do not. What happens to the second row in your code?",
    ),
    (
        "only_square",
        _is_square,
        "Square arguments give the right result, and others do not. Which two sizes does your code take for one?",
    ),
)


def _has_values(judgement: Judgement) -> bool:
    return bool(judgement.wide.numel())


def _same_shapes(judgements: Sequence[Judgement]) -> bool:
    shapes = {tuple(tuple(tensor.shape) for tensor in judgement.tensors.values()) for judgement in judgements}
    return len(shapes) == 1 and not any(close(judgements[0].wide, judgement.wide) for judgement in judgements[1:])
