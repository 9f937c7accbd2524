"""Mistakes that a finding shows, or the last call that was seen, without the expected result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch

from foundations.diagnosis.errors import Raised, diagnose_error
from foundations.diagnosis.judgement import Diagnosis
from foundations.grading.call import changed_input, first_line
from foundations.grading.compare import Finding
from foundations.grading.misconceptions import Observation
from foundations.grading.student import Student

#: Stage of a finding → id and hint of a mistake that it shows, whatever the value is.
_OF_STAGES = {
    "finite": (
        "not_finite",
        "The result has NaN or infinite values, and the right one has none. Which step of your code can give them, and "
        "for which numbers?",
    ),
    "dtype": (
        "wrong_dtype",
        "The result has another dtype than the exercise asks for. Which line makes it, and which dtype does it get?",
    ),
    "type": (
        "wrong_type",
        "The result has another type than the exercise asks for. Which line makes it, and what does it make?",
    ),
}

#: First word of a symptom → id and hint of a mistake whose values are right.
_OF_SYMPTOMS = {
    "rule": (
        "forbidden_operation",
        "The exercise has a rule about its operations. Which step of your code does more than the rule allows, and of "
        "which smaller steps is it made?",
    ),
    "growth": (
        "grows_too_fast",
        "The number of operations grows with a size that should make no difference. Which loop runs over that size?",
    ),
    "speed": (
        "too_slow",
        "The values are right, and the work takes too long. Which repeated step could one operation do at once?",
    ),
    "memory": (
        "too_large",
        "The values are right, and a tensor on the way is too large. Which of its axes is summed away afterwards?",
    ),
    "message": (
        "incomplete_message",
        "The exception is the right one, and its message lacks something. What does the exercise say that it shows?",
    ),
}


def by_symptom(symptom: str) -> Diagnosis | None:
    """Return the mistake behind a symptom, whatever the exercise is, or ``None``."""
    found = _OF_SYMPTOMS.get(symptom.partition(":")[0])
    return Diagnosis(*found) if found else None


def by_finding(finding: Finding, student: Student, last: Observation | None) -> Diagnosis | None:
    """Return the mistake that the finding itself shows, or ``last``, the call that failed."""
    if finding.diagnosis is not None:
        return finding.diagnosis
    if finding.raised is not None:
        return diagnose_error(_raised(finding.raised, student, last.args if last else ()))
    if finding.stage in _OF_STAGES:
        return Diagnosis(*_OF_STAGES[finding.stage])
    if last is not None and (shown := _is_an_argument(last)) is not None:
        return shown
    kept = student.judgements.kept
    if last is None or not kept or kept[-1].agrees or last.caller is not None:  # a caller may have changed them
        return None
    return changed_input(kept[-1].names, last.args, last.behaviour.args)


def _is_an_argument(seen: Observation) -> Diagnosis | None:
    """Diagnose a result that changed with an argument when the check wrote into it after the call."""
    value = seen.behaviour.value
    for before, after in zip(seen.args, seen.behaviour.args, strict=False):
        of_tensors = all(isinstance(each, torch.Tensor) for each in (value, before, after))
        if of_tensors and value.numel() > 1 and torch.equal(value, after) and not torch.equal(before, after):
            text = "The result changes when the argument is written into later: both are in one memory"
            return Diagnosis("shares_memory", f"{text}. For which arguments does your code make no new tensor?")
    return None


def _raised(error: Mapping[str, Any], student: Student, arguments: Sequence[Any]) -> Raised:
    sizes = {size for argument in arguments for size in getattr(argument, "shape", ())}
    return Raised(
        error["name"],
        first_line(error["text"]),
        error.get("code") or "",
        student.source,
        frozenset(sizes),
        outside=not error.get("line") and not error.get("code"),
    )
