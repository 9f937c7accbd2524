"""A finding, or the last call, shows a mistake that has no other explanation."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import torch

from foundations.diagnosis.judgement import Diagnosis, Judgement
from foundations.grading.compare import Finding
from foundations.grading.misconceptions import Behaviour, Observation
from foundations.grading.shown import by_finding, by_symptom

X = torch.ones(3)


def student(*, source: str = "", after: Any = X, agrees: bool = False, caller: Any = None) -> Any:
    """Return the parts of a student whose last call was ``f(x)``, with ``x`` as the call left it."""
    seen = Observation((X,), Behaviour(X, None, (after,)), caller)
    kept = [Judgement(X, X + 1, (X,), names=("x",), agrees=agrees)]
    return SimpleNamespace(source=source, observations=[seen], judgements=SimpleNamespace(kept=kept))


def id_of(finding: Finding, **options: Any) -> str:
    asked = student(**options)
    found = by_finding(finding, asked, asked.observations[-1])
    return found.id if found else ""


@pytest.mark.parametrize(
    ("finding", "name"),
    [
        (Finding("mutation", "", diagnosis=Diagnosis("changes_input", "")), "changes_input"),
        (Finding("dtype", ""), "wrong_dtype"),
        (Finding("type", ""), "wrong_type"),
        (Finding("finite", ""), "not_finite"),
        (Finding("value", ""), ""),
        (Finding("rule", ""), ""),
    ],
)
def test_a_finding_shows_a_mistake(finding: Finding, name: str) -> None:
    """It carries a diagnosis, or its stage is one."""
    assert id_of(finding) == name


@pytest.mark.parametrize(
    ("symptom", "name"),
    [
        ("rule: norm", "forbidden_operation"),
        ("rule: no einsum", "forbidden_operation"),
        ("growth", "grows_too_fast"),
        ("speed", "too_slow"),
        ("memory", "too_large"),
        ("message: both values", "incomplete_message"),
        ("structure", ""),
    ],
)
def test_a_symptom_shows_a_mistake(symptom: str, name: str) -> None:
    """The values are right; symptoms that a grader makes up are known to its own bank alone."""
    found = by_symptom(symptom)
    assert (found.id if found else "") == name


def test_an_exception_is_diagnosed_with_the_source_and_the_sizes() -> None:
    """The size in the message is in the code, and arguments have another one."""
    raised = {"name": "RuntimeError", "text": "shape '[1, 4]' is invalid for input of size 3", "code": "x.view(1, 4)"}
    finding = Finding("exception", "", raised=raised)
    assert id_of(finding, source="def f(x):\n    return x.view(1, 4)") == "size_in_code"
    assert id_of(finding, source="def f(x):\n    return x.view(1, n)") == "sizes_do_not_meet"


def test_a_changed_input_explains_a_wrong_value() -> None:
    """Only for a call of the exercise itself: a caller may change its arguments on purpose."""
    assert id_of(Finding("value", ""), after=X + 1) == "changes_input"
    assert id_of(Finding("value", ""), after=X + 1, agrees=True) == ""
    assert id_of(Finding("value", ""), after=X + 1, caller=print) == ""


def test_a_result_in_the_memory_of_an_argument() -> None:
    """A caller that writes into the argument after the call sees the result change."""
    seen = Observation((X,), Behaviour(X + 1, None, (X + 1,)), print)
    found = by_finding(Finding("value", ""), student(), seen)
    assert (found.id if found else "") == "shares_memory"
    other = Observation((X,), Behaviour(X + 2, None, (X + 1,)), print)
    assert by_finding(Finding("value", ""), student(), other) is None
