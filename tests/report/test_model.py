"""Scores depend only on points and outcomes, a missing verdict is never a zero, and the JSON form is documented."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from foundations.config import Limits
from foundations.report.model import DECIDED, SCHEMA, Check, Example, Exercise, Outcome, Report

DOCS = Path(__file__).parents[2] / "docs"
VALIDATOR = Draft202012Validator(json.loads((DOCS / "report.schema.json").read_text("utf-8")))


def checks(*outcomes: Outcome, points: float) -> list[Check]:
    """Return a check for each outcome; together they are worth ``points``."""
    return [Check(f"check {number}", outcome, points / len(outcomes)) for number, outcome in enumerate(outcomes, 1)]


def exercise(name: str, points: float, *outcomes: Outcome) -> Exercise:
    return Exercise(name, points, checks(*outcomes, points=points))


def report(*exercises: Exercise, **more: Any) -> Report:
    return Report("01_matmul", "student-1", list(exercises), **more)


def faults(document: dict[str, Any]) -> list[str]:
    """Return the paths at which ``document``, written as text and read again, violates the schema."""
    return [error.json_path for error in VALIDATOR.iter_errors(json.loads(json.dumps(document)))]


MADE = {
    "graded": report(exercise("a", 5, "pass", "fail"), exercise("b", 4, "pass")),
    "named mistake": report(Exercise("a", 5, [Check("x", "fail", 5.0, "wrong\nHint: look", "forgets_the_sum")])),
    "example": report(
        Exercise("a", 5, [Check("x", "fail", 5.0, "wrong", example=Example(("x = [1.]",), "a(x)", "[3.]", "[2.]"))])
    ),
    "unreadable": report(reason="notebook 'a.ipynb' is empty"),
    "refused half-way": report(exercise("a", 5, "pass"), reason="the student process could not be confined"),
    "inconclusive": report(exercise("a", 5, "pass", "inconclusive"), exercise("b", 4, "pass")),
    "fault": report(exercise("a", 5, "fault")),
    "no checks": report(Exercise("a", 5)),
    "gate": report(Exercise("a", 5, [Check("x", "fail", 2.0, gate=True), Check("y", "pass", 3.0)])),
    "without confinement": report(exercise("a", 5, "pass"), creditable=False),
    "complete": report(
        exercise("a", 5, "pass"),
        repairs=["the graded cell 'a' was deleted: put back"],
        limits={**Limits().to_json(), "a.check_cpu_s": 2.5},
        environment={
            "foundations": "0.1.0",
            "python": "3.11",
            "torch": "2",
            "platform": "Linux",
            "layers": ["descriptors"],
        },
        timing={"wall_s": 0.5, "student_cpu_s": 0.25},
        seed=2**53 - 1,
    ),
}


# ------------------------------------------------------------------------------------------------ scores


@pytest.mark.parametrize(
    ("points", "passed", "expected"),
    [
        ([6], [True], 6.0),
        ([6], [False], 0.0),
        ([2, 2, 2], [True, True, False], 4.0),
        ([5.7, 0.1, 0.2], [False, True, True], 0.3),
    ],
)
def test_score_is_the_sum_of_the_passed_points(points: list[float], passed: list[bool], expected: float) -> None:
    """Tenths add up to tenths."""
    made = [Check("x", "pass" if ok else "fail", worth) for worth, ok in zip(points, passed, strict=True)]
    assert Exercise("a", 6, made).score == expected


def test_a_failed_gate_earns_nothing() -> None:
    """While it fails, the other checks do not count; once it passes, it counts as any other."""
    gate, other = Check("gate", "fail", 2.0, gate=True), Check("other", "pass", 6.0)
    assert Exercise("a", 8, [gate, other]).score == 0.0
    gate.outcome = "pass"
    other.outcome = "fail"
    assert Exercise("a", 8, [gate, other]).score == 2.0


@pytest.mark.parametrize("outcome", ["inconclusive", "fault"])
def test_an_undecided_check_leaves_no_score(outcome: Outcome) -> None:
    """The score is neither a zero nor the points of the other checks."""
    undecided = exercise("a", 6, "pass", outcome, "pass")
    assert (undecided.decided, undecided.score) == (False, None)
    assert [check["score"] for check in undecided.to_json()["checks"]] == [2, None, 2]


def test_an_exercise_without_checks_has_no_score() -> None:
    """Full marks without a check would be fail-open."""
    assert Exercise("a", 5).score is None


def test_one_undecided_exercise_keeps_the_others_scores() -> None:
    """The submission has no total, but the other exercises keep their scores."""
    made = MADE["inconclusive"]
    assert [exercise.score for exercise in made.exercises] == [None, 4.0]
    assert (made.verdict, made.score, made.max_score) == ("ungraded", None, 9.0)


def test_total_is_the_sum() -> None:
    """A graded report has the sum of the exercises' scores, and no reason."""
    made = MADE["graded"]
    assert (made.verdict, made.score, made.max_score, made.why_ungraded()) == ("graded", 6.5, 9.0, None)


def test_a_reason_outweighs_every_score() -> None:
    """A submission that was refused has no score, whatever its checks' outcomes were."""
    made = MADE["refused half-way"]
    assert (made.verdict, made.score) == ("ungraded", None)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("unreadable", "notebook 'a.ipynb' is empty"),
        ("inconclusive", "a, 'check 2': "),
        ("no checks", "a: no check was run"),
    ],
)
def test_ungraded_report_has_a_reason(name: str, expected: str) -> None:
    """It is one sentence: the submission's own reason, or the first check without a verdict."""
    assert MADE[name].why_ungraded() == expected


def test_report_without_exercises_is_ungraded() -> None:
    """It is not an empty success."""
    made = report()
    assert (made.verdict, made.score, made.why_ungraded()) == ("ungraded", None, "no exercise was graded")


WORTH = st.lists(
    st.tuples(st.sampled_from(DECIDED), st.integers(1, 100).map(lambda tenths: tenths / 10), st.booleans()),
    min_size=1,
    max_size=8,
)


def made_of(values: list[tuple[Outcome, float, bool]]) -> Exercise:
    made = [Check("x", outcome, points, gate=gate) for outcome, points, gate in values]
    return Exercise("a", sum(check.points for check in made), made)


@given(WORTH)
def test_checks_add_up_to_the_exercise(values: list[tuple[Outcome, float, bool]]) -> None:
    """The scores and the points of the checks in the JSON are those of the exercise; no score exceeds its points."""
    document = made_of(values).to_json()
    for key in ("score", "max_score"):
        assert sum(check[key] for check in document["checks"]) == pytest.approx(document[key])
    assert 0 <= document["score"] <= round(document["max_score"], 4)


@given(WORTH, st.data())
def test_passing_one_more_check_never_costs(values: list[tuple[Outcome, float, bool]], data: st.DataObject) -> None:
    """If a check passes that failed before, the score can only rise."""
    index = data.draw(st.integers(0, len(values) - 1))
    better = [*values[:index], ("pass", *values[index][1:]), *values[index + 1 :]]
    before, after = made_of(values).score, made_of(better).score
    assert before is not None
    assert after is not None
    assert before <= after


# ------------------------------------------------------------------------------------------------ the JSON form


def test_schema_is_a_schema() -> None:
    """It is valid JSON Schema, and names the version that reports have."""
    Draft202012Validator.check_schema(VALIDATOR.schema)
    assert VALIDATOR.schema["properties"]["schema"]["const"] == SCHEMA


@pytest.mark.parametrize("name", MADE)
def test_reports_validate(name: str) -> None:
    """Every kind of report validates: graded, ungraded, inconclusive, refused."""
    assert faults(MADE[name].to_json()) == []


def test_only_a_failed_check_has_an_example() -> None:
    """The key is absent from all other checks, and the text has the message first."""
    document = MADE["example"].to_json()
    check = document["exercises"][0]["checks"][0]
    assert check["example"] == {"inputs": ["x = [1.]"], "call": "a(x)", "got": "[3.]", "expected": "[2.]"}
    assert "example" not in MADE["graded"].to_json()["exercises"][0]["checks"][1]
    check["outcome"] = "not reached"
    assert faults(document) != []
    del check["example"]
    assert faults(document) == []
    assert MADE["example"].exercises[0].checks[0].text.splitlines() == [
        "wrong",
        "A small example:",
        "  x = [1.]",
        "  a(x)",
        "  got:      [3.]",
        "  expected: [2.]",
    ]


def test_a_report_without_creditable_is_invalid() -> None:
    """A program must not take a missing key for ``true``."""
    document = MADE["graded"].to_json()
    del document["creditable"]
    assert faults(document) == ["$"]


def test_keys_come_in_the_documented_order() -> None:
    """A person reads the verdict before the details."""
    assert list(MADE["graded"].to_json()) == VALIDATOR.schema["required"]


@pytest.mark.parametrize(
    ("name", "change", "where"),
    [
        ("graded", {"score": None}, "$.score"),
        ("graded", {"reason": "no"}, "$.reason"),
        ("graded", {"exercises": []}, "$.exercises"),
        ("unreadable", {"score": 0}, "$.score"),
        ("unreadable", {"reason": None}, "$.reason"),
        ("graded", {"schema": "foundations/report/1"}, "$.schema"),
        ("graded", {"verdict": "fine"}, "$.verdict"),
        ("graded", {"seed": -1}, "$.seed"),
        ("graded", {"extra": 1}, "$"),
        ("graded", {"timing": {"wall_s": 1}}, "$.timing"),
        ("graded", {"limits": {"restarts": 0}}, "$.limits.restarts"),
        ("graded", {"limits": {"scratch_files": -1}}, "$.limits.scratch_files"),
        ("graded", {"creditable": None}, "$.creditable"),
    ],
)
def test_schema_refuses_invalid_reports(name: str, change: dict[str, Any], where: str) -> None:
    """Above all it refuses a zero instead of "not yet"; the error has the path of the invalid value."""
    assert where in faults(MADE[name].to_json() | change)


@pytest.mark.parametrize(
    ("name", "change", "where"),
    [
        ("inconclusive", {"score": 0}, "$.exercises[0].score"),
        ("no checks", {"score": 5}, "$.exercises[0].score"),
        ("graded", {"score": None}, "$.exercises[0].score"),
        ("graded", {"checks": [{"name": "x"}]}, "$.exercises[0].checks[0]"),
    ],
)
def test_schema_requires_score_and_outcomes_to_agree(name: str, change: dict[str, Any], where: str) -> None:
    """An exercise has a score exactly when all its checks are decided."""
    document = MADE[name].to_json()
    document["exercises"][0] |= change
    assert where in faults(document)


def test_the_documented_example_is_a_report() -> None:
    """The example in ``docs/report.md`` validates."""
    page = (DOCS / "report.md").read_text("utf-8")
    (example,) = re.findall(r"^```json\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    assert faults(json.loads(example)) == []
