"""Answers are packed into few notebooks, and never together with an answer that they depend on."""

from __future__ import annotations

from foundations.proving.answers import Answer
from foundations.proving.rounds import rounds


def answers(**counts: int) -> list[Answer]:
    return [Answer(name, str(number), ("",)) for name, count in counts.items() for number in range(count)]


def clash(one: str, other: str) -> bool:
    return {one, other} == {"a", "b"}


def test_each_answer_has_one_round() -> None:
    """The exercise with the most answers comes first, and one that clashes waits."""
    packed = [sorted(round_) for round_ in rounds(answers(a=3, b=1, c=2), clash)]
    assert packed == [["a", "c"], ["a", "c"], ["a"], ["b"]]


def test_the_first_rounds_are_a_sample() -> None:
    """Evenly, each exercise has its turn before one has its second."""
    packed = [sorted(round_) for round_ in rounds(answers(a=3, b=1, c=1), clash, evenly=True)]
    assert packed == [["a", "c"], ["b"], ["a"], ["a"]]
