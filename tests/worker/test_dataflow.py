"""Records of a call's dataflow, and their replay on new inputs."""

from __future__ import annotations

import json

import pytest
import torch

from foundations.worker import dataflow
from foundations.worker.replaying import replay
from foundations.worker.tracing import Raised, trace_call


def product_by_rows(a, b):
    return torch.stack([(a[i].unsqueeze(-1) * b).sum(0) for i in range(len(a))])


def product_in_place(a, b):
    c = torch.zeros(a.shape[0], b.shape[1])
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(a.shape[1]):
                c[i, j] += a[i, k] * b[k, j]
    return c


def product_of_items(a, b):
    return torch.tensor([[(row * column).sum().item() for column in b.t()] for row in a])


def product_stored_by_item(a, b):
    c = torch.empty(a.shape[0], b.shape[1])
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            c[i][j] = (a[i] * b[:, j]).sum().item()
    return c


def product_under_vmap(a, b):
    return torch.vmap(lambda row: (row[:, None] * b).sum(0))(a)


def product_with_out(a, b):
    c = torch.empty(a.shape[0], b.shape[1])
    for i in range(len(a)):
        torch.sum(a[i][:, None] * b, 0, out=c[i])
    return c


def product_of_a_subclass(a, b):
    class Mine(torch.Tensor):
        pass

    return (a.as_subclass(Mine)[:, :, None] * b).sum(1).as_subclass(torch.Tensor)


def product_by_autograd(a, b):
    a = a.clone().requires_grad_()
    (gradient,) = torch.autograd.grad((a @ b * torch.ones(a.shape[0], b.shape[1])).sum(), a)
    return (a.detach() @ b) + 0 * gradient.sum()


PRODUCTS = (
    product_by_rows,
    product_in_place,
    product_of_items,
    product_stored_by_item,
    product_under_vmap,
    product_with_out,
    product_of_a_subclass,
    product_by_autograd,
    torch.matmul,
    lambda a, b: torch.einsum("ik,kj->ij", a, b),
)


SPARSE = torch.eye(2).to_sparse()


def pair(seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(2, 3, generator=generator), torch.randn(3, 4, generator=generator)


def record_of(function, *args):
    value, trace = trace_call(function, args)
    assert not isinstance(value, Raised), value
    return trace["flow"]


def replayed(flow, *inputs, factors=None):
    [played] = replay([{**flow, "inputs": [tensor.clone() for tensor in inputs], "factors": factors or {}}])
    return played


@pytest.mark.parametrize("function", PRODUCTS)
def test_record_computes_the_product_of_new_inputs(function) -> None:
    """This holds for every idiom."""
    flow = record_of(function, *pair(1))
    a, b = pair(2)
    played = replayed(flow, a, b)
    assert played["error"] is None
    torch.testing.assert_close(played["value"], a @ b)


def test_views_of_inputs_are_recognised_by_their_memory() -> None:
    """A view that is taken twice is one tensor, and writing through a view changes its base."""

    def function(a):
        a.view(-1)[0] = 7.0
        return a[0] + a.view(-1)[:3]

    flow = record_of(function, pair(1)[0])
    a, _ = pair(2)
    played = replayed(flow, a)
    expected = function(a.clone())
    torch.testing.assert_close(played["value"], expected)
    assert played["inputs"][0][0, 0] == 7.0


def test_attributes_and_containers_are_outputs() -> None:
    """The replay returns the attributes that a call sets on its arguments, and the tensors in its result."""

    def function(inp):
        inp.g = 2 * inp
        return {"loss": inp.sum(), "parts": (inp[0], [inp[1]]), "rows": 2, "mean": inp.mean().item()}

    flow = record_of(function, pair(1)[0])
    a, _ = pair(2)
    played = replayed(flow, a)
    assert played["attributes"][0].keys() == {"g"}
    torch.testing.assert_close(played["attributes"][0]["g"], 2 * a)
    torch.testing.assert_close(played["value"]["parts"], (a[0], [a[1]]))
    assert played["value"]["rows"] == 2
    assert played["value"]["mean"] == pytest.approx(a.mean().item())


def test_leaves_are_recorded_with_their_first_values() -> None:
    """A weight that existed before the call is changed during it."""
    weight = torch.ones(3)

    def function(a):
        first = a + weight
        weight.mul_(5)
        return first + weight

    flow = record_of(function, pair(1)[0])
    a, _ = pair(2)
    torch.testing.assert_close(replayed(flow, a)["value"], 2 * a + 1 + 5 - a)


def test_replay_draws_the_same_random_numbers() -> None:
    """A generator is recorded by its state, and continues from it."""

    def function(a):
        generator = torch.Generator().manual_seed(3)
        return a + torch.randn(3, generator=generator) - torch.randn(3, generator=generator)

    flow = record_of(function, pair(1)[0])
    a, _ = pair(2)
    torch.testing.assert_close(replayed(flow, a)["value"], function(a))


def hidden_from_modes(a, b):
    python = torch._C.DispatchKeySet(torch._C.DispatchKey.Python)
    snapshot = torch._C.DispatchKeySet(torch._C.DispatchKey.PythonTLSSnapshot)
    with torch._C.DisableTorchFunction(), torch._C._ExcludeDispatchKeyGuard(python | snapshot):
        return a @ b


def hidden_as_constants(a, b):
    return torch.tensor(hidden_from_modes(a, b).tolist())


def hidden_in_numpy(a, b):
    return torch.from_numpy(a.numpy() @ b.numpy()) * 1.0


def hidden_in_a_write(a, b):
    c = torch.zeros(2, 4)
    c.numpy()[:] = a.numpy() @ b.numpy()
    return c + 0.0


@pytest.mark.parametrize("function", [hidden_from_modes, hidden_as_constants, hidden_in_numpy, hidden_in_a_write])
def test_replay_does_not_reproduce_hidden_work(function) -> None:
    """A hidden value is missing from the record, or is a constant that belongs to the recorded inputs."""
    first = pair(1)
    torch.testing.assert_close(function(*first), first[0] @ first[1])
    flow = record_of(function, *first)
    a, b = pair(2)
    value = replayed(flow, a, b)["value"]
    assert not isinstance(value, torch.Tensor) or not torch.allclose(value, a @ b)


def test_results_of_calls_can_be_multiplied() -> None:
    """The factor changes only the values that were computed from the result, wherever it was written."""

    def function(a, b):
        c = torch.empty(2, 4)
        torch.mm(a, b, out=c)
        return c + 1, a + 1

    flow = record_of(function, *pair(1))
    calls = [name for name, *_ in json.loads(flow["record"])["calls"]]
    a, b = pair(2)
    played = replayed(flow, a, b, factors={calls.index("mm"): 3.0})
    torch.testing.assert_close(played["value"], (3 * (a @ b) + 1, a + 1))
    assert played["changed"] == [calls.index("mm")]


@pytest.mark.parametrize("letters", ["ij->ij", "ij->ji"])
def test_multiplying_a_view_of_an_input_leaves_the_input_unchanged(letters) -> None:
    """An einsum for show returns its input, and the function's result is computed from the input instead."""

    def function(a):
        torch.einsum(letters, a)
        return a + 0

    flow = record_of(function, pair(1)[0])
    calls = [name for name, *_ in json.loads(flow["record"])["calls"]]
    a, _ = pair(2)
    played = replayed(flow, a, factors={calls.index("einsum"): 3.0})
    torch.testing.assert_close(played["value"], a)
    assert bool(played["changed"]) == (letters == "ij->ji")


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (lambda a: [a + 1 for _ in range(30)], "more than 20 operators ran"),
        (lambda a: a + torch.ones(400, 1).expand(400, 3)[:2], None),
        (lambda a: torch.sparse.mm(SPARSE, a), "not stored as plain numbers"),
    ],
)
def test_record_that_cannot_be_kept_has_a_reason(function, reason, monkeypatch) -> None:
    """A record is either complete, or empty with a reason."""
    monkeypatch.setattr(dataflow, "MAX_ENTRIES", 20)
    value, trace = trace_call(function, [pair()[0]])
    assert not isinstance(value, Raised)
    record = json.loads(trace["flow"]["record"])
    assert bool(record["broken"]) == (reason is not None)
    if reason:
        assert reason in record["broken"]
        assert record["entries"] == []


def test_large_leaf_is_not_sent(monkeypatch) -> None:
    """A data set that a function reads does not become part of a record."""
    monkeypatch.setattr(dataflow, "MAX_LEAF_BYTES", 100)
    large = torch.ones(100)
    _, trace = trace_call(lambda a: a.sum() + large.sum(), [pair()[0]])
    assert "more than 100 bytes" in json.loads(trace["flow"]["record"])["broken"]
    assert trace["flow"]["leaves"] == []


FORGED = {
    "an operator outside PyTorch": [["os.system.default", [], {}, [], -1]],
    "more memory than the machine has": [["aten.zeros.default", [["l", [1000000, 100000]]], {}, [0], -1]],
    "a tensor that was never made": [["aten.add.Tensor", [["t", 9], 1], {}, [1], -1]],
    "a function of torch as a dtype": [["aten.zeros.default", [["l", [1]]], {"dtype": ["dtype", "load"]}, [0], -1]],
}
FORGED_TEXTS = ["not JSON", "[]"] + [
    json.dumps({"entries": entries, "calls": [], "leaves": [], "outputs": {"value": None, "attributes": []}})
    for entries in FORGED.values()
]


@pytest.mark.parametrize("record", FORGED_TEXTS, ids=["not JSON", "a list", *FORGED])
def test_forged_record_fails_only_its_own_job(record) -> None:
    """The next job is run whatever the record contains."""
    good = record_of(lambda a: a + 1, torch.ones(2))
    first, second = replay(
        [
            {"record": record, "leaves": [], "inputs": [torch.ones(2)], "factors": {}},
            {**good, "inputs": [torch.zeros(2)], "factors": {}},
        ]
    )
    assert first["error"]
    torch.testing.assert_close(second["value"], torch.ones(2))
