"""Answers packed many to a notebook: one answer to each of several exercises that do not depend on each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar


class Named(Protocol):
    """An answer to one exercise."""

    @property
    def exercise(self) -> str: ...


A = TypeVar("A", bound=Named)


def rounds(answers: Iterable[A], clash: Callable[[str, str], bool], *, evenly: bool = False) -> Iterator[dict[str, A]]:
    """Yield answers that can be graded in one notebook, by exercise, until none is left.

    Args:
        answers: the answers; those to one exercise keep their order.
        clash: whether answers to two exercises must not be in one notebook.
        evenly: begin with the exercises that had the fewest turns, so that the first rounds are a sample. Otherwise
            begin with those that have the most answers left, which makes fewer rounds.
    """
    waiting: dict[str, list[A]] = {}
    for answer in answers:
        waiting.setdefault(answer.exercise, []).append(answer)
    turns: Counter[str] = Counter()
    while waiting:
        taken: dict[str, A] = {}
        for exercise in sorted(waiting, key=lambda name: turns[name] if evenly else -len(waiting[name])):
            if not any(clash(exercise, other) for other in taken):
                taken[exercise] = waiting[exercise].pop(0)
        turns.update(taken.keys())
        waiting = {exercise: left for exercise, left in waiting.items() if left}
        yield taken
