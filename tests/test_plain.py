"""Text of students controls no terminal, page or program that shows it."""

import io
import json
import sys
import unicodedata
from xml.etree import ElementTree

import pytest
from rich.console import Console

from foundations.plain import clean, escape_spreadsheet, plain, plain_values
from foundations.report import console as screen
from foundations.report import export
from foundations.report.check_table import check_table_html, check_table_text, failures_text
from foundations.report.model import Check, Exercise, Report, Review

#: Every control character, invisible character and surrogate.
CONTROL = [
    character
    for character in map(chr, range(sys.maxunicode + 1))
    if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co") and character not in "\n\t"
]
HOSTILE = "a\x1b[31mb\x1b]8;;http://x\x07c\u202ed\u2066e\u200bf\xadg\x00h\ud83di\u061cj\U000e0041k\x9bl\x85m\rn\x7f"


def control_characters(text):
    return [
        f"{ord(character):x}"
        for character in text
        if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn") and character not in "\n\t"
    ]


def test_no_control_character_remains():
    """Other text stays as it is."""
    assert [character for character in CONTROL if control_characters(plain(f"a{character}b"))] == []
    assert [character for character in CONTROL if not plain(f"a{character}b").startswith("a")] == []
    for text in ("", "plain", "two\nlines\tand more", "é, ∇·𝒙 → ‖A‖₂ ≤ 1 🙂 你好 עברית"):
        assert plain(text) == text
        assert plain(plain(HOSTILE)) == plain(HOSTILE)


def test_line_ends_colours_and_lost_characters():
    """A colour is removed as a whole; a replacement character marks the place of a control character."""
    assert plain("a\r\nb\rc\x1b[1;31md\x1b[0m\x00e\u202e") == "a\nb\ncd\N{REPLACEMENT CHARACTER}e"


def test_values_are_made_plain_at_any_depth():
    """Keys, numbers and their order stay."""
    given = {"a": ["\u202ex", {"b": ("y\x00", 1, None, 2.5, True)}]}
    assert plain_values(given) == {"a": ["x", {"b": ["y\N{REPLACEMENT CHARACTER}", 1, None, 2.5, True]}]}


def hostile_report():
    checks = [
        Check(f"{HOSTILE} fails", "fail", 1.0, HOSTILE, HOSTILE),
        Check(f"{HOSTILE} unsure", "inconclusive", 1.0, HOSTILE),
    ]
    review = [Review(HOSTILE, HOSTILE)]
    return Report("a", f"s{HOSTILE}", [Exercise("e", 2.0, checks)], reason=HOSTILE, repairs=[HOSTILE], review=review)


def written_json(path):
    export.write_json(path, [hostile_report()])
    return "".join(map(str, texts(json.loads(path.read_text("utf-8")))))


def texts(value):
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from texts(item)
    else:
        yield value


def written_junit(path):
    export.write_junit(path, [hostile_report(), Report("a", HOSTILE, reason=HOSTILE)])
    root = ElementTree.fromstring(path.read_bytes())
    return "".join([*root.itertext(), *(value for element in root.iter() for value in element.attrib.values())])


def printed(path):
    text = io.StringIO()
    out = Console(file=text, width=400, force_terminal=False)
    out.print(screen.class_table([hostile_report()]))
    out.print(screen.exercise_table(hostile_report()))
    for sentence in screen.remarks(hostile_report()):
        out.print(sentence, markup=False)
    return text.getvalue()


def shown_to_the_student(path):
    exercise = hostile_report().exercises[0]
    return check_table_text(exercise) + check_table_html(exercise) + failures_text(exercise) + clean(HOSTILE)


@pytest.mark.parametrize("sink", [written_json, written_junit, printed, shown_to_the_student])
def test_no_sink_writes_a_control_character(sink, tmp_path):
    """Names, messages, reasons, repairs, findings and the submission's name are plain in every output."""
    text = sink(tmp_path / "file")

    assert "ab" in text
    assert control_characters(text) == []


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\xa0=1", "\u200b=1", "＝1",
     "=cmd|'/c calc'!A1", "-", "--1", "-1e", "-1-1", "+", "=\x00"],
)  # fmt: skip
def test_a_formula_becomes_text(text):
    """A formula after blanks and invisible characters counts as well."""
    assert escape_spreadsheet(text) == f"'{plain(text)}"


@pytest.mark.parametrize(
    "text", ["", "s01", "-1", "-1.5", "+2", "-1e-05", "3", "a=b", "x - y", "me@example.org", "'=1"]
)
def test_other_text_stays(text):
    """Numbers stay numbers, names stay names."""
    assert escape_spreadsheet(text) == text
