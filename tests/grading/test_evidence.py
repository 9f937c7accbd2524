"""Records of traced calls: parsed without trust, and replayed without student code."""

from __future__ import annotations

import json

import pytest
import torch

from foundations.grading.evidence import Job, Record, Replayer
from foundations.worker.tracing import trace_call


def test_replay_runs_only_operators(forkserver) -> None:
    """Python's own attributes of PyTorch's namespaces are not operators, and a replay refuses them."""
    replayer = Replayer(forkserver)
    try:
        for name in ("aten.mm._op", "aten.__class__.mro", "prims.__dict__.clear", "aten.mul.__call__"):
            entries: list[list[object]] = [[name, [["t", 0], ["t", 1]], {}, [2], -1]]
            outputs = {"value": ["t", 2], "attributes": []}
            text = json.dumps({"entries": entries, "calls": [], "leaves": [], "outputs": outputs})
            [played] = replayer.replay([Job(Record(text, [], [], []), [torch.ones(1, 1), torch.ones(1, 1)])])
            assert "is not an operator" in (played.error or ""), name
    finally:
        replayer.close()


@pytest.mark.parametrize(
    "trace",
    [
        None,
        {},
        {"flow": []},
        {"flow": {"record": 3, "leaves": []}},
        {"flow": {"record": "{", "leaves": []}},
        {"flow": {"record": "[" * 100_000, "leaves": []}},
        {"flow": {"record": "{}", "leaves": [1]}},
        {"flow": {"record": '{"entries": [1], "calls": [], "outputs": {}}', "leaves": []}},
        {"flow": {"record": '{"entries": [["a", [], {}, ["x"], 0]], "calls": [], "outputs": {}}', "leaves": []}},
    ],
)
def test_forged_trace_is_read_without_harm(trace) -> None:
    """A malformed record gives no operators, and a reason why it cannot be replayed."""
    record = Record.parse(trace)
    assert record.why_not
    assert list(record.operators()) == []


def test_record_that_ends_its_process_is_an_error(forkserver) -> None:
    """A record that ends its process gives an error, and the next record is replayed in a new process."""
    replayer = Replayer(forkserver)
    entries = [["aten.zeros.default", [["l", [1]]], {}, [0], -1], ["aten.mul.Tensor", [["t", 0], 2], {}, [1], -1]]
    outputs = {"value": ["t", 1], "attributes": []}
    text = json.dumps({"entries": entries, "calls": [], "leaves": [], "outputs": outputs})
    endless = text.replace('"aten.zeros.default", [["l", [1]]]', '"aten.zeros.default", [["l", [300000000]]]')
    try:
        [bad] = replayer.replay([Job(Record(endless, [], [], []), [])])
        assert bad.error
        [good] = replayer.replay([Job(Record(text, [], [], []), [])])
        assert good.error is None
        torch.testing.assert_close(good.value, torch.zeros(1))
        assert replayer.total_cpu_s > 0
    finally:
        replayer.close()


def test_sources_of_a_call_are_found_through_what_was_computed() -> None:
    """The inputs of an einsum are found through views and arithmetic."""

    def function(a, b, c):
        return torch.einsum("ij,jk->ik", a.t() * 2, b + 1) * c

    _, trace = trace_call(function, [torch.ones(2, 2), torch.ones(2, 3), torch.ones(2, 3)])
    assert list(Record.parse(trace).sources_of("einsum").values()) == [{0, 1}]
