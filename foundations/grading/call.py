"""One call of a student's function, and the checks that a grader can make on it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn

import numpy as np
import torch

from foundations.diagnosis.arrays import is_numeric
from foundations.diagnosis.judgement import Diagnosis, Judgement
from foundations.diagnosis.refusals import not_refused, other_exception
from foundations.grading.compare import CheckFailed, Finding, describe, difference
from foundations.grading.judgements import Judgements
from foundations.grading.misconceptions import Behaviour
from foundations.worker.dataflow import tensors_in

#: The number of a call in a row, by the number of calls before it.
_ORDINALS = {1: "second", 2: "third", 3: "fourth", 4: "fifth"}


@dataclass
class Call:
    """One call of a student's function, with everything that was seen of it.

    Attributes:
        subject: the call in words, for messages.
        args: copies of the arguments from before the call.
        value: the returned value.
        args_after: the arguments as the call left them.
        attributes: for each argument, the attributes that were set on it, e.g. ``.g``.
        error: the exception as ``{"name", "bases", "text", "line"}``, or ``None``.
        elsewhere: the reason why numbers of a traced call may come from outside the call; empty if they do not.
        judgements: keeps each result with the expected one.
    """

    subject: str
    args: tuple[Any, ...]
    value: Any
    args_after: tuple[Any, ...]
    attributes: list[dict[str, Any]]
    error: dict[str, Any] | None
    printed: str
    trace: dict[str, list[Any]] | None
    same_object_as: int | None
    names: Sequence[str] = ()
    caller: Callable[..., Any] | None = None
    elsewhere: str = ""
    judgements: Judgements = field(default_factory=Judgements)
    #: Returns the right value for other arguments, at the place that is judged at present.
    recalculate: Callable[..., Any] | None = None
    #: The libraries of the expected results that the call was compared with.
    libraries: set[str] = field(default_factory=set)

    @property
    def is_of_numpy(self) -> bool:
        """Whether the call was given no tensor, and its results were compared with NumPy's arrays only."""
        return self.libraries == {"NumPy"} and not any(True for _ in tensors_in(self.args))

    def must_return(self, expected: torch.Tensor | np.ndarray[Any, Any], **options: Any) -> None:
        """Require that the value agrees with ``expected``.

        Options are those of :func:`foundations.grading.compare.difference`.
        """
        self.must_not_raise()
        subject = self.subject + self._in_a_row()
        finding = difference(self.value, expected, subject=subject, **self._with(options))
        number = options.get("numbers") and type(self.value) in (int, float)
        self._judge(_as_array(self.value) if number else self.value, expected, None, finding)

    def must_return_number(self, expected: float, scale: float | None = None) -> None:
        """Require a number that agrees with ``expected``: Python's, NumPy's, or an array of shape ().

        A whole number or a truth value is expected of that kind.
        """
        kinds = {bool: np.bool_, int: np.integer, float: np.floating | np.integer}
        value, wanted = self.value, type(expected)
        number = value[()] if type(value) is np.ndarray and value.ndim == 0 else value
        right = type(number) is wanted or isinstance(number, kinds[wanted]) or (wanted is float and type(number) is int)
        self.must_not_raise()
        subject, right_value = self.subject + self._in_a_row(), np.asarray(expected)
        finding = difference(
            _as_array(number) if right else value,
            right_value,
            subject=subject,
            scale=scale,
            dtype=False,
        )
        if not right:
            words = {bool: "True or False", int: "a whole number", float: "a number"}[wanted]
            advice = ": is a `return` missing?" if value is None else f"; expected {words}"
            finding = Finding("type", f"{subject} returned {describe(value)}{advice}")
        self._judge(_as_array(number) if right else value, right_value, None, finding)

    def must_not_raise(self) -> None:
        """Require that the call returned."""
        if self.error:
            line = f", line {self.error['line']} of its cell" if self.error.get("line") else ""
            text = f"{self.subject} stopped with {self.error['name']}{line}: {_reason(self.error)}"
            raise CheckFailed(Finding("exception", text, raised=self.error))

    def must_raise(self, *kinds: type[BaseException], because: str, instead: str | None = None) -> None:
        """Require an exception of one of ``kinds``, or of a class derived from it.

        Args:
            kinds: the classes of exceptions.
            because: the fault in the arguments, for the message.
            instead: words for a call that did not raise; default: ``returned`` and the kind of its value.
        """
        wanted = " or ".join(kind.__name__ for kind in kinds)
        if self.error is None:
            did = instead or f"returned {describe(self.value)}"
            diagnosis = not_refused(because)
            fail("exception", f"{self.subject} {did}; expected {wanted}: {because}", diagnosis=diagnosis)
        if not {kind.__name__ for kind in kinds} & set(self.error["bases"]):
            text = f"{self.subject} stopped with {self.error['name']}; expected {wanted}: {because}"
            fail("exception", text, diagnosis=other_exception(self.error["name"], wanted))

    def must_set(self, argument: int, attribute: str, expected: torch.Tensor, **options: Any) -> None:
        """Require that the call set ``attribute``, e.g. ``"g"``, to ``expected`` on the argument at index ``argument``.

        Options are those of :func:`foundations.grading.compare.difference`.
        """
        self.must_not_raise()
        name, subject = f"{self.names[argument]}.{attribute}", self.subject + self._in_a_row()
        value = self.attributes[argument].get(attribute)
        if isinstance(value, torch.Tensor):
            finding = difference(value, expected, subject=f"{name} after {subject}", **self._with(options))
        else:
            seen = f"is {describe(value)}" if attribute in self.attributes[argument] else "is not set"
            finding = Finding("type", f"{name} {seen} after {subject}; expected a tensor")
        self._judge(value, expected, (argument, attribute), finding)

    def must_become(self, argument: int, expected: torch.Tensor, **options: Any) -> None:
        """Require that the call changed the argument at index ``argument`` in place to ``expected``.

        Options are those of :func:`foundations.grading.compare.difference`.

        Raises:
            CheckFailed: the argument has other values, or still those of before the call.
        """
        self.must_not_raise()
        subject = f"{self.names[argument]} after {self.subject}"
        after = self.args_after[argument]
        finding = difference(after, expected, subject=subject, **self._with(options))
        if finding and not _changed(self.args[argument], after):
            finding = replace(finding, text=f"{subject}: the tensor that was handed over has not changed")
        before, about = self.args[argument], f"the change of `{self.names[argument]}`"
        if isinstance(after, torch.Tensor) and after.shape == expected.shape:
            wide = before.double()
            self._judge(after.double() - wide, expected.double() - wide, None, finding, about)
        elif finding:
            raise CheckFailed(finding)

    def _judge(
        self, got: Any, expected: Any, place: tuple[int, str] | None, finding: Finding | None, about: str = ""
    ) -> None:
        """Keep a result with the expected one, and report the finding unless this run of the check only looks.

        Raises:
            CheckFailed: there is a finding.
        """
        names, attributes, agrees = tuple(self.names), tuple(self.attributes), finding is None
        recalculate = self.recalculate if not about else None
        judgement = Judgement(
            got, expected, self.args, place, names, self.value, attributes, agrees, about, recalculate
        )
        self.libraries.add(judgement.library)
        self.judgements.add(judgement, self.subject, self)
        if finding and not self.judgements.only_look:
            raise CheckFailed(finding)

    def _with(self, options: dict[str, Any]) -> dict[str, Any]:
        """Return ``options`` with the dtypes of the arguments by name, for a message about a dtype."""
        dtypes = {
            name: argument.dtype for name, argument in zip(self.names, self.args, strict=False) if is_numeric(argument)
        }
        return {"inputs": dtypes, **options}

    def _in_a_row(self) -> str:
        """Return the number of this call in words, if calls of the same shapes right before it were right."""
        before = self.judgements.right_before(self.subject, self)
        return f", the {_ORDINALS.get(before, f'{before + 1}th')} call in a row" if before else ""

    def must_leave_inputs(self, setting: Sequence[tuple[int, str]] = ()) -> None:
        """Require that every argument has its value, shape and dtype of before the call.

        The same holds for attributes that were set on an argument before the call, and no argument gets a ``.grad``,
        which is PyTorch's. Attributes in ``setting``, as pairs of the argument's index and the attribute's name, may
        change.
        """
        for index, (before, after) in enumerate(zip(self.args, self.args_after, strict=True)):
            if _changed(before, after):
                name = self.names[index]
                text = f"{self.subject} changed {name} in place; its caller still needs it"
                fail("mutation", text, diagnosis=changes_input(name))
            if not isinstance(before, torch.Tensor):
                continue
            if (index, "grad") not in setting and "grad" in self.attributes[index] and before.grad is None:
                fail("mutation", f"{self.subject} set {self.names[index]}.grad, which is PyTorch's own")
            for name, value in vars(before).items():
                if (index, name) not in setting and _changed(value, self.attributes[index].get(name)):
                    whole = f"{self.names[index]}.{name}"
                    text = f"{self.subject} changed {whole}; its caller still needs it"
                    fail("mutation", text, diagnosis=changes_input(whole))

    def behaviour(self) -> Behaviour:
        """Return the call's effects, to compare with those of misconceptions."""
        error, text = (self.error["name"], self.error["text"]) if self.error else (None, "")
        return Behaviour(self.value, error, self.args_after, tuple(self.attributes), text)


@dataclass(frozen=True)
class Trial:
    """One kind of call of an exercise, with inputs that can be drawn again and again.

    Attributes:
        make: makes fresh arguments from the sizes of one case.
        check: raises :class:`CheckFailed` if a call is wrong. It must compute the expected values from ``call.args``,
            because it also judges the results of replays.
        caller: calls the exercise if it cannot be called directly; as for
            :meth:`foundations.grading.student.Student.call`.
    """

    make: Callable[..., Sequence[Any]]
    check: Callable[[Call], None]
    caller: Callable[..., Any] | None = None


def fail(
    stage: Any, text: str, detail: str = "", *, symptom: str | None = None, diagnosis: Diagnosis | None = None
) -> NoReturn:
    """Raise :class:`CheckFailed` with a finding of ``stage``, its symptom, and the mistake that it shows, if any."""
    raise CheckFailed(Finding(stage, text, detail, symptom, diagnosis))


def changes_input(name: str) -> Diagnosis:
    """Return the diagnosis of an argument, an attribute of one, or a thing in several words, that a call changed."""
    text = f"{f'`{name}`' if ' ' not in name else name} has another value after the call"
    return Diagnosis("changes_input", f"{text}. Which line writes into something that came from outside?")


def changed_input(names: Sequence[str], before: Sequence[Any], after: Sequence[Any]) -> Diagnosis | None:
    """Return the diagnosis of the first argument whose values or shape changed, or ``None``."""
    for name, one, other in zip(names, before, after, strict=False):
        if _changed(one, other):
            return changes_input(name)
    return None


def _changed(before: Any, after: Any) -> bool:
    return is_numeric(before) and difference(after, before, subject="", relative=1e-30) is not None


def _as_array(number: Any) -> np.ndarray[Any, Any]:
    """Return a number as an array of shape (); one that is too large for its dtype is infinite."""
    made = np.asarray(number)
    return made if is_numeric(made) else np.asarray(math.inf if number > 0 else -math.inf)


def _reason(error: dict[str, Any]) -> str:
    if error["name"] == "NotImplementedError" and not error["text"].strip():
        return "a `raise NotImplementedError()` is still reached"
    return first_line(error["text"])


def first_line(text: str) -> str:
    """Return the first line of an exception's text, of at most 300 characters."""
    line = text.strip().splitlines()[0] if text.strip() else "no message"
    return line if len(line) <= 300 else line[:300] + " …"
