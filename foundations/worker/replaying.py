"""Replay of a recorded dataflow on new inputs.

This runs in its own confined process, in which no student code has run, so a hostile record can at worst end it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import torch

from foundations.worker.dataflow import leaves_of, operands

#: Largest size in bytes of a tensor that a replay may make. Inputs of traced calls have only a few hundred entries.
_MAX_TENSOR_BYTES = 256_000_000


def replay(jobs: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Run each job; a job that fails has its reason under ``"error"``.

    Args:
        jobs: dicts with four keys: ``record`` (JSON text of :meth:`foundations.worker.dataflow.Dataflow.plain`),
            ``leaves``, ``inputs`` (the tensors that take the numbers from 0 on), and ``factors`` (index of a function
            call → factor by which its results are multiplied when it has ended).

    Returns:
        for each job ``{"value", "attributes", "inputs", "changed", "error"}``. The inputs are in the state after the
        last operator. ``changed`` lists the calls among ``factors`` of which no result was equal to an input.
    """
    return [_guarded(job) for job in jobs]


def _guarded(job: dict[str, Any]) -> dict[str, Any]:
    try:
        with torch.no_grad():
            return {**_Replay(**job).run(), "error": None}
    except Exception as error:
        return {
            "value": None,
            "attributes": [],
            "inputs": [],
            "changed": [],
            "error": f"{type(error).__name__}: {error}"[:300],
        }


class _Replay:
    def __init__(self, record: str, leaves: list[torch.Tensor], inputs: list[torch.Tensor], factors: dict[str, float]):
        self.record = json.loads(record)
        self.inputs = inputs
        self.numbers = self.record["leaves"]
        self.leaves = leaves[: len(self.numbers)]
        self.states = leaves[len(self.numbers) :]
        self.tensors: dict[int, torch.Tensor] = dict(zip(self.numbers, self.leaves, strict=True))
        self.tensors |= {number: tensor for number, tensor in enumerate(inputs) if number not in self.tensors}
        self.given = {tensor.untyped_storage().data_ptr() for tensor in self.tensors.values()}
        self.ends: dict[int, list[tuple[int, list[int], float]]] = {}
        for call, factor in factors.items():
            _, end, results, _ = self.record["calls"][int(call)]
            self.ends.setdefault(end, []).append((int(call), results, factor))
        self.changed: list[int] = []
        self.from_outside = frozenset(self.tensors)
        self.scalars: dict[int, Any] = {}
        self.generators: dict[int, torch.Generator] = {}

    def run(self) -> dict[str, Any]:
        for index, (name, args, kwargs, results, _) in enumerate(self.record["entries"]):
            operator, arguments = _operator(name), [self.decode(arg) for arg in args]
            result = operator(*arguments, **{key: self.decode(value) for key, value in kwargs.items()})
            if isinstance(result, float | int | bool):
                self.scalars[index] = result
            for number, tensor in zip(results, _results_of(result), strict=True):
                self.tensors[number] = tensor
            for call, numbers, factor in self.ends.get(index + 1, ()):
                if self.made_something(call, numbers):
                    self.changed.append(call)
                for number in numbers:
                    if number not in self.from_outside:  # a call may return its own input
                        self.tensors[number] = self.multiplied(self.tensors[number], factor)
        outputs = self.record["outputs"]
        attributes = [{name: self.decode(value) for name, value in each.items()} for each in outputs["attributes"]]
        return {
            "value": self.decode(outputs["value"]),
            "attributes": attributes,
            "inputs": self.inputs,
            "changed": self.changed,
        }

    def made_something(self, call: int, results: list[int]) -> bool:
        """Return whether no result of a function call equals one of its input tensors."""
        entries = self.record["entries"]
        within = [entry for entry in entries if entry[4] == call]
        start = entries.index(within[0]) if within else 0
        before = self.from_outside.union(number for entry in entries[:start] for number in entry[3])
        given = [self.tensors[number] for entry in within for number in operands(entry[1]) if number in before]
        return not any(torch.equal(self.tensors[number], tensor) for number in results for tensor in given)

    def multiplied(self, tensor: torch.Tensor, factor: float) -> torch.Tensor:
        """Multiply a result in place, so that tensors that share its memory change too.

        A view of an input is copied, because the input must not change.
        """
        if tensor.untyped_storage().data_ptr() in self.given or 0 in tensor.stride():
            return tensor * factor
        return tensor.mul_(factor)

    def decode(self, value: Any) -> Any:  # noqa: PLR0911, PLR0912 - one line for each kind of value
        if not isinstance(value, list):
            return value
        match value:
            case ["t", int(number)]:
                return self.tensors[number]
            case ["n", int(index)]:
                return self.scalars[index]
            case ["f", int(number), list(slots)]:
                filled = self.tensors[number].flatten()
                for slot, source in slots:
                    filled[slot] = self.decode(source)
                self.tensors[number].copy_(filled.view_as(self.tensors[number]))
                return self.tensors[number]
            case ["l", list(items)]:
                return [self.decode(item) for item in items]
            case ["tuple", list(items)]:
                return tuple(self.decode(item) for item in items)
            case ["d", list(items)]:
                return {key: self.decode(item) for key, item in items}
            case ["dtype" | "memory" | "layout", str(name)]:
                constant = getattr(torch, name)
                if isinstance(constant, torch.dtype | torch.memory_format | torch.layout):
                    return constant
            case ["device", "cpu"]:
                return torch.device("cpu")
            case ["complex", real, imaginary]:
                return complex(real, imaginary)
            case ["g", int(index)]:
                return self.generator(index)
            case ["?" | "unknown"]:
                return None
        raise ValueError(f"the record contains {str(value)[:60]}, which is not an encoded value")

    def generator(self, index: int) -> torch.Generator:
        if index not in self.generators:
            self.generators[index] = torch.Generator()
            self.generators[index].set_state(self.states[index])
        return self.generators[index]


def _operator(name: str) -> Any:
    """Return the operator of PyTorch with a name such as ``"aten.add.Tensor"``.

    Raises:
        ValueError: the name is not in one of PyTorch's namespaces of operators.
        TypeError: the name is not an operator.
    """
    space, packet, overload = name.split(".")
    if space not in ("aten", "prims"):
        raise ValueError(f"the record names {name[:80]}, which is not in aten or prims")
    operator = getattr(getattr(getattr(torch.ops, space), packet), overload)
    if not isinstance(operator, torch._ops.OpOverload):  # a Python attribute of the namespace, such as a method
        raise TypeError(f"{name[:80]} is not an operator")
    return operator


def _results_of(result: Any) -> list[torch.Tensor]:
    tensors = list(leaves_of(result))
    for tensor in tensors:
        if tensor.numel() * tensor.element_size() > _MAX_TENSOR_BYTES:
            raise ValueError(f"an operator returned a tensor of {tensor.numel():,} elements, which is too large")
    return tensors
