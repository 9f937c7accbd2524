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
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from IPython.core.inputtransformer2 import TransformerManager

from foundations.errors import CourseError
from foundations.notebooks.source import read_source

#: The lines around a solution in the source.
_MARKS = re.compile(r"^.*### (?:BEGIN|END) SOLUTION.*\n?", re.MULTILINE)
_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Patch:
    """A change of a solution into a wrong answer.

    Attributes:
        changes: pairs of a text that is in the solution once, and the text that replaces it.
    """

    exercise: str
    changes: tuple[tuple[str, str], ...]
    hint: str
    symptoms: tuple[str, ...] = ()


def mistake(exercise: str, *changes: tuple[str, str], hint: str, symptom: str | Sequence[str] = ()) -> Patch:
    """Describe a wrong answer to ``exercise`` as a change of the solution; the name it is assigned to is its id.

    Args:
        exercise: the exercise.
        changes: pairs of a text that is in the solution exactly once, and the text that replaces it. They are applied
            one after the other.
        hint: the hint that students read.
        symptom: as for :func:`foundations.authoring.misconception`.

    Raises:
        CourseError: a change or the hint is missing.
    """
    if not changes or not hint.strip():
        lacks = "hint: write one, which students read" if changes else "change of the solution"
        raise CourseError(f"a mistake in {exercise!r} has no {lacks}", slug="misconceptions")
    symptoms = (symptom,) if isinstance(symptom, str) else tuple(symptom)
    return Patch(exercise, changes, " ".join(hint.split()), symptoms)


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
            for statement in self._needed(text, exercise):
                exec(compile(ast.Module([statement], []), f"<{self.path.name}>", "exec"), space)
            exec(compile(text, f"<{exercise} of {self.path.name}>", "exec"), space)
            return space[exercise]
        except Exception as error:
            raise CourseError(
                f"a mistake in {exercise!r} cannot be run: {type(error).__name__}: {error}", slug="misconceptions"
            ) from error

    @cached_property
    def texts(self) -> dict[str, str]:
        """The text of the cell of each solution, without the marks, by the names that it defines."""
        found = {}
        for cell in read_source(self.path).cells:
            if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("solution"):
                text = _MARKS.sub("", cell.source)
                found.update({node.name: text for node in _statements(text) if isinstance(node, _Definition)})
        return found

    @cached_property
    def _binders(self) -> dict[str, ast.stmt]:
        """The import, definition or assignment that binds each name of the notebook."""
        cells = [_MARKS.sub("", cell.source) for cell in read_source(self.path).cells if cell.cell_type == "code"]
        return {name: node for text in cells for node in _statements(text) for name in _bound(node)}

    def _needed(self, text: str, exercise: str) -> list[ast.stmt]:
        """Return the statements of the notebook that bind names in ``text``, each after those that it needs itself."""
        needed: list[ast.stmt] = []
        seen = {exercise}

        def add(names: set[str]) -> None:
            for name in sorted(names & self._binders.keys() - seen):
                seen.add(name)
                node = self._binders[name]
                add(_names(node))
                needed.extend([node] if node not in needed else [])

        add(_names(ast.parse(text)))
        return needed


def _statements(cell: str) -> list[ast.stmt]:
    try:
        return ast.parse(TransformerManager().transform_cell(cell)).body
    except SyntaxError:
        return []


def _bound(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, _Definition):
        yield node.name
    elif isinstance(node, ast.Import | ast.ImportFrom):
        yield from ((alias.asname or alias.name).partition(".")[0] for alias in node.names)
    elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
        yield from (target.id for target in node.targets if isinstance(target, ast.Name))


def _names(node: ast.AST) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
