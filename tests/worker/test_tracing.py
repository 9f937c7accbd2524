"""Traces: the record of a call is complete, and tracing ends with the call."""

from __future__ import annotations

import json
import operator
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch.overrides import TorchFunctionMode

from foundations.worker.dataflow import Dataflow
from foundations.worker.tracing import MAX_NAMES, Raised, Trace, trace_call

A = torch.arange(6.0).reshape(2, 3)
B = torch.arange(12.0).reshape(3, 4)


def names(trace, level="function"):
    return [name for name, _, _ in trace[level]]


def stores(a, b):
    torch.zeros(2)[0] = 1.0


NAMED: dict[str, tuple[Callable[..., Any], list[list[Any]], list[list[Any]]]] = {
    "at": (lambda a, b: a @ b, [["matmul", 1, 12]], [["aten.mm", 1, 12]]),
    "operator": (operator.matmul, [["matmul", 1, 12]], [["aten.mm", 1, 12]]),
    "aten": (torch.ops.aten.mm.default, [["mm", 1, 12]], [["aten.mm", 1, 12]]),
    "indexing": (lambda a, b: a[0, 1], [["__getitem__", 1, 6]], [["aten.select", 2, 6]]),
    "storing": (stores, [["__setitem__", 1, 2], ["zeros", 1, 2]],
                [["aten.copy_", 1, 1], ["aten.detach", 1, 2], ["aten.lift_fresh", 1, 1], ["aten.select", 1, 2],
                 ["aten.zeros", 1, 2]]),
    "item": (lambda a, b: a[0, 0].item(), [["__getitem__", 1, 6], ["item", 1, 1]],
             [["aten._local_scalar_dense", 1, 1], ["aten.select", 2, 6]]),
    "tolist": (lambda a, b: a.tolist(), [["tolist", 1, 6]], []),
    "properties": (lambda a, b: (a.shape, a.dtype, b.shape), [["dtype", 1, 0], ["shape", 2, 0]], []),
    "power": (lambda a, b: a**2, [["pow", 1, 6]], [["aten.pow", 1, 6]]),
    "reflected": (lambda a, b: 2 * a, [["mul", 1, 6]], [["aten.mul", 1, 6]]),
    "array": (lambda a, b: a.__array__(), [["__array__", 1, 6]], [["aten.detach", 1, 6]]),
    "numpy": (lambda a, b: a.numpy(), [["numpy", 1, 6]], [["aten.detach", 1, 6]]),
    "storage": (lambda a, b: a.untyped_storage().nbytes(), [["untyped_storage", 1, 6]], []),
    "list of tensors": (lambda a, b: torch.stack([a, a]), [["stack", 1, 12]], [["aten.stack", 1, 12]]),
    "iteration": (lambda a, b: [0 for _ in a], [["dim", 1, 6], ["unbind", 1, 6]], [["aten.unbind", 1, 6]]),
    "python sum": (lambda a, b: sum(a[0]), [["__getitem__", 1, 6], ["add", 3, 1], ["dim", 1, 3], ["unbind", 1, 3]],
                   [["aten.add", 3, 1], ["aten.select", 1, 6], ["aten.unbind", 1, 3]]),
    "printing": (lambda a, b: repr(a), [["__repr__", 1, 6]], []),
    "asking": (lambda a, b: torch.isfinite(a), [["isfinite", 1, 6]], []),
    "nothing": (lambda a, b: None, [], []),
}  # fmt: skip


@pytest.mark.parametrize("name", NAMED)
def test_names_counts_and_sizes(name: str) -> None:
    """A trace has names as written and the operators that ran, with counts and largest sizes."""
    function, expected_function, expected_dispatch = NAMED[name]
    _, trace = trace_call(function, [A, B])
    assert (trace["function"], trace["dispatch"]) == (expected_function, expected_dispatch)


def test_trace_of_einsum_has_the_product_that_it_calls() -> None:
    """The function mode records ``einsum``, and the dispatch mode the batched product."""
    _, trace = trace_call(lambda a, b: torch.einsum("ik,kj->ij", a, b), [A, B])
    assert names(trace) == ["einsum"]
    assert "aten.bmm" in names(trace, "dispatch")


def test_arguments_and_value_are_passed_on() -> None:
    """The function gets its keyword arguments, and its value is returned unchanged."""
    value, _ = trace_call(lambda a, *, scale: a * scale, [A], {"scale": 3})
    torch.testing.assert_close(value, A * 3)


@pytest.mark.parametrize("error", [ValueError("no"), SystemExit(3), KeyboardInterrupt()])
def test_exception_is_returned_together_with_the_trace(error: BaseException) -> None:
    """The trace has the operations that ran before the exception, whatever its kind."""

    def function(a, b):
        a @ b
        raise error

    value, trace = trace_call(function, [A, B])
    assert value == Raised(error)
    assert names(trace) == ["matmul"]


def test_operation_that_fails_is_recorded() -> None:
    """A product of wrong shapes counts as a product."""
    value, trace = trace_call(lambda a: a @ a, [A])
    assert isinstance(value, Raised)
    assert isinstance(value.error, RuntimeError)
    assert trace["function"] == [["matmul", 1, 6]]


def test_trace_is_plain_data() -> None:
    """The protocol carries it: it has only lists, numbers and strings, and the tensors of the leaves."""
    _, trace = trace_call(lambda a, b: (a @ b).sum().item(), [A, B])
    assert trace["flow"].pop("leaves") == []
    assert json.loads(json.dumps(trace)) == trace


def test_no_mode_is_active_after_a_traced_call() -> None:
    """Both of torch's stacks of modes are empty."""
    trace_call(lambda a: a + a, [A])
    assert torch.overrides._get_current_function_mode_stack() == []
    assert torch.utils._python_dispatch._get_current_dispatch_mode() is None


def test_tracing_within_another_mode_keeps_that_mode_active() -> None:
    """A mode that tracing did not make is neither removed nor used."""

    class Other(TorchFunctionMode):
        def __torch_function__(self, func, types, args=(), kwargs=None):
            return func(*args, **(kwargs or {}))

    with Other() as other:
        _, trace = trace_call(lambda a: a + a, [A])
        assert torch.overrides._get_current_function_mode_stack() == [other]
    assert names(trace) == ["add"]


def test_traces_nest() -> None:
    """Each of two traces has the operations that ran while it was active."""
    with Trace(Dataflow([])) as outer:
        torch.add(A, A)
        with Trace(Dataflow([])) as inner:
            torch.mul(A, A)
    assert names(inner.plain()) == ["mul"]
    assert {"add", "mul"} <= set(names(outer.plain()))


@pytest.mark.parametrize("pop", [torch.overrides._pop_mode, torch.utils._python_dispatch._pop_mode])
def test_call_continues_after_a_mode_is_popped(pop) -> None:
    """Only the record of the removed mode is lost."""

    def function(a, b):
        pop()
        return a @ b

    value, trace = trace_call(function, [A, B])
    torch.testing.assert_close(value, A @ B)
    assert names(trace) + names(trace, "dispatch") in (["matmul"], ["aten.mm"])


def test_dispatch_is_recorded_with_torch_functions_switched_off() -> None:
    """The dispatch mode records operators that the function mode cannot record."""

    def function(a, b):
        with torch._C.DisableTorchFunction():
            return a @ b

    _, trace = trace_call(function, [A, B])
    assert (trace["function"], trace["dispatch"]) == ([], [["aten.mm", 1, 12]])


def test_names_are_capped() -> None:
    """Many names that a student invents do not become as many entries."""

    def function():
        for index in range(MAX_NAMES + 50):
            named = type("F", (), {"__name__": f"f{index}", "__call__": lambda self, x: x})()
            torch.overrides.handle_torch_function(named, [A.as_subclass(Odd)], A.as_subclass(Odd))

    class Odd(torch.Tensor):
        @classmethod
        def __torch_function__(cls, func, types, args=(), kwargs=None):
            return 0

    value, trace = trace_call(function, [])
    assert not isinstance(value, Raised)
    assert len(trace["function"]) == MAX_NAMES


def test_hostile_tensor_and_name_do_not_end_the_trace() -> None:
    """A tensor whose size raises, and a function whose name is not a string, are recorded."""

    class Hostile(torch.Tensor):
        @classmethod
        def __torch_function__(cls, func, types, args=(), kwargs=None):
            raise RuntimeError("not today")

    class Unnamed:
        __name__ = 7

        def __call__(self, x):
            return x

    def function(a):
        hostile = a.as_subclass(Hostile)
        torch.overrides.handle_torch_function(Unnamed(), [hostile], hostile)

    _, trace = trace_call(function, [A])
    assert "Unnamed" in names(trace)
