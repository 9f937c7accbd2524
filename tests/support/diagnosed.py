"""The general diagnosis of a wrong function, next to a right one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from judging import judge
from wrong_results import Example

from foundations.diagnosis.search import diagnose


def id_of(example: Example, wrong: Callable[..., Any], cases: Sequence[Any] = ()) -> str:
    """Return the id of the diagnosis of ``wrong``, or an empty text."""
    found = diagnose(judge(example.right, wrong, *(cases or example.cases), place=example.place))
    return found.id if found else ""
