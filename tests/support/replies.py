"""Replies of student processes, and payloads taken apart."""

from __future__ import annotations

import json
import math
import struct
from typing import Any

import torch

from foundations.worker.protocol import Opaque

#: An exception as a student process describes it.
ERROR = {"name": "ValueError", "bases": ["ValueError", "Exception", "object"], "text": "no", "line": 3, "code": "f(x)"}
#: Real replies of student processes: to hello, to cells, to calls, to a batch.
REPLIES: list[Any] = [
    {"layers": ["parent-death signal", "descriptors", "environment"]},
    {
        "outputs": [
            {"output_type": "stream", "name": "stdout", "text": "tensor([1., 2.])\n" * 20},
            {"output_type": "error", "ename": "ValueError", "evalue": "no", "traceback": ["a", "b"]},
            {"output_type": "display_data", "data": {"image/png": "iVBORw0K" * 200}, "metadata": {}},
            {"output_type": "execute_result", "data": {"text/plain": "2"}, "metadata": {}, "execution_count": 1},
        ],
        "execution_count": 4,
        "error": ERROR,
    },
    {
        "value": torch.arange(6.0).reshape(2, 3).t(),
        "error": None,
        "printed": "é\n",
        "trace": {"function": [["matmul", 2, 12], ["add", 40, 1]], "dispatch": [["aten.mm", 2, 12]]},
        "args": [torch.ones(2, 3), torch.zeros(0, 3), torch.tensor(True)],
        "attributes": [{"g": torch.ones(2, 3)}, {}, {}],
        "same_object_as": None,
    },
    {"value": [torch.randn(4, 4) for _ in range(8)], "error": None, "printed": ""},
    {"value": (math.nan, -math.inf, 2**70, Opaque("builtins.set"), {(1, 2): "tuple", 3: None}), "error": ERROR},
    {"broken": ERROR},
]


def packed(header: bytes, blob: bytes = b"") -> bytes:
    return struct.pack("<Q", len(header)) + header + blob


def unpacked(payload: bytes) -> tuple[Any, bytes]:
    """Return the header of a valid payload as JSON, and the bytes of its tensors."""
    (length,) = struct.unpack_from("<Q", payload)
    return json.loads(payload[8 : 8 + length]), payload[8 + length :]
