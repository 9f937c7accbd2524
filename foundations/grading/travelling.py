"""The source of a grader's function, as it travels to the student's process."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from foundations.errors import CourseError


@lru_cache(maxsize=256)  # finding the end of a function takes longer than most calls of it
def source_of(function: Callable[..., Any]) -> dict[str, str]:
    """Return the source and the name of a grader's function, without its decorators.

    Raises:
        CourseError: the first parameter is not called ``names``, by which ``foundations release --check`` finds it.
    """
    code = getattr(function, "__code__", None)
    if code is None or code.co_varnames[:1] != ("names",):
        name = getattr(function, "__name__", function)
        raise CourseError(
            f"{name!r} cannot travel into the student's process: its first parameter has to be called "
            f"'names', by which `foundations release --check` finds the functions that student code can read",
            slug="probes",
        )
    source = textwrap.dedent(inspect.getsource(function))
    if source.startswith("@"):
        source = "".join(source.splitlines(keepends=True)[ast.parse(source).body[0].lineno - 1 :])
    return {"source": source, "function": function.__name__}
