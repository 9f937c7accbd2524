"""Reports as files: JSON that validates, and JUnit that CI can read."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from junitparser import Error, Failure, JUnitXml

from foundations.errors import CourseError
from foundations.report import export
from foundations.report.model import LOST, Check, Decision, Exercise, Report, Review

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "report.schema.json").read_text("utf-8"))


def report(student="s01"):
    checks = [
        Check("right", "pass", 2.5),
        Check("wrong <b>", "fail", 1.5, "off by \x00one", "forgets_one"),
    ]
    return Report(
        "a", student, [Exercise("e", 4.0, checks), Exercise("f", 1.0, [Check("busy", "inconclusive", 1.0, "busy")])]
    )


def test_json_is_one_object_or_a_list_and_validates(tmp_path):
    """One report is an object that validates, and several are a list."""
    export.write_json(tmp_path / "new" / "one.json", [report()])
    export.write_json(tmp_path / "two.json", [report(), Report("a", "s02", reason="why")])

    single, several = (json.loads((tmp_path / name).read_text()) for name in ("new/one.json", "two.json"))
    Draft202012Validator(SCHEMA).validate(single)
    assert [document["verdict"] for document in several] == ["ungraded", "ungraded"]


def write_each(folder: Path, names: list[str]) -> None:
    files = export.JsonFolder(folder)
    for name in names:
        files.add(report(name))


def test_each_student_gets_a_file_whatever_the_name(tmp_path):
    """A student's name may have characters that are not allowed in these file names."""
    write_each(tmp_path, ["s01", "..\\x y"])

    assert sorted(path.name for path in tmp_path.iterdir()) == ["_x_y.json", "s01.json"]


def test_no_student_writes_over_another_ones_file(tmp_path):
    """Names that a file system cannot distinguish, or that are too long for a file, get a number."""
    names = ["s 1", "s_1", "S*1", "é" * 200, "é" * 200 + "x"]
    write_each(tmp_path, names)

    stems = {json.loads(path.read_text())["submission"]: path.stem for path in tmp_path.iterdir()}
    assert [stems[name] for name in names] == ["s_1", "s_1-2", "S_1-3", "é" * 100, "é" * 100 + "-2"]


def test_junit_distinguishes_failures_from_errors(tmp_path):
    """Undecided checks and unreadable notebooks are errors, because they are not the student's mistakes."""
    export.write_junit(tmp_path / "junit.xml", [report(), Report("a", "s02", reason="not JSON")])

    suites = list(JUnitXml.fromfile(str(tmp_path / "junit.xml")))
    results = [[type(result) for case in suite for result in case.result] for suite in suites]
    assert results == [[Failure, Error], [Error]]
    assert [case.classname for case in suites[0]] == ["a.e", "a.e", "a.f"]


def test_junit_has_the_outcome_of_a_check_without_points(tmp_path):
    """A failure names the mistake if it is known, or else the way in which the points were lost."""
    lost = [Exercise("e", 3.0, [Check(outcome, outcome, 1.0, "why") for outcome in LOST])]
    export.write_junit(tmp_path / "junit.xml", [Report("a", "s01", lost)])

    [suite] = JUnitXml.fromfile(str(tmp_path / "junit.xml"))
    assert [result.type for case in suite for result in case.result] == ["wrong", "not attempted", "not reached"]


def test_without_confinement_json_and_junit_are_not_creditable(tmp_path):
    """CI shows the name of a suite, and a program reads the property."""
    unconfined = Report("a", "s02", [Exercise("e", 4.0, [Check("right", "pass", 4.0)])], creditable=False)
    export.write_json(tmp_path / "two.json", [report(), unconfined])
    export.write_junit(tmp_path / "junit.xml", [report(), unconfined])

    documents = json.loads((tmp_path / "two.json").read_text())
    suites = list(JUnitXml.fromfile(str(tmp_path / "junit.xml")))
    Draft202012Validator(SCHEMA).validate(documents[1])
    assert [document["creditable"] for document in documents] == [True, False]
    assert [suite.name for suite in suites] == ["a/s01", "a/s02 (not creditable: graded without confinement)"]
    properties = [{item.name: item.value for item in suite.properties()} for suite in suites]
    assert [values["creditable"] for values in properties] == ["true", "false"]


def test_a_path_that_cannot_be_written_is_one_sentence(tmp_path):
    """It is an error for the instructor, and not a traceback after an hour of grading."""
    (tmp_path / "file").touch()
    for write in (export.write_json, export.write_junit):
        with pytest.raises(CourseError, match="cannot be"):
            write(tmp_path / "file" / "x", [report()])


def test_findings_are_properties_and_not_failures(tmp_path):
    """CI stays green; the finding is in the suite, on one line, with the characters that XML cannot have replaced."""
    finding = Review("torch.mm = \x00f", "torch is\nchanged", ("e",), 3, 1)
    decided = Decision(finding, ("e",), "ada", "2026-11-29T12:00:00+00:00")
    passed = Exercise("e", 4.0, [Check("right", "pass", 4.0)])
    reports = [Report("a", "s01", [passed], review=[finding]), Report("a", "s02", [passed], reviewed=[decided])]
    export.write_json(tmp_path / "two.json", reports)
    export.write_junit(tmp_path / "junit.xml", reports)

    documents = json.loads((tmp_path / "two.json").read_text())
    for document in documents:
        Draft202012Validator(SCHEMA).validate(document)
    assert [(len(document["review"]), [item["taken"] for item in document["reviewed"]]) for document in documents] == [
        (1, []),
        (0, [["e"]]),
    ]
    suites = list(JUnitXml.fromfile(str(tmp_path / "junit.xml")))
    assert [(suite.failures, suite.errors) for suite in suites] == [(0, 0), (0, 0)]
    properties = [
        {item.name: item.value for item in suite.properties() if item.name.startswith("review")} for suite in suites
    ]
    assert properties == [
        {"review": "1", "review.1": "cell 3, line 1, e: torch.mm = \N{REPLACEMENT CHARACTER}f: torch is changed"},
        {"review": "0"},
    ]
