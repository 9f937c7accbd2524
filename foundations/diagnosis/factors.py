"""The right result times a constant, which may depend on the sizes of the arguments."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from torch import Tensor

from foundations.diagnosis.judgement import Diagnosis, Judgement, close, has_numbers

#: Powers of a size, and how a sentence names the factor.
_POWERS: dict[float, str] = {
    1: "times {size}",
    -1: "divided by {size}",
    0.5: "times the square root of {size}",
    -0.5: "divided by the square root of {size}",
    2: "times {size} squared",
    -2: "divided by {size} squared",
}
#: Factors of a size that is counted as one more or one less, by the words for them.
_OFF_BY_ONE: dict[str, Callable[[int], float]] = {
    "times {size} / ({size} - 1)": lambda n: n / (n - 1),
    "times ({size} - 1) / {size}": lambda n: (n - 1) / n,
    "times {size} / ({size} + 1)": lambda n: n / (n + 1),
    "times ({size} + 1) / {size}": lambda n: (n + 1) / n,
    "times the square root of {size} / ({size} - 1)": lambda n: (n / (n - 1)) ** 0.5,
    "times the square root of ({size} - 1) / {size}": lambda n: ((n - 1) / n) ** 0.5,
}
_NUMBERS: dict[float, str] = {1: "", 2: "twice ", 0.5: "half of "}
#: Sizes for which a power of the size, or twice or half of one, is 1.
_NEUTRAL = {1, 2, 4}
_CONSTANTS: dict[float, str] = {2: "2", 0.5: "½", 4: "4", 0.25: "¼", -2: "-2", -0.5: "-½"}
_RELATIVE = 1e-5
#: Factors between these are taken for rounding.
_ROUNDING = 1e-3


def factor(failing: Sequence[Judgement]) -> Diagnosis | None:
    """Diagnose the right result times a factor: a constant, or a size that fits in all calls."""
    ratios = [ratio for judgement in failing if (ratio := _ratio(judgement)) is not None]
    if not ratios or len(ratios) != len(failing):
        return None
    size = _of_sizes(ratios, failing)
    if all(_alike(ratio, ratios[0]) for ratio in ratios):
        return _constant(ratios, failing, may_be_size=size is not None)
    if size is None:
        return None
    text, name = size
    question = f"In how many places do you multiply or divide by {name}?"
    return Diagnosis("factor", f"{failing[-1].values} is {text}. {question}")


def contradicts(judgement: Judgement) -> bool:
    """Check whether a right result shows that no factor is applied: it is not 0, and no size makes the factor 1."""
    return has_numbers(judgement.right) and _NEUTRAL.isdisjoint(_sizes(judgement).values())


def _constant(ratios: Sequence[float], failing: Sequence[Judgement], *, may_be_size: bool) -> Diagnosis | None:
    """Diagnose a factor that is the same in all calls. A single number needs one that is not there by chance."""
    first = ratios[0]
    text = next((text for value, text in _CONSTANTS.items() if _alike(first, value)), "")
    several = len(ratios) > 1 or int((failing[0].right != 0).sum()) > 1
    if not (text or several or may_be_size):
        return None
    question = "Which number multiplies or divides in your code, and how often in the formula?"
    if may_be_size:
        question = "Is that a number in your code or a size of your arguments, and how often is it in the formula?"
    return Diagnosis("factor", f"{failing[-1].values} is {text or f'{first:.4g}'} times the right one. {question}")


def _ratio(judgement: Judgement) -> float | None:
    """Return the factor between the result and the expected one; ``None`` if there is none."""
    got, right = judgement.wide, judgement.right
    if got.shape != right.shape or not has_numbers(got) or not has_numbers(right):
        return None
    at = int(right.abs().argmax())
    ratio = float(got.reshape(-1)[at] / right.reshape(-1)[at])
    if abs(ratio) < 1e-12 or abs(ratio - 1) < _ROUNDING or abs(ratio + 1) < _ROUNDING:
        return None
    return ratio if close(got, ratio * right) else None


def _of_sizes(ratios: Sequence[float], failing: Sequence[Judgement]) -> tuple[str, str] | None:
    """Return the factor as a function of a size, in words, and the size."""
    sizes = [_sizes(judgement) for judgement in failing]
    for number, prefix in _NUMBERS.items():
        for power, words in _POWERS.items():
            for name in sizes[0]:
                if all(
                    each.get(name, 1) > 1 and _alike(ratio, number * each[name] ** power)
                    for ratio, each in zip(ratios, sizes, strict=True)
                ):
                    return f"{prefix}the right one {words.format(size=name)}".strip(), name
    return _of_one_less(ratios, sizes)


def _of_one_less(ratios: Sequence[float], sizes: Sequence[dict[str, int]]) -> tuple[str, str] | None:
    """Return a factor of a size that is counted as one more or less, in words, and the size; several have to fit."""
    for words, factor_of in _OFF_BY_ONE.items():
        for name in sizes[0]:
            own = [each.get(name, 1) for each in sizes]
            if len(set(own)) > 1 and min(own) > 1 and all(map(_alike, ratios, map(factor_of, own))):
                return f"the right one {words.format(size=name)}", name
    return None


def _sizes(judgement: Judgement) -> dict[str, int]:
    """Return the sizes of the arguments by their code: of each axis, and of all entries."""
    return dict(_each_size(judgement.tensors, "size" if judgement.library == "NumPy" else "numel()"))


def _each_size(tensors: dict[str, Tensor], count: str) -> Iterator[tuple[str, int]]:
    for name, tensor in tensors.items():
        for axis, size in enumerate(tensor.shape):
            yield f"`{name}.shape[{axis}]`", size
    for name, tensor in tensors.items():
        if tensor.ndim > 1:
            yield f"`{name}.{count}`", tensor.numel()


def _alike(one: float, other: float) -> bool:
    return abs(one - other) <= _RELATIVE * abs(other)
