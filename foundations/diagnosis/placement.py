"""Right values that are in the wrong place, and results that are missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor

from foundations.diagnosis.judgement import Diagnosis, Judgement, as_wide, close, has_numbers, wrong_entries


def wrong_place(failing: Sequence[Judgement]) -> Diagnosis | None:
    """Diagnose a result that is right elsewhere: returned, in ``.grad``, on another argument."""
    if not all(judgement.missing for judgement in failing):
        return None
    for guess in (_in_grad, _on_another, _returned, _emptied, _not_set) if failing[-1].place else (_set, _returns_none):
        found = [guess(judgement) for judgement in failing]
        if all(found):
            return found[-1]
    return None


def _in_grad(judgement: Judgement) -> Diagnosis | None:
    assert judgement.place is not None
    index, attribute = judgement.place
    grad = judgement.attributes[index].get("grad") if index < len(judgement.attributes) else None
    if attribute == "grad" or not close(as_wide(grad), judgement.right):
        return None
    name = judgement.name(index)
    text = f"The right values are in `{name}.grad`, and `{name}.{attribute}` is not set"
    return Diagnosis("in_grad", f"{text}. Which name does the exercise give to the gradient?")


def _on_another(judgement: Judgement) -> Diagnosis | None:
    assert judgement.place is not None
    own, attribute = judgement.place
    for index, attributes in enumerate(judgement.attributes):
        if index != own and close(as_wide(attributes.get(attribute)), judgement.right):
            text = f"The values for {judgement.label} are on `{judgement.name(index)}.{attribute}`"
            return Diagnosis("on_another_argument", f"{text}. Whose gradient is it?")
    return None


def _returned(judgement: Judgement) -> Diagnosis | None:
    if any(close(as_wide(value), judgement.right) for value in _leaves(judgement.returned)):
        text = f"The right values for {judgement.label} are returned, and not stored"
        return Diagnosis("returned_instead_of_set", f"{text}. Where does the exercise want them to be afterwards?")
    return None


def _emptied(judgement: Judgement) -> Diagnosis | None:
    assert judgement.place is not None
    index, attribute = judgement.place
    if index >= len(judgement.attributes) or judgement.attributes[index].get(attribute, "not set") is not None:
        return None
    text = f"{judgement.label} is None after the call"
    return Diagnosis("emptied", f"{text}. Which line sets it to None, and what does the caller look for?")


def _not_set(judgement: Judgement) -> Diagnosis | None:
    if judgement.got is not None:
        return None
    text = f"{_capital(judgement.label)} is not set after the call"
    return Diagnosis(
        "not_set", f"{text}. Does your code set it on the object that the caller holds, or on another one?"
    )


def _set(judgement: Judgement) -> Diagnosis | None:
    for index, attributes in enumerate(judgement.attributes):
        for name, value in attributes.items():
            if close(as_wide(value), judgement.right):
                text = f"The right values are stored in `{judgement.name(index)}.{name}`, and not returned"
                return Diagnosis("set_instead_of_returned", f"{text}. What does the caller get?")
    return None


def _returns_none(judgement: Judgement) -> Diagnosis | None:
    text = "The function ends without a value"
    return Diagnosis("returns_nothing", f"{text}. Which line returns the result, and is it reached?")


def _leaves(value: Any, depth: int = 3) -> Iterator[Any]:
    if isinstance(value, list | tuple) and depth:
        for item in value[:20]:
            yield from _leaves(item, depth - 1)
    else:
        yield value


def other_name(expected: str, found: Sequence[str]) -> Diagnosis | None:
    """Diagnose a value that is stored under another name than ``expected``; ``found`` are the names of it, if any."""
    if not found or expected in found:
        return None
    text = f"The value for `self.{expected}` is stored as `self.{found[0]}`"
    return Diagnosis("other_name", f"{text}. Which name does the exercise give it, and who looks for it there?")


def copies_some(name: str, copies: Sequence[bool]) -> Diagnosis | None:
    """Diagnose results that are copies of the argument ``name`` in some calls only; ``copies`` has an item for each."""
    if all(copies) or not any(copies):
        return None
    text = f"The result is a copy of `{name}` for some arguments, and a view for others"
    return Diagnosis("copies_some", f"{text}. Which of your lines makes the copy, and when does it run?")


def keeps_old(failing: Sequence[Judgement]) -> Diagnosis | None:
    """Diagnose an attribute that still has its value of before the call, while a call without one sets it."""
    if not all(judgement.place and judgement.missing and judgement.got is not None for judgement in failing):
        return None
    text = f"{_capital(failing[-1].label)} is the one of before the call"
    return Diagnosis("keeps_old", f"{text}. Under which condition does your code set it?")


def unchanged_input(failing: Sequence[Judgement]) -> Diagnosis | None:
    """Diagnose a result that is an argument, or the attribute of one, as it was given."""
    names = [_equal_input(judgement) for judgement in failing]
    if not all(names) or len(set(names)) > 1:
        return None
    text = f"{_capital(failing[-1].label)} is `{names[0]}` itself, unchanged"
    return Diagnosis("unchanged_input", f"{text}. Is your calculation stored in the place that you hand over?")


def _equal_input(judgement: Judgement) -> str:
    """Return the name of the input that is the result. A vector of zeros or a single number proves little."""
    if judgement.wide.numel() < 2 or not has_numbers(judgement.wide):
        return ""
    for name, tensor in judgement.tensors.items():
        if tensor.shape == judgement.wide.shape and torch.equal(tensor, judgement.wide):
            return name
    return ""


def left_as_it_was(failing: Sequence[Judgement]) -> Diagnosis | None:
    """Diagnose a result of several parts of which one still has the values of an argument, and the rest is right."""
    found = [{name for name in judgement.tensors if _is_left(judgement, name)} for judgement in failing]
    common = set.intersection(*found)
    if not common:
        return None
    text = f"{_capital(failing[-1].label)} still has the values of `{min(common)}` from before the call"
    return Diagnosis("left_as_it_was", f"{text}. Into which tensor does your code write: this one, or a copy of it?")


def _is_left(judgement: Judgement, name: str) -> bool:
    """Check that the wrong entries are all of the values of an argument, in any order, and some others are right."""
    wrong, old = wrong_entries(judgement), judgement.tensors[name]
    if wrong.shape != judgement.wide.shape or wrong.all() or int(wrong.sum()) != old.numel() or old.numel() < 2:
        return False
    return torch.equal(judgement.wide[wrong].sort().values, old.reshape(-1).sort().values)


def upstream(failing: Sequence[Judgement]) -> Diagnosis | None:
    """Diagnose a gradient with the wrong factor from above: a value for its gradient, ones, or none at all.

    The expected gradient must be one of a few linear forms of the gradient from above; the form then shows the mistake.
    """
    for kind, replace, text in _UPSTREAM:
        names = [_replaced(judgement, replace) for judgement in failing]
        if all(names) and len(set(names)) == 1:
            found = dict(zip(("value", "gradient"), names[0], strict=True))
            return Diagnosis(kind, text.format(label=_capital(failing[-1].label), **found))
    return None


_UPSTREAM: tuple[tuple[str, Callable[[Tensor, Tensor], Tensor], str], ...] = (
    (
        "value_for_gradient",
        lambda value, gradient: value,
        "{label} is calculated from {value}, not from {gradient}. Which of the two arrives from the layer above?",
    ),
    (
        "without_upstream",
        lambda value, gradient: torch.ones_like(gradient),
        "{label} is right only if {gradient} is 1 everywhere. Which factor comes from the layer above?",
    ),
)


def _replaced(judgement: Judgement, replace: Callable[[Tensor, Tensor], Tensor]) -> tuple[str, str] | tuple[()]:
    """Return the names of a value and its gradient, if a replaced gradient explains the result."""
    if judgement.wide.shape != judgement.right.shape or judgement.place is None:
        return ()
    for (value_name, value), (gradient_name, gradient) in _upstreams(judgement):
        wrong = replace(value, gradient)
        without = {value_name.strip("`"), gradient_name.strip("`")}
        for form in _forms(judgement, gradient, without):
            if close(_tried(form, gradient), judgement.right) and judgement.is_result(_tried(form, wrong)):
                return value_name, gradient_name
    return ()


def _upstreams(judgement: Judgement) -> Iterator[tuple[tuple[str, Tensor], tuple[str, Tensor]]]:
    """Yield values that may be outputs, each with the gradient that may have come from above."""
    returned = as_wide(judgement.returned)
    for name, gradient in judgement.tensors.items():
        owner = name.removesuffix(".g")
        if not has_numbers(gradient):
            continue
        if owner != name and judgement.tensors[owner].shape == gradient.shape:
            yield (f"`{owner}`", judgement.tensors[owner]), (f"`{name}`", gradient)
        elif owner == name and returned.shape == gradient.shape:
            yield ("the output", returned), (f"`{name}`, the gradient of the output", gradient)


def _forms(judgement: Judgement, gradient: Tensor, without: set[str]) -> Iterator[Callable[[Tensor], Tensor]]:
    """Yield linear functions of an upstream gradient that are common in a backward pass."""
    yield partial(torch.sum, dim=0)
    for name, other in judgement.tensors.items():
        if name not in without and other.ndim == 2:
            yield partial(_times, other.t())
            yield partial(torch.matmul, other.t())
    if gradient.shape == judgement.right.shape and gradient.all():
        yield partial(torch.mul, judgement.right / gradient)


def _times(matrix: Tensor, gradient: Tensor) -> Tensor:
    return gradient @ matrix


def _tried(form: Callable[[Tensor], Tensor], tensor: Tensor) -> Tensor:
    try:
        return form(tensor)
    except (RuntimeError, IndexError):
        return torch.empty(0, dtype=torch.float64)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
