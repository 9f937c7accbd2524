"""Visible checks: what a notebook calls right below a stub.

A check looks at one thing after the other (does it exist, type, shape, dtype, finite, value, inputs left alone),
stops at the first that is wrong, and says what it saw, what it expected and what the likely cause is. It holds no
hidden test.
:func:`stopwatch` is for students who want to know how long a call takes.
"""

from __future__ import annotations

import inspect
import math
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from textwrap import indent
from typing import Any

import torch

from foundations.testing_hints import value_hint

MATRIX = 2
#: Tensors with more elements than this are described by their worst entry alone.
SHOWN_ELEMENTS = 24
#: Allowed rounding, in units of the dtype's precision at the size of the largest expected value.
ROUNDING_STEPS = 256


class CheckFailed(AssertionError):
    """What a failed check says. A notebook shows the message alone, without the frames that led to it."""

    def _render_traceback_(self) -> list[str]:
        # IPython asks an exception for this method before it formats a traceback of its own.
        headline, *rest = str(self).splitlines()
        return [f"\x1b[1m{headline}\x1b[0m", *rest]


@dataclass(frozen=True)
class Case:
    """One call to try, and what has to come of it: a value, or a refusal."""

    arguments: tuple[Any, ...]
    expected: Any
    refuses: type[Exception] | None
    about: str


def case(*arguments: Any, gives: Any = None, refuses: type[Exception] | None = None, about: str = "") -> Case:
    """One call for :func:`check`.

    Args:
        arguments: what the function is called with. It gets copies.
        gives: the value expected. A tensor is compared by shape, dtype and values; anything else by type and ``==``.
        refuses: the exception that must be raised instead.
        about: a few words that say what is special about this case.
    """
    return Case(arguments, gives, refuses, about)


def check(name: str, *cases: Case) -> None:
    """Try the function called ``name`` in the calling notebook on every case; stop at the first that goes wrong.

    Prints one line when all is well.

    Raises:
        CheckFailed: with what was seen, what was expected, and a likely cause.
    """
    __tracebackhide__ = True
    function = _find(name, sys._getframe(1).f_globals)
    for one in cases:
        trouble = _first_trouble(name, function, one)
        if trouble is not None:
            # `from None`: the student's own exception is quoted in the message, its frames would bury it.
            raise trouble from None
    print(f"{name}: all {len(cases)} visible checks passed." if len(cases) > 1 else f"{name}: the check passed.")


def _find(name: str, namespace: Mapping[str, Any]) -> Callable[..., Any]:
    __tracebackhide__ = True
    if name not in namespace:
        raise CheckFailed(
            f"{name} does not exist yet\n"
            f"  Likely    the cell that defines it has not been run, or stopped at a SyntaxError"
        )
    found = namespace[name]
    if not callable(found):
        raise CheckFailed(
            f"{name} is {_kind(found)}, not a function\n"
            f"  Likely    the name was used again for a result: run the cell that defines the function once more"
        )
    function: Callable[..., Any] = found
    return function


def _first_trouble(name: str, function: Callable[..., Any], one: Case) -> CheckFailed | None:
    given = [_copy(argument) for argument in one.arguments]
    try:
        got = function(*given)
    except NotImplementedError:
        return CheckFailed(
            f"{name} is not written yet\n"
            f"  Next      replace `raise NotImplementedError()` in its cell by your own lines, and run that cell"
        )
    except Exception as error:
        if one.refuses is not None and isinstance(error, one.refuses):
            return None
        return _raised(name, function, one, error)
    if one.refuses is not None:
        return _failed(
            f"{name} accepts what it must refuse",
            function,
            one,
            got=_describe(got),
            expected=f"{_with_article(one.refuses.__name__)}, raised before anything is computed",
        )
    for what, lines in chain(_differences(got, one), _changed_inputs(given, function, one)):
        return _failed(f"{name} {what}", function, one, **lines)
    return None


def _changed_inputs(
    given: Sequence[Any], function: Callable[..., Any], one: Case
) -> Iterator[tuple[str, dict[str, str]]]:
    names = _argument_names(function, one)
    for label, before, after in zip(names, one.arguments, given, strict=True):
        if not _same(before, after):
            yield (
                f"changes its input `{label}`",
                {
                    "got": _describe(after),
                    "expected": _describe(before),
                    "likely": "something is written into the argument: write into a tensor of your own",
                },
            )


def _differences(got: Any, one: Case) -> Iterator[tuple[str, dict[str, str]]]:
    """What is wrong with ``got``, most basic first: a headline, and the lines below it."""
    expected = one.expected
    if not isinstance(expected, torch.Tensor):
        if type(got) is not type(expected):
            both = {"got": _describe(got), "expected": _describe(expected)}
            yield f"returns {_kind(got)}, not {_kind(expected)}", {**both, "likely": _type_hint(got)}
        elif got != expected:
            yield "gives a wrong value", {"got": _describe(got), "expected": _describe(expected)}
        return
    if not isinstance(got, torch.Tensor):
        yield (
            f"returns {_kind(got)}, not a tensor",
            {
                "got": _describe(got),
                "expected": f"a tensor of shape {_shape(expected)}",
                "likely": _type_hint(got),
            },
        )
        return
    if got.shape != expected.shape:
        yield f"returns the shape {_shape(got)}, expected {_shape(expected)}", {"likely": _shape_hint(got, one)}
    if got.dtype != expected.dtype:
        yield f"returns {_dtype(got)}, expected {_dtype(expected)}", {"likely": _dtype_hint(got, expected)}
    got = got.detach()
    if got.is_floating_point() and expected.isfinite().all() and not got.isfinite().all():
        where = _index((~got.isfinite()).double())
        yield (
            f"gives {got[where].item()}" + (f" at {list(where)}" if where else ""),
            {
                "got": _describe(got),
                "expected": _describe(expected),
                "likely": "memory never written (torch.empty), a division by zero, or the root of a negative number",
            },
        )
    yield from _wrong_values(got, one)


def _wrong_values(got: torch.Tensor, one: Case) -> Iterator[tuple[str, dict[str, str]]]:
    expected = one.expected
    allowed = tolerance(expected)
    difference = (got.double() - expected.double()).abs()
    if not difference.numel() or bool((difference <= allowed).all()):
        return
    where = _index(difference)
    place = f"at {list(where)}: " if where else ""
    worst = f"{place}got {got[where].item():.6g}, expected {expected[where].item():.6g}"
    yield (
        "gives wrong values" if where else "gives a wrong value",
        {
            "got": _describe(got),
            "expected": _describe(expected),
            "worst": f"{worst} (allowed difference {allowed:.2g})",
            "likely": value_hint(got, expected, one.arguments, allowed),
        },
    )


def tolerance(expected: torch.Tensor) -> float:
    """How far a value may be off: rounding of ``expected``'s dtype at the size of its largest entry; 0 for integers."""
    if not expected.is_floating_point() or not expected.numel():
        return 0.0
    relative = min(ROUNDING_STEPS * torch.finfo(expected.dtype).eps, 0.02)
    return relative * max(float(expected.detach().double().abs().max()), torch.finfo(expected.dtype).tiny)


def _raised(name: str, function: Callable[..., Any], one: Case, error: Exception) -> CheckFailed:
    wanted = _with_article(one.refuses.__name__) if one.refuses else "a result"
    likely = ""
    if isinstance(error, AssertionError) and not one.refuses:
        likely = "your own assertion refuses sizes that do fit: which size of `a` has to equal which size of `b`?"
    elif one.refuses is AssertionError:
        likely = "the sizes are wrong before the first loop starts: say so there, with `assert`"
    message = str(error).strip().splitlines()
    return _failed(
        f"{name} stops with {type(error).__name__}",
        function,
        one,
        got=f"{type(error).__name__}: {message[0]}" if message else type(error).__name__,
        at=_student_line(function, error),
        expected=wanted,
        likely=likely,
    )


def _student_line(function: Callable[..., Any], error: Exception) -> str:
    """The innermost line of the student's cell that the error passed through."""
    cell = getattr(getattr(function, "__code__", None), "co_filename", None)
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == cell]
    return f"line {frames[-1].lineno} of its cell: {frames[-1].line}" if frames else ""


def _failed(headline: str, function: Callable[..., Any], one: Case, **lines: str) -> CheckFailed:
    names = _argument_names(function, one)
    inputs = ", ".join(f"{label} {_brief(value)}" for label, value in zip(names, one.arguments, strict=True))
    rows = [headline]
    for label, text in {"case": one.about, "inputs": inputs, **lines}.items():
        if text:
            first, *rest = text.splitlines()
            rows += [f"  {label.capitalize():<9} {first}", *(indent(line, " " * 12) for line in rest)]
    return CheckFailed("\n".join(rows))


def _argument_names(function: Callable[..., Any], one: Case) -> list[str]:
    try:
        names = list(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        names = []
    fallback = [f"argument {position + 1}" for position in range(len(one.arguments))]
    return names[: len(fallback)] + fallback[len(names) :]


def _copy(value: Any) -> Any:
    # A plain clone keeps the strides of a transposed view, so a non-contiguous input stays one.
    return value.clone() if isinstance(value, torch.Tensor) else value


def _same(before: Any, after: Any) -> bool:
    if not isinstance(before, torch.Tensor):
        return True
    return before.shape == after.shape and before.dtype == after.dtype and torch.equal(before, after)


def _shape(value: torch.Tensor) -> str:
    return str(tuple(value.shape))


def _dtype(value: torch.Tensor) -> str:
    return str(value.dtype).removeprefix("torch.")


def _kind(value: Any) -> str:
    return "None" if value is None else _with_article(type(value).__name__)


def _with_article(name: str) -> str:
    return f"{'an' if name[0] in 'AEIOUaeiou' else 'a'} {name}"


def _brief(value: Any) -> str:
    return f"{_shape(value)} {_dtype(value)}" if isinstance(value, torch.Tensor) else _describe(value)


def _describe(value: Any) -> str:
    if isinstance(value, torch.Tensor):
        return str(value.detach()) if value.numel() <= SHOWN_ELEMENTS else f"a tensor of shape {_shape(value)}"
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _index(scores: torch.Tensor) -> tuple[int, ...]:
    """Where the largest score is; NaN counts as the largest."""
    position = int(scores.nan_to_num(nan=math.inf).argmax())
    return tuple(int(step) for step in torch.unravel_index(torch.tensor(position), scores.shape)) if scores.ndim else ()


def _type_hint(got: Any) -> str:
    if got is None:
        return "is a `return` missing at the end of the function, or does it stand there without a value?"
    if isinstance(got, int | float):
        return "a Python number (from `.item()`, `float()` or `math`) has left torch: keep the tensor"
    if isinstance(got, list | tuple):
        return "fill a tensor made by `torch.zeros` instead"
    return ""


def _shape_hint(got: torch.Tensor, one: Case) -> str:
    expected = one.expected
    matrices = [value.shape for value in one.arguments if isinstance(value, torch.Tensor) and value.ndim == MATRIX]
    hints = {
        "rows and columns have changed places": got.ndim == MATRIX and got.shape == expected.shape[::-1],
        "it is a list of one number: a sum over everything has no axis left, and its shape is ()": (
            expected.ndim == 0 and got.numel() == 1
        ),
        "the sum has left an axis standing: one single number is asked for": expected.ndim == 0,
        "an axis was added and never summed away": got.ndim > expected.ndim,
        "an axis too many was summed away": got.ndim < expected.ndim,
        "that is the shape of an input: the result has the rows of the first and the columns of the second": (
            len(matrices) == MATRIX and got.shape in matrices
        ),
    }
    return next((hint for hint, fits in hints.items() if fits), "")


def _dtype_hint(got: torch.Tensor, expected: torch.Tensor) -> str:
    if got.dtype == torch.get_default_dtype():
        return f"`torch.zeros` makes {_dtype(got)} unless told otherwise: give it the dtype of the input"
    if expected.is_floating_point() and not got.is_floating_point():
        return "a whole-number dtype cuts off what comes after the point"
    return "the result takes the dtype of the inputs"


def stopwatch(function: Callable[..., Any], *arguments: Any, budget_s: float = 0.06) -> float:
    """CPU seconds that one call takes: the best of several rounds, each long enough for the clock to see.

    CPU time and not the clock on the wall: what else the machine is doing hardly shows in it. Rounds go on until
    ``budget_s`` CPU seconds are used up; a call that takes longer than that is made once.

    Returns:
        Seconds; ``nan``, with one printed line that says why, where the call does not work yet.
    """
    name = getattr(function, "__name__", "the function")
    try:
        start = time.process_time()
        if function(*arguments) is None:
            print(f"{name} returns nothing yet, so there is nothing to time.")
            return math.nan
        used = time.process_time() - start
        # The clock of some systems moves in steps of milliseconds: the number of calls grows until it is well seen.
        best, calls = used if used >= budget_s else math.inf, 1
        while used < budget_s or best == math.inf:
            round_s = _cpu_seconds(function, arguments, calls)
            used += max(round_s, 1e-7 * calls)
            if round_s < budget_s / 4:
                calls *= 2
            else:
                best = min(best, round_s / calls)
    except NotImplementedError:
        print(f"{name} is not written yet, so there is nothing to time.")
        return math.nan
    except Exception as error:
        print(f"{name} stopped with {type(error).__name__} ({error}), so there is nothing to time yet.")
        return math.nan
    return best


def _cpu_seconds(function: Callable[..., Any], arguments: Sequence[Any], calls: int) -> float:
    start = time.process_time()
    for _ in range(calls):
        function(*arguments)
    return time.process_time() - start


UNITS = (("h", 3600.0), ("min", 60.0), ("s", 1.0), ("ms", 1e-3), ("µs", 1e-6), ("ns", 1e-9))


def readable(seconds: float) -> str:
    """``seconds`` with three digits and the unit that suits them: "3.26 s", "4.84 ms", "172 µs", "1.03 h"."""
    if not math.isfinite(seconds):
        return "not timed"
    unit, size = next((pair for pair in UNITS if abs(seconds) >= pair[1] * 0.9995), UNITS[-1])
    number = f"{seconds / size:.3g}"
    return f"{number} {unit}" if "e" not in number else f"{seconds / size:,.0f} {unit}"
