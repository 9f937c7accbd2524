"""One call of a student's function, and the checks that a grader can make of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import torch

from foundations.grading.compare import CheckFailed, Finding, describe, difference
from foundations.grading.misconceptions import Behaviour


@dataclass
class Call:
    """One call of a student's function: everything that was seen of it.

    ``value`` is what it returned, ``args`` its arguments before the call, ``args_after`` the same ones as it left
    them, ``attributes`` what it set on each (``.g`` for one), ``error`` the exception as ``{"name", "bases", "text",
    "line"}``.
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
    #: Why numbers of a traced call may come from elsewhere than the call; empty if they do not.
    elsewhere: str = ""

    def must_return(self, expected: torch.Tensor, **options: Any) -> None:
        """The value agrees with ``expected``; options are those of :func:`foundations.grading.compare.difference`."""
        self.must_not_raise()
        finding = difference(self.value, expected, subject=self.subject, **options)
        if finding:
            raise CheckFailed(finding)

    def must_not_raise(self) -> None:
        if self.error:
            line = f", line {self.error['line']} of its cell" if self.error.get("line") else ""
            fail(
                "exception",
                f"{self.subject} stopped with {self.error['name']}{line}: {_reason(self.error)}",
            )

    def must_raise(self, *kinds: type[BaseException], because: str, instead: str | None = None) -> None:
        """It refuses with one of ``kinds`` or a class derived from it; ``because`` says what was wrong with the
        arguments, and ``instead`` what it did where it does not, if the value returned is not the exercise's own.
        """
        wanted = " or ".join(kind.__name__ for kind in kinds)
        if self.error is None:
            did = instead or f"returned {describe(self.value)}"
            fail("exception", f"{self.subject} {did}; expected {wanted}: {because}")
        if not {kind.__name__ for kind in kinds} & set(self.error["bases"]):
            fail("exception", f"{self.subject} stopped with {self.error['name']}; expected {wanted}: {because}")

    def must_set(self, argument: int, attribute: str, expected: torch.Tensor, **options: Any) -> None:
        """It has set ``attribute`` (``"g"``) of the argument at that place to ``expected``; options as for
        :meth:`must_return`.
        """
        self.must_not_raise()
        name = f"{self.names[argument]}.{attribute}"
        value = self.attributes[argument].get(attribute)
        if not isinstance(value, torch.Tensor):
            seen = f"is {describe(value)}" if attribute in self.attributes[argument] else "is not set"
            fail("type", f"{name} {seen} after {self.subject}; a tensor belongs there")
        finding = difference(value, expected, subject=f"{name} after {self.subject}", **options)
        if finding:
            raise CheckFailed(finding)

    def must_leave_inputs(self, setting: Sequence[tuple[int, str]] = ()) -> None:
        """No argument has another value, shape or dtype than before the call, and neither has an attribute that was
        set on one, but those of ``setting``: the argument's place and the attribute's name.
        """
        for index, (before, after) in enumerate(zip(self.args, self.args_after, strict=True)):
            if _changed(before, after):
                fail(
                    "mutation",
                    f"{self.subject} changed {self.names[index]} in place; its caller still needs it",
                )
            given = vars(before) if isinstance(before, torch.Tensor) else {}
            for name, value in given.items():
                if (index, name) not in setting and _changed(value, self.attributes[index].get(name)):
                    fail("mutation", f"{self.subject} changed {self.names[index]}.{name}; its caller still needs it")

    def behaviour(self) -> Behaviour:
        error = self.error["name"] if self.error else None
        return Behaviour(self.value, error, self.args_after, tuple(self.attributes))


@dataclass(frozen=True)
class Trial:
    """One kind of call of an exercise, for which the judge draws inputs as often as it likes.

    Attributes:
        make: makes fresh arguments from the sizes of one case.
        check: raises :class:`CheckFailed` unless a call gave what it had to. It must work out what is expected from
            ``call.args``, because it also judges what came out of a replay.
        caller: how the exercise is called, if not by itself; as for :meth:`Student.call`.
    """

    make: Callable[..., Sequence[Any]]
    check: Callable[[Call], None]
    caller: Callable[..., Any] | None = None


def fail(stage: Any, text: str) -> NoReturn:
    raise CheckFailed(Finding(stage, text))


def _changed(before: Any, after: Any) -> bool:
    return isinstance(before, torch.Tensor) and difference(after, before, subject="", relative=1e-30) is not None


def _reason(error: dict[str, Any]) -> str:
    if error["name"] == "NotImplementedError" and not error["text"].strip():
        return "a `raise NotImplementedError()` is still reached"
    return first_line(error["text"])


def first_line(text: str) -> str:
    line = text.strip().splitlines()[0] if text.strip() else "no message"
    return line if len(line) <= 300 else line[:300] + " …"
