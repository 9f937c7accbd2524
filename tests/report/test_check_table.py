"""The table of checks as text and as HTML."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from foundations.plain import MAX_LINES, MAX_MESSAGE, clean
from foundations.report.check_table import check_table_html, check_table_text, failures_text, note, rows
from foundations.report.model import Check, Example, Exercise

PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "' onmouseover='alert(1)",
    "</td></table><iframe src='javascript:alert(1)'>",
    "&lt;script&gt;",
]


class Page(HTMLParser):
    """The tags, attributes and text that a browser sees in a piece of HTML."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.text += data


def exercise(*checks: Check, points: float = 4) -> Exercise:
    return Exercise("double", points, list(checks))


MIXED = exercise(
    Check("small numbers", "pass", 1),
    Check("large numbers", "fail", 2, "got 3, expected 4\nhint: look at the sign", "sign"),
    Check("speed", "pass", 1),
)
#: Names and points of checks.
PARTS = (("values", 2), ("shapes", 1.5), ("speed", 0.5))
OPEN = exercise(Check("values", "pass", 3), Check("speed", "inconclusive", 1, "the machine was too busy to tell"))


@pytest.mark.parametrize("payload", PAYLOADS)
def test_examples_are_shown_and_escaped(payload: str) -> None:
    """Every part of an example may quote the student, and none of it becomes an element or an attribute."""
    made = exercise(Check("x", "fail", 4, "wrong", example=Example((payload,), payload, payload, payload)))
    page, plain = Page(check_table_html(made)), Page(check_table_html(exercise(Check("x", "fail", 4, "wrong"))))
    assert (page.tags.count("div"), page.attributes) == (plain.tags.count("div"), plain.attributes)
    assert set(page.tags) == set(plain.tags)
    assert page.text.count(payload) == 4
    assert check_table_text(made).count(payload) == 4
    assert failures_text(made).count(payload) == 4


def test_a_long_example_is_cut() -> None:
    """It is bounded together with the message."""
    long = Example(("x" * 10 * MAX_MESSAGE,), "f(x)", "1.", "2.")
    [row] = rows(exercise(Check("x", "fail", 4, "wrong", example=long)))
    assert len(row.message) < MAX_MESSAGE + 100


def test_text_has_points_names_outcomes_and_messages() -> None:
    """Plain text has all the facts of the table."""
    assert check_table_text(MIXED) == "\n".join(
        [
            "double: 2 of 4 points",
            "  ✓ passed       1 of 1       small numbers",
            "  ✗ failed       0 of 2       large numbers",
            "      got 3, expected 4",
            "      hint: look at the sign",
            "  ✓ passed       1 of 1       speed",
        ]
    )


def test_unchanged_stub_is_one_row() -> None:
    """The row has all the points, and the next step."""
    empty = exercise(*(Check(name, "not attempted", points, "not attempted") for name, points in PARTS))
    assert check_table_text(empty).splitlines() == [
        "double: 0 of 4 points",
        "  ✗ not attempted  0 of 4       all 3 checks",
        "      Calling double still raises NotImplementedError: replace that line with your code.",
    ]
    assert failures_text(empty).startswith("✗ all 3 checks (not attempted): ")
    assert Page(check_table_html(empty)).tags.count("tr") == 2


def test_checks_behind_a_gate_are_one_line() -> None:
    """The line has their names and the sum of their points; a sentence explains why passed checks earn no points."""
    closed = [Check(name, "not reached", 1, "not looked at before 'the rule' passes") for name in ("dtypes", "views")]
    gated = exercise(
        Check("values", "pass", 1, gate=True), Check("the rule", "fail", 1, "line 2 uses `@`", gate=True), *closed
    )
    assert check_table_text(gated).splitlines() == [
        "double: 0 of 4 points",
        "  ✓ passed       0 of 1       values",
        "  ✗ failed       0 of 1       the rule",
        "      line 2 uses `@`",
        "  · not reached  0 of 2       2 more checks: dtypes; views",
        "      not looked at before 'the rule' passes",
        "  Until 'the rule' passes, this exercise earns no points.",
    ]
    assert failures_text(gated).splitlines() == [
        "✗ the rule (failed): line 2 uses `@`",
        "· 2 more checks (not reached): not looked at before 'the rule' passes",
    ]


def test_neighbours_without_a_message_stay_apart() -> None:
    """Each check that passed has its own line."""
    assert check_table_text(exercise(Check("one", "pass", 1), Check("two", "pass", 1))).count("passed") == 2


def test_undecided_exercise_shows_neither_zero_nor_full_marks() -> None:
    """If a check is inconclusive, the heading shows "no score yet"."""
    text = check_table_text(OPEN)
    assert text.splitlines()[0] == "double: no score yet, 4 points"
    assert "? undecided    – of 1       speed" in text
    assert text.splitlines()[-1].strip().startswith("Not decided yet")
    assert "Not decided yet" in check_table_html(OPEN)


def test_html_has_the_same_words_as_the_text() -> None:
    """Outcomes are words and signs, not colours."""
    page = Page(check_table_html(MIXED))
    words = ("double: 2 of 4 points", "✓ passed", "✗ failed", "0 of 2", "large numbers", "hint: look at the sign")
    assert [word for word in words if word not in page.text] == []
    assert "color" not in check_table_html(MIXED)


def test_without_confinement_the_heading_shows_not_creditable() -> None:
    """It is next to the points, so that both are read together."""
    heading = "double: 2 of 4 points (not creditable: graded without confinement)"
    assert check_table_text(MIXED, creditable=False).splitlines()[0] == heading
    assert heading in Page(check_table_html(MIXED, creditable=False)).text
    assert "creditable" not in check_table_text(MIXED) + check_table_html(MIXED)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_student_text_is_inert_in_every_position(payload: str) -> None:
    """Name, message and exercise id are text to a browser, whatever they contain."""
    hostile = Exercise(payload, 4, [Check(payload, "fail", 1, payload)])
    page = Page(check_table_html(hostile))
    assert set(page.tags) <= {"div", "table", "caption", "thead", "tbody", "tr", "th", "td", "strong", "p"}
    assert page.attributes <= {"class", "style", "scope"}
    assert page.text.count(payload) == 3


def test_control_characters_and_colours_are_removed() -> None:
    """Terminal colours are removed; other control, reordering and half characters are replaced or removed."""
    assert clean("\x1b[31mred\x1b[0m") == "red"
    assert clean("a\x00b\x08c\x1b]0;title\x07d") == "a\ufffdb\ufffdc\ufffd]0;title\ufffdd"
    assert clean("safe\u202etxt.exe\u200b") == "safetxt.exe"
    assert clean("half \ud800 character") == "half \ufffd character"
    assert clean("one\r\ntwo\rthree\tfour") == "one\ntwo\nthree   four"


def test_long_messages_are_cut_with_a_note() -> None:
    """One long line is cut, and so are a thousand short ones."""
    long = clean("x" * 10_000)
    assert long == "x" * MAX_MESSAGE + " … (8,000 more characters)"
    many = clean("\n".join(["row"] * 1_000))
    assert many.count("\n") == MAX_LINES - 1
    assert many.endswith("more characters)")


def test_failures_are_one_comment() -> None:
    """The comment names the checks that did not pass, and is empty if all passed."""
    assert failures_text(MIXED) == "✗ large numbers (failed): got 3, expected 4\nhint: look at the sign"
    assert failures_text(exercise(Check("values", "pass", 1))) == ""


def test_exercise_without_checks_has_a_table() -> None:
    """It has no score, and does not raise ZeroDivisionError."""
    assert check_table_text(exercise()).startswith("double: no score yet, 4 points")
    assert Page(check_table_html(exercise())).tags.count("tr") == 1


def test_a_check_that_a_decision_added_is_shown_without_points() -> None:
    """Its message is complete, without a sentence below that it has to pass first."""
    imposed = Check("the points of this exercise", "fail", 0.0, "ask them", gate=True, imposed=True)
    exercise = Exercise("double", 5.0, [imposed, Check("x", "pass", 3.0), Check("y", "fail", 2.0, "no", gate=True)])
    assert exercise.score == 0.0
    first, second, third = rows(exercise)
    assert [row.points for row in (first, second, third)] == ["", "0 of 3", "0 of 2"]
    assert note(exercise) == ""
    assert "ask them" in check_table_text(exercise)
