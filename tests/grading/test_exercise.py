"""An exercise judges a call by its expected values: returned, set on an argument, or written into it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import torch

from foundations.errors import CourseError
from foundations.grading.call import Call
from foundations.grading.compare import CheckFailed
from foundations.grading.exercise import Exercise


def call(*args: Any, value: Any = None, after: tuple[Any, ...] = (), attributes: Any = None) -> Call:
    """Return a call ``f(x, y)`` with these effects."""
    seen: dict[str, Any] = {"error": None, "printed": "", "trace": None, "same_object_as": None, "names": ("x", "y")}
    return Call("f(x, y)", args, value, after or args, attributes or [{} for _ in args], **seen)


class OfNoStudent(Exercise):
    student: Any = SimpleNamespace(form="own")


class Total(OfNoStudent):
    numbers = True
    relative = 1e-2

    def expected(self, x):
        return x.sum()


class Moved(OfNoStudent):
    def expected(self, x, y):
        return {"x": x + y, "y.g": x}


def test_tolerance_and_numbers_are_declared() -> None:
    """They apply to all checks but those of dtypes, which compare to the last digits and want a tensor."""
    x = torch.ones(4)
    for value in (4.0, 4.03, torch.tensor(4.03)):
        Total().must_be_right(call(x, value=value))
        with pytest.raises(CheckFailed):
            Total().must_be_right(call(x, value=value), dtype=True)
    with pytest.raises(CheckFailed):
        Total().must_be_right(call(x, value=4.1))


def test_an_argument_may_be_a_place() -> None:
    """Its values after the call are compared; it is none of the attributes that are set."""
    x, y = torch.ones(2), torch.ones(2)
    Moved().must_be_right(call(x, y, after=(x + y, y), attributes=[{}, {"g": x}]))
    with pytest.raises(CheckFailed, match="the tensor that was handed over has not changed"):
        Moved().must_be_right(call(x, y, attributes=[{}, {"g": x}]))
    assert Moved().set_places(x, y) == [(1, "g")]


@pytest.mark.parametrize("place", ["z", "x.", "z.g"])
def test_another_place_is_its_authors_fault(place: str) -> None:
    """The message has the places that there are."""

    class Odd(Exercise):
        def expected(self, x):
            return {place: x}

    with pytest.raises(CourseError, match=r"one of its parameters \(x\)"):
        Odd().must_be_right(call(torch.ones(2)))
