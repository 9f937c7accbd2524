"""Fixtures that the hidden tests of 02_broadcasting share. Fixtures only: no helper is imported from here."""

import pytest

from foundations import rules
from foundations.compare import CheckFailed, Finding
from foundations.families import FAMILIES


@pytest.fixture
def must_run(student):
    """Ask for an operation of the library: ``must_run("einsum", rule, a, b)``. A call on ``a`` and ``b`` has to run one
    of that family, and neither source nor call may hold what ``rule`` forbids.
    """

    def judge(family, rule, *args):
        violations = rules.read_source_for(rule, student.sources, student.exercise)
        if not violations:
            call = student.call(*args, trace=True)
            call.must_not_raise()
            # Names as they were written, and not what runs below them: there an einsum is a matrix product, too.
            written = {"function": (call.trace or {}).get("function", [])}
            violations = rules.read_trace_for(rule, written)
            if not violations and not any(_is_of(family, entry) for entry in written["function"]):
                text = f"calling it ran no {family}: this exercise is about {rule.about}"
                raise CheckFailed(Finding("rule", text, symptom=f"rule: no {family}"))
        if violations:
            raise CheckFailed(Finding("rule", violations[0].message, symptom=f"rule: {violations[0].family}"))

    return judge


def _is_of(family, entry):
    """Whether an entry of a trace, which comes from the student's process, names an operation of the family."""
    return (
        isinstance(entry, list) and bool(entry) and isinstance(entry[0], str) and FAMILIES[family].has_traced(entry[0])
    )
