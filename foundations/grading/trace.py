"""The trace of a call, read in the judge: which operations ran, how often, and on how many elements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from foundations.analysis.operators import STRUCTURE, families_of
from foundations.grading.evidence import Record

#: What :func:`foundations.worker.tracing.trace_call` gives.
Trace = Mapping[str, Sequence[Sequence[object]]]

#: Questions that a careful student asks, and that torch answers by arithmetic of its own (``isfinite`` multiplies): a
#: trace does not count it.
PREDICATES = frozenset({"isfinite", "isclose"})
#: Calls that ask a tensor about itself; their number says nothing about work done.
_LOOKING = frozenset(
    ["dim", "size", "numel", "nelement", "stride", "__len__", "is_floating_point", "is_complex", "is_contiguous"]
)
#: No process counts that far; and beyond it a ratio of two counts may be no float any more.
_ENDLESS = 1 << 63
#: Characters of a name that are shown. A forged one may have millions, and would be in every report.
MAX_NAME_CHARACTERS = 80


def entries(trace: Trace, level: str) -> Iterable[tuple[str, int, int]]:
    """The well-formed entries of one level: the trace comes from the student's process."""
    for entry in trace.get(level, ()):
        match entry:
            case [str(name), int(count), int(largest)] if 0 <= count < _ENDLESS and 0 <= largest < _ENDLESS:
                yield name[:MAX_NAME_CHARACTERS], count, largest


def operations(trace: Trace) -> int:
    """How many operations the trace counted, as written: what works on elements, and not what looks at a shape."""
    return sum(count for name, count, largest in entries(trace, "function") if largest > 0 and name not in _LOOKING)


def largest(trace: Trace) -> int:
    """How many elements the largest tensor has that any operation read or wrote."""
    return max((size for level in ("function", "dispatch") for _, _, size in entries(trace, level)), default=0)


def unknown_operations(trace: Trace, record: Record) -> list[str]:
    """Return the names of what ran that no family of :mod:`foundations.analysis.operators` has."""
    names = {name for level in ("function", "dispatch") for name, _, _ in entries(trace, level)}
    names |= {operator[:MAX_NAME_CHARACTERS] for operator, _ in record.operators()}
    return sorted(name for name in names if not families_of(name))


def unseen_operators(trace: Trace, record: Record) -> list[str]:
    """Return the computing operators that ran outside of every function call that the trace saw, or were recorded and
    not counted.
    """
    counted = {operation for operation, _, _ in entries(trace, "dispatch")}
    return sorted(
        operator
        for operator, caller in record.operators()
        if (caller is None or (operator[:MAX_NAME_CHARACTERS] not in counted and caller not in PREDICATES))
        and not families_of(operator) <= {STRUCTURE, "settings"}
    )
