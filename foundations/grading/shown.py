"""Mistakes that a finding shows, or the last call that was seen, without the expected result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from foundations.diagnosis.errors import Raised, diagnose_error
from foundations.diagnosis.judgement import Diagnosis
from foundations.grading.call import changed_input, first_line
from foundations.grading.compare import Finding
from foundations.grading.student import Student

#: Stage of a finding → id and hint of a mistake that it shows, whatever the value is.
_OF_STAGES = {
    "dtype": (
        "wrong_dtype",
        "The result has another dtype than the exercise asks for. Which line makes it, and which dtype does it get?",
    ),
    "type": (
        "wrong_type",
        "The result has another type than the exercise asks for. Which line makes it, and what does it make?",
    ),
}


def by_finding(finding: Finding, student: Student) -> Diagnosis | None:
    """Return the mistake that the finding itself shows, or the last call that was seen."""
    if finding.diagnosis is not None:
        return finding.diagnosis
    last = student.observations[-1] if student.observations else None
    if finding.raised is not None:
        return diagnose_error(_raised(finding.raised, student, last.args if last else ()))
    if finding.stage in _OF_STAGES:
        return Diagnosis(*_OF_STAGES[finding.stage])
    kept = student.judgements.kept
    if last is None or not kept or kept[-1].agrees or last.caller is not None:  # a caller may have changed them
        return None
    return changed_input(kept[-1].names, last.args, last.behaviour.args)


def _raised(error: Mapping[str, Any], student: Student, arguments: Sequence[Any]) -> Raised:
    sizes = {size for argument in arguments for size in getattr(argument, "shape", ())}
    return Raised(error["name"], first_line(error["text"]), error.get("code") or "", student.source, frozenset(sizes))
