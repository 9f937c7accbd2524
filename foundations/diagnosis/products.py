"""Mistakes in a matrix product, wherever the expected result is the product of two tensors at hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import permutations

from torch import Tensor

from foundations.diagnosis.judgement import Diagnosis, Judgement, as_wide, close

#: For factors of sizes (n, k) and (k, m): id, wrong product, and hint.
_MISTAKES: tuple[tuple[str, Callable[[Tensor, Tensor], Tensor], str], ...] = (
    (
        "last_product_alone",
        lambda a, b: a[:, -1:] * b[-1:],
        "Each value is the last product of its sum alone. Does your line add to the value, or replace it?",
    ),
    (
        "first_product_alone",
        lambda a, b: a[:, :1] * b[:1],
        "Each value is the first product of its sum alone. When does your sum stop?",
    ),
    (
        "last_product_missing",
        lambda a, b: a[:, :-1] @ b[:-1],
        "The last product of each sum is missing. Where does your range end?",
    ),
    (
        "first_product_missing",
        lambda a, b: a[:, 1:] @ b[1:],
        "The first product of each sum is missing. Where does your range begin?",
    ),
    (
        "products_not_summed",
        lambda a, b: a * b,
        "The values are products of two entries, and none is a sum. Which operation of the formula is missing?",
    ),
    (
        "rows_by_rows",
        lambda a, b: a @ b.t(),
        "Rows of `{a}` meet rows of `{b}`. Along which axis of each does the formula run?",
    ),
    (
        "columns_by_columns",
        lambda a, b: a.t() @ b,
        "Columns of `{a}` meet columns of `{b}`. Along which axis of each does the formula run?",
    ),
    (
        "factors_exchanged",
        lambda a, b: b @ a,
        "The two factors of the product are exchanged. Which comes first in the formula, `{a}` or `{b}`?",
    ),
    (
        "sums_multiplied",
        lambda a, b: a.sum(1, keepdim=True) * b.sum(0),
        "Sums are multiplied, and the formula sums products. What do you calculate first?",
    ),
    (
        "added_for_multiplied",
        lambda a, b: a.sum(1, keepdim=True) + b.sum(0),
        "A row and a column are added. Which operation joins their entries in the formula?",
    ),
    (
        "mean_of_products",
        lambda a, b: (a @ b) / a.shape[1],
        "Each value is the mean of its products. Which operation does the formula have over them?",
    ),
)


def product(failing: Sequence[Judgement]) -> Diagnosis | None:
    """Diagnose a matrix product in which sums, factors or axes are mistaken."""
    for kind, wrong, hint in _MISTAKES:
        found = [_factors(judgement, wrong) for judgement in failing]
        if all(found):
            return Diagnosis(kind, hint.format(**dict(zip("ab", found[-1], strict=True))))
    return None


def _factors(judgement: Judgement, wrong: Callable[[Tensor, Tensor], Tensor]) -> tuple[str, str] | tuple[()]:
    """Return the names of two factors whose product is expected, if ``wrong`` of them is the result."""
    for names, (a, b) in _pairs(judgement):
        try:
            if close(judgement.right, a @ b) and judgement.is_result(wrong(a, b)):
                return names
        except (RuntimeError, IndexError):
            continue
    return ()


def _pairs(judgement: Judgement) -> Iterator[tuple[tuple[str, str], tuple[Tensor, Tensor]]]:
    """Yield two matrices at hand, as they are or transposed, whose product has the expected shape."""
    for (one, a), (other, b) in permutations(_matrices(judgement.tensors).items(), 2):
        if a.shape[1] == b.shape[0] and judgement.right.shape == (a.shape[0], b.shape[1]):
            yield (one, other), (a, b)


def another_factor(failing: Sequence[Judgement]) -> Diagnosis | None:
    """Diagnose a product in which another tensor of the same shape takes the place of a factor."""
    found = [set(_exchanged(judgement)) for judgement in failing]
    common = set.intersection(*found) if found else set()
    if not common:
        return None
    used, right = min(common)
    text = f"{failing[-1].label[:1].upper()}{failing[-1].label[1:]} is a product with `{used}` instead of `{right}`"
    return Diagnosis("another_factor", f"{text}. Which tensor does the formula multiply by there?")


def _exchanged(judgement: Judgement) -> Iterator[tuple[str, str]]:
    """Yield pairs of names: the factor of the result, and that of the expected product."""
    others = _matrices({**judgement.tensors, **_set_since(judgement)})
    for (one, other), (a, b) in _pairs(judgement):
        if close(judgement.right, a @ b):
            for name, tensor in others.items():
                if tensor.shape == a.shape and judgement.is_result(tensor @ b):
                    yield name, one
                if tensor.shape == b.shape and judgement.is_result(a @ tensor):
                    yield name, other


def _set_since(judgement: Judgement) -> dict[str, Tensor]:
    """Return the attributes of the arguments after the call, by name, other than the result itself."""
    return {
        f"{judgement.name(index)}.{attribute}": as_wide(value)
        for index, attributes in enumerate(judgement.attributes)
        for attribute, value in attributes.items()
        if (index, attribute) != judgement.place
    }


def _matrices(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the matrices among ``tensors``, as they are and transposed."""
    matrices = {name: tensor for name, tensor in tensors.items() if tensor.ndim == 2}
    return matrices | {f"{name}.t()": tensor.t() for name, tensor in matrices.items()}
