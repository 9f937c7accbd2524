"""Reports as plain values with all fields, also those that the documented JSON leaves out, and reports from them."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any

from foundations.report.model import Check, Decision, Example, Exercise, Report, Review


def values_of(report: Report) -> dict[str, Any]:
    """Return all fields of a report as plain values."""
    return asdict(report)


def report_of(values: dict[str, Any]) -> Report:
    """Rebuild a report from :func:`values_of`, also of an earlier version.

    Raises:
        KeyError, TypeError: the values are not those of a report.
    """
    made = {
        "exercises": [_exercise(exercise) for exercise in values["exercises"]],
        "review": [review_of(review) for review in values["review"]],
        "reviewed": [_decision(decision) for decision in values.get("reviewed", [])],
    }
    return Report(**{field.name: values[field.name] for field in fields(Report) if field.name in values} | made)


def review_of(values: dict[str, Any]) -> Review:
    """Rebuild a finding from its fields."""
    return Review(**{**values, "exercises": tuple(values["exercises"])})


def _decision(values: dict[str, Any]) -> Decision:
    return Decision(**{**values, "review": review_of(values["review"]), "taken": tuple(values["taken"])})


def _exercise(values: dict[str, Any]) -> Exercise:
    checks = [_check(check) for check in _with_points(values["checks"], values["max_score"])]
    return Exercise(values["id"], values["max_score"], checks)


def _check(values: dict[str, Any]) -> Check:
    example = values.get("example")
    return Check(**{**values, "example": example and Example(**{**example, "inputs": tuple(example["inputs"])})})


def _with_points(checks: list[dict[str, Any]], max_score: float) -> list[dict[str, Any]]:
    """Return the values of checks. Reports of earlier versions have weights, which become shares of the points."""
    total = sum(check.get("weight", 0.0) for check in checks) or 1.0
    return [
        {"points": max_score * check["weight"] / total, **{key: check[key] for key in check if key != "weight"}}
        if "weight" in check
        else check
        for check in checks
    ]
