"""The feedback to students: on an untouched notebook, on right answers, and at each feedback level."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import jsonschema
import pytest
import torch
from clients import GradingClients
from grading import ROOT, SEED, Answer, GradingClient, exercises, read_answers, solutions

from foundations.config import Feedback
from foundations.grading.call import Call
from foundations.report.model import Report

SCHEMA = json.loads((ROOT / "docs" / "report.schema.json").read_text("utf-8"))
#: Numbers as printed: with two digits or more after the point. Factors of speed have one at most.
PRINTED = re.compile(r"(?<![\w.])-?\d+\.\d{2,}(?:e[-+]?\d+)?")
EXERCISES = exercises("01_matmul")
#: Ten wrong answers of each exercise, as they are in the files.
WRONG = [read_answers("wrong", exercise)[number] for exercise in EXERCISES for number in range(10)]


@pytest.fixture
def expected(monkeypatch: pytest.MonkeyPatch) -> list[torch.Tensor]:
    """Record every value that the hidden tests expect while they run, in the judge."""
    seen: list[torch.Tensor] = []
    real = Call.must_return

    def watched(call: Call, value: torch.Tensor, **options: Any) -> None:
        seen.append(value)
        real(call, value, **options)

    monkeypatch.setattr(Call, "must_return", watched)
    return seen


def at_level(client: GradingClient, level: Feedback) -> Iterator[GradingClient]:
    outside, client.grader.feedback = client.grader.feedback, level
    yield client
    client.grader.feedback = outside


@pytest.fixture
def hints(seeded: GradingClient) -> Iterator[GradingClient]:
    yield from at_level(seeded, "hints")


@pytest.fixture
def full(seeded: GradingClient) -> Iterator[GradingClient]:
    yield from at_level(seeded, "full")


@pytest.fixture
def none(seeded: GradingClient) -> Iterator[GradingClient]:
    yield from at_level(seeded, "none")


def messages(report: Report) -> list[str]:
    return [check.message for exercise in report.exercises for check in exercise.checks]


def expected_in(text: str, expected: list[torch.Tensor]) -> list[str]:
    """Return the numbers in ``text`` that are an expected value, as far as they are printed."""
    values = torch.cat([value.double().flatten() for value in expected])
    numbers = []
    for number in PRINTED.findall(text):
        digits = len(number.partition("e")[0].partition(".")[2])
        if ((values - float(number)).abs() <= 0.51 * 10**-digits).any():
            numbers.append(number)
    return numbers


def test_released_notebook_is_not_attempted(hints: GradingClient) -> None:
    """The stubs earn 0, and every check gives the reason."""
    report = hints.grade({}).report
    assert report.score == 0
    assert set(messages(report)) == {"not attempted"}
    jsonschema.validate(report.to_json(), SCHEMA)


def test_solutions_earn_full_marks(hints: GradingClient) -> None:
    """The report of the solutions is as documented, and has no message except the factor."""
    report = hints.grade(solutions("01_matmul")).report
    assert (report.score, report.max_score) == (15, 15)
    jsonschema.validate(report.to_json(), SCHEMA)
    assert [re.sub(r"\d+", "N", message) for message in messages(report) if message] == [
        "N× the speed of the three loops; N× needed"
    ]


@pytest.mark.parametrize("number", range(10))
def test_hints_contain_no_expected_value(hints: GradingClient, expected: list[torch.Tensor], number: int) -> None:
    """Three wrong answers in one notebook: no message has a value that a hidden test expects."""
    report = hints.grade({answer.exercise: answer.cells for answer in WRONG[number::10]}).report
    assert len(expected) >= len(EXERCISES)
    assert any(messages(report))
    assert expected_in("\n".join(messages(report)), expected) == []
    jsonschema.validate(report.to_json(), SCHEMA)


def test_full_feedback_contains_expected_values(full: GradingClient, expected: list[torch.Tensor]) -> None:
    """The level "full" shows expected values, which also shows that the test above would find them."""
    wrong = Answer("frobenius_norm", "without the root", ("def frobenius_norm(m): return (m * m).sum()",))
    report = full.grade({wrong.exercise: wrong.cells}).report
    text = "\n".join(messages(report))
    assert "expected" in text
    assert expected_in(text, expected) != []


@pytest.mark.parametrize("kind", ["stub", "wrong", "slow", "solution"])
def test_feedback_level_none_has_outcomes_only(none: GradingClient, kind: str) -> None:
    """At the level "none" a student sees only outcomes; the mistake's name remains for the instructor."""
    wrong = {exercise: read_answers("wrong", exercise)[0].cells for exercise in EXERCISES}
    slow = {"matmul_elementwise": read_answers("slow", "matmul_elementwise")[0].cells}
    answers: dict[str, Mapping[str, Sequence[str]]]
    answers = {"stub": {}, "wrong": wrong, "slow": slow, "solution": solutions("01_matmul")}
    report = none.grade(answers[kind]).report
    assert set(messages(report)) == {""}
    jsonschema.validate(report.to_json(), SCHEMA)


def test_a_seed_replays_the_hidden_inputs(hints: GradingClient, expected: list[torch.Tensor]) -> None:
    """The same submission and seed give the same expected values and the same messages; the report has the seed."""
    answer = read_answers("wrong", "frobenius_norm")[0]
    first = hints.grade({answer.exercise: answer.cells}).report
    count = len(expected)
    second = hints.grade({answer.exercise: answer.cells}).report
    assert first.seed == second.seed == SEED
    assert messages(first) == messages(second)
    assert count > 0
    assert all(torch.equal(*pair) for pair in zip(expected[:count], expected[count:], strict=True))


def test_secret_seeds_differ(clients: GradingClients) -> None:
    """Without a given seed, every submission gets another one."""
    client = clients("01_matmul", None)
    assert client.grade({}).report.seed != client.grade({}).report.seed
