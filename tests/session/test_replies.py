"""Replies of student processes are refused if a part is missing or has the wrong type."""

from typing import Any

import pytest
from replies import ERROR, REPLIES

from foundations.session.replies import CellRun, Greeting, is_answer

RUN, CALL = REPLIES[1], REPLIES[2]
#: The request that the reply ``CALL`` answers.
REQUEST = {"args": [1, 2, 3]}
GREETING: dict[str, Any] = {"layers": ["descriptors"], "refused": [{"layer": "a", "reason": "b", "advice": "c"}]}


def changed(reply, key, value):
    """Return a copy of ``reply`` with another value for ``key``; without the key if ``value`` is an ellipsis."""
    return {name: part for name, part in (reply | {key: value}).items() if part is not ...}


def test_greeting_has_the_layers_and_the_refusals():
    """Both parts are taken from the reply."""
    assert Greeting.parse(GREETING) == Greeting(GREETING["layers"], GREETING["refused"])


@pytest.mark.parametrize(
    "reply",
    [
        None,
        [],
        {},
        changed(GREETING, "layers", ...),
        changed(GREETING, "layers", "descriptors"),
        changed(GREETING, "layers", [5]),
        changed(GREETING, "refused", ...),
        changed(GREETING, "refused", [5]),
        changed(GREETING, "refused", [{"layer": "a", "reason": "b"}]),
    ],
    ids=str,
)
def test_malformed_greeting_is_refused(reply):
    """Student code is sent only after a valid greeting."""
    assert Greeting.parse(reply) is None


def test_run_of_a_cell_has_its_outputs_and_its_error():
    """The watched names are optional."""
    run = CellRun.parse(RUN)
    assert run is not None
    assert (run.outputs, run.execution_count, run.error, run.bound) == (RUN["outputs"], 4, ERROR, None)
    run = CellRun.parse(RUN | {"error": None, "bound": {"f": True}})
    assert run is not None
    assert run.bound == {"f": True}


MALFORMED_ERRORS = [
    ...,
    5,
    "ValueError",
    {},
    changed(ERROR, "name", None),
    changed(ERROR, "text", "x" * 10_000),
    changed(ERROR, "line", "3"),
    changed(ERROR, "bases", ("ValueError",)),
    changed(ERROR, "bases", [5]),
]


@pytest.mark.parametrize(
    "reply",
    [None, [], {}, changed(RUN, "outputs", ...), changed(RUN, "outputs", {})]
    + [changed(RUN, "error", error) for error in MALFORMED_ERRORS],
)
def test_malformed_run_of_a_cell_is_refused(reply):
    """The judge relies on the outputs and on each part of the error."""
    assert CellRun.parse(reply) is None


@pytest.mark.parametrize("trace", [None, {}, CALL["trace"]], ids=["none", "empty", "full"])
@pytest.mark.parametrize("same_object_as", [None, 0])
def test_answer_to_a_call_is_accepted(trace, same_object_as):
    """A trace and the index of a returned argument are optional."""
    assert is_answer("call", REQUEST, CALL | {"trace": trace, "same_object_as": same_object_as})


MALFORMED_CALLS = [
    None,
    [],
    *(changed(CALL, key, ...) for key in CALL),
    changed(CALL, "printed", None),
    changed(CALL, "args", [1, 2]),
    changed(CALL, "args", (1, 2, 3)),
    changed(CALL, "attributes", [{}, {}]),
    changed(CALL, "attributes", [{}, {}, {1: 2}]),
    changed(CALL, "attributes", [{}, {}, 5]),
    changed(CALL, "trace", []),
    changed(CALL, "trace", {"function": 5}),
    changed(CALL, "same_object_as", "0"),
    *(changed(CALL, "error", error) for error in MALFORMED_ERRORS),
]


@pytest.mark.parametrize("reply", MALFORMED_CALLS)
def test_malformed_answer_to_a_call_is_refused(reply):
    """Graders rely on each part."""
    assert not is_answer("call", REQUEST, reply)


@pytest.mark.parametrize("reply", MALFORMED_CALLS)
def test_malformed_answer_among_several_is_refused(reply):
    """Each answer in a batch is validated, and there must be one for each call."""
    batch = {"value": [CALL, CALL], "printed": "", "error": None}
    assert is_answer("calls", {"each": [REQUEST, REQUEST]}, batch)
    assert not is_answer("calls", {"each": [REQUEST, REQUEST]}, batch | {"value": [CALL, reply]})
    assert not is_answer("calls", {"each": [REQUEST]}, batch)
    assert not is_answer("calls", {"each": [REQUEST]}, batch | {"value": (CALL,)})


def test_answer_to_a_probe_needs_no_arguments():
    """Only calls return their arguments."""
    probe = {"value": 1, "printed": "", "error": None}
    assert is_answer("probe", {}, probe)
    assert not is_answer("call", {"args": []}, probe)
