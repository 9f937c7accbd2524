"""Replies of student processes, validated: student code shares the process that writes them and may forge any part."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

#: The longest name and text of an exception together. The student process cuts both long before this.
_MAX_ERROR_CHARACTERS = 10_000


@dataclass(frozen=True)
class Greeting:
    """The reply to "hello".

    Attributes:
        layers: the layers that confine the student process.
        refused: one entry for each layer that could not be applied, with "layer", "reason" and "advice".
    """

    layers: list[str]
    refused: list[dict[str, Any]]

    @classmethod
    def parse(cls, reply: Any) -> Greeting | None:
        """Return the greeting, or ``None`` if a part of ``reply`` is missing or has the wrong type."""
        if not isinstance(reply, dict):
            return None
        layers: Any = reply.get("layers")
        refused: Any = reply.get("refused")
        if not _is_list_of(str, layers) or not _is_list_of(dict, refused):
            return None
        if not all({"layer", "reason", "advice"} <= entry.keys() for entry in refused):
            return None
        return cls(layers, refused)


@dataclass
class CellRun:
    """The outcome of running one cell.

    Attributes:
        outputs: in nbformat's form.
        error: the exception that stopped the cell, if any.
        bound: the watched names that the cell bound (true) or deleted (false), as the student process reports them;
            not validated.
        reply_bytes: the size of the reply.
    """

    outputs: list[dict[str, Any]] = field(default_factory=list)
    execution_count: int | None = None
    error: dict[str, Any] | None = None
    bound: object = None
    reply_bytes: int = 0

    @classmethod
    def parse(cls, reply: Any) -> CellRun | None:
        """Return the run of a cell, or ``None`` if a part of ``reply`` is missing or has the wrong type."""
        if not isinstance(reply, dict) or not isinstance(reply.get("outputs"), list):
            return None
        if "error" not in reply or not _is_error(reply["error"]):
            return None
        return cls(reply["outputs"], reply.get("execution_count"), reply["error"], reply.get("bound"))

    @classmethod
    def left_out(cls, name: str) -> CellRun:
        """Return the run of a stub that was not run because a cell above it defines ``name``."""
        text = f"Not run: {name} is already defined above, and this cell is as it was released.\n"
        return cls([{"output_type": "stream", "name": "stdout", "text": text}])

    @classmethod
    def lost(cls, reason: str) -> CellRun:
        """Return the run of a cell that ended the student process."""
        output = {
            "output_type": "error",
            "ename": "SessionLost",
            "evalue": reason,
            "traceback": [f"This cell was lost: {reason}"],
        }
        return cls([output], None, {"name": "SessionLost", "bases": [], "text": reason, "line": None})


def is_answer(operation: str, values: dict[str, Any], reply: Any) -> bool:
    """Decide whether ``reply`` has the parts that graders rely on, for a request of ``operation`` with ``values``."""
    if not isinstance(reply, dict) or "value" not in reply or not isinstance(reply.get("printed"), str):
        return False
    if "error" not in reply or not _is_error(reply["error"]):
        return False
    if operation == "calls":
        return _answers_each(values["each"], reply["value"])
    return operation != "call" or _answers_call(len(values["args"]), reply)


def _answers_each(calls: list[dict[str, Any]], answers: Any) -> bool:
    if not isinstance(answers, list) or len(answers) != len(calls):
        return False
    return all(is_answer("call", call, answer) for call, answer in zip(calls, answers, strict=True))


def _answers_call(count: int, reply: dict[str, Any]) -> bool:
    """Decide whether ``reply`` has the parts that only calls have; ``count``: arguments of the call."""
    args: Any = reply.get("args")
    attributes: Any = reply.get("attributes")
    if not isinstance(args, list) or not _is_list_of(dict, attributes) or not len(args) == len(attributes) == count:
        return False
    if not all(isinstance(name, str) for named in attributes for name in named):
        return False
    if not {"trace", "same_object_as"} <= reply.keys() or not isinstance(reply["same_object_as"], int | None):
        return False
    return _is_trace(reply["trace"])


def _is_trace(trace: Any) -> bool:
    return trace is None or (
        isinstance(trace, dict) and all(isinstance(entries, list | dict) for entries in trace.values())
    )


def _is_error(error: Any) -> bool:
    """Decide whether ``error`` is ``None`` or an exception as :mod:`foundations.worker.exceptions` describes one."""
    return error is None or (
        isinstance(error, dict)
        and isinstance(error.get("name"), str)
        and isinstance(error.get("text"), str)
        and len(error["name"]) + len(error["text"]) <= _MAX_ERROR_CHARACTERS
        and isinstance(error.get("line"), int | None)
        and _is_list_of(str, error.get("bases"))
    )


def _is_list_of(kind: type, value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, kind) for item in value)
