"""Records of a call's dataflow: the operators that ran, their arguments, and the tensors that they returned.

The record is a program. :mod:`foundations.worker.replaying` runs it again in another process, on inputs that the judge
chooses. A record is evidence only if the replay computes the values of the call. This module runs in the student's
process, and :mod:`foundations.grading.evidence` checks the form of each entry. A forged record is worth only as much as
the program that it contains.

Source of the idea: the tape of reverse-mode automatic differentiation.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import torch

#: Number of operators in one record. The slowest right answers of a course run a few thousand on inputs of a few rows.
MAX_ENTRIES = 20_000
#: Bytes of all leaves: tensors that come neither from the inputs nor from a recorded operator.
MAX_LEAF_BYTES = 4_000_000
#: Largest size of a tensor whose entries are looked up among the numbers that were read from tensors before.
_MAX_SLOTS = 4096
_MAX_DEPTH = 16


class Unrecordable(Exception):
    """A value cannot be part of a record, so the record ends."""


def tensors_in(values: Any, depth: int = 0) -> Iterator[torch.Tensor]:
    """Yield every tensor in ``values`` in order, each followed by the tensors among its attributes."""
    if isinstance(values, torch.Tensor):
        yield values
        for attribute in vars(values).values():
            if isinstance(attribute, torch.Tensor):
                yield attribute
    elif depth < _MAX_DEPTH and isinstance(values, list | tuple):
        for value in values:
            yield from tensors_in(value, depth + 1)
    elif depth < _MAX_DEPTH and isinstance(values, dict):
        for value in values.values():
            yield from tensors_in(value, depth + 1)


class Dataflow:
    """Records the operators of one call.

    Tensors get numbers: first the tensors of ``inputs``, in the order of :func:`tensors_in`, then each other tensor
    when it is first used. A tensor is recognised by its memory and geometry, because a view in student code and the
    view that the operator returned are different Python objects.
    """

    def __init__(self, inputs: Sequence[Any]) -> None:
        #: ``[operator, args, kwargs, numbers of the results, index of the call in calls]``.
        self.entries: list[list[Any]] = []
        #: ``[name, index after its last entry, numbers of the results, how many of its arguments are tensors with more
        #: than one element]`` of each function call that ran operators.
        self.calls: list[list[Any]] = []
        #: Copies of the leaves, made when they were first used, and their numbers.
        self.leaves: list[torch.Tensor] = []
        self.leaf_numbers: list[int] = []
        self.generators: list[tuple[Any, torch.Tensor]] = []
        self.broken = ""
        self._count = 0
        self._leaf_bytes = 0
        self._by_object: dict[int, int] = {}
        self._by_memory: dict[tuple[Any, ...], int] = {}
        self._scalars: dict[float, int] = {}
        #: The recorded values of leaves that no recorded operator has written to.
        self._untouched: dict[int, torch.Tensor] = {}
        self._alive: list[Any] = []
        self._owner = -1
        for tensor in tensors_in(inputs):
            self._number_of(tensor)

    def open_call(self, name: str, args: Sequence[Any] = ()) -> int:
        """Note that a function call begins; return a mark for :meth:`close_call`."""
        self._owner = len(self.calls)
        many = sum(isinstance(arg, torch.Tensor) and arg.numel() > 1 for arg in args)
        self.calls.append([name, 0, [], many])
        return len(self.entries)

    def close_call(self, mark: int, result: Any) -> None:
        """Note that the innermost function call has returned ``result``."""
        call = self._owner
        self._owner = -1
        if call == -1:
            return
        if len(self.entries) == mark:
            if call == len(self.calls) - 1:
                self.calls.pop()  # it ran no operator
            return
        numbers = [number for value in leaves_of(result) if (number := self._known(value)) is not None]
        self.calls[call][1] = len(self.entries)
        # Under vmap the result is a wrapper, whose values are the results of the last operator.
        self.calls[call][2] = numbers or list(self.entries[-1][3])

    def add(self, operator: str, args: Sequence[Any], kwargs: dict[str, Any], result: Any, writes: bool) -> None:
        """Record that ``operator`` ran on ``args`` and ``kwargs``, which :meth:`encode_args` has encoded.

        ``writes`` is whether the operator writes to its arguments.
        """
        if self.broken:
            return
        if len(self.entries) >= MAX_ENTRIES:
            self.broken = f"more than {MAX_ENTRIES:,} operators ran"
            return
        if type(result) is float:
            self._scalars[result] = len(self.entries)
        results = [self._number_of(tensor) for tensor in leaves_of(result)]
        if writes:
            for number in [*results, *operands(args)]:
                self._untouched.pop(number, None)
        self.entries.append([operator, args, kwargs, results, self._owner])

    def encode_args(self, args: Sequence[Any], kwargs: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
        """Encode the arguments of an operator before it runs, while leaves have their old values."""
        if self.broken:
            return [], {}
        try:
            return [self._encode(arg) for arg in args], {name: self._encode(arg) for name, arg in kwargs.items()}
        except Unrecordable as error:
            self.broken = str(error)
        return [], {}

    def outputs(self, value: Any, args: Sequence[Any]) -> dict[str, Any]:
        """Describe the returned ``value`` and the attributes set on ``args`` by numbers of tensors."""
        attributes = [
            {name: self._encode_output(attribute) for name, attribute in vars(arg).items() if isinstance(name, str)}
            if isinstance(arg, torch.Tensor)
            else {}
            for arg in args
        ]
        return {"value": self._encode_output(value), "attributes": attributes}

    def plain(self, value: Any, args: Sequence[Any]) -> dict[str, Any]:
        """Return the record in the form that crosses to the judge: a JSON text, and the leaves."""
        with torch._C.DisableTorchFunction():
            outputs = self.outputs(value, args)
        record = {
            "entries": self.entries,
            "calls": self.calls,
            "leaves": self.leaf_numbers,
            "outputs": outputs,
            "broken": self.broken,
        }
        if self.broken:
            record |= {"entries": [], "calls": []}
        try:
            text = json.dumps(record, separators=(",", ":"))
        except (TypeError, ValueError, RecursionError) as error:
            return {"record": json.dumps({"broken": f"{type(error).__name__} while it was written"}), "leaves": []}
        leaves = [*self.leaves, *(state for _, state in self.generators)]
        return {"record": text, "leaves": [] if self.broken else leaves}

    def _known(self, tensor: torch.Tensor) -> int | None:
        number = self._by_object.get(id(tensor))
        return self._by_memory.get(_memory(tensor)) if number is None else number

    def _number_of(self, tensor: torch.Tensor) -> int:
        number = self._known(tensor)
        if number is None:
            number = self._count
            self._count += 1
        self._by_object[id(tensor)] = number
        self._by_memory.setdefault(_memory(tensor), number)
        self._alive.append(tensor)
        return number

    def _leaf(self, tensor: torch.Tensor) -> list[Any]:
        """Number a tensor that no recorded operator made, and record the values that it has now.

        For numbers that were read from other tensors (``c[i, j] = s.item()``), the record keeps their source.
        """
        self._leaf_bytes += tensor.numel() * tensor.element_size()
        if self._leaf_bytes > MAX_LEAF_BYTES:
            raise Unrecordable(f"it used more than {MAX_LEAF_BYTES:,} bytes of tensors made before the call")
        if tensor.layout != torch.strided or tensor.device.type != "cpu":
            raise Unrecordable("it used a tensor that is not stored as plain numbers in memory")
        number = self._by_object[id(tensor)] = self._by_memory[_memory(tensor)] = self._count
        self._count += 1
        self._alive.append(tensor)
        self._untouched[number] = tensor.detach().clone()
        self.leaves.append(self._untouched[number])
        self.leaf_numbers.append(number)
        slots = self._read_before(tensor)
        return ["f", number, slots] if slots else ["t", number]

    def _is_stale(self, number: int, tensor: torch.Tensor) -> bool:
        """Return whether a leaf was changed without a recorded operator, for example by NumPy in the same memory."""
        recorded = self._untouched.get(number)
        return recorded is not None and tensor.numel() <= _MAX_SLOTS and not torch.equal(recorded, tensor.detach())

    def _read_before(self, tensor: torch.Tensor) -> list[list[Any]]:
        """List the entries of a small tensor that equal a number read before, as ``[index, source of the number]``."""
        if tensor.numel() > _MAX_SLOTS or not tensor.is_floating_point():
            return []
        values = [(index, x) for index, x in enumerate(tensor.flatten().tolist()) if not x.is_integer()]
        sources: dict[float, list[Any]] = {}
        if any(x not in self._scalars for _, x in values) and len(self._alive) <= _MAX_SLOTS:
            # torch.tensor([s, t]) reads its 0-dimensional tensors without an operator.
            scalars = [one for one in self._alive if one.dim() == 0 and one.is_floating_point() and one is not tensor]
            sources = {scalar.item(): ["t", self._by_object[id(scalar)]] for scalar in scalars}
        sources |= {x: ["n", entry] for x, entry in self._scalars.items()}
        return [[index, sources[x]] for index, x in values if x in sources]

    def _encode(self, value: Any, depth: int = 0) -> Any:  # noqa: PLR0911 - one return for each kind of value
        kind = type(value)
        if value is None or kind is int or kind is bool or kind is str:
            return value
        if kind is float:
            return ["n", self._scalars[value]] if value in self._scalars and not value.is_integer() else value
        if isinstance(value, torch.Tensor):
            number = self._known(value)
            return self._leaf(value) if number is None or self._is_stale(number, value) else ["t", number]
        if isinstance(value, list | tuple) and depth < _MAX_DEPTH:
            return ["l", [self._encode(item, depth + 1) for item in value]]
        if kind is torch.dtype:
            return ["dtype", str(value)[6:]]
        if kind is torch.device:
            return ["device", str(value)]
        if kind is torch.memory_format:
            return ["memory", str(value)[6:]]
        if kind is torch.layout:
            return ["layout", str(value)[6:]]
        if kind is complex:
            return ["complex", value.real, value.imag]
        if kind is torch.Generator:
            return ["g", self._generator(value)]
        raise Unrecordable(f"an operator was called with an object of type {kind.__name__[:80]}")

    def _generator(self, generator: Any) -> int:
        for index, (recorded, _) in enumerate(self.generators):
            if recorded is generator:
                return index
        self.generators.append((generator, generator.get_state()))
        return len(self.generators) - 1

    def _encode_output(self, value: Any, depth: int = 0) -> Any:
        kind = type(value)
        if isinstance(value, torch.Tensor):
            number = self._known(value)
            return ["unknown"] if number is None else ["t", number]
        if value is None or kind is int or kind is bool or kind is str:
            return value
        if kind is float:
            return ["n", self._scalars[value]] if value in self._scalars else value
        if kind is list or kind is tuple:
            items = [self._encode_output(item, depth + 1) for item in value] if depth < _MAX_DEPTH else []
            return ["l" if kind is list else "tuple", items]
        if kind is dict and depth < _MAX_DEPTH and all(type(key) is str for key in value):
            return ["d", [[key, self._encode_output(item, depth + 1)] for key, item in value.items()]]
        return ["?"]


def operands(values: Sequence[Any]) -> Iterator[int]:
    """Yield the numbers of the tensors among encoded arguments."""
    for value in values:
        match value:
            case ["t" | "f", int(number), *_]:
                yield number
            case ["l", list(items)]:
                yield from operands(items)


def leaves_of(result: Any) -> Iterator[torch.Tensor]:
    """Yield the tensors in the result of an operator, in order."""
    if isinstance(result, torch.Tensor):
        yield result
    elif isinstance(result, list | tuple):
        for item in result:
            yield from leaves_of(item)


def _memory(tensor: torch.Tensor) -> tuple[Any, ...]:
    """Return the address and geometry of a tensor, or a unique key if it has no address."""
    try:
        return tensor.data_ptr(), tuple(tensor.shape), tensor.stride(), tensor.dtype, tensor.is_neg(), tensor.is_conj()
    except Exception:  # sparse tensors, functional wrappers, fake tensors
        return (id(tensor),)
