"""One call of a student's function: the requirements on it, and the messages when they are not met."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from tensors import with_g

from foundations.grading.call import Call, first_line
from foundations.grading.compare import CheckFailed
from foundations.grading.misconceptions import Behaviour


def call(*args: Any, **seen: Any) -> Call:
    """Return a call ``f(x, y)`` whose arguments stayed as they were, unless ``seen`` has other effects."""
    effects: dict[str, Any] = {
        "value": None,
        "args_after": args,
        "attributes": [{} for _ in args],
        "error": None,
        "printed": "",
        "trace": None,
        "same_object_as": None,
        "names": ("x", "y")[: len(args)],
    }
    return Call("f(x, y)", args, **(effects | seen))


def error(name: str, text: str = "", line: int | None = None, bases: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"name": name, "text": text, "line": line, "bases": [name, *bases]}


def message(requirement: Any, *arguments: Any, **options: Any) -> str:
    with pytest.raises(CheckFailed) as failed:
        requirement(*arguments, **options)
    return failed.value.finding.text


def test_the_value_is_compared() -> None:
    """A right value passes; another value is described."""
    right = call(value=torch.ones(2))
    right.must_return(torch.ones(2))
    assert message(right.must_return, torch.zeros(2)).startswith("f(x, y): 2 of 2 values are wrong")


@pytest.mark.parametrize(
    ("raised", "text"),
    [
        (
            error("ValueError", "no rows\nsecond line", 3),
            "f(x, y) stopped with ValueError, line 3 of its cell: no rows",
        ),
        (error("KeyError"), "f(x, y) stopped with KeyError: no message"),
        (
            error("NotImplementedError"),
            "f(x, y) stopped with NotImplementedError: a `raise NotImplementedError()` is still reached",
        ),
    ],
)
def test_an_exception_is_described_instead_of_a_value(raised: dict[str, Any], text: str) -> None:
    """Name, line and the first line of the text are in the message."""
    assert message(call(error=raised).must_return, torch.ones(2)) == text


def test_an_exception_may_be_required() -> None:
    """A derived class counts; a value, or an exception of another class, does not."""
    call(error=error("MyError", bases=("ValueError",))).must_raise(ValueError, because="no rows")
    returned = call(value=torch.ones(2))
    assert message(returned.must_raise, ValueError, because="no rows") == (
        "f(x, y) returned a tensor of shape (2,), float32; expected ValueError: no rows"
    )
    assert message(returned.must_raise, ValueError, because="no rows", instead="went on").startswith("f(x, y) went on;")
    other = call(error=error("TypeError"))
    assert message(other.must_raise, ValueError, KeyError, because="no rows") == (
        "f(x, y) stopped with TypeError; expected ValueError or KeyError: no rows"
    )


def test_an_attribute_is_compared() -> None:
    """An attribute that is missing, or a number, is described with the argument's name."""
    x = torch.ones(2)
    call(x, attributes=[{"g": torch.zeros(2)}]).must_set(0, "g", torch.zeros(2))
    assert message(call(x).must_set, 0, "g", x) == "x.g is not set after f(x, y); expected a tensor"
    number = call(x, attributes=[{"g": 1.0}])
    assert message(number.must_set, 0, "g", x) == "x.g is a float after f(x, y); expected a tensor"
    wrong = call(x, attributes=[{"g": torch.zeros(3)}])
    assert message(wrong.must_set, 0, "g", x) == "x.g after f(x, y) has shape (3,); expected (2,)"


def test_an_argument_is_compared_that_is_changed_in_place() -> None:
    """The values after the call count; a tensor that was not touched has its own message."""
    x, y = torch.ones(2), torch.zeros(2)
    call(x, args_after=(y,)).must_become(0, y)
    assert message(call(x, args_after=(x,)).must_become, 0, y) == (
        "x after f(x, y): the tensor that was handed over has not changed"
    )
    assert message(call(x, args_after=(x + 1,)).must_become, 0, y).startswith(
        "x after f(x, y): 2 of 2 values are wrong"
    )
    assert "stopped with KeyError" in message(call(x, error=error("KeyError")).must_become, 0, y)


def test_arguments_must_stay_as_they_were() -> None:
    """A value in place, a changed attribute and a lost one are found; an attribute that may change is left out."""
    call(torch.ones(2), 3).must_leave_inputs()
    changed = call(torch.ones(2), torch.ones(2), args_after=(torch.ones(2), torch.zeros(2)))
    assert message(changed.must_leave_inputs) == "f(x, y) changed y in place; its caller still needs it"
    for left in ({"g": torch.zeros(2)}, {}):
        lost = call(with_g(torch.ones(2), torch.tensor([1.0, 2.0])), attributes=[left])
        assert message(lost.must_leave_inputs) == "f(x, y) changed x.g; its caller still needs it"
        lost.must_leave_inputs(setting=[(0, "g")])


def test_behaviour_has_all_effects() -> None:
    """A known mistake is compared with value, exception, arguments and attributes."""
    x = torch.ones(2)
    seen = call(x, error=error("ValueError"), attributes=[{"g": x}])
    assert seen.behaviour() == Behaviour(None, "ValueError", (x,), ({"g": x},))


def test_long_messages_are_cut() -> None:
    """The first line of an exception's text, and not more than 300 characters of it."""
    assert first_line("a\nb") == "a"
    assert first_line(" \n ") == "no message"
    assert first_line("x" * 400) == "x" * 300 + " …"


def diagnosis(requirement: Any, *arguments: Any, **options: Any) -> tuple[str, str]:
    """Return id and hint of the diagnosis that a finding carries, or two empty texts."""
    with pytest.raises(CheckFailed) as failed:
        requirement(*arguments, **options)
    found = failed.value.finding.diagnosis
    return (found.id, found.hint) if found else ("", "")


def test_a_finding_carries_its_diagnosis() -> None:
    """A call that is not refused, another exception, and a changed input name the mistake."""
    name, hint = diagnosis(call(value=torch.ones(2)).must_raise, ValueError, because="the shapes differ")
    assert name == "not_refused"
    assert "though the shapes differ" in hint
    name, hint = diagnosis(call(error=error("TypeError")).must_raise, ValueError, because="the shapes differ")
    assert name == "other_exception"
    assert "TypeError instead of ValueError" in hint
    x, given = torch.ones(2), with_g(torch.ones(2), torch.ones(2))
    assert diagnosis(call(x, args_after=(x + 1,)).must_leave_inputs)[0] == "changes_input"
    assert "`x.g`" in diagnosis(call(given, attributes=[{"g": x + 1}]).must_leave_inputs)[1]


def test_a_finding_carries_the_exception_of_a_suitable_call() -> None:
    """The exception is diagnosed with the source of the exercise, which a call does not know."""
    raised = error("TypeError", "3")
    with pytest.raises(CheckFailed) as failed:
        call(error=raised).must_not_raise()
    assert failed.value.finding.raised == raised
    assert failed.value.finding.diagnosis is None


def test_a_new_grad_on_a_tensor_is_a_change_of_an_input():
    """A senseless reply about a number is ignored."""
    set_grad = call(torch.ones(2), 3, attributes=[{"grad": torch.ones(2)}, {"grad": 1}])
    assert message(set_grad.must_leave_inputs) == "f(x, y) set x.grad, which is PyTorch's own"
    set_grad.must_leave_inputs(setting=[(0, "grad")])
