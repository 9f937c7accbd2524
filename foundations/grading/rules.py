"""Rules: the operations that an exercise may use, decided on its source and on its traced calls.

The rule of the game: students may use an operation of PyTorch only after they have re-created it.

Two functions find violations. :func:`read_source_for` reads the notebook, here in the judge, where no student code
runs. :func:`read_trace_for` reads the trace that :mod:`foundations.worker.tracing` recorded in the student's process.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from foundations.analysis.families import FAMILIES, Family, is_structural
from foundations.analysis.numpy_operations import families_of_numpy, is_method_of_arrays
from foundations.analysis.reader import Use
from foundations.analysis.torch_operations import ALL, GLOSSES, families_of
from foundations.analysis.uses import find_uses
from foundations.errors import CourseError
from foundations.grading.compare import CheckFailed, Finding
from foundations.grading.evidence import Record
from foundations.grading.trace import Trace, entries
from foundations.worker.tracing import MAX_NAME_CHARACTERS

Seen = Literal["source", "trace"]

SCALARS = "numbers only"


@dataclass(frozen=True)
class Rule:
    """The families of operations that one exercise may use.

    Attributes:
        about: ends the sentence "this exercise is about …": "writing the sum over k yourself, with indexing and ``*``".
        allow: names of families, of :data:`foundations.analysis.torch_operations.ALL`; call
            :func:`foundations.analysis.torch_operations.all_but` to make them.
        scalars_only: allow arithmetic on single numbers only. Operations that only index, move or make numbers may be
            of any size.
        numbers: allow reading Python numbers off tensors and calculating with them, so that results need not follow
            from the inputs by operations of PyTorch alone.

    Raises:
        CourseError: ``allow`` names an unknown family.
    """

    about: str
    allow: frozenset[str]
    scalars_only: bool = False
    numbers: bool = False

    def __post_init__(self) -> None:
        if unknown := sorted(self.allow - ALL):
            raise CourseError(
                f"rule allows {unknown[0]!r}, which is not a family of operations; use {', '.join(sorted(ALL))}",
                slug="rules",
            )

    @property
    def forbid(self) -> frozenset[str]:
        """The forbidden families."""
        return ALL - self.allow

    @property
    def families(self) -> list[tuple[str, Family]]:
        """The forbidden families, in the order in which a message picks one."""
        return [(name, family) for name, family in FAMILIES.items() if name in self.forbid]


#: Allows everything.
ANYTHING = Rule("whatever you like", ALL, numbers=True)


@dataclass(frozen=True)
class Violation:
    """One use of a forbidden operation by an exercise.

    ``line`` counts from 1 within its cell, ``cell`` from 1 among the code cells that were read.
    """

    family: str
    operation: str
    line: int | None
    seen: Seen
    message: str
    cell: int | None = None


def must_be_none(violations: Sequence[Violation]) -> None:
    """Require that ``violations`` is empty.

    Raises:
        CheckFailed: it is not; the message is that of the first violation.
    """
    if violations:
        raise CheckFailed(Finding("rule", violations[0].message, symptom=f"rule: {violations[0].family}"))


def read_source_for(rule: Rule, cells: Sequence[str], exercise: str) -> list[Violation]:
    """Find forbidden operations in the source of ``exercise``, in the notebook's code cells up to its own.

    Reading starts at the definition of ``exercise`` that is in force after the last of ``cells``, and follows names to
    the functions and classes of the notebook that it uses. Code that it does not reach is free, and so is code that
    cannot be read. The list is empty if no cell defines ``exercise``.
    """
    violations: dict[tuple[str, int, int], Violation] = {}
    for use in find_uses(cells, exercise):
        if name := _family_of(use, rule):
            violation = Violation(name, use.operation, use.line, "source", _written(use, name, rule), use.cell + 1)
            # One for each line, because ``np.dot(np.asarray(a), …)`` is one mistake.
            violations.setdefault((name, use.cell, use.line), violation)
    return list(violations.values())


#: Families that only a trace can exclude: Python's ``+`` has no name in the source.
_UNREADABLE = frozenset({"arithmetic", "structure", "settings"})


def read_numpy_for(rule: Rule, cells: Sequence[str], exercise: str) -> list[Violation]:
    """Find operations of NumPy in the source of ``exercise`` that its rule excludes, where a trace would find tensors'.

    :func:`read_source_for` has found those that are forbidden by the names of :data:`FAMILIES`. This function knows
    the families of all other operations of NumPy (``np.mean``, ``x.sort()``) as well.

    Raises:
        CourseError: the rule excludes what only a trace shows, and NumPy's operations leave none.
    """
    unreadable = ["scalars_only"] if rule.scalars_only else sorted(rule.forbid & _UNREADABLE)
    if unreadable:
        raise CourseError(
            f"the rule of {exercise} excludes by {unreadable[0]!r}, which only a trace shows, and NumPy leaves none; "
            "exclude a family of operations with names instead",
            slug="rules",
        )
    violations: dict[tuple[str, int, int], Violation] = {}
    for use in find_uses(cells, exercise):
        operations = [path for path in use.paths if path.startswith("numpy.")]
        operations += [f"numpy.ndarray.{name}" for name in use.names if is_method_of_arrays(name)]
        families = set().union(*map(families_of_numpy, operations)) & rule.forbid
        if name := next((name for name in FAMILIES if name in families), min(families, default=None)):
            violation = Violation(name, use.operation, use.line, "source", _written(use, name, rule), use.cell + 1)
            violations.setdefault((name, use.cell, use.line), violation)
    return list(violations.values())


def _written(use: Use, family: str, rule: Rule) -> str:
    line = f"line {use.line} of cell {use.cell + 1} (in `{use.within}`)" if use.within else f"line {use.line}"
    return f"{line} uses {_named(use.operation, family)}: {_about(rule)}"


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
    """Return whether ``path``, or a path above it, is in the family: ``torch.ops.aten.mm.default`` is below ``mm``."""
    parts = path.split(".")
    return path not in family.apart and any(
        family.has_path(".".join(parts[:length])) for length in range(2, len(parts) + 1)
    )


#: Modules of Python that have operations of a family.
_OF_PYTHON = frozenset({"builtins", "operator", "_operator", "math", "cmath"})


def _is_of_library(path: str) -> bool:
    """Return whether the names in the dotted ``path`` have the families' meaning: it is not in an unknown module."""
    root = path.partition(".")[0]
    return root == "torch" or root in _OF_PYTHON or any(root in family.modules for family in FAMILIES.values())


def read_trace_for(rule: Rule, trace: Trace, record: Record | None = None) -> list[Violation]:
    """Return the forbidden operations that ran, each once, by the name as written if the trace has it.

    - Operators below a function count only if no function broke the rule.
    - Products below an allowed ``einsum`` do not count: it runs ``aten.bmm``, but is one einsum.
    - Operators of the record count even if the trace did not count them, because the replay proves the record.
    """
    violations: dict[str, Violation] = {}
    for operation, count, largest in entries(trace, "function"):
        if name := _traced_family(operation, largest, rule):
            violations.setdefault(operation, _ran(rule, name, operation, count, largest))
    if violations or (record is not None and record.why_not):
        return list(violations.values())  # without a record the functions that ran the operators are unknown
    callers = _callers(record)
    counted = list(entries(trace, "dispatch"))
    uncounted = sorted(callers.keys() - {operation for operation, _, _ in counted})
    for operation, count, largest in [*counted, *((operation, 1, 0) for operation in uncounted)]:
        for caller in callers.get(operation, {None}):
            name = _traced_family(operation, largest, rule)
            if name and not _is_part_of(caller, name):
                violations.setdefault(operation, _ran(rule, name, operation, count, largest))
    return list(violations.values())


def _callers(record: Record | None) -> dict[str, set[str | None]]:
    """Return, for each operator, the functions that ran it."""
    callers: dict[str, set[str | None]] = {}
    for operator, caller in record.operators() if record else ():
        callers.setdefault(operator[:MAX_NAME_CHARACTERS], set()).add(caller)
    return callers


def _is_part_of(caller: str | None, family: str) -> bool:
    """Return whether ``caller``, whose own name has been judged, needs an operator of ``family`` to do its work.

    If it does not, the student may have passed it an object that ran the operator.
    """
    if caller is None:
        return False
    if family == SCALARS:
        return is_structural(caller)
    return family == "matrix product" and "einsum" in families_of(caller)


def _traced_family(operation: str, largest: int, rule: Rule) -> str | None:
    families = families_of(operation) & rule.forbid
    if largest <= 1:
        families -= {name for name in families if name in FAMILIES and FAMILIES[name].many_only}
    if families:
        return next((name for name in FAMILIES if name in families), min(families))
    if rule.scalars_only and largest > 1 and not is_structural(operation):
        return SCALARS
    return None


def _ran(rule: Rule, family: str, operation: str, count: int, largest: int) -> Violation:
    times = "once" if count == 1 else f"{count} times"
    if family == SCALARS:
        named = f"`{operation}` (arithmetic on {largest} numbers at a time)"
    else:
        named = _named(operation, family)
    return Violation(family, operation, None, "trace", f"calling it ran {named} {times}: {_about(rule)}")


def _named(operation: str, family: str) -> str:
    return f"`{operation}` ({GLOSSES[family]})"


def _about(rule: Rule) -> str:
    return f"this exercise is about {rule.about.rstrip('.')}"
