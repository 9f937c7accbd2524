"""Known mistakes that are written as a change of the instructor's solution.

A mistake that differs from the solution in a few words is these words, and the words that replace them::

    forgets_to_divide_by_n = mistake(
        "mse_grad",
        (" / targ.shape[0]", ""),
        hint="Your gradient grows with the batch. In how many places does the formula divide by N?",
    )
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from foundations.errors import CourseError
from foundations.grading.kinds import Kinds, as_numbers
from foundations.notebooks.names import names_in, needed_cells
from foundations.notebooks.source import read_source, without_marks
from foundations.notebooks.statements import parse


@dataclass(frozen=True)
class Patch:
    """A change of a solution into a wrong answer.

    Attributes:
        changes: pairs of a text that is in the solution once, and the text that replaces it.
        kinds: the numbers of its kinds in ``graders/kinds.toml``.
    """

    exercise: str
    changes: tuple[tuple[str, str], ...]
    hint: str
    symptoms: tuple[str, ...] = ()
    kinds: tuple[int, ...] = ()


def mistake(
    exercise: str, *changes: tuple[str, str], hint: str, symptom: str | Sequence[str] = (), kind: Kinds = ()
) -> Patch:
    """Describe a wrong answer to ``exercise`` as a change of the solution; the name it is assigned to is its id.

    Args:
        exercise: the exercise.
        changes: pairs of a text that is in the solution exactly once, and the text that replaces it. They are applied
            one after the other.
        hint: the hint that students read.
        symptom: as for :func:`foundations.authoring.misconception`.
        kind: as for :func:`foundations.authoring.misconception`.

    Raises:
        CourseError: a change or the hint is missing.
    """
    if not changes or not hint.strip():
        lacks = "hint: write one, which students read" if changes else "change of the solution"
        raise CourseError(f"a mistake in {exercise!r} has no {lacks}", slug="misconceptions")
    symptoms = (symptom,) if isinstance(symptom, str) else tuple(symptom)
    return Patch(exercise, changes, " ".join(hint.split()), symptoms, as_numbers(kind))


@dataclass(frozen=True)
class Solutions:
    """The solutions in a source notebook, to be changed and run in the judge: they are the author's code."""

    path: Path

    def patched(self, patch: Patch, name: str) -> str:
        """Return the source of a solution after the changes of ``patch``, whose id is ``name``.

        Raises:
            CourseError: there is not a solution of the exercise, or a text is not in it exactly once.
        """
        text = self.texts.get(patch.exercise)
        if text is None:
            raise CourseError(
                f"mistake {name!r} changes the solution of {patch.exercise!r}, and {self.path} has no such solution",
                slug="misconceptions",
            )
        for old, new in patch.changes:
            if (count := text.count(old)) != 1:
                raise CourseError(
                    f"mistake {name!r} replaces {old!r}, which is in the solution of {patch.exercise!r} {count} times "
                    "instead of once: use a longer or another piece of the solution",
                    slug="misconceptions",
                )
            text = text.replace(old, new)
        return text

    def run(self, exercise: str, text: str) -> Any:
        """Run ``text``, which defines ``exercise``, with the parts of the notebook that it needs; return the exercise.

        Raises:
            CourseError: it cannot be run, or does not define the exercise.
        """
        space: dict[str, Any] = {"__name__": "notebook"}
        try:
            for statement in self._needed(text):
                exec(compile(ast.Module([statement], []), f"<{self.path.name}>", "exec"), space)
            exec(compile(text, f"<{exercise} of {self.path.name}>", "exec"), space)
            return space[exercise]
        except Exception as error:
            raise CourseError(
                f"a mistake in {exercise!r} cannot be run: {type(error).__name__}: {error}", slug="misconceptions"
            ) from error

    @cached_property
    def texts(self) -> dict[str, str]:
        """The text of the cell of each solution, without the marks, by the exercise."""
        return {
            str(cell.metadata.nbgrader.grade_id).removesuffix("-solution"): without_marks(cell.source)
            for cell in read_source(self.path).cells
            if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("solution")
        }

    @cached_property
    def _definitions(self) -> list[ast.stmt]:
        """The imports, definitions and constants of the notebook, in order."""
        cells = [parse(without_marks(cell.source)) for cell in read_source(self.path).cells if cell.cell_type == "code"]
        return [node for tree in cells if tree for node in tree.body if _is_definition(node)]

    def _needed(self, text: str) -> list[ast.stmt]:
        """Return the definitions that ``text`` needs, directly or through others."""
        names = [names_in(ast.unparse(node)) for node in self._definitions]
        needed = needed_cells(names, (), [(len(names), names_in(text).read)])
        return [self._definitions[place] for place in sorted(needed)]


def _is_definition(node: ast.stmt) -> bool:
    if isinstance(node, ast.Assign):
        return isinstance(node.value, ast.Constant)
    return isinstance(node, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
