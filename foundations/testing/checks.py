"""Visible checks, which a notebook calls right below a stub.

A check looks at one property after the other (existence, type, shape, dtype, finite, value, inputs unchanged) and stops
at the first that is wrong. Its message shows the value it got, the value it expected and the likely cause. It contains
no hidden test.
"""

from __future__ import annotations

import copy
import inspect
import math
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from textwrap import indent
from typing import Any

import numpy as np
import torch

from foundations.diagnosis.arrays import is_array, is_numeric
from foundations.diagnosis.judgement import Judgement
from foundations.testing.hints import dtype_hint, result_hint, shape_hint, source_hint, type_hint, value_hint

#: Tensors with more elements than this are described by their worst entry only.
SHOWN_ELEMENTS = 24
#: Allowed rounding, in units of the dtype's precision at the size of the largest expected value.
ROUNDING_STEPS = 256


class CheckFailed(AssertionError):
    """The message of a failed check. A notebook shows the message without the frames that led to it."""

    def _render_traceback_(self) -> list[str]:
        # IPython calls this method of an exception before it formats its own traceback.
        headline, *rest = str(self).splitlines()
        return [f"\x1b[1m{headline}\x1b[0m", *rest]


@dataclass(frozen=True)
class Case:
    """One call to try and its expected outcome: a value, gradients, or a refusal."""

    arguments: tuple[Any, ...]
    expected: Any
    gradients: tuple[torch.Tensor | None, ...]
    refuses: type[Exception] | None
    about: str
    calls: Callable[..., Any] | None

    def call(self, function: Callable[..., Any], arguments: Sequence[Any]) -> Any:
        return self.calls(function, *arguments) if self.calls else function(*arguments)

    def gradient(self, index: int) -> torch.Tensor | None:
        """Return the gradient that must be set on the argument at ``index``."""
        return self.gradients[index] if index < len(self.gradients) else None


def case(
    *arguments: Any,
    gives: Any = None,
    gradients: Sequence[torch.Tensor | None] = (),
    refuses: type[Exception] | None = None,
    about: str = "",
    calls: Callable[..., Any] | None = None,
) -> Case:
    """Describe one call for :func:`check`.

    Args:
        arguments: arguments of the function. It gets copies, with the ``.g`` that they carry.
        gives: the expected value. A tensor or an array is compared by shape, dtype and values, a Python float within
            rounding, anything else by type and ``==``; a tuple or a list is compared item by item. A number of NumPy
            and an array of shape () count as one, and answer for a Python number of their kind.
        gradients: for each argument the ``.g`` that the call must set on it, ``None`` if it sets none. The returned
            value is then ignored unless ``gives`` is set, too.
        refuses: the exception that must be raised instead.
        about: a few words on the special feature of this case.
        calls: how to call it if it is a class and not a function: ``lambda Relu, inp: Relu()(inp)``.

    Raises:
        TypeError: ``gives`` is an array that no result can be compared with.
    """
    if isinstance(gives, np.ndarray | np.generic) and not is_array(gives):
        kind = f"{type(gives).__name__} of dtype {gives.dtype}"
        raise TypeError(f"gives is a {kind}, which is not compared; give a plain array of numbers or truth values")
    return Case(arguments, gives, tuple(gradients), refuses, about, calls)


def check(name: str, *cases: Case) -> None:
    """Try the function or class ``name`` of the calling notebook on every case; stop at the first failure.

    Prints one line if all cases pass.

    Raises:
        CheckFailed: with the value seen, the value expected, and a likely cause.
    """
    __tracebackhide__ = True
    function = _find(name, sys._getframe(1).f_globals)
    for trial in cases:
        trouble = _first_trouble(name, function, trial)
        if trouble is not None:
            # `from None`: the message quotes the student's own exception, whose frames would bury it.
            raise trouble from None
    print(f"{name}: all {len(cases)} visible checks passed." if len(cases) > 1 else f"{name}: the check passed.")


def _find(name: str, namespace: Mapping[str, Any]) -> Callable[..., Any]:
    __tracebackhide__ = True
    if name not in namespace:
        raise CheckFailed(
            f"{name} does not exist yet\n"
            f"  Likely    the cell that defines it has not been run, or stopped at a SyntaxError"
        )
    value = namespace[name]
    if not callable(value):
        raise CheckFailed(
            f"{name} is {_kind(value)}, not a function or a class\n"
            f"  Likely    the name was used again for a result: run the cell that defines the function once more"
        )
    function: Callable[..., Any] = value
    return function


def _first_trouble(name: str, function: Callable[..., Any], trial: Case) -> CheckFailed | None:
    given = [_copy(argument) for argument in trial.arguments]
    try:
        got = trial.call(function, given)
    except NotImplementedError as error:
        return CheckFailed(
            f"{_unwritten(name, function, error)}\n"
            f"  Next      replace `raise NotImplementedError()` in its cell by your own lines, and run that cell"
        )
    except Exception as error:
        if trial.refuses is not None and isinstance(error, trial.refuses):
            return None
        return _raised(name, function, trial, error)
    if trial.refuses is not None:
        return _failed(
            f"{name} accepts what it must refuse",
            function,
            trial,
            got=_describe(got),
            expected=_with_article(trial.refuses.__name__),
        )
    seen = _Seen(function, trial, given, got)
    for fault, lines in chain(_returned(seen), _gradients(seen), _changed_inputs(seen)):
        return _failed(f"{name} {fault}", function, trial, **lines)
    return None


@dataclass(frozen=True)
class _Seen:
    """One call of the function: its arguments afterwards, and the returned value."""

    function: Callable[..., Any]
    trial: Case
    given: Sequence[Any]
    returned: Any

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the arguments."""
        return tuple(_argument_names(self.function, self.trial))

    def judgement(self, got: Any, expected: torch.Tensor, place: tuple[int, str] | None = None) -> Judgement:
        """Return a result next to the expected one, to find out how it differs."""
        attributes = tuple(_attributes(argument) for argument in self.given)
        return Judgement(got, expected, tuple(self.trial.arguments), place, self.names, self.returned, attributes)


def _attributes(argument: Any) -> dict[str, Any]:
    """Return the attributes of a tensor, and its ``.grad`` if it has one."""
    if not isinstance(argument, torch.Tensor):
        return {}
    return vars(argument) | ({"grad": argument.grad} if argument.is_leaf and argument.grad is not None else {})


def _changed_inputs(seen: _Seen) -> Iterator[tuple[str, dict[str, str]]]:
    trial = seen.trial
    for index, (label, before, after) in enumerate(zip(seen.names, trial.arguments, seen.given, strict=True)):
        upstream = getattr(before, "g", None)
        if upstream is not None and trial.gradient(index) is None and not _same(upstream, after.g):
            yield (
                f"changes the gradient `{label}.g` that it was given",
                {
                    "got": _describe(after.g),
                    "expected": _describe(upstream),
                    "likely": "other layers still need it: write into a tensor of your own",
                },
            )
        if not _same(before, after):
            yield (
                f"changes its input `{label}`",
                {
                    "got": _describe(after),
                    "expected": _describe(before),
                    "likely": "something is written into the argument: write into "
                    + ("an array" if is_array(before) else "a tensor")
                    + " of your own",
                },
            )


def _returned(seen: _Seen) -> Iterator[tuple[str, dict[str, str]]]:
    if seen.trial.expected is not None or not seen.trial.gradients:
        yield from _differences(seen, seen.returned, seen.trial.expected)


def _gradients(seen: _Seen) -> Iterator[tuple[str, dict[str, str]]]:
    for index, (argument, expected) in enumerate(zip(seen.given, seen.trial.gradients, strict=False)):
        if expected is None:
            continue
        label, place = seen.names[index], (index, "g")
        got = getattr(argument, "g", None)
        if got is None:
            likely = result_hint(seen.judgement(None, expected, place))
            likely = likely or source_hint(seen.function, place=(label, "g"), missing=True)
            likely = likely or f"the gradient has to be stored where it belongs: `{label}.g = ...`"
            yield f"does not set `{label}.g`", {"likely": likely}
            return
        if isinstance(got, torch.Tensor) and got.shape != expected.shape:
            likely = f"the gradient of `{label}` has the shape of `{label}`"
            likely += ": sum over the batch axis" if got.ndim == expected.ndim + 1 else ""
            yield f"sets `{label}.g` to the shape {_shape(got)}, expected {_shape(expected)}", {"likely": likely}
            return
        yield from _differences(seen, got, expected, f"sets `{label}.g` to", f"sets `{label}.g` to", place=place)


def _differences(
    seen: _Seen,
    got: Any,
    expected: Any,
    returns: str = "returns",
    gives: str = "gives",
    *,
    place: tuple[int, str] | None = None,
) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the faults of ``got``, most basic first, each as a headline and the lines below it."""
    if not is_numeric(expected):
        yield from _plain_differences(seen, got, expected, returns)
        return
    judgement = seen.judgement(got, expected, place)
    if not (is_array(got) if is_array(expected) else isinstance(got, torch.Tensor)):
        array = isinstance(got, np.ndarray | np.generic)
        yield (
            f"{returns} {_kind(got)}, not {'a plain array' if array and is_array(expected) else judgement.a_noun}",
            {
                "got": _describe(got),
                "expected": f"{judgement.a_noun} of shape {_shape(expected)}",
                "likely": type_hint(got, judgement.library),
            },
        )
        return
    both = {"got": _describe(got), "expected": _describe(expected)}
    got, expected = judgement.got, judgement.expected
    if got.shape != expected.shape:
        likely = shape_hint(judgement)
        yield f"{returns} the shape {_shape(got)}, expected {_shape(expected)}", {"likely": likely}
    if got.dtype != expected.dtype:
        likely = dtype_hint(got, expected, judgement.arguments, judgement.library)
        yield f"{returns} {_dtype(got)}, expected {_dtype(expected)}", {"likely": likely}
    got = got.detach()
    if got.is_floating_point() and expected.isfinite().all() and not got.isfinite().all():
        where = _index((~got.isfinite()).double())
        yield (
            f"{gives} {got[where].item()}" + (f" at {list(where)}" if where else ""),
            {
                **both,
                "likely": result_hint(judgement)
                or f"memory never written ({'np' if judgement.library == 'NumPy' else 'torch'}.empty), a division by "
                "zero, or the root of a negative number",
            },
        )
    yield from _wrong_values(judgement, gives, both)


def _plain_differences(seen: _Seen, got: Any, expected: Any, returns: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the faults of a value that is not a tensor, though it may contain some."""
    both = {"got": _describe(got), "expected": _describe(expected)}
    if is_array(got) and got.ndim == 0 and got.dtype.kind in _KINDS.get(type(expected), ""):
        got = got.item()
    if isinstance(expected, bool) and isinstance(got, torch.Tensor) and got.dtype == torch.bool and got.ndim == 0:
        got = bool(got)  # a tensor with one answer
    if not _is_like(got, expected):
        likely = type_hint(got) if got is None else ""  # its other hints are about tensors
        yield f"{returns} {_kind(got)}, not {_kind(expected)}", {**both, "likely": likely}
    elif isinstance(expected, list | tuple) and any(map(is_numeric, expected)):
        if len(got) != len(expected):
            yield f"{returns} {len(got)} items, expected {len(expected)}", both
            return
        for number, (item, wanted) in enumerate(zip(got, expected, strict=True), 1):
            yield from _differences(seen, item, wanted, f"{returns} item {number} with", f"gives item {number} with")
    elif isinstance(expected, float):
        if not math.isclose(got, expected, rel_tol=1e-6, abs_tol=1e-12):
            yield "gives a wrong value", both
    elif got != expected:
        yield "gives a wrong value", both


#: Kinds of dtypes whose single numbers answer for a Python number.
_KINDS = {bool: "b", int: "iu", float: "f"}


def _is_like(got: Any, expected: Any) -> bool:
    """Check that ``got`` has the type of ``expected`` or one derived from it, as ``torch.Size`` from ``tuple``."""
    return isinstance(got, type(expected)) and isinstance(got, bool) == isinstance(expected, bool)


def _wrong_values(judgement: Judgement, gives: str, both: dict[str, str]) -> Iterator[tuple[str, dict[str, str]]]:
    got, expected = judgement.got.detach(), judgement.expected
    allowed = tolerance(expected)
    difference = (got.double() - expected.double()).abs()
    if not difference.numel() or bool((difference <= allowed).all()):
        return
    where = _index(difference)
    place = f"at {list(where)}: " if where else ""
    worst = f"{place}got {got[where].item():.6g}, expected {expected[where].item():.6g}"
    yield (
        f"{gives} wrong values" if where else f"{gives} a wrong value",
        {
            **both,
            "worst": f"{worst} (allowed difference {allowed:.2g})",
            "likely": value_hint(judgement),
        },
    )


def tolerance(expected: torch.Tensor) -> float:
    """Return the allowed error: rounding of ``expected``'s dtype at the size of its largest entry; 0 for integers."""
    if not expected.is_floating_point() or not expected.numel():
        return 0.0
    relative = min(ROUNDING_STEPS * torch.finfo(expected.dtype).eps, 0.02)
    return relative * max(float(expected.detach().double().abs().max()), torch.finfo(expected.dtype).tiny)


def _raised(name: str, function: Callable[..., Any], trial: Case, error: Exception) -> CheckFailed:
    wanted = _with_article(trial.refuses.__name__) if trial.refuses else "a result"
    likely = source_hint(function, error=f"{type(error).__name__}: {error}")
    if isinstance(error, AssertionError) and not trial.refuses:
        likely = _refused(function, trial)
    elif trial.refuses is AssertionError:
        likely = "the sizes are wrong before the first loop starts: say so there, with `assert`"
    message = str(error).strip().splitlines()
    return _failed(
        f"{name} stops with {type(error).__name__}",
        function,
        trial,
        got=f"{type(error).__name__}: {message[0]}" if message else type(error).__name__,
        at=_student_line(function, error),
        expected=wanted,
        likely=likely,
    )


def _refused(function: Callable[..., Any], trial: Case) -> str:
    """Return a hint on an assertion of the student's own that refuses right arguments."""
    names = _argument_names(function, trial)
    pairs = zip(names, trial.arguments, strict=True)
    tensors = [f"`{name}`" for name, value in pairs if is_numeric(value) and value.ndim]
    if len(tensors) < 2:
        return "your own assertion refuses an argument that is right: what exactly does it demand?"
    sizes = f"which size of {tensors[0]} has to equal which size of {tensors[1]}?"
    return f"your own assertion refuses sizes that do fit: {sizes}"


def _student_line(function: Callable[..., Any], error: Exception) -> str:
    """Return the innermost line of the student's cell that the error passed through."""
    parts = [function, *vars(function).values()] if isinstance(function, type) else [function]
    cell = next((part.__code__.co_filename for part in parts if hasattr(part, "__code__")), None)
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == cell]
    return f"line {frames[-1].lineno} of its cell: {frames[-1].line}" if frames else ""


def _unwritten(name: str, function: Callable[..., Any], error: NotImplementedError) -> str:
    """Name the function that is still a stub: ``name`` itself, or one that it calls."""
    inner = traceback.extract_tb(error.__traceback__)[-1].name
    called = inner != getattr(function, "__name__", inner) and inner in getattr(function, "__globals__", {})
    return f"{inner} is not written yet, and {name} calls it" if called else f"{name} is not written yet"


def _failed(headline: str, function: Callable[..., Any], trial: Case, **lines: str) -> CheckFailed:
    names = _argument_names(function, trial)
    inputs = ", ".join(f"{label} {_brief(value)}" for label, value in zip(names, trial.arguments, strict=True))
    rows = [headline]
    for label, text in {"case": trial.about, "inputs": inputs, **lines}.items():
        if text:
            first, *rest = text.splitlines()
            rows += [f"  {label.capitalize():<9} {first}", *(indent(line, " " * 12) for line in rest)]
    return CheckFailed("\n".join(rows))


def _argument_names(function: Callable[..., Any], trial: Case) -> list[str]:
    try:
        names = list(inspect.signature(trial.calls or function).parameters)[1 if trial.calls else 0 :]
    except (TypeError, ValueError):
        names = []
    fallback = [f"argument {position + 1}" for position in range(len(trial.arguments))]
    return names[: len(fallback)] + fallback[len(names) :]


def _copy(value: Any) -> Any:
    # A plain clone keeps the strides of a transposed view, so a non-contiguous input stays non-contiguous.
    if not isinstance(value, torch.Tensor):
        return copy.deepcopy(value)
    twin = value.clone()
    for name, attribute in vars(value).items():
        setattr(twin, name, _copy(attribute))
    return twin


def _same(before: Any, after: Any) -> bool:
    if is_array(before):
        if not is_array(after) or before.shape != after.shape or before.dtype != after.dtype:
            return False
        return np.array_equal(before, after, equal_nan=before.dtype.kind in "fc")
    if not isinstance(before, torch.Tensor):
        return True
    if not isinstance(after, torch.Tensor):
        return False
    if before.shape != after.shape or before.dtype != after.dtype:
        return False
    return bool(((before == after) | (before.isnan() & after.isnan())).all())  # NaN is not equal to itself


def _shape(value: Any) -> str:
    return str(tuple(value.shape))


def _dtype(value: Any) -> str:
    return str(value.dtype).removeprefix("torch.")


def _kind(value: Any) -> str:
    if type(value) is np.ndarray and not is_array(value):
        return f"an array of dtype {value.dtype}"
    return "None" if value is None else _with_article(type(value).__name__)


def _with_article(name: str) -> str:
    return f"{'an' if name[0] in 'AEIOUaeiou' else 'a'} {name}"


def _brief(value: Any) -> str:
    return f"{_shape(value)} {_dtype(value)}" if is_numeric(value) else _describe(value)


def _describe(value: Any) -> str:
    if isinstance(value, torch.Tensor):
        return str(value.detach()) if value.numel() <= SHOWN_ELEMENTS else f"a tensor of shape {_shape(value)}"
    if is_array(value) and value.size > SHOWN_ELEMENTS:
        return f"an array of shape {_shape(value)}"
    if type(value) is np.ndarray:
        return repr(value)
    text = "a function" if inspect.isroutine(value) else repr(value)  # not its address
    return text if len(text) <= 80 else f"{text[:77]}..."


def _index(scores: torch.Tensor) -> tuple[int, ...]:
    """Return the index of the largest score; NaN counts as the largest."""
    position = int(scores.nan_to_num(nan=math.inf).argmax())
    return tuple(int(step) for step in torch.unravel_index(torch.tensor(position), scores.shape)) if scores.ndim else ()
