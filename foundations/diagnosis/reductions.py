"""Another summary of an argument than the expected one: a sum for a mean, the largest entry, all pairs of two."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from torch import Tensor

from foundations.diagnosis.judgement import Diagnosis, Judgement, close, has_numbers

#: Summaries of all entries of one tensor ``x``, as code and in words.
_SUMMARIES: tuple[tuple[str, Callable[[Tensor], Tensor], str], ...] = (
    ("sum", lambda x: x.sum(), "the sum of all entries of `{x}`, in which plus and minus cancel"),
    ("sum_of_sizes", lambda x: x.abs().sum(), "the sum of the absolute values of `{x}`"),
    ("size_of_sum", lambda x: x.sum().abs(), "the absolute value of a sum over `{x}`, in which plus and minus cancel"),
    ("mean", lambda x: x.mean(), "the mean of all entries of `{x}`"),
    (
        "size_of_mean",
        lambda x: x.mean().abs(),
        "the absolute value of the mean of `{x}`, in which plus and minus cancel",
    ),
    ("mean_of_sizes", lambda x: x.abs().mean(), "the mean of the absolute values of `{x}`"),
    ("sum_of_squares", lambda x: x.square().sum(), "the sum of the squares of `{x}`"),
    ("mean_of_squares", lambda x: x.square().mean(), "the mean of the squares of `{x}`"),
    ("root_of_squares", lambda x: x.square().sum().sqrt(), "the root of the sum of the squares of `{x}`"),
    ("root_of_mean", lambda x: x.square().mean().sqrt(), "the root of the MEAN of the squares of `{x}`"),
    ("root_of_sizes", lambda x: x.abs().sum().sqrt(), "the root of a sum of absolute values of `{x}`, not of squares"),
    ("largest", lambda x: x.max(), "the largest entry of `{x}`"),
    ("largest_size", lambda x: x.abs().max(), "the largest absolute value in `{x}`"),
    ("smallest", lambda x: x.min(), "the smallest entry of `{x}`"),
    ("roots_by_column", lambda x: x.square().sum(0).sqrt().sum(), "a sum of roots, one for each column of `{x}`"),
    ("roots_by_row", lambda x: x.square().sum(1).sqrt().sum(), "a sum of roots, one for each row of `{x}`"),
    ("diagonal", lambda x: x.diagonal().square().sum().sqrt(), "the root over the diagonal of `{x}` alone"),
    ("trace", lambda x: x.trace(), "the sum of the diagonal of `{x}` alone"),
    ("other_diagonal", lambda x: x.flip(1).trace(), "the sum of the diagonal of `{x}` from the upper right"),
    ("matrix_square", lambda x: (x @ x).sum().abs().sqrt(), "made of `{x} @ {x}`, which is a matrix product"),
    ("std", lambda x: x.std(correction=0), "the standard deviation of `{x}`"),
    ("corrected_std", lambda x: x.std(), "the standard deviation of `{x}`, divided by n - 1 instead of n"),
    ("variance", lambda x: x.var(correction=0), "the variance of `{x}`"),
)


def summary(failing: Sequence[Judgement]) -> Diagnosis | None:
    """Diagnose one number that is another summary of an argument than the expected one."""
    if any(judgement.right.numel() != 1 or judgement.wide.numel() != 1 for judgement in failing):
        return None
    for _, summarise, words in _SUMMARIES:
        names = [_summarised(judgement, summarise) for judgement in failing]
        if all(names) and len(set(names)) == 1:
            text = f"{failing[-1].label[:1].upper()}{failing[-1].label[1:]} is {words.format(x=names[0])}"
            return Diagnosis("another_summary", f"{text}. Which operations has the formula, and in which order?")
    return None


def _summarised(judgement: Judgement, summarise: Callable[[Tensor], Tensor]) -> str:
    for name, tensor in judgement.tensors.items():
        if tensor.numel() > 1 and _is(judgement, summarise, tensor):
            return name
    return ""


def _is(judgement: Judgement, summarise: Callable[[Tensor], Tensor], tensor: Tensor) -> bool:
    try:
        value = summarise(tensor)
    except (RuntimeError, IndexError):
        return False
    return has_numbers(value) and judgement.is_result(value.reshape(judgement.wide.shape))


#: Summaries along one axis, by name.
_ALONG: dict[str, Callable[[Tensor, int], Tensor]] = {
    "sum": lambda x, axis: x.sum(axis),
    "mean": lambda x, axis: x.mean(axis),
    "sum of squares": lambda x, axis: x.square().sum(axis),
    "mean of squares": lambda x, axis: x.square().mean(axis),
    "norm": lambda x, axis: x.square().sum(axis).sqrt(),
    "product": lambda x, axis: x.prod(axis),
    "maximum": lambda x, axis: x.amax(axis),
    "minimum": lambda x, axis: x.amin(axis),
    "standard deviation": lambda x, axis: x.std(axis, correction=0),
    "variance": lambda x, axis: x.var(axis, correction=0),
    "standard deviation with n - 1": lambda x, axis: x.std(axis),
    "variance with n - 1": lambda x, axis: x.var(axis),
    "index of the largest entry": lambda x, axis: x.argmax(axis).double(),
    "index of the smallest entry": lambda x, axis: x.argmin(axis).double(),
}


def another_axis(failing: Sequence[Judgement]) -> Diagnosis | None:
    """Diagnose a summary of an argument over another axis, or another summary over the same one."""
    found = [set(_along_another(judgement)) for judgement in failing]
    clear = [each for each in found if each]
    common = set.intersection(*clear) if clear else set()
    unclear = [judgement for judgement, each in zip(failing, found, strict=True) if not each]
    common = {each for each in common if all(_is_small_case(judgement, *each[1:]) for judgement in unclear)}
    if not common:
        return None
    kind, what, name, axis = min(common)
    label = f"{failing[-1].label[:1].upper()}{failing[-1].label[1:]}"
    text = f"{label} is the {what} of `{name}` over axis {axis}"
    return Diagnosis(kind, f"{text}. Which operation does the formula have there, and over which index?")


def _along_another(judgement: Judgement) -> Iterator[tuple[str, str, str, int]]:
    """Yield id, summary, name and axis of each summary that is the result, if another one of the same is expected."""
    for name, tensor in judgement.tensors.items():
        if tensor.ndim > 1 and min(tensor.shape) > 1:
            summaries = {
                (what, axis): summarise(tensor, axis)
                for what, summarise in _ALONG.items()
                for axis in range(tensor.ndim)
            }
            expected = [key for key, each in summaries.items() if _has_values(judgement.right, each)]
            for what, axis in [key for key, each in summaries.items() if _has_values(judgement.wide, each)]:
                if any(known == what and other != axis for known, other in expected):
                    yield "another_axis", what, name, axis
                elif any(known != what and other == axis for known, other in expected):
                    yield "another_summary", what, name, axis


def _is_small_case(judgement: Judgement, what: str, name: str, axis: int) -> bool:
    """Check that a result is this summary of an argument with an axis of size 1, which several mistakes explain."""
    tensor = judgement.tensors.get(name)
    if tensor is None or tensor.ndim < 2 or min(tensor.shape) != 1 or axis >= tensor.ndim:
        return False
    return close(_ALONG[what](tensor, axis).reshape(-1), judgement.wide.reshape(-1))


def _has_values(one: Tensor, other: Tensor) -> bool:
    """Check whether two tensors agree but for axes of size 1."""
    return one.numel() == other.numel() > 1 and close(one.squeeze(), other.squeeze())


#: Functions of a difference of a column and a vector, as they appear in losses.
_OF_DIFFERENCES: tuple[Callable[[Tensor], Tensor], ...] = (lambda x: x, lambda x: x.square(), lambda x: x.abs())


def all_pairs(failing: Sequence[Judgement]) -> Diagnosis | None:
    """Diagnose differences of (N, 1) and (N,) in which each entry met all others, summed or averaged away."""
    for kind, explains, text in (
        ("all_pairs", _table_away, "Every entry of `{one}` met every entry of `{other}`, and not only its own"),
        (
            "mean_for_own_entry",
            _mean_of_other,
            "Each value is calculated with the mean of `{other}`, not its own entry",
        ),
        ("mean_for_own_entry", _mean_of_one, "Each value is calculated with the mean of `{one}`, not its own entry"),
    ):
        found = [_column_and_vector(judgement, explains) for judgement in failing]
        if all(found):
            names = dict(zip(("one", "other"), found[-1], strict=True))
            question = "Which shapes meet in your difference, and which shape comes out?"
            return Diagnosis(kind, f"{text.format(**names)}. {question}")
    return None


def _column_and_vector(
    judgement: Judgement, explains: Callable[[Judgement, Tensor, Tensor], bool]
) -> tuple[str, str] | tuple[()]:
    """Return the names of a column and a vector of as many entries with which ``explains`` explains the result."""
    columns = {name: tensor for name, tensor in judgement.tensors.items() if tensor.ndim == 2 and tensor.shape[1] == 1}
    vectors = {name: tensor for name, tensor in judgement.tensors.items() if tensor.ndim == 1}
    for one, column in columns.items():
        for other, vector in vectors.items():
            if len(column) == len(vector) > 1 and explains(judgement, column, vector):
                return one, other
    return ()


def _table_away(judgement: Judgement, column: Tensor, vector: Tensor) -> bool:
    """Check for a sum or mean over a table of all pairs: over all of it, or over one of its axes."""
    got, right = judgement.wide, judgement.right
    for function in _OF_DIFFERENCES:
        apart, table = function(column[:, 0] - vector), function(column - vector)
        if right.numel() == 1 and got.numel() == 1:
            is_summary = any(close(right.reshape(()), reduced(apart)) for reduced in (Tensor.mean, Tensor.sum))
            if is_summary and any(judgement.is_result(each.reshape(got.shape)) for each in (table.mean(), table.sum())):
                return True
        elif _is_multiple(judgement, apart, [table.sum(1), table.sum(0)]):
            return True
    return False


def _mean_of_other(judgement: Judgement, column: Tensor, vector: Tensor) -> bool:
    return _is_multiple(judgement, column[:, 0] - vector, [column[:, 0] - vector.mean()])


def _mean_of_one(judgement: Judgement, column: Tensor, vector: Tensor) -> bool:
    return _is_multiple(judgement, column[:, 0] - vector, [column.mean() - vector])


def _is_multiple(judgement: Judgement, apart: Tensor, wrong: Sequence[Tensor]) -> bool:
    """Check whether the expected result is a multiple of ``apart``, and the result the same multiple of ``wrong``."""
    right, got = judgement.right, judgement.wide
    if right.numel() != apart.numel() or got.numel() != apart.numel() or not has_numbers(apart):
        return False
    at = int(apart.abs().argmax())
    factor = float(right.reshape(-1)[at] / apart[at])
    if not close(right.reshape(-1), factor * apart):
        return False
    return any(judgement.is_result((factor * each).reshape(got.shape)) for each in wrong)
