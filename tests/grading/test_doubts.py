"""Second runs decide whose fault an exception of a hidden test is, and a speed that was undecided."""

import builders
import pytest

from foundations.config import Course
from foundations.errors import CourseError
from foundations.grading.grader import Grader
from foundations.grading.hidden_tests import HiddenTests

DOUBLE, TRIPLE = builders.ANSWERS["double-solution"], builders.ANSWERS["triple-solution"]
NOT_IN_MESSAGES = ("Traceback", "test_double.py", "TypeError", "AttributeError", "forbidden", "fault", "grader")

#: It examines a value without asking for its type.
TRUSTING = """
import torch
from foundations.grading.compare import CheckFailed, Finding, Inconclusive
from foundations.grading.pytest_plugin import check

@check("twice")
def test_twice(student):
    value = student.call(torch.ones(2)).value
    if value.shape != (2,) or value.sum() != 4:
        raise CheckFailed(Finding("value", "it is not twice"))

@check("the input is left as it was")
def test_input(student):
    student.call(torch.ones(2)).must_leave_inputs()
"""
PLAIN = """
import torch
from foundations.grading.pytest_plugin import check

@check("thrice", gate=True)
def test_thrice(student):
    student.call(torch.ones(2)).must_return(3 * torch.ones(2))
"""


@pytest.fixture
def grading(tmp_path, forkserver):
    """Grade answers to ``double`` by the given hidden tests, with one grader."""
    graders = []

    def grade(hidden, *answers, feedback=None, **files):
        builders.write(builders.source_notebook(), tmp_path / "source" / "course" / "course.ipynb")
        folder = tmp_path / "graders" / "course"
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in {"test_double": hidden, "test_triple": PLAIN, **files}.items():
            (folder / f"{name}.py").write_text(text)
        grader = Grader(Course(tmp_path, {}), "course", forkserver=forkserver, feedback=feedback)
        graders.append(grader)
        return [grader.grade(submitted(answer), "s01").report for answer in answers]

    def submitted(answer):
        notebook = builders.release()
        builders.cell(notebook, "double-solution").source = answer
        builders.cell(notebook, "triple-solution").source = TRIPLE
        return builders.write(notebook, tmp_path / "submission.ipynb")

    yield grade
    for grader in graders:
        grader.close()


def double(report):
    return next(exercise for exercise in report.exercises if exercise.id == "double")


ODD = {
    "a list": "[4, 4]",
    "no shape at all": "None",
    "a shape of other things": "type('P', (), {'shape': (1, 'a')})()",
    "a huge number": "10 ** 400",
    "a number in words": "'4.0'",
    "a nested tensor": "torch.nested.nested_tensor([torch.ones(2), torch.ones(3)])",
    "a dict with odd keys": "{(1, None): x, 2.5: x}",
    "an endless iterator": "__import__('itertools').count()",
}


@pytest.mark.parametrize("odd", ODD)
def test_value_that_a_test_cannot_examine_costs_that_check_alone(grading, odd):
    """The check fails with a plain message and a review, because the solution passes the same test."""
    (report,) = grading(TRUSTING, f"import torch\ndef double(x):\n    return {ODD[odd]}")
    failed, other = double(report).checks

    assert (report.fault, report.verdict, report.score) == (0, "graded", 6.5)
    assert (failed.outcome, other.outcome) == ("fail", "pass")
    assert failed.message.startswith("double gave something that this check could not examine: does everything")
    assert not any(word in failed.message for word in NOT_IN_MESSAGES)
    (review,) = report.review
    assert review.exercises == ("double",)
    assert review.finding.startswith("AttributeError: ")
    assert "(line 9 of test_double.py)" in review.finding
    assert "'twice' counts as failed, but the answer may be right" in review.reason


def test_hidden_test_that_fails_with_the_solution_is_its_authors_fault(grading, monkeypatch):
    """The fault is proved once for all notebooks, and has exit code 2."""
    hidden = TRUSTING.replace("value.shape != (2,)", "value.shapes != (2,)")
    runs = []
    run = HiddenTests.run

    def recorded(self, plugin):
        runs.append(plugin.only)
        return run(self, plugin)

    monkeypatch.setattr(HiddenTests, "run", recorded)
    first, second = grading(hidden, DOUBLE, DOUBLE)

    for report in (first, second):
        assert (report.fault, report.verdict, report.review) == (2, "ungraded", [])
        assert double(report).checks[0].outcome == "fault"
        text = "the grader course/test_double.py::test_twice itself failed with AttributeError: 'Tensor' object"
        assert double(report).checks[0].message.startswith(text)
    assert runs == [None, "course/test_double.py::test_twice", None]


def test_check_that_fails_with_the_solution_is_at_fault(grading):
    """A failed check of the solution proves a fault of the test as much as another exception."""
    hidden = TRUSTING.replace("value.sum() != 4", "value.sum() != 5")
    (report,) = grading(hidden, "def double(x):\n    return None")

    assert (report.fault, double(report).checks[0].outcome) == (2, "fault")


def test_gate_that_cannot_examine_a_value_is_closed(grading):
    """The checks after the gate are skipped, as for any wrong answer."""
    hidden = TRUSTING.replace('"twice"', '"twice", gate=True')
    (report,) = grading(hidden, "def double(x):\n    return None")

    assert double(report).score == 0.0
    assert [check.message for check in double(report).checks[1:]] == ["not looked at before 'twice' passes"]


READS_SOURCES = """
from foundations.grading.pytest_plugin import check

@check("of few words")
def test_words(student):
    assert "# and a remark" not in "".join(student.sources)
"""


def test_exception_before_any_call_gives_no_verdict(grading):
    """An exception before the student process answered is not evidence, and the run continues."""
    odd, plain = grading(READS_SOURCES, DOUBLE + "# and a remark", DOUBLE)

    assert (odd.fault, odd.verdict, double(odd).score, len(odd.review)) == (0, "ungraded", None, 1)
    assert double(odd).checks[0].message.startswith("this check could not be decided for this notebook")
    assert (plain.verdict, plain.score) == ("graded", 9.0)


@pytest.mark.parametrize("raising", ["pytest.fail('no')", "pytest.skip('no')", "raise RecursionError"])
def test_pytests_own_failures_fail_the_check(grading, raising):
    """pytest's outcomes that are not subclasses of Exception are recorded like exceptions."""
    hidden = "import pytest\n" + TRUSTING.replace("value.shape != (2,) or value.sum() != 4", "value is None")
    hidden = hidden.replace('raise CheckFailed(Finding("value", "it is not twice"))', raising)
    (report,) = grading(hidden, "def double(x):\n    return None")

    assert (double(report).checks[0].outcome, report.fault, len(report.review)) == ("fail", 0, 1)


ODD_FIXTURE = """
import pytest

@pytest.fixture
def number(student):
    return int(student.call(2).value)
"""
WITH_FIXTURE = """
from foundations.grading.pytest_plugin import check

@check("four")
def test_four(number):
    assert number == 4
"""


def test_failed_fixture_is_run_again_like_a_test(grading):
    """An exception in a fixture that called student code fails the check and asks for a review."""
    hidden = WITH_FIXTURE + ODD_FIXTURE
    odd, right = grading(hidden, "def double(x):\n    return 'four'", DOUBLE)

    assert (double(odd).checks[0].outcome, odd.fault, len(odd.review)) == ("fail", 0, 1)
    assert (right.fault, right.score, right.review) == (0, 9.0, [])


BANK = """
import torch
from foundations.grading.misconceptions import battery, misconception

@misconception("double")
def forgets_to_double(x):
    \"\"\"Where is the 2?\"\"\"
    return x

@battery("double")
def inputs(generator):
    BODY
"""
STRICT = """
import torch
from foundations.grading.pytest_plugin import check

@check("twice")
def test_twice(student):
    student.call(torch.ones(2)).must_return(2 * torch.ones(2))
"""


@pytest.mark.parametrize(
    ("body", "finding"),
    [
        ("raise ValueError('no inputs')", "ValueError: no inputs (line 12 of misconceptions.py)"),
        ("return [3]", "TypeError: "),
    ],
)
def test_broken_bank_costs_only_the_hint(grading, body, finding):
    """The check keeps its verdict, and a review shows the author the error."""
    (report,) = grading(STRICT, "def double(x):\n    return x", misconceptions=BANK.replace("BODY", body))
    (check,) = double(report).checks

    assert (report.fault, report.verdict, report.score) == (0, "graded", 4.0)
    assert (check.outcome, check.misconception) == ("fail", None)
    assert "2 of 2 values are wrong" in check.message
    (review,) = report.review
    assert review.finding.startswith(finding)
    assert "the failed check has no hint" in review.reason


def test_working_bank_gives_a_hint(grading):
    """The same answer gets a hint if the bank works, so the test above can fail."""
    bank = BANK.replace("BODY", "return [(torch.zeros(1),)]")
    (report,) = grading(STRICT, "def double(x):\n    return x", misconceptions=bank)

    assert double(report).checks[0].misconception == "forgets_to_double"
    assert report.review == []


UNDECIDED = """
from foundations.grading.compare import CheckFailed, Finding, Inconclusive
from foundations.grading.pytest_plugin import check

def pid(names):
    import os
    return os.getpid()

processes = []

@check("quick")
def test_quick(student):
    student.call(2).must_not_raise()
    processes.append(student.probe(pid))
    if len(processes) == 1 or LATER:
        raise Inconclusive("the machine is too busy")
    if processes[0] == processes[1]:
        raise CheckFailed(Finding("speed", "it is the process of before"))
    student.notes.append("quick enough")

@check("at all")
def test_at_all(student):
    if len(processes) != 1:
        raise CheckFailed(Finding("speed", "it was run too late"))
"""


def test_undecided_speed_is_measured_again_at_the_end(grading):
    """The second measurement is made in a fresh process, after all other checks."""
    (report,) = grading(UNDECIDED.replace("LATER", "False"), DOUBLE)
    quick, at_all = double(report).checks

    assert (report.verdict, report.score, report.review) == ("graded", 9.0, [])
    assert (quick.name, quick.message, at_all.outcome) == ("quick", "quick enough", "pass")


def test_speed_that_stays_undecided_has_no_verdict(grading):
    """A speed that is undecided twice is not measured a third time."""
    (report,) = grading(UNDECIDED.replace("LATER", "True"), DOUBLE)

    assert (report.verdict, report.fault, double(report).score) == ("ungraded", 0, None)
    assert double(report).checks[0].message == "the machine is too busy; grade again"


@pytest.mark.parametrize(
    ("later", "outcome", "message"),
    [
        ('CheckFailed(Finding("speed", "it is slow"))', "fail", "it is slow"),
        ("KeyError(3)", "fault", "the grader course/test_double.py::test_quick itself failed with KeyError: 3"),
    ],
)
def test_second_measurement_is_judged_like_the_first(grading, later, outcome, message):
    """A second measurement may fail the check, or show that the test is broken."""
    hidden = UNDECIDED.replace("LATER", "False").replace(
        'CheckFailed(Finding("speed", "it is the process of before"))', later
    )
    hidden = hidden.replace("processes[0] == processes[1]", "len(processes) > 1")
    (report,) = grading(hidden, DOUBLE)

    assert double(report).checks[0].outcome == outcome
    assert double(report).checks[0].message.startswith(message)
    assert report.fault == (2 if outcome == "fault" else 0)


def test_messages_are_empty_without_feedback(grading):
    """The level "none" empties the messages for students and keeps the instructor's review."""
    (report,) = grading(TRUSTING, "def double(x):\n    return None", feedback="none")

    assert {check.message for check in double(report).checks} == {""}
    assert len(report.review) == 1


def test_hidden_tests_that_cannot_be_collected_are_their_authors_fault(grading):
    """A hidden test that cannot be imported raises a CourseError."""
    with pytest.raises(CourseError, match="cannot be used"):
        grading("import nothing_of_that_name", DOUBLE)
