"""The search for the mistake behind one failed check: in the course's bank, in the source, and in the results."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from foundations.diagnosis.judgement import Diagnosis, Judgement
from foundations.diagnosis.refusals import not_reproducible
from foundations.diagnosis.search import diagnose
from foundations.diagnosis.source import Symptom, diagnose_source
from foundations.errors import SessionLost
from foundations.grading.call import first_line
from foundations.grading.compare import CheckFailed, Finding
from foundations.grading.generators import made_by
from foundations.grading.misconceptions import Battery, Misconception, Observation, copied
from foundations.grading.naming import Agreement, BankSearch, agreement
from foundations.grading.shown import by_finding, by_symptom
from foundations.grading.stand_ins import Form
from foundations.grading.student import Student

#: The mistake that a failed check's message hints at: one of the course's bank, or a general one.
Named = Misconception | Diagnosis
#: Diagnoses of a result whose cause the code may show.
_WITH_A_CAUSE = {"factor", "keeps_last_call", "not_set", "one_value_everywhere", "only_first_call"}


@dataclass(frozen=True)
class MistakeSearch:
    """The search behind one failed check.

    Attributes:
        known: the known mistakes of the exercise.
        student: has the calls and the results of the check.
        battery: makes the student's calls on the exercise's battery.
        run_again: runs the check once more.
    """

    known: Sequence[Misconception]
    student: Student
    battery: Callable[[], Sequence[Observation]]
    run_again: Callable[[], None]

    def find(self, finding: Finding, *, only_known: bool) -> Named | None:
        """Return the mistake: a known one, or else a general diagnosis.

        Args:
            finding: the difference that failed the check.
            only_known: look for known mistakes only, because another check of the exercise has found one.
        """
        symptom = _symptom(self.student, finding)
        last = self.student.observations[-1] if self.student.observations else None
        search = BankSearch(self.known, list(self.student.observations), self.battery)
        if finding.symptom is not None:
            return search.by_symptom(finding.symptom) or (None if only_known else by_symptom(finding.symptom))
        shown = diagnose_source(symptom) if symptom.error or symptom.missing else None
        found = search.exact()
        if found is not None and (shown is None or _is_alike(shown, _shown_by(found, symptom))):
            return found
        if only_known:
            return None
        return (
            shown
            or self._diagnose(symptom)
            or finding.diagnosis
            or (search.scaled() if finding.stage == "value" else None)
            or by_finding(finding, self.student, last)
            or (self._not_reproducible(last) if finding.stage == "value" else None)
        )

    def _not_reproducible(self, last: Observation | None) -> Diagnosis | None:
        """Repeat the call that failed twice, and diagnose two results that differ."""
        student = self.student
        if last is None or not student.judgements.kept:
            return None
        seen = len(student.observations)
        form: Form = "right" if student.stand_ins else "own"
        try:
            with student.using(form):
                for _ in range(2):
                    student.call(*(copied(arg) for arg in last.args), caller=last.caller)
        except (CheckFailed, SessionLost):
            return None
        one, other = student.observations[seen : seen + 2]
        return not_reproducible() if agreement(one.behaviour, other.behaviour) == Agreement.NONE else None

    def _diagnose(self, symptom: Symptom) -> Diagnosis | None:
        """Diagnose the failed check from the source and from its results.

        A diagnosis that fits the results so far has to fit those of the calls that the check would have made next.
        """
        kept = self.student.judgements.kept
        if not kept or kept[-1].agrees:
            return None
        found = diagnose(kept)
        shown = diagnose_source(symptom) if found is None or found.id in _WITH_A_CAUSE else None
        if shown is not None:
            return shown
        again = diagnose([*kept, *self._look_again()])
        return again or (diagnose_source(symptom) if found is not None else None)

    def _look_again(self) -> list[Judgement]:
        """Run the failed check a second time, and return the results of its calls; the verdict stays."""
        student = self.student
        reviews, notes = list(student.reviews), list(student.notes)
        student.judgements.look_again()
        try:
            self.run_again()
        finally:
            student.judgements.only_look = False
            student.reviews[:], student.notes[:] = reviews, notes
        return student.judgements.kept


def observe(student: Student, battery: Battery | None) -> list[Observation]:
    """Call the student's function on the exercise's battery, if it has one."""
    if battery is None:
        return []
    student.observations.clear()
    try:
        with student.using(battery.form):
            for args in made_by(battery.inputs, student.generator("battery")):
                student.call(*args, caller=battery.caller)
    except (CheckFailed, SessionLost):
        pass  # the calls so far have to suffice
    return list(student.observations)


def _is_alike(one: Diagnosis, other: Diagnosis | None) -> bool:
    return other is not None and one.id == other.id


def _shown_by(known: Misconception, symptom: Symptom) -> Diagnosis | None:
    """Return the diagnosis that the source of a known mistake shows, as far as it differs from the student's.

    If the student's code shows a mistake and that of the known one does not, they only behave alike.
    """
    return diagnose_source(replace(symptom, source=known.source, name=known.answer.__name__))


def _symptom(student: Student, finding: Finding) -> Symptom:
    """Return how the last call of a failed check failed, to look for its cause in the source."""
    kept = student.judgements.kept
    last = kept[-1] if kept and not kept[-1].agrees else None
    behaviour = student.observations[-1].behaviour if student.observations else None
    error = f"{behaviour.error}: {first_line(behaviour.text)}" if behaviour and behaviour.error else ""
    place = (last.name(last.place[0]), last.place[1]) if last and last.place else None
    missing = last is not None and last.missing
    code = (finding.raised or {}).get("code") or ""
    was_right = student.attempted or any(each.agrees for each in kept)
    return Symptom(student.source, student.exercise, error, place, missing, code=code, was_right=was_right)
