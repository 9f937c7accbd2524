"""The rules of the game: an operation of PyTorch may be used only after it was re-created.

Two ways of looking. :func:`read_source_for` reads the notebook, here in the judge, where nothing of the student's runs;
:func:`read_trace_for` reads what :mod:`foundations.worker.tracing` recorded in the student's process. How the number of
operations grows with the sizes (:func:`fit_growth`) is the deterministic twin of the speed check.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from foundations.analysis.families import FAMILIES, Family, is_structural
from foundations.analysis.operators import ALL, GLOSSES, families_of
from foundations.analysis.reader import Use
from foundations.analysis.uses import find_uses
from foundations.errors import CourseError
from foundations.grading.compare import CheckFailed, Finding
from foundations.grading.evidence import Record
from foundations.grading.trace import MAX_NAME_CHARACTERS, Trace, entries

Seen = Literal["source", "trace"]

SCALARS = "numbers only"


@dataclass(frozen=True)
class Rule:
    """Which families of operations one exercise may use.

    Attributes:
        about: ends the sentence "this exercise is about …": "writing the sum over k yourself, with indexing, + and *".
        allow: names of families (:data:`foundations.analysis.operators.ALL`);
        :func:`foundations.analysis.operators.all_but` makes them. scalars_only: arithmetic on single numbers alone;
        what only names, moves or makes numbers may be of any size. numbers: Python numbers may be read off tensors and
        calculated with, so that results need not follow from the
            inputs by operations of PyTorch alone.
    """

    about: str
    allow: frozenset[str]
    scalars_only: bool = False
    numbers: bool = False

    def __post_init__(self) -> None:
        if unknown := sorted(self.allow - ALL):
            raise CourseError(f"rule allows {unknown[0]!r}, which is none of {', '.join(sorted(ALL))}", slug="rules")

    @property
    def forbid(self) -> frozenset[str]:
        """The families that are not allowed."""
        return ALL - self.allow

    @property
    def families(self) -> list[tuple[str, Family]]:
        """The forbidden families, in the order in which a message picks one."""
        return [(name, family) for name, family in FAMILIES.items() if name in self.forbid]


#: Forbids nothing.
ANYTHING = Rule("whatever you like", ALL, numbers=True)


@dataclass(frozen=True)
class Violation:
    """One forbidden thing that an exercise does.

    ``line`` counts from 1 within its cell, ``cell`` from 1 among the code cells that were read.
    """

    family: str
    operation: str
    line: int | None
    seen: Seen
    message: str
    cell: int | None = None


def must_be_none(violations: Sequence[Violation]) -> None:
    """Nothing forbidden was found.

    Raises:
        CheckFailed: something was; the first of it is named.
    """
    for first in violations[:1]:
        raise CheckFailed(Finding("rule", first.message, symptom=f"rule: {first.family}"))


def read_source_for(rule: Rule, cells: Sequence[str], exercise: str) -> list[Violation]:
    """Find what ``exercise`` plainly writes against ``rule``, in the notebook's code cells up to its own.

    Reading starts at the definition of ``exercise`` that is in force after the last of ``cells``, and follows names to
    the functions and classes of the notebook that it uses. Code that it does not reach is free, and so is whatever
    cannot be read. Nothing is found if no cell defines ``exercise``.
    """
    found: dict[tuple[str, int, int], Violation] = {}
    for use in find_uses(cells, exercise):
        if name := _family_of(use, rule):
            violation = Violation(name, use.operation, use.line, "source", _written(use, name, rule), use.cell + 1)
            # One for each line: ``np.dot(np.asarray(a), …)`` is one mistake.
            found.setdefault((name, use.cell, use.line), violation)
    return list(found.values())


def _written(use: Use, family: str, rule: Rule) -> str:
    place = f"line {use.line} of cell {use.cell + 1} (in `{use.within}`)" if use.within else f"line {use.line}"
    return f"{place} uses {_named(use.operation, family)}: {_about(rule)}"


def _family_of(use: Use, rule: Rule) -> str | None:
    paths = [path for path in use.paths if _is_of_library(path)]
    for name, family in rule.families:
        if family.many_only:
            continue  # only the trace shows how many elements there are
        if use.operator in family.operators or any(family.has_name(part) for part in use.names):
            return name
        if any(_has_path(family, path) for path in paths):
            return name
    return None


def _has_path(family: Family, path: str) -> bool:
    """Whether ``path`` is of the family, or below something that is: ``torch.ops.aten.mm.default``."""
    parts = path.split(".")
    return path not in family.apart and any(
        family.has_path(".".join(parts[:length])) for length in range(2, len(parts) + 1)
    )


#: Modules of Python itself that have operations of a family.
_OF_PYTHON = frozenset({"builtins", "operator", "_operator", "math", "cmath"})


def _is_of_library(path: str) -> bool:
    """Whether names in the dotted ``path`` mean what they mean in the families, and not in a module of somebody's."""
    root = path.partition(".")[0]
    return root == "torch" or root in _OF_PYTHON or any(root in family.modules for family in FAMILIES.values())


def read_trace_for(rule: Rule, trace: Trace, record: Record | None = None) -> list[Violation]:
    """Return what is forbidden among what ran, each operation once, by the name as written where the trace has it.

    Operators below a function count only if no function broke the rule, and products not below an ``einsum`` that the
    rule allows: it runs ``aten.bmm``, and is one einsum. Operators of the record count whether the trace counted them
    or not, because it is the record that is proved by a replay.
    """
    found: dict[str, Violation] = {}
    for operation, count, largest in entries(trace, "function"):
        if name := _traced_family(operation, largest, rule):
            found.setdefault(operation, _ran(rule, name, operation, count, largest))
    if found or (record is not None and record.why_not):
        return list(found.values())  # without a record, whose operators these were is not known
    callers = _callers(record)
    counted = list(entries(trace, "dispatch"))
    uncounted = sorted(callers.keys() - {operation for operation, _, _ in counted})
    for operation, count, largest in [*counted, *((operation, 1, 0) for operation in uncounted)]:
        for caller in callers.get(operation, {None}):
            name = _traced_family(operation, largest, rule)
            if name and not _is_part_of(caller, name):
                found.setdefault(operation, _ran(rule, name, operation, count, largest))
    return list(found.values())


def _callers(record: Record | None) -> dict[str, set[str | None]]:
    """By operator, the functions that ran it."""
    callers: dict[str, set[str | None]] = {}
    for operator, caller in record.operators() if record else ():
        callers.setdefault(operator[:MAX_NAME_CHARACTERS], set()).add(caller)
    return callers


def _is_part_of(caller: str | None, family: str) -> bool:
    """Return whether an operator of ``family`` is how ``caller`` works, whose own name has been judged. A function that
    has no need of the operator may have been handed an object of the student's, which ran it.
    """
    if caller is None:
        return False
    if family == SCALARS:
        return is_structural(caller)
    return family == "matrix product" and "einsum" in families_of(caller)


def _traced_family(operation: str, largest: int, rule: Rule) -> str | None:
    found = families_of(operation) & rule.forbid
    if largest <= 1:
        found -= {name for name in found if name in FAMILIES and FAMILIES[name].many_only}
    if found:
        return next((name for name in FAMILIES if name in found), min(found))
    if rule.scalars_only and largest > 1 and not is_structural(operation):
        return SCALARS
    return None


def _ran(rule: Rule, family: str, operation: str, count: int, largest: int) -> Violation:
    times = "once" if count == 1 else f"{count} times"
    if family == SCALARS:
        what = f"`{operation}` (arithmetic on {largest} numbers at a time)"
    else:
        what = _named(operation, family)
    return Violation(family, operation, None, "trace", f"calling it ran {what} {times}: {_about(rule)}")


def _named(operation: str, family: str) -> str:
    return f"`{operation}` ({GLOSSES[family]})"


def _about(rule: Rule) -> str:
    return f"this exercise is about {rule.about.rstrip('.')}"
