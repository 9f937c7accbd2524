"""A known mistake as a student's answer: the bank's code under the exercise's name."""

from __future__ import annotations

import ast
import copy
import inspect
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from grading import Answer

from foundations.grading.misconceptions import Misconception

_Definition = ast.FunctionDef | ast.ClassDef


def as_written(misconception: Misconception) -> Answer:
    """Return the bank's function or class under the exercise's name, without its docstring, and its helpers."""
    bank = _definitions(inspect.getfile(misconception.answer))
    answer = copy.copy(bank[misconception.answer.__name__][0])
    answer.name, answer.decorator_list, answer.body = misconception.exercise, [], answer.body[1:] or [ast.Pass()]
    return Answer(
        misconception.exercise, misconception.id, ("\n\n\n".join([*_helpers(answer, bank), ast.unparse(answer)]),)
    )


def _helpers(
    part: ast.AST, bank: Mapping[str, tuple[_Definition, str]], seen: frozenset[str] = frozenset()
) -> Iterator[str]:
    """List the bank's own helpers that ``part`` uses, and the helpers of these helpers."""
    used = {node.id for node in ast.walk(part) if isinstance(node, ast.Name)} - seen
    for name in sorted(name for name in used & set(bank) if name.startswith("_")):
        definition, source = bank[name]
        yield from _helpers(definition, bank, seen | {name})
        yield source


@cache
def _definitions(path: str) -> dict[str, tuple[Any, str]]:
    """Return the functions and classes of a bank, each with its source. The file is parsed only once."""
    text = Path(path).read_text("utf-8")
    lines = text.splitlines(keepends=True)
    return {
        node.name: (
            node,
            "".join(lines[min([node.lineno, *(d.lineno for d in node.decorator_list)]) - 1 : node.end_lineno]),
        )
        for node in ast.parse(text).body
        if isinstance(node, _Definition)
    }
