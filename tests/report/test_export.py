"""Reports as files: JSON that validates, JUnit that a CI can read."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from junitparser import Error, Failure, JUnitXml

from foundations.errors import CourseError
from foundations.report import export
from foundations.report.model import Check, Decision, Exercise, Report, Review

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "report.schema.json").read_text("utf-8"))


def report(student="s01"):
    checks = [
        Check("right", "pass", 1.0),
        Check("wrong <b>", "fail", 1.0, "off by \x00one", "forgets_one"),
    ]
    return Report(
        "a", student, [Exercise("e", 4.0, checks), Exercise("f", 1.0, [Check("busy", "inconclusive", 1.0, "busy")])]
    )


def test_json_is_one_object_or_a_list_and_validates(tmp_path):
    """As the documented schema says."""
    export.write_json(tmp_path / "new" / "one.json", [report()])
    export.write_json(tmp_path / "two.json", [report(), Report("a", "s02", reason="why")])

    one, two = (json.loads((tmp_path / name).read_text()) for name in ("new/one.json", "two.json"))
    Draft202012Validator(SCHEMA).validate(one)
    assert [each["verdict"] for each in two] == ["ungraded", "ungraded"]


def test_each_student_gets_a_file_whatever_the_name(tmp_path):
    """A name is a folder's name and may hold what a file's name here may not."""
    export.write_json_dir(tmp_path, [report("s01"), report("..\\x y")])

    assert sorted(path.name for path in tmp_path.iterdir()) == ["_x_y.json", "s01.json"]


def test_no_student_writes_over_another_ones_file(tmp_path):
    """Names that a file system cannot tell apart, or that are longer than a file's may be, get a number."""
    names = ["s 1", "s_1", "S*1", "é" * 200, "é" * 200 + "x"]
    export.write_json_dir(tmp_path, [report(name) for name in names])

    found = {json.loads(path.read_text())["submission"]: path.stem for path in tmp_path.iterdir()}
    assert [found[name] for name in names] == ["s_1", "s_1-2", "S_1-3", "é" * 100, "é" * 100 + "-2"]


def test_junit_tells_failures_from_errors(tmp_path):
    """Undecided and unreadable is an error: nobody did anything wrong."""
    export.write_junit(tmp_path / "junit.xml", [report(), Report("a", "s02", reason="not JSON")])

    suites = list(JUnitXml.fromfile(str(tmp_path / "junit.xml")))
    results = [[type(result) for case in suite for result in case.result] for suite in suites]
    assert results == [[Failure, Error], [Error]]
    assert [case.classname for case in suites[0]] == ["a.e", "a.e", "a.f"]


def test_without_confinement_json_and_junit_say_so(tmp_path):
    """A CI shows the name of a suite; a program reads the property."""
    bare = Report("a", "s02", [Exercise("e", 4.0, [Check("right", "pass", 1.0)])], creditable=False)
    export.write_json(tmp_path / "two.json", [report(), bare])
    export.write_junit(tmp_path / "junit.xml", [report(), bare])

    documents = json.loads((tmp_path / "two.json").read_text())
    suites = list(JUnitXml.fromfile(str(tmp_path / "junit.xml")))
    Draft202012Validator(SCHEMA).validate(documents[1])
    assert [document["creditable"] for document in documents] == [True, False]
    assert [suite.name for suite in suites] == ["a/s01", "a/s02 (not creditable: graded without confinement)"]
    told = [{one.name: one.value for one in suite.properties()}["creditable"] for suite in suites]
    assert told == ["true", "false"]


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path):
    """Not a traceback after an hour of grading."""
    (tmp_path / "file").touch()
    for write in (export.write_json, export.write_junit):
        with pytest.raises(CourseError, match="cannot be"):
            write(tmp_path / "file" / "x", [report()])


def test_findings_are_properties_and_no_failure(tmp_path):
    """A CI stays green; what was found is in the suite, on one line, with what XML cannot hold left out."""
    found = Review("torch.mm = \x00f", "torch is\nchanged", ("e",), 3, 1)
    decided = Decision(found, ("e",), "ada", "2026-11-29T12:00:00+00:00")
    passed = Exercise("e", 4.0, [Check("right", "pass", 1.0)])
    reports = [Report("a", "s01", [passed], review=[found]), Report("a", "s02", [passed], reviewed=[decided])]
    export.write_json(tmp_path / "two.json", reports)
    export.write_junit(tmp_path / "junit.xml", reports)

    documents = json.loads((tmp_path / "two.json").read_text())
    for document in documents:
        Draft202012Validator(SCHEMA).validate(document)
    assert [(len(one["review"]), [each["taken"] for each in one["reviewed"]]) for one in documents] == [
        (1, []),
        (0, [["e"]]),
    ]
    suites = list(JUnitXml.fromfile(str(tmp_path / "junit.xml")))
    assert [(suite.failures, suite.errors) for suite in suites] == [(0, 0), (0, 0)]
    told = [{one.name: one.value for one in suite.properties() if one.name.startswith("review")} for suite in suites]
    assert told == [
        {"review": "1", "review.1": "cell 3, line 1, e: torch.mm = \N{REPLACEMENT CHARACTER}f: torch is changed"},
        {"review": "0"},
    ]
