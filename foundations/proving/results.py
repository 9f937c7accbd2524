"""The result of a proof, from which the terminal, the JSON and the page derive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from foundations.grading.faults import Fault

SCHEMA = "foundations/proof/1"


@dataclass(frozen=True)
class Survivor:
    """A mutant of a solution that earns full marks.

    Attributes:
        change: its name, which ``survivors.toml`` may list.
        diff: the changed lines, as a unified diff.
        why: why it may earn them; empty if the course does not explain it.
    """

    exercise: str
    kind: str
    change: str
    diff: str
    why: str = ""

    def to_json(self) -> dict[str, str]:
        return {"kind": self.kind, "change": self.change, "diff": self.diff, "why": self.why}


@dataclass
class ExerciseProof:
    """The counts of one exercise.

    Attributes:
        earned: the points of the solution; ``None`` before it was graded, or without a verdict.
        mistakes: the known mistakes; ``caught`` of them lost points and were named.
        right: the right answers; ``accepted`` of them earned full marks.
        mutants: the mutants of the solution; ``tried`` of them were graded.
        survivors: mutants that earn full marks.
    """

    name: str
    points: float
    earned: float | None = None
    mistakes: int = 0
    caught: int = 0
    right: int = 0
    accepted: int = 0
    mutants: int = 0
    tried: int = 0
    survivors: list[Survivor] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        numbers = {name: value for name, value in vars(self).items() if name != "survivors"}
        return {**numbers, "survivors": [survivor.to_json() for survivor in self.survivors]}


@dataclass
class Proof:
    """The result for one assignment.

    Attributes:
        faults: errors of the course's author. Without any, the assignment is proved.
        remarks: facts that an author may want to change.
        wall_s: seconds on the clock.
    """

    assignment: str
    exercises: list[ExerciseProof] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    remarks: list[Fault] = field(default_factory=list)
    wall_s: float = 0.0

    @property
    def proved(self) -> bool:
        """Whether no fault was found."""
        return not self.faults

    @property
    def unexplained(self) -> list[Survivor]:
        """The mutants that earn full marks, and that the course does not explain."""
        return [survivor for exercise in self.exercises for survivor in exercise.survivors if not survivor.why]

    def of(self, exercise: str) -> ExerciseProof:
        """Return the counts of ``exercise``."""
        return next(entry for entry in self.exercises if entry.name == exercise)

    def to_json(self, root: Path) -> dict[str, Any]:
        """Return the proof as plain JSON values; paths are relative to ``root``."""
        return {
            "schema": SCHEMA,
            "assignment": self.assignment,
            "proved": self.proved,
            "faults": _to_json(self.faults, root),
            "remarks": _to_json(self.remarks, root),
            "exercises": [exercise.to_json() for exercise in self.exercises],
            "wall_s": round(self.wall_s, 2),
        }


def _to_json(faults: Sequence[Fault], root: Path) -> list[dict[str, Any]]:
    return [
        {
            "exercise": fault.exercise,
            "file": Fault("", fault.path).place(root),
            "cell": fault.cell,
            "line": fault.line,
            "text": fault.text,
        }
        for fault in faults
    ]
