"""A known mistake as a student would have handed it in: the bank's code under the exercise's name."""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from collections.abc import Iterator

from grading import Answer

from foundations.diagnose import Misconception


def as_written(known: Misconception) -> Answer:
    """The bank's function or class under the exercise's name, without its docstring, and the helpers that it uses."""
    names = vars(sys.modules[known.answer.__module__])
    answer = ast.parse(textwrap.dedent(inspect.getsource(known.answer))).body[0]
    assert isinstance(answer, ast.FunctionDef | ast.ClassDef)
    answer.name, answer.decorator_list, answer.body = known.exercise, [], answer.body[1:] or [ast.Pass()]
    return Answer(known.exercise, known.id, ("\n\n\n".join([*_helpers(answer, names), ast.unparse(answer)]),))


def _helpers(part: ast.AST, names: dict[str, object], seen: frozenset[str] = frozenset()) -> Iterator[str]:
    """What ``part`` uses of the bank's own, and what that uses."""
    used = {node.id for node in ast.walk(part) if isinstance(node, ast.Name)} - seen
    for name in sorted(name for name in used & set(names) if name.startswith("_")):
        source = inspect.getsource(names[name])  # type: ignore[arg-type]
        yield from _helpers(ast.parse(source), names, seen | {name})
        yield source
