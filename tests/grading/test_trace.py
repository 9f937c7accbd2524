"""The numbers that the judge reads off a trace."""

from __future__ import annotations

import torch
from matmuls import pair

from foundations.grading.trace import largest, operations
from foundations.worker.tracing import trace_call


def test_looking_at_shapes_is_not_counted() -> None:
    """``len``, ``size`` and ``shape`` do not count as operations."""
    _, trace = trace_call(lambda a, b: (len(a), a.size(0), a.shape, a.dim(), a.numel(), a.dtype), pair())
    assert operations(trace) == 0


def test_largest_tensor_of_a_trace() -> None:
    """The largest tensor at either level counts, and forged entries are skipped."""
    _, trace = trace_call(lambda a, b: (torch.ones(30, 1) - torch.ones(30)).mean(), pair())
    assert largest(trace) == 900
    assert largest({"function": [["mm", 1, "many"], None], "dispatch": [["aten.mm", 1, 4]]}) == 4
    assert largest({}) == 0
