"""Everything that hidden tests and banks of known mistakes import: ``from foundations.authoring import …``.

An exercise is a class derived from :class:`Exercise`; the standard checks are its attributes, one line each, and
:func:`check` marks any other test. A known mistake is marked with :func:`misconception`.
"""

from foundations.analysis.torch_operations import all_but
from foundations.analysis.uses import find_uses
from foundations.diagnosis.draws import compare_draws, compare_runs
from foundations.diagnosis.placement import copies_some, other_name
from foundations.diagnosis.refusals import (
    acts_before_it_refuses,
    needs_a_later_line,
    not_called,
    not_reached,
    not_refused,
    other_exception,
    stays_as_it_was,
    wrong_answer,
)
from foundations.diagnosis.search import compare_values
from foundations.diagnosis.shapes import compare_shapes
from foundations.diagnosis.texts import compare_names, compare_printed, compare_texts
from foundations.diagnosis.training import Training, another_quantity, compare_training, ends_early
from foundations.grading.attempts import tried_on_either
from foundations.grading.call import Call, Trial, changes_input, fail
from foundations.grading.compare import CheckFailed, Finding, describe, difference
from foundations.grading.confirmation import confirmed
from foundations.grading.evidence import Job, Record
from foundations.grading.exercise import RETURN, Exercise
from foundations.grading.growth import Growth
from foundations.grading.misconceptions import battery, load_bank, misconception
from foundations.grading.patches import mistake
from foundations.grading.pytest_plugin import check
from foundations.grading.required import runs
from foundations.grading.rules import ANYTHING, Rule, must_be_none, read_source_for, read_trace_for
from foundations.grading.standard_checks import (
    dtypes,
    faster_than,
    memory,
    old_values,
    refuses,
    rule,
    scales_as,
    sizes_of_one,
    together,
    unchanged_inputs,
    values,
    views,
)
from foundations.grading.views import as_views

__all__ = [
    "ANYTHING",
    "RETURN",
    "Call",
    "CheckFailed",
    "Exercise",
    "Finding",
    "Growth",
    "Job",
    "Record",
    "Rule",
    "Training",
    "Trial",
    "acts_before_it_refuses",
    "all_but",
    "another_quantity",
    "as_views",
    "battery",
    "changes_input",
    "check",
    "compare_draws",
    "compare_names",
    "compare_printed",
    "compare_runs",
    "compare_shapes",
    "compare_texts",
    "compare_training",
    "compare_values",
    "confirmed",
    "copies_some",
    "describe",
    "difference",
    "dtypes",
    "ends_early",
    "fail",
    "faster_than",
    "find_uses",
    "load_bank",
    "memory",
    "misconception",
    "mistake",
    "must_be_none",
    "needs_a_later_line",
    "not_called",
    "not_reached",
    "not_refused",
    "old_values",
    "other_exception",
    "other_name",
    "read_source_for",
    "read_trace_for",
    "refuses",
    "rule",
    "runs",
    "scales_as",
    "sizes_of_one",
    "stays_as_it_was",
    "together",
    "tried_on_either",
    "unchanged_inputs",
    "values",
    "views",
    "wrong_answer",
]
