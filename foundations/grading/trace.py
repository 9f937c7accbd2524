"""The trace of a call, read in the judge: which operations ran, how often, and on how many elements.

The student's process writes the trace (:mod:`foundations.worker.tracing`), so it may be forged: entries of any other
form are skipped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from foundations.analysis.torch_operations import STRUCTURE, families_of
from foundations.grading.evidence import Record
from foundations.worker.tracing import MAX_NAME_CHARACTERS, PREDICATES

#: As :func:`foundations.worker.tracing.trace_call` returns it: by level, lists of ``[operation, count, elements]``.
#: A forged trace has entries of other forms.
Trace = Mapping[str, Sequence[object]]

#: Calls that ask a tensor about itself; their number does not measure work.
_LOOKING = frozenset(
    ["dim", "size", "numel", "nelement", "stride", "__len__", "is_floating_point", "is_complex", "is_contiguous"]
)
#: No process counts this far. The ratio of two larger counts may not fit into a float.
_ENDLESS = 1 << 63


def entries(trace: Trace, level: str) -> Iterable[tuple[str, int, int]]:
    """Yield the well-formed entries of one level, ``"function"`` or ``"dispatch"``."""
    for entry in trace.get(level, ()):
        match entry:
            case [str(name), int(count), int(largest)] if 0 <= count < _ENDLESS and 0 <= largest < _ENDLESS:
                yield name[:MAX_NAME_CHARACTERS], count, largest


def operations(trace: Trace) -> int:
    """Count the operations as the student wrote them. Only calls on elements count, not questions about shapes."""
    return sum(count for name, count, largest in entries(trace, "function") if largest > 0 and name not in _LOOKING)


def largest(trace: Trace) -> int:
    """Return the number of elements of the largest tensor that any operation read or wrote."""
    return max((size for level in ("function", "dispatch") for _, _, size in entries(trace, level)), default=0)


def unknown_operations(trace: Trace, record: Record) -> list[str]:
    """Return the names of operations that ran and are in no family of :mod:`foundations.analysis.torch_operations`."""
    names = {name for level in ("function", "dispatch") for name, _, _ in entries(trace, level)}
    names |= {operator[:MAX_NAME_CHARACTERS] for operator, _ in record.operators()}
    return sorted(name for name in names if not families_of(name))


def unseen_operators(trace: Trace, record: Record) -> list[str]:
    """Return the computing operators that ran outside of traced function calls, or were recorded but not counted."""
    counted = {operation for operation, _, _ in entries(trace, "dispatch")}
    return sorted(
        operator
        for operator, caller in record.operators()
        if (caller is None or (operator[:MAX_NAME_CHARACTERS] not in counted and caller not in PREDICATES))
        and not families_of(operator) <= {STRUCTURE, "settings"}
    )
