"""Known wrong answers, which are executable, and their behaviour.

``graders/<assignment>/misconceptions.py`` contains the bank of an assignment. Each of its functions is a
misconception, and its docstring is the hint.
"""

from __future__ import annotations

import ast
import contextlib
import copy
import inspect
import io
import textwrap
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from foundations.errors import CourseError
from foundations.grading.course_module import import_course_module
from foundations.grading.kinds import Kinds, as_numbers
from foundations.grading.patches import Patch, Solutions
from foundations.grading.stand_ins import Form

_MARK = "__foundations_misconception__"
_BATTERY = "__foundations_battery__"

Inputs = Callable[[torch.Generator], list[tuple[Any, ...]]]
#: Calls an exercise that cannot be called directly: ``caller(names, *args)`` finds it in ``names``.
Caller = Callable[..., Any]


@dataclass(frozen=True)
class Misconception:
    """An executable wrong answer to one exercise.

    Attributes:
        make: returns the function or class.
        symptoms: identify it if its values are right: a forbidden operation, growth or speed.
        patched: the source of the answer, if it is a change of the solution; otherwise its source is in the bank.
        kinds: the numbers of its kinds in ``graders/kinds.toml``.
    """

    id: str
    exercise: str
    hint: str
    make: Callable[[], Callable[..., Any]]
    symptoms: tuple[str, ...] = ()
    patched: str = ""
    kinds: tuple[int, ...] = ()

    @property
    def answer(self) -> Callable[..., Any]:
        """The wrong function or class."""
        return self.make()

    @property
    def source(self) -> str:
        """The source of the answer without decorators; empty if it cannot be found."""
        if self.patched:
            return self.patched
        try:
            tree = ast.parse(textwrap.dedent(inspect.getsource(self.answer)))
        except (OSError, TypeError, SyntaxError):
            return ""
        if isinstance(tree.body[0], ast.FunctionDef | ast.ClassDef):
            tree.body[0].decorator_list = []
        return ast.unparse(tree)


@dataclass(frozen=True)
class Behaviour:
    """The effects of a call: its value or exception, its arguments afterwards, and their attributes, e.g. ``.g``.

    ``error`` is the exception's class, ``text`` its message.
    """

    value: Any
    error: str | None
    args: tuple[Any, ...]
    attributes: tuple[Mapping[str, Any], ...] = ()
    text: str = ""


@dataclass(frozen=True)
class Observation:
    """A call with its arguments and its behaviour."""

    args: tuple[Any, ...]
    behaviour: Behaviour
    caller: Caller | None = None


@dataclass(frozen=True)
class Battery:
    """Inputs on which the misconceptions of an exercise differ from each other, and the caller for them."""

    inputs: Inputs
    caller: Caller | None = None
    #: The versions of earlier exercises on which the student's answer is called.
    form: Form = "right"


def misconception(
    exercise: str, *, symptom: str | tuple[str, ...] = (), kind: Kinds = ()
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Mark a function of ``misconceptions.py`` as a wrong answer to ``exercise``.

    The function's name is the id, and its docstring the hint.

    Args:
        exercise: the exercise.
        symptom: an operation, growth or speed by which the mistake is recognised, if its values are right.
        kind: the number of its kind in ``graders/kinds.toml``, or a tuple of numbers.

    Raises:
        CourseError: the function has no docstring.
    """
    symptoms = (symptom,) if isinstance(symptom, str) else symptom

    def mark(answer: Callable[..., Any]) -> Callable[..., Any]:
        if not (answer.__doc__ or "").strip():
            raise CourseError(
                f"misconception {answer.__name__!r} of {exercise!r} has no docstring: write one, which is the hint",
                slug="misconceptions",
            )
        setattr(answer, _MARK, (exercise, symptoms, as_numbers(kind)))
        return answer

    return mark


def battery(exercise: str, *, caller: Caller | None = None, form: Form = "right") -> Callable[[Inputs], Inputs]:
    """Mark a function of ``misconceptions.py`` that makes inputs on which the misconceptions of ``exercise`` differ.

    ``caller(names, *inputs)`` calls the exercise if it cannot be called directly. ``form`` is the form of the earlier
    exercises on which the student's answer is called; the misconceptions always use those in their file.
    """

    def mark(inputs: Inputs) -> Inputs:
        setattr(inputs, _BATTERY, {**getattr(inputs, _BATTERY, {}), exercise: Battery(inputs, caller, form)})
        return inputs

    return mark


@dataclass(frozen=True)
class Bank:
    """The misconceptions of an assignment, and the batteries of its exercises."""

    misconceptions: tuple[Misconception, ...] = ()
    batteries: Mapping[str, Battery] = field(default_factory=dict)

    def of(self, exercise: str) -> list[Misconception]:
        """Return the misconceptions of ``exercise``."""
        return [misconception for misconception in self.misconceptions if misconception.exercise == exercise]


def load_bank(graders: Path, notebook: Path | None = None) -> Bank:
    """Read the misconceptions of one assignment's folder, in the file's order; empty if it has no such file.

    Args:
        graders: the folder ``graders/<assignment>``.
        notebook: the source notebook, whose solutions patches change; default: the one of the same assignment in
            ``source/`` next to ``graders/``.

    Raises:
        CourseError: the file cannot be imported, a misconception has no docstring, or a patch does not fit.
    """
    path = graders / "misconceptions.py"
    module = import_course_module(path, slug="misconceptions")
    if module is None:
        return Bank()
    solutions = Solutions(notebook or graders.parent.parent / "source" / graders.name / f"{graders.name}.ipynb")
    known = [
        _patched(name, value, solutions) if isinstance(value, Patch) else _read(value)
        for name, value in vars(module).items()
        if isinstance(value, Patch) or hasattr(value, _MARK)
    ]
    values = list(vars(module).values())
    return Bank(
        tuple(known),
        {exercise: battery for inputs in values for exercise, battery in getattr(inputs, _BATTERY, {}).items()},
    )


def _read(answer: Callable[..., Any]) -> Misconception:
    exercise, symptoms, kinds = getattr(answer, _MARK)
    hint = " ".join((answer.__doc__ or "").split())
    return Misconception(answer.__name__, exercise, hint, lambda: answer, symptoms, kinds=kinds)


def _patched(name: str, patch: Patch, solutions: Solutions) -> Misconception:
    text = solutions.patched(patch, name)
    make = cache(partial(solutions.run, patch.exercise, text))
    return Misconception(name, patch.exercise, patch.hint, make, patch.symptoms, text, patch.kinds)


def behave(answer: Callable[..., Any], args: Sequence[Any]) -> Behaviour:
    """Call ``answer``, trusted code of the course's author, on copies of ``args``, and return its behaviour."""
    own = tuple(copied(arg) for arg in args)
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        try:
            value, error, text = answer(*own), None, ""
        except Exception as caught:
            value, error, text = None, type(caught).__name__, str(caught)
    return Behaviour(value, error, own, tuple(_attributes(arg) for arg in own), text)


def _attributes(arg: Any) -> dict[str, Any]:
    """Return the attributes of a tensor, and its ``.grad`` if it has one, as the student process reports them."""
    if not isinstance(arg, torch.Tensor):
        return {}
    return vars(arg) | ({"grad": arg.grad} if arg.is_leaf and arg.grad is not None else {})


def copied(arg: Any) -> Any:
    """Return a deep copy of ``arg``; a tensor keeps its memory layout and its attributes, an array its axes' order."""
    if type(arg) is np.ndarray:
        return arg.copy(order="K")
    if not isinstance(arg, torch.Tensor):
        return copy.deepcopy(arg)
    overlapping = 0 in arg.stride() and arg.numel() > 1
    twin = (
        arg.detach().clone()
        if overlapping
        else torch.empty_strided(arg.shape, arg.stride(), dtype=arg.dtype).copy_(arg)
    )
    for name, value in vars(arg).items():
        setattr(twin, name, copied(value))
    return twin
