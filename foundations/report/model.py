"""The report about one graded submission, from which everything shown or exported derives."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import nbformat

SCHEMA = "foundations/report/2"

Outcome = Literal["pass", "fail", "not attempted", "not reached", "inconclusive", "fault"]
Verdict = Literal["graded", "ungraded"]

#: The outcome and the message of every check of an exercise whose stub was not changed.
NOT_ATTEMPTED: Outcome = "not attempted"
#: The outcome of a check that was not run because a gate before it failed.
NOT_REACHED: Outcome = "not reached"
#: The label shown with every report that is not creditable.
NOT_CREDITABLE = "not creditable: graded without confinement"
#: Outcomes without points.
LOST: tuple[Outcome, ...] = ("fail", NOT_ATTEMPTED, NOT_REACHED)
#: Outcomes that are a judgement. After one of the other two, the exercise has no score.
DECIDED: tuple[Outcome, ...] = ("pass", *LOST)


@dataclass(frozen=True)
class Example:
    """A small input on which a student's answer differs from the right one. All texts may quote student code.

    Attributes:
        inputs: a line for each argument and each attribute of one, such as ``inp = [[1.], [0.]]``.
        call: the call, such as ``mse_grad(inp, targ)``.
        got: the result, such as ``inp.g = [[2.], [0.]]``, or the exception.
        expected: the right result.
    """

    inputs: tuple[str, ...]
    call: str
    got: str
    expected: str

    @property
    def text(self) -> str:
        lines = [*self.inputs, self.call, f"got:      {self.got}", f"expected: {self.expected}"]
        return "\n  ".join(["A small example:", *lines])

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"inputs": list(self.inputs)}


@dataclass
class Check:
    """One graded behaviour: its outcome, the points that it is worth, and its message for the student."""

    name: str
    outcome: Outcome
    points: float
    message: str = ""
    misconception: str | None = None
    #: While a gate fails, the exercise earns no points. The JSON does not contain this key.
    gate: bool = False
    #: Whether a person's decision or a rule of the course added this check after grading; it is worth no points. The
    #: JSON does not contain this key.
    imposed: bool = False
    #: It is set only at the feedback level ``example``, and the JSON has its key only if it is set.
    example: Example | None = None

    @property
    def text(self) -> str:
        """The message and the example: all that a student reads about the check."""
        return "\n".join(filter(None, (self.message, self.example.text if self.example else "")))

    def to_json(self, earned: float | None) -> dict[str, Any]:
        return {
            "name": self.name,
            "outcome": self.outcome,
            "score": earned,
            "max_score": self.points,
            "message": self.message,
            "misconception": self.misconception,
            **({"example": self.example.to_json()} if self.example else {}),
        }


@dataclass
class Exercise:
    """The checks of one exercise and the points they earn.

    ``score`` is the sum of the points of passed checks. It is 0 if a gate fails, and ``None`` while any check is
    undecided: a missing verdict is neither a zero nor full marks.
    """

    id: str
    max_score: float
    checks: list[Check] = field(default_factory=list)

    @property
    def decided(self) -> bool:
        return bool(self.checks) and all(check.outcome in DECIDED for check in self.checks)

    @property
    def stopped(self) -> bool:
        """Whether a gate failed, so that no other check counts."""
        return any(check.gate and check.outcome in LOST for check in self.checks)

    @property
    def score(self) -> float | None:
        if not self.decided:
            return None
        return round(sum(self.earned(check) or 0.0 for check in self.checks), 4)

    def earned(self, check: Check) -> float | None:
        """Return the points that one of the checks earns, or ``None`` while it is undecided."""
        if check.outcome not in DECIDED:
            return None
        return check.points if check.outcome == "pass" and not self.stopped else 0.0

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "score": self.score,
            "max_score": self.max_score,
            "checks": [check.to_json(self.earned(check)) for check in self.checks],
        }


@dataclass(frozen=True)
class Review:
    """Code or an event in a submission that a person should look at. It costs no points without a decision.

    Attributes:
        finding: the code or event, such as ``torch.atan2 = evil``.
        reason: one sentence that explains why a person should look, for instructors; students never see it.
        exercises: ids of the exercises whose code the finding is part of; empty if there are none.
        cell: position of the cell among all cells of the notebook, counted from 1.
        line: line within that cell, counted from 1.
    """

    finding: str
    reason: str
    exercises: tuple[str, ...] = ()
    cell: int | None = None
    line: int | None = None

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"exercises": list(self.exercises)}


@dataclass(frozen=True)
class Decision:
    """A person's decision about one finding of a submission.

    Attributes:
        review: the finding.
        taken: ids of the exercises whose points were taken; empty if the finding was accepted.
        by: the name of the person who decided.
        at: the time in UTC, such as ``2026-11-29T12:00:00+00:00``.
        fingerprint: the notebook that was decided about, as :attr:`Report.fingerprint`.
    """

    review: Review
    taken: tuple[str, ...] = ()
    by: str = ""
    at: str = ""
    fingerprint: str = ""

    def to_json(self) -> dict[str, Any]:
        return self.review.to_json() | {"taken": list(self.taken), "by": self.by, "at": self.at}


@dataclass
class Report:
    """One submission's report. :meth:`to_json` is the documented form (``docs/report.schema.json``)."""

    assignment: str
    submission: str
    exercises: list[Exercise] = field(default_factory=list)
    reason: str | None = None
    repairs: list[str] = field(default_factory=list)
    #: Findings that wait for a person, and decisions about the others.
    review: list[Review] = field(default_factory=list)
    reviewed: list[Decision] = field(default_factory=list)
    limits: dict[str, Any] = field(default_factory=dict)
    environment: dict[str, Any] = field(default_factory=dict)
    timing: dict[str, float] = field(default_factory=lambda: {"wall_s": 0.0, "student_cpu_s": 0.0})
    seed: int = 0
    #: Whether scores may be counted: all student code that ran was confined.
    creditable: bool = True
    #: Equal for notebooks with the same cells, so that one that is graded again is recognised. Not a key of the JSON.
    fingerprint: str = ""
    #: Written answers that came back as they were released, by grade_id, each with a sentence that shows a person where
    #: the answer may be; empty if a person need not look. It is for the gradebook, so it is not a key of the JSON.
    written: dict[str, str] = field(default_factory=dict)
    #: Whether a student process was killed, by the machine or by a person: another run may give another result. It is
    #: not a key of the JSON.
    killed: bool = False
    #: Exit code of the worst thing that happened while grading: 0, 2 (course author) or 3 (this package).
    fault: int = 0

    @property
    def verdict(self) -> Verdict:
        if self.reason is not None or not self.exercises:
            return "ungraded"
        return "graded" if all(exercise.decided for exercise in self.exercises) else "ungraded"

    @property
    def score(self) -> float | None:
        scores = [exercise.score for exercise in self.exercises]
        if self.verdict == "ungraded" or None in scores:
            return None
        return round(sum(score for score in scores if score is not None), 4)

    @property
    def max_score(self) -> float:
        return round(sum(exercise.max_score for exercise in self.exercises), 4)

    def why_ungraded(self) -> str | None:
        """Return one sentence for a person, or ``None`` if the submission is graded."""
        if self.reason is not None:
            return self.reason
        for exercise in self.exercises:
            for check in exercise.checks:
                if check.outcome not in DECIDED:
                    return f"{exercise.id}, {check.name!r}: {check.message}"
            if not exercise.checks:
                return f"{exercise.id}: no check was run"
        return None if self.exercises else "no exercise was graded"

    def to_json(self) -> dict[str, Any]:
        """Return the report as plain JSON values, in the documented order of keys."""
        return {
            "schema": SCHEMA,
            "assignment": self.assignment,
            "submission": self.submission,
            "verdict": self.verdict,
            "creditable": self.creditable,
            "reason": self.why_ungraded(),
            "score": self.score,
            "max_score": self.max_score,
            "exercises": [exercise.to_json() for exercise in self.exercises],
            "repairs": list(self.repairs),
            "review": [review.to_json() for review in self.review],
            "reviewed": [decision.to_json() for decision in self.reviewed],
            "limits": dict(self.limits),
            "environment": dict(self.environment),
            "timing": dict(self.timing),
            "seed": self.seed,
        }


@dataclass
class Graded:
    """A report and the executed notebook, which is ``None`` if the submission could not be read."""

    report: Report
    notebook: nbformat.NotebookNode | None
