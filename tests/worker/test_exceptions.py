"""Descriptions of exceptions: plain values, whatever the exception does."""

import pytest

from foundations.worker import protocol
from foundations.worker.exceptions import MAX_ERROR_CHARACTERS, describe_error, message_of, type_name


class Mute(ValueError):
    def __str__(self):
        raise SystemExit(1)


def test_description_names_the_type_and_its_bases():
    """The bases are in method resolution order, with the type itself first."""
    described = describe_error(Mute("x"))

    assert described["name"] == "Mute"
    assert described["bases"] == ["Mute", "ValueError", "Exception", "BaseException", "object"]


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (KeyError("a"), "'a'"),
        (Mute("x"), "(its message could not be read: SystemExit)"),
        (ValueError("x" * 10_000), "x" * MAX_ERROR_CHARACTERS),
    ],
    ids=["short", "raises", "long"],
)
def test_message_is_read_and_cut(error, message):
    """An exception whose ``__str__`` raises still has a message."""
    assert message_of(error) == message


def test_long_type_name_is_cut():
    """The protocol limits the length of type names."""
    assert type_name(type("x" * 1000, (), {})) == "x" * protocol.MAX_TYPE_NAME


def test_line_and_code_are_those_of_the_innermost_cell(session):
    """The cell below calls a function of the cell above, and the function's line is described."""
    notebook = session("def f(x):\n    y = 1\n    return 1 + x / 0", "f(3)")
    notebook.finish()

    error = notebook.runs[1].error
    assert (error["name"], error["line"], error["code"]) == ("ZeroDivisionError", 3, "x / 0")


def test_syntax_error_has_the_line_that_python_reports(session):
    """A cell that does not compile has no frame, so it has no code either."""
    notebook = session("x = 1\ny = = 2")
    notebook.finish()

    error = notebook.runs[0].error
    assert (error["name"], error["line"], error["code"]) == ("SyntaxError", 2, None)


def test_error_outside_a_cell_has_no_line():
    """Only lines of cells mean something to a student."""
    try:
        int("x")
    except ValueError as error:
        described = describe_error(error)

    assert (described["line"], described["code"]) == (None, None)
