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


#: Functions of a difference of a column and a vector, as they appear in losses and their gradients.
_OF_DIFFERENCES: tuple[Callable[[Tensor], Tensor], ...] = (lambda x: x, lambda x: x.square(), lambda x: x.abs())


def all_pairs(failing: Sequence[Judgement]) -> Diagnosis | None:
    """Diagnose a difference of (N, 1) and (N,) that became (N, N) and was then summed or averaged away."""
    found = [_pairs_away(judgement) for judgement in failing]
    if not all(found):
        return None
    one, other = found[-1]
    text = f"Every entry of `{one}` met every entry of `{other}`, and not only its own"
    return Diagnosis("all_pairs", f"{text}. Which shapes meet in your difference, and which shape comes out?")


def _pairs_away(judgement: Judgement) -> tuple[str, str] | tuple[()]:
    columns = {name: tensor for name, tensor in judgement.tensors.items() if tensor.ndim == 2 and tensor.shape[1] == 1}
    vectors = {name: tensor for name, tensor in judgement.tensors.items() if tensor.ndim == 1}
    for one, column in columns.items():
        for other, vector in vectors.items():
            if len(column) == len(vector) > 1 and any(
                _explain(judgement, apart, table) for apart, table in _both(column, vector)
            ):
                return one, other
    return ()


def _both(column: Tensor, vector: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield functions of the N differences and of the table of N × N."""
    for function in _OF_DIFFERENCES:
        yield function(column[:, 0] - vector), function(column - vector)


def _explain(judgement: Judgement, apart: Tensor, table: Tensor) -> bool:
    """Check whether the expected result is a multiple of ``apart``, and the result the same multiple of ``table``."""
    right, got = judgement.right, judgement.wide
    if right.numel() == 1:
        is_summary = any(close(right.reshape(()), reduced(apart)) for reduced in (Tensor.mean, Tensor.sum))
        tables = [reduced(table).reshape(got.shape) for reduced in (Tensor.mean, Tensor.sum) if got.numel() == 1]
        return is_summary and any(map(judgement.is_result, tables))
    if right.numel() != apart.numel() or not has_numbers(apart):
        return False
    at = int(apart.abs().argmax())
    ratio = float(right.reshape(-1)[at] / apart[at])
    if not close(right.reshape(-1), ratio * apart) or got.numel() != apart.numel():
        return False
    averages = [table.mean(1), table.sum(1), table.mean(0), table.sum(0)]
    return any(judgement.is_result((ratio * each).reshape(got.shape)) for each in averages)
