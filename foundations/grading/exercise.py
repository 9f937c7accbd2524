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
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, ClassVar

import numpy as np
import pytest
import torch

from foundations.diagnosis.arrays import is_numeric
from foundations.errors import CourseError
from foundations.grading.call import Call, Trial
from foundations.grading.compare import CheckFailed, Finding
from foundations.grading.generators import rng_from
from foundations.grading.rules import ANYTHING, Rule
from foundations.grading.stand_ins import Form
from foundations.grading.student import Student

RETURN = "return"


@cache  # each place of each call is looked up, and reading a signature is slow
def _parameters(function: Callable[..., Any]) -> tuple[str, ...]:
    return tuple(inspect.signature(function).parameters)


@dataclass(frozen=True)
class WrongCall:
    """A call with a wrong value, from which smaller ones can be made.

    Attributes:
        exercise: the declared exercise.
        args: the arguments, as they were before the call.
        place: the first place with a wrong value.
        finding: the difference there.
        dtype: whether dtypes were compared too.
        form: the versions of earlier exercises that the call used.
    """

    exercise: Exercise
    args: tuple[Any, ...]
    place: str
    finding: Finding
    dtype: bool
    form: Form


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
        drawing: makes numbers of a shape for :meth:`normal`, instead of the secret ones; for small examples.
    """

    sizes: ClassVar[Sequence[Sequence[Any]]] = ()
    allowed: ClassVar[Rule] = ANYTHING
    relative: ClassVar[float | None] = None
    numbers: ClassVar[bool] = False
    caller: ClassVar[Callable[..., Any] | None] = None
    student: Student
    #: The places of values that the present check looks at; all if it is empty.
    looked_at: Sequence[str] = ()
    drawing: Callable[[torch.Size], torch.Tensor] | None = None
    #: Arguments, and the expected values for them.
    _latest: tuple[Sequence[Any], dict[str, Any]] = ((), {})

    @pytest.fixture(autouse=True)
    def _attach(self, student: Student) -> None:
        self.student = student

    # ------------------------------------------------------------------------------------- written by the author

    def inputs(self, *sizes: Any, **options: Any) -> Sequence[Any]:
        """Return the arguments of one call, new ones at every call.

        Args:
            sizes: one of :attr:`sizes`.
            options: ``dtype``, the dtype of floating-point numbers, by default float32 for tensors, and for arrays
                float64. The default of this parameter decides which of the two the standard checks ask for.
        """
        raise CourseError(f"{type(self).__name__} has no method inputs(self, *sizes, dtype=...)", slug="authoring")

    def expected(self, *args: Any, **options: Any) -> Any:
        """Return the right values for these arguments: a tensor, an array, a number, or a dict of tensors by place.

        An array of shape () and a number of NumPy count as one. If a Python number is expected, any kind of number is
        right: Python's, NumPy's, and an array of shape ().

        The names of the parameters are the names of the arguments in places such as ``"inp.g"``; the place
        of a tensor that the call changes itself is ``"inp"``.
        """
        raise CourseError(f"{type(self).__name__} has no method expected(self, ...)", slug="authoring")

    def scale(self, *args: Any, **options: Any) -> float | None:
        """Return the size of the numbers that are summed; by default the largest expected value."""
        return None

    # ------------------------------------------------------------------------------------- used by checks

    def normal(self, *shape: int, dtype: Any = torch.float32) -> Any:
        """Return secret standard normal numbers of this shape, new ones at every call, the same ones in a replay.

        They are a tensor, or an array if ``dtype`` is one of NumPy's.
        """
        if self.drawing is not None:
            made = self.drawing(torch.Size(shape))
        else:
            made = torch.randn(shape, generator=self.generator, dtype=torch.float64)
        return made.to(dtype) if isinstance(dtype, torch.dtype) else made.numpy().astype(dtype)

    @cached_property
    def generator(self) -> torch.Generator:
        """The generator of :meth:`normal`."""
        return self.student.generator("matrices")

    @cached_property
    def rng(self) -> np.random.Generator:
        """A generator of NumPy, for ``self.rng.integers(...)`` and the like: secret, and the same in a replay."""
        return rng_from(self.student.generator("arrays"))

    @classmethod
    def is_of_numpy(cls) -> bool:
        """Return whether the inputs are arrays: the default of the parameter ``dtype`` of ``inputs`` is NumPy's."""
        dtype = inspect.signature(cls.inputs).parameters.get("dtype")
        default = inspect.Parameter.empty if dtype is None else dtype.default
        return default not in (inspect.Parameter.empty, None) and not isinstance(default, torch.dtype)

    @property
    def trial(self) -> Trial:
        """Calls on fresh inputs, as traced calls need them."""
        return Trial(self.inputs, self.must_be_right, self.calling())

    @property
    def sources_alone(self) -> list[str]:
        """The notebook's code cells, with stubs of the earlier exercises, whose own rules are checked there."""
        stand_ins = self.student.stand_ins
        return [*self.student.sources, *([stand_ins.stubs] if stand_ins else ())]

    def calling(self) -> Callable[..., Any] | None:
        """Return :attr:`caller` as a function, whether or not it was declared as a static method."""
        found = inspect.getattr_static(type(self), "caller")
        return found.__func__ if isinstance(found, staticmethod) else found

    def call(self, *args: Any) -> Call:
        """Call the exercise once."""
        return self.student.call(*args, caller=self.calling())

    def try_each(self, cases: Iterable[Sequence[Any]], *, dtype: bool = False) -> Iterator[Call]:
        """Call the exercise on each tuple of arguments, all within one request, and yield each call once it is right.

        ``dtype`` is that of :meth:`must_be_right`.

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
        values = self._wanted(call.args)
        relative = None if dtype else self.relative
        options = {"scale": self.scale(*call.args), "relative": relative, "dtype": dtype}
        for place, value in values.items():
            if self.looked_at and place not in self.looked_at:
                continue
            try:
                self._must_have(call, place, value, options)
            except CheckFailed as failure:
                failure.wrong_call = WrongCall(self, call.args, place, failure.finding, dtype, self.student.form)
                raise

    def _must_have(self, call: Call, place: str, value: Any, options: dict[str, Any]) -> None:
        call.recalculate = lambda *args: self.by_place(*args).get(place)
        if place == RETURN and type(value) in (bool, int, float):
            call.must_return_number(value, scale=options["scale"])
            return
        if place == RETURN:
            call.must_return(value, numbers=self.numbers and not options["dtype"], **options)
            return
        argument, attribute = self.index_of(place)
        if attribute:
            call.must_set(argument, attribute, value, **options)
        else:
            call.must_become(argument, value, **options)

    def by_place(self, *args: Any) -> dict[str, Any]:
        """Return the expected values by place.

        Raises:
            CourseError: ``expected`` returned something that no result can be compared with.
        """
        values = self.expected(*args)
        if is_numeric(values) or type(values) in (bool, int, float):
            return {RETURN: values}
        if isinstance(values, Mapping):
            return dict(values)
        kind = type(values)
        dtype = f" of dtype {values.dtype}" if isinstance(values, np.ndarray) else ""
        raise CourseError(
            f"{type(self).__name__}.expected returned a {kind.__module__}.{kind.__qualname__}{dtype}; return a tensor, "
            "a plain NumPy array of numbers or truth values, a number, or a dict of tensors by place",
            slug="authoring",
        )

    def _wanted(self, args: Sequence[Any]) -> dict[str, Any]:
        """Return :meth:`by_place` of ``args``; it is computed once for the arguments of a call."""
        latest, values = self._latest
        if len(latest) != len(args) or any(one is not other for one, other in zip(latest, args, strict=True)):
            values = self.by_place(*args)
            self._latest = args, values
        return values

    def set_places(self, *args: Any) -> list[tuple[int, str]]:
        """Return argument and attribute of each value that a call sets."""
        places = [self.index_of(place) for place in self._wanted(args) if place != RETURN]
        return [(argument, attribute) for argument, attribute in places if attribute]

    def argument_names(self) -> list[str]:
        """Return the names of the arguments in places; by default those of the parameters of :meth:`expected`."""
        function = getattr(self.expected, "__func__", self.expected)
        return list(_parameters(function)[inspect.ismethod(self.expected) :])

    def before_own(self) -> None:
        """Refuse the notebook's own earlier exercises by :class:`CheckFailed`, if there is a reason; here is none.

        Checks call it before they try the notebook's own, if they have failed on right versions.
        """

    def index_of(self, place: str) -> tuple[int, str]:
        """Return the argument of a place, and the attribute of ``"inp.g"``; it is empty for ``"inp"``."""
        name, dot, attribute = place.partition(".")
        names = self.argument_names()
        if name not in names or bool(dot) != bool(attribute):
            raise CourseError(
                f"{type(self).__name__}.expected names the place {place!r}: that has to be {RETURN!r}, or one of its "
                f"parameters ({', '.join(names)}), which may be followed by a dot and an attribute",
                slug="authoring",
            )
        return names.index(name), attribute
