"""The declaration of one exercise, from which the standard checks make their calls.

A hidden test file declares a class whose name begins with ``Test``; its attributes are checks::

    class TestLin(Exercise):
        sizes = ((4, 3, 2), (5, 2, 4))

        def inputs(self, n, n_in, n_out, dtype=torch.float32):
            return self.normal(n, n_in, dtype=dtype), self.normal(n_in, n_out, dtype=dtype)

        def expected(self, inp, w):
            return inp @ w

        test_values = values("the product for many sizes", points=0.8, gate=True)
        test_dtypes = dtypes("the dtype follows the inputs", points=0.2)

Exercises that share checks inherit from one class, as in any pytest class.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar

import pytest
import torch

from foundations.errors import CourseError
from foundations.grading.call import Call, Trial
from foundations.grading.rules import ANYTHING, Rule
from foundations.grading.student import Student

#: Expected values of one call: the returned tensor, or tensors by place. A place is ``"return"``,
#: ``"<parameter>.<attribute>"``, or ``"<parameter>"`` for a tensor that the call changes in place.
Expected = torch.Tensor | Mapping[str, torch.Tensor]

RETURN = "return"


class Exercise:
    """One exercise: its inputs, its expected values, and the rule that it must obey. Subclasses are test classes.

    Attributes:
        sizes: arguments of :meth:`inputs`, a tuple for each call. Put the same sizes first twice, so that an answer
            that remembers its first call fails, and give no two sizes of a tuple the same value, so that transposes
            show.
        allowed: the allowed operations.
        relative: the tolerance relative to :meth:`scale`, except in checks of dtypes; default: that of the dtype.
        numbers: whether a Python number is right if a tensor of shape () is expected, except in checks of dtypes.
        caller: a function ``caller(names, *args)`` that calls the exercise, if it is not a function itself; as for
            :meth:`foundations.grading.student.Student.call`.
        student: the student's exercise.
    """

    sizes: ClassVar[Sequence[Sequence[Any]]] = ()
    allowed: ClassVar[Rule] = ANYTHING
    relative: ClassVar[float | None] = None
    numbers: ClassVar[bool] = False
    caller: ClassVar[Callable[..., Any] | None] = None
    student: Student

    @pytest.fixture(autouse=True)
    def _attach(self, student: Student) -> None:
        self.student = student

    # ------------------------------------------------------------------------------------- written by the author

    def inputs(self, *sizes: Any, **options: Any) -> Sequence[Any]:
        """Return the arguments of one call, new ones at every call.

        Args:
            sizes: one of :attr:`sizes`.
            options: ``dtype``, the dtype of floating-point tensors, which is float32 by default.
        """
        raise CourseError(f"{type(self).__name__} has no method inputs(self, *sizes, dtype=...)", slug="authoring")

    def expected(self, *args: Any, **options: Any) -> Expected:
        """Return the right values for these arguments: a tensor, or tensors by place.

        The names of the parameters are the names of the arguments in places such as ``"inp.g"``.
        """
        raise CourseError(f"{type(self).__name__} has no method expected(self, ...)", slug="authoring")

    def scale(self, *args: Any, **options: Any) -> float | None:
        """Return the size of the numbers that are summed; by default the largest expected value."""
        return None

    # ------------------------------------------------------------------------------------- used by checks

    def normal(self, *shape: int, dtype: torch.dtype = torch.float32) -> torch.Tensor:
        """Return secret standard normal numbers of this shape, new ones at every call, the same ones in a replay."""
        return torch.randn(shape, generator=self.generator, dtype=torch.float64).to(dtype)

    @cached_property
    def generator(self) -> torch.Generator:
        """The generator of :meth:`normal`."""
        return self.student.generator("matrices")

    @property
    def trial(self) -> Trial:
        """Calls on fresh inputs, as traced calls need them."""
        return Trial(self.inputs, self.must_be_right, self.calling())

    @property
    def sources_alone(self) -> list[str]:
        """The notebook's code cells, with stubs of the earlier exercises, whose own rules are checked there."""
        stand_ins = self.student.stand_ins
        return [*self.student.sources, *([stand_ins.stubs] if stand_ins else ())]

    @classmethod
    def calling(cls) -> Callable[..., Any] | None:
        """Return :attr:`caller` as a function, whether or not it was declared as a static method."""
        found = inspect.getattr_static(cls, "caller")
        return found.__func__ if isinstance(found, staticmethod) else found

    def call(self, *args: Any) -> Call:
        """Call the exercise once."""
        return self.student.call(*args, caller=self.calling())

    def try_each(self, cases: Iterable[Sequence[Any]], *, dtype: bool = False) -> Iterator[Call]:
        """Call the exercise on each tuple of arguments, all within one request, and yield each call once it is right.

        Raises:
            CheckFailed: a call is wrong; the message names which call of several it was.
        """
        for call in self.student.calls(*cases, caller=self.calling()):
            self.must_be_right(call, dtype=dtype)
            yield call

    def must_be_right(self, call: Call, *, dtype: bool = False) -> None:
        """Require the expected values of a call.

        Args:
            call: the call.
            dtype: also compare dtypes; most exercises have a separate check for them.

        Raises:
            CheckFailed: a value is wrong.
        """
        values = self.by_place(*call.args)
        relative = None if dtype else self.relative
        options = {"scale": self.scale(*call.args), "relative": relative, "dtype": dtype}
        for place, value in values.items():
            if place == RETURN:
                call.must_return(value, numbers=self.numbers and not dtype, **options)
                continue
            argument, attribute = self._index(place)
            if attribute:
                call.must_set(argument, attribute, value, **options)
            else:
                call.must_become(argument, value, **options)

    def by_place(self, *args: Any) -> dict[str, torch.Tensor]:
        """Return the expected values by place."""
        values = self.expected(*args)
        return {RETURN: values} if isinstance(values, torch.Tensor) else dict(values)

    def set_places(self, *args: Any) -> list[tuple[int, str]]:
        """Return argument and attribute of each value that a call sets."""
        places = [self._index(place) for place in self.by_place(*args) if place != RETURN]
        return [(argument, attribute) for argument, attribute in places if attribute]

    def _index(self, place: str) -> tuple[int, str]:
        name, dot, attribute = place.partition(".")
        names = list(inspect.signature(self.expected).parameters)
        if name not in names or bool(dot) != bool(attribute):
            raise CourseError(
                f"{type(self).__name__}.expected names the place {place!r}: that has to be {RETURN!r}, or one of its "
                f"parameters ({', '.join(names)}), which may be followed by a dot and an attribute",
                slug="authoring",
            )
        return names.index(name), attribute
