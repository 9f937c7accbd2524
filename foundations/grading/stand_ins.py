"""Stand-ins: right versions of earlier exercises, on which an answer that builds on these is tried.

``graders/<assignment>/stand_ins.py`` declares them. Their code travels into the student's process, where
:mod:`foundations.worker.stand_ins` uses them instead of the notebook's own functions and classes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch

from foundations.errors import CourseError
from foundations.grading.course_module import import_course_module
from foundations.grading.travelling import source_of

_MARK = "__foundations_stand_ins__"

#: ``make(names, exercise, blank)`` returns functions and classes by the names that they have in the notebook.
Make = Callable[[dict[str, Any], str, bool], Mapping[str, Any]]

#: The versions of earlier exercises that a call uses: the notebook's own, right ones, or blank ones. Blank ones give
#: values of the right shape and run no operation that the exercise forbids, for a look at the operations that run.
Form = Literal["own", "right", "blank"]


@dataclass(frozen=True)
class StandIns:
    """Right versions of the exercises that one exercise builds on.

    Attributes:
        make: makes them in the student's process.
        above: the names of these exercises.
    """

    make: Make
    above: tuple[str, ...]

    @property
    def in_words(self) -> str:
        """The names of the exercises in a sentence: ``Lin, Relu and Mse``."""
        *names, last = self.above
        return f"{', '.join(names)} and {last}" if names else last

    @property
    def stubs(self) -> str:
        """Source that defines each of these names by an empty function, to read an exercise's source without them."""
        return "\n".join(f"def {name}(*args, **named): ..." for name in self.above)

    def lack(self, text: str) -> bool:
        """Return whether an error is that an object of the earlier exercises has no attribute of this name.

        The notebook's own object may have it, and then the error is not about the exercise.
        """
        owner = "|".join(["super", *self.above])
        return re.search(rf"AttributeError.*'({owner})' object has no attribute", text, re.DOTALL) is not None


def stand_ins(*exercises: str, above: Sequence[str]) -> Callable[[Make], Make]:
    """Mark a function of ``stand_ins.py`` that makes right versions of the exercises ``above``.

    Args:
        exercises: the exercises that build on them.
        above: the names of the earlier exercises, of which the function may leave some out.
    """

    def mark(make: Make) -> Make:
        declared = dict.fromkeys(exercises, StandIns(make, tuple(above)))
        setattr(make, _MARK, {**getattr(make, _MARK, {}), **declared})
        return make

    return mark


def load_stand_ins(graders: Path) -> dict[str, StandIns]:
    """Read the stand-ins of one assignment's folder by exercise; empty if it has no such file.

    Raises:
        CourseError: the file cannot be imported, or one of its functions makes a name that is not declared.
    """
    module = import_course_module(graders / "stand_ins.py", slug="stand-ins")
    values = list(vars(module).values()) if module else []
    found = {exercise: declared for value in values for exercise, declared in getattr(value, _MARK, {}).items()}
    for exercise, declared in found.items():
        _must_work(exercise, declared)
    return found


def _must_work(exercise: str, declared: StandIns) -> None:
    """Make the stand-ins here, from their source, as the student's process will.

    A failure there would look like one of the student's.
    """
    source = source_of(declared.make)
    for blank in (False, True):
        names: dict[str, Any] = {"torch": torch}
        try:
            exec(compile(source["source"], "<stand-ins>", "exec"), names)
            made = names[source["function"]]({}, exercise, blank)
            unknown = sorted(set(made) - set(declared.above))
        except Exception as error:
            raise CourseError(
                f"{source['function']!r} cannot make the stand-ins of {exercise!r}: {type(error).__name__}: {error}; "
                "it may use only torch, its own imports and its arguments",
                slug="stand-ins",
            ) from error
        if unknown:
            raise CourseError(
                f"{source['function']!r} makes {unknown[0]!r} for {exercise!r}; list it in above=", slug="stand-ins"
            )
