"""Everything that hidden tests and banks of known mistakes import: ``from foundations.authoring import …``.

An exercise is a class derived from :class:`Exercise`; the standard checks are its attributes, one line each, and
:func:`check` marks any other test. A known mistake is marked with :func:`misconception`.
"""

from foundations.analysis.torch_operations import all_but
from foundations.grading.attempts import tried_on_either
from foundations.grading.call import Call, Trial, fail
from foundations.grading.compare import CheckFailed, Finding, describe, difference
from foundations.grading.exercise import RETURN, Exercise
from foundations.grading.growth import Growth
from foundations.grading.misconceptions import battery, load_bank, misconception
from foundations.grading.patches import mistake
from foundations.grading.pytest_plugin import check
from foundations.grading.rules import ANYTHING, Rule
from foundations.grading.standard_checks import (
    dtypes,
    faster_than,
    old_values,
    refuses,
    rule,
    scales_as,
    sizes_of_one,
    unchanged_inputs,
    values,
    views,
)

__all__ = [
    "ANYTHING",
    "RETURN",
    "Call",
    "CheckFailed",
    "Exercise",
    "Finding",
    "Growth",
    "Rule",
    "Trial",
    "all_but",
    "battery",
    "check",
    "describe",
    "difference",
    "dtypes",
    "fail",
    "faster_than",
    "load_bank",
    "misconception",
    "mistake",
    "old_values",
    "refuses",
    "rule",
    "scales_as",
    "sizes_of_one",
    "tried_on_either",
    "unchanged_inputs",
    "values",
    "views",
]
