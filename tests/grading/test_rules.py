"""The rules of the game, checked in the source and in a trace."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
import torch
from matmuls import (
    matmul_flat,
    matmul_float,
    matmul_generator,
    matmul_like,
    matmul_printing,
    matmul_tolist,
    matmul_zeros,
    matmul_zip,
    pair,
)
from rule_cases import (
    ELEMENTWISE,
    EXPRESSIONS,
    HOSTILE,
    IMPORTS,
    INNOCENT,
    LEFT_TO_THE_TRACE,
    NAIVE,
    NORM,
    NORMS,
    NOTEBOOKS,
    ODD_BUT_RIGHT,
    SUSPICIOUS,
    UNKNOWABLE,
    UNREAD,
    cells_of,
    one_line,
)

from foundations.analysis.suspects import UNREAD as UNREAD_REASON
from foundations.analysis.torch_operations import all_but
from foundations.errors import CourseError
from foundations.grading.rules import Rule, read_source_for, read_trace_for
from foundations.grading.suspicion import find_suspicions
from foundations.worker.tracing import Raised, trace_call


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_expression_in_disguise_is_found(name: str) -> None:
    """Each way of writing a forbidden operation within one expression is found, and named by its family."""
    expression, family = EXPRESSIONS[name]
    violations = read_source_for(ELEMENTWISE, cells_of(one_line(expression)), "mm3")
    assert violations, expression
    assert violations[0].family == family
    assert {violation.line for violation in violations} == {2}


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_trick_over_several_statements_is_found(name: str) -> None:
    """Names are followed through every way of binding them in the notebook."""
    assert read_source_for(ELEMENTWISE, cells_of(*NOTEBOOKS[name]), "mm3") != []


@pytest.mark.parametrize("expression", UNKNOWABLE)
def test_unknowable_expression_costs_no_points(expression: str) -> None:
    """An expression whose operation reading cannot find out is not a violation."""
    assert read_source_for(ELEMENTWISE, cells_of(one_line(expression)), "mm3") == []


@pytest.mark.parametrize("name", LEFT_TO_THE_TRACE)
def test_code_left_to_the_trace_costs_no_points(name: str) -> None:
    """A thread, a decoy, or a name that no statement binds is not a violation in the source."""
    assert read_source_for(ELEMENTWISE, cells_of(*LEFT_TO_THE_TRACE[name]), "mm3") == []


@pytest.mark.parametrize("name", SUSPICIOUS)
def test_suspicious_code_asks_for_a_review(name: str) -> None:
    """Odd code outside the exercise is not a violation; it asks for a review instead."""
    cells = cells_of(*SUSPICIOUS[name])
    if name != "code replaced":  # here the exercise uses the other function as well
        assert read_source_for(ELEMENTWISE, cells, "mm3") == []
    assert find_suspicions(cells, ["mm3"]) != []


@pytest.mark.parametrize("expression", NORMS)
def test_norm_and_power_in_disguise_are_found(expression: str) -> None:
    """For the Frobenius norm, norms and powers are forbidden however they are written."""
    violations = read_source_for(NORM, cells_of(f"def frobenius_norm(m):\n    return {expression}"), "frobenius_norm")
    assert [violation.line for violation in violations] == [2]


@pytest.mark.parametrize("name", INNOCENT)
def test_innocent_notebook_breaks_no_rule(name: str) -> None:
    """Docstrings, messages, locals, own helpers and code that the exercise does not reach are free."""
    assert read_source_for(NAIVE, cells_of(*INNOCENT[name]), "mm3") == []
    assert read_source_for(ELEMENTWISE, cells_of(*INNOCENT[name]), "mm3") == []


@pytest.mark.parametrize("expression", ODD_BUT_RIGHT)
def test_odd_but_right_norm_breaks_no_rule(expression: str) -> None:
    """A matrix product is not a shortcut to a norm, because the formula is still the student's own."""
    cells = cells_of(f"def frobenius_norm(m):\n    return {expression}")
    assert read_source_for(NORM, cells, "frobenius_norm") == []


def test_message_names_operation_line_and_subject() -> None:
    """The message names the operation, its line, and the subject of the exercise."""
    cells = cells_of("def mm3(a, b):\n\n\n\n\n\n    return a @ b")
    [violation] = read_source_for(NAIVE, cells, "mm3")
    assert violation.message == (
        "line 7 uses `@` (a matrix product): "
        "this exercise is about writing the sum over k yourself, with indexing, + and *"
    )
    assert (violation.family, violation.operation, violation.line, violation.seen) == (
        "matrix product",
        "@",
        7,
        "source",
    )


def test_message_names_the_helper_and_the_operation_as_written() -> None:
    """If a helper uses the operation, its name and cell are shown; an alias is shown as the student wrote it."""
    [violation] = read_source_for(
        ELEMENTWISE, cells_of("def helper(x):\n    return F.linear(x)\ndef mm3(a): return helper(a)"), "mm3"
    )
    assert violation.message.startswith("line 2 of cell 2 (in `helper`) uses `F.linear` (a matrix product): ")
    assert (violation.cell, violation.line) == (2, 2)


def test_lines_count_within_the_cell_below_a_magic() -> None:
    """``%%time`` is line 1 of its cell."""
    [violation] = read_source_for(ELEMENTWISE, cells_of("%%time\ndef mm3(a, b):\n    return a @ b"), "mm3")
    assert violation.line == 3


def test_each_line_is_one_violation() -> None:
    """A line that uses a forbidden family twice is one violation; two lines are two."""
    cells = cells_of("def mm3(a, b):\n    x = a @ b @ b.T @ b\n    return x @ b")
    assert [violation.line for violation in read_source_for(ELEMENTWISE, cells, "mm3")] == [2, 3]


def test_exercise_that_no_cell_defines_breaks_no_rule() -> None:
    """A missing or unreadable definition is not a violation; other checks report it."""
    assert read_source_for(NAIVE, ["def other(a, b): return a @ b", "def mm3(a, b:"], "mm3") == []


def test_unknown_family_is_the_course_authors_mistake() -> None:
    """A misspelt family raises an error, because a rule without it would forbid too little."""
    with pytest.raises(CourseError, match="'matmul' is not a family of operations"):
        all_but("matmul")
    with pytest.raises(CourseError, match="rule allows 'matmul', which is not a family of operations"):
        Rule(about="x", allow=frozenset({"matmul"}))


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_source_is_read_quickly(name: str) -> None:
    """Reading is bounded, so that no student's expression makes the judge compute for long, or crash."""
    before = time.process_time()
    read_source_for(ELEMENTWISE, cells_of(HOSTILE[name]), "mm3")
    assert time.process_time() - before < 5


@pytest.mark.parametrize("name", UNREAD)
def test_code_that_takes_too_long_to_read_asks_for_a_review(name: str) -> None:
    """Thousands of expressions, each within its bounds, would take hours to read; they are not a violation."""
    before = time.process_time()
    for rule in (ELEMENTWISE, Rule(about="x", allow=all_but("autograd"))):
        assert read_source_for(rule, cells_of(UNREAD[name]), "mm3") == []
    assert UNREAD_REASON in [review.reason for review in find_suspicions(cells_of(UNREAD[name]), ["mm3"])]
    assert time.process_time() - before < 20


def test_honest_code_is_far_below_the_limit_of_reading() -> None:
    """A notebook four times as long as the course's longest is read to its end."""
    helper = "\n\n".join(
        f"def helper{i}(x):\n    y = x * {i}\n    return [y.sum() for _ in range(3)]" for i in range(800)
    )
    cells = cells_of(helper, "def mm3(a, b): return helper7(a)")
    assert read_source_for(ELEMENTWISE, cells, "mm3") == []
    assert find_suspicions(cells, ["mm3"]) == []


@pytest.mark.parametrize(
    ("star", "written", "family"),
    [
        ("from math import *", "pow(m, 2)", "pow"),
        ("from torch import *", "norm(m)", "norm"),
        ("from operator import *", "pow(m, 2)", "pow"),
        ("from torch.linalg import *", "vector_norm(m)", "norm"),
        ("from numpy import *", "linalg.norm(m)", "norm"),
        ("from numpy import *", "asarray(m)", "numpy"),
        ("import math", "pow(m, 2)", "pow"),
        ("from torch.nn.functional import *\nfrom mystery import *", "normalize(m)", "norm"),
    ],
)
def test_star_import_resolves_as_python_does(star: str, written: str, family: str) -> None:
    """A name that the module exports is the module's, and a power is a power in every module that exports it."""
    cells = cells_of(star, f"def frobenius_norm(m):\n    return {written}")
    assert [violation.family for violation in read_source_for(NORM, cells, "frobenius_norm")] == [family]


def test_no_module_of_a_submission_is_imported(tmp_path, monkeypatch) -> None:
    """A submission's module is not imported even if the judge could find it."""
    (tmp_path / "mystery_module.py").write_text("raise SystemExit('imported')")
    monkeypatch.syspath_prepend(tmp_path)
    cells = cells_of("from mystery_module import *\nimport mystery_module", "def mm3(a, b): return a")
    assert read_source_for(NAIVE, cells, "mm3") == []
    assert find_suspicions(cells, ["mm3"]) == []


@pytest.mark.parametrize("error", [RecursionError, MemoryError, KeyError])
def test_a_failing_reader_breaks_no_rule(monkeypatch, error: type[Exception]) -> None:
    """Any error in reading a source asks for a review; it is neither a violation nor a fault of grading."""

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("foundations.analysis.reader.Reader.read", fail)
    cells = cells_of("def mm3(a, b): return a @ b")
    assert read_source_for(NAIVE, cells, "mm3") == []
    reviews = find_suspicions(cells, ["mm3"])
    assert [(review.reason, review.exercises) for review in reviews] == [(UNREAD_REASON, ("mm3",))]


# ---- traces


SCALAR_VARIANTS = [
    matmul_zeros,
    matmul_float,
    matmul_tolist,
    matmul_generator,
    matmul_zip,
    matmul_like,
    matmul_flat,
    matmul_printing,
]


@pytest.mark.parametrize("function", SCALAR_VARIANTS)
def test_scalar_variant_keeps_the_rule_when_run(function) -> None:
    """Every honest way of writing three loops is right, and its trace breaks no rule."""
    a, b = pair()
    value, trace = trace_call(function, [a, b])
    torch.testing.assert_close(value, a @ b)
    assert read_trace_for(NAIVE, trace) == []


ROWS_AT_A_TIME = {
    "row times column": (lambda a, b: torch.stack([(a[0] * c).sum() for c in b.T]), "numbers only", "mul"),
    "row @ b": (lambda a, b: torch.stack([r @ b for r in a]), "matrix product", "matmul"),
    "dot": (lambda a, b: torch.dot(a[0], b[:, 0]), "matrix product", "dot"),
    "outer": (lambda a, b: sum(torch.outer(a[:, k], b[k]) for k in range(len(b))), "matrix product", "outer"),
    "scaled rows": (lambda a, b: sum(a[:, k, None] * b[k] for k in range(len(b))), "numbers only", "mul"),
    "broadcast": (lambda a, b: (a[:, :, None] * b[None]).sum(1), "numbers only", "mul"),
    "broadcast through aten": (lambda a, b: torch.ops.aten.mul(a[:, :, None], b).sum(1), "numbers only", "mul"),
    "fused": (lambda a, b: torch.addcmul(torch.zeros(4), a[0], b[:, 0]).sum(), "numbers only", "addcmul"),
    "python sum of a row": (lambda a, b: sum(a[0] * b[:, 0]), "numbers only", "mul"),
    "in place": (lambda a, b: torch.zeros(3, 4).add_(a), "numbers only", "add_"),
    "scatter": (lambda a, b: torch.zeros(4).scatter_add_(0, torch.arange(4), a[0]), "numbers only", "scatter_add_"),
    "einsum": (lambda a, b: torch.einsum("ik,kj->ij", a, b), "einsum", "einsum"),
    "linear": (lambda a, b: torch.nn.functional.linear(a, b.T), "matrix product", "linear"),
    "one by one": (lambda a, b: a[0:1, 0:1] @ b[0:1, 0:1], "matrix product", "matmul"),
}  # fmt: skip


@pytest.mark.parametrize("name", ROWS_AT_A_TIME)
def test_rows_at_a_time_are_seen_when_run(name: str) -> None:
    """A rule that allows arithmetic on single numbers only is broken by arithmetic on whole rows."""
    function, family, operation = ROWS_AT_A_TIME[name]
    value, trace = trace_call(function, pair())
    assert not isinstance(value, Raised)
    violations = read_trace_for(NAIVE, trace)
    assert (family, operation) in [(violation.family, violation.operation) for violation in violations]


PRODUCTS_RUN: dict[str, Callable[..., Any]] = {
    "@": lambda a, b: a @ b,
    "aten": torch.ops.aten.mm.default,
    "private": torch._C._VariableFunctions.mm,
    "linear": lambda a, b: torch.nn.functional.linear(a, b.T),
    "conv": lambda a, b: torch.nn.functional.conv1d(a[:, :, None], b.T[:, :, None]),
    "inner": lambda a, b: torch.inner(a, b.T),
    "multi_dot": lambda a, b: torch.linalg.multi_dot([a, b]),
    "vecdot": lambda a, b: torch.linalg.vecdot(a[0], b[:, 0]),
    "cdist": lambda a, b: torch.cdist(a, b.T),
    "attention": lambda a, b: torch.nn.functional.scaled_dot_product_attention(a[None], b.T[None], b.T[None]),
    "bilinear": lambda a, b: torch.nn.functional.bilinear(a, a, torch.ones(2, 4, 4)),
    "embedding_bag": lambda a, b: torch.nn.functional.embedding_bag(
        torch.arange(4)[None], b, per_sample_weights=a[:1], mode="sum"
    ),
    "einsum": lambda a, b: torch.einsum("ik,kj->ij", a, b),
    "addmm_": lambda a, b: torch.zeros(3, 2).addmm_(a, b),
    "addmv": lambda a, b: torch.addmv(torch.zeros(3), a, b[:, 0]),
    "baddbmm": lambda a, b: torch.baddbmm(torch.zeros(1, 3, 2), a[None], b[None]),
    "matrix_power": lambda a, b: torch.linalg.matrix_power(a[:3, :3], 3),
    "kron": torch.kron,
    "vmap": lambda a, b: torch.vmap(torch.dot)(a, a),
    "numpy": lambda a, b: torch.from_numpy(a.numpy()),
    "__array__": lambda a, b: a.__array__(),
    "dlpack": lambda a, b: torch.from_dlpack(a),
    "storage": lambda a, b: list(a.untyped_storage()),
    "pointer": lambda a, b: a.data_ptr(),
    "tolist": lambda a, b: a[0].tolist(),
}


@pytest.mark.parametrize("name", PRODUCTS_RUN)
def test_forbidden_operation_is_seen_when_run(name: str) -> None:
    """A forbidden operation that reading may miss is seen when it runs, and reported once."""
    value, trace = trace_call(PRODUCTS_RUN[name], pair())
    assert not isinstance(value, Raised)
    assert read_trace_for(ELEMENTWISE, trace) != []
    families = [violation.family for violation in read_trace_for(ELEMENTWISE, trace)]
    assert families.count("matrix product") <= 1


def test_dispatch_names_count_if_functions_were_hidden() -> None:
    """With the function mode off, the dispatch mode still sees the product."""

    def hidden(a, b):
        with torch._C.DisableTorchFunction():
            return a @ b

    _, trace = trace_call(hidden, pair())
    assert [violation.operation for violation in read_trace_for(ELEMENTWISE, trace)] == ["aten.mm"]


@pytest.mark.parametrize("expression", [torch.Tensor.norm, lambda m: (m**2).sum().sqrt(), lambda m: m.square().sum(),
                                        lambda m: torch.dist(m, m), torch.linalg.norm,
                                        torch.nn.functional.normalize, lambda m: torch.hypot(m, m),
                                        torch.linalg.svdvals, lambda m: torch.float_power(m, 2)])  # fmt: skip
def test_norm_and_power_are_seen_when_run(expression) -> None:
    """Norms and powers show in the trace too."""
    assert read_trace_for(NORM, trace_call(expression, pair()[:1])[1]) != []


@pytest.mark.parametrize("expression", [lambda m: (m * m).sum().sqrt(), lambda m: torch.trace(m.T @ m).sqrt(),
                                        lambda m: sum(x * x for row in m.tolist() for x in row),
                                        torch.Tensor.var])  # fmt: skip
def test_formula_breaks_no_rule_when_run(expression) -> None:
    """The formula may be written in any way."""
    assert read_trace_for(NORM, trace_call(expression, pair()[:1])[1]) == []


BY_HAND = Rule(about="writing the gradient yourself", allow=all_but("autograd"))


@pytest.mark.parametrize(
    "body",
    [
        "t = a.clone().requires_grad_()\n    (t @ b).sum().backward()\n    return t.grad",
        "return torch.autograd.grad((a @ b).sum(), a)",
        "return torch.func.grad(lambda t: (t @ b).sum())(a)",
        "from torch.autograd.functional import jacobian\n    return jacobian(lambda t: (t @ b).sum(), a)",
        "from torch.func import vjp as pull\n    return pull(torch.sum, a)",
        "return torch.ops.aten.threshold_backward(b, a, 0)",
        "return torch._log_softmax_backward_data(b, a, 1, a.dtype)",
    ],
)
def test_autograd_is_found(body: str) -> None:
    """Each of PyTorch's ways to compute gradients is found under its name."""
    violations = read_source_for(BY_HAND, cells_of(f"def grad(a, b):\n    {body}"), "grad")
    assert {violation.family for violation in violations} == {"autograd"}


@pytest.mark.parametrize(
    "body",
    [
        "return torch.func.vmap(torch.mul)(a, b)",
        "from torch.func import vmap\n    return vmap(torch.mul)(a, b)",
        "from torch.func import vmap as over_rows\n    return over_rows(torch.mul)(a, b)",
    ],
)
def test_a_map_over_rows_is_not_autograd(body: str) -> None:
    """``vmap`` is in ``torch.func`` next to the gradients, but does not differentiate."""
    assert read_source_for(BY_HAND, cells_of(f"def grad(a, b):\n    {body}"), "grad") == []


def test_autograd_is_seen_when_run() -> None:
    """Autograd is seen even if reading takes ``backward`` for the student's own method."""

    def grad(a, b):
        a = a.clone()
        a.requires_grad = True
        (a @ b).sum().backward()
        return a.grad

    assert {violation.family for violation in read_trace_for(BY_HAND, trace_call(grad, pair())[1])} == {"autograd"}


def test_backward_of_own_layers_is_not_autograd() -> None:
    """A student's own method ``backward`` is not autograd, and neither is an attribute ``.g`` or ``.grad``."""
    source = """
        class Layer:
            def backward(self, out):
                self.inp.g = out.g
                self.inp.grad = None

        def grad(layers, out):
            for layer in reversed(layers):
                layer.backward(out)
    """
    assert read_source_for(BY_HAND, cells_of(source), "grad") == []

    def grad(a, b):
        a.g = b.t()
        return a.grad

    assert read_trace_for(BY_HAND, trace_call(grad, pair())[1]) == []


READY_MADE = Rule(about="writing the layer yourself", allow=all_but("torch.nn"))


@pytest.mark.parametrize(
    "body",
    [
        "return torch.relu(a)",
        "return a.relu_()",
        "import torch.nn.functional as F\n    return F.linear(a, b)",
        "from torch.nn.init import kaiming_normal_ as start\n    return start(a)",
        "from torch import nn\n    return nn.MSELoss()(a, b)",
        "return a.softmax(1)",
        "return torch.special.logsumexp(a, 1)",
    ],
)
def test_ready_made_layer_is_found(body: str) -> None:
    """Ready-made layers are found in ``torch.nn`` and as methods of tensors."""
    violations = read_source_for(READY_MADE, cells_of(f"def layer(a, b):\n    {body}"), "layer")
    assert {violation.family for violation in violations} == {"torch.nn"}


@pytest.mark.parametrize(
    "body",
    [
        "torch.optim.SGD([a], lr=0.1).step()",
        "from torch.optim import SGD as Descent\n    Descent([a], lr=0.1)",
        "from torch.utils import data\n    return data.DataLoader(a)",
    ],
)
def test_ready_made_training_is_found(body: str) -> None:
    """Optimizers and loaders are found; a student's own ``step`` is free."""
    rule = Rule(about="writing the loop yourself", allow=all_but("torch.optim"))
    violations = read_source_for(rule, cells_of(f"def fit(a, b):\n    {body}"), "fit")
    assert {violation.family for violation in violations} == {"torch.optim"}
    assert read_source_for(rule, cells_of("def fit(a, b):\n    a.sub_(b)\n    return a.step()"), "fit") == []


def test_ready_made_layer_is_seen_when_run() -> None:
    """PyTorch's ReLU is seen; a student's own ReLU is free, even under the same name."""

    def relu(a, b):
        return a.clamp_min(0.0)

    assert read_trace_for(READY_MADE, trace_call(relu, pair())[1]) == []
    ready_made = trace_call(lambda a, b: getattr(a, "relu")(), pair())[1]  # noqa: B009 - as a student would hide it
    assert {violation.family for violation in read_trace_for(READY_MADE, ready_made)} == {"torch.nn"}


def test_single_numbers_may_leave_a_tensor() -> None:
    """``.item()``, ``float()`` and ``tolist`` of one number are not a trip through lists."""

    def elementwise(a, b):
        c = torch.zeros(len(a), b.shape[1])
        for i, row in enumerate(a):
            for j, column in enumerate(b.T):
                c[i, j] = float((row * column).sum()) + (row * column).sum().item() + (row * column).sum().tolist()
        return c

    assert read_trace_for(ELEMENTWISE, trace_call(elementwise, pair())[1]) == []


def test_trace_message_names_operation_count_and_subject() -> None:
    """The message names the operation, its family, how often it ran, and the subject of the exercise."""
    _, trace = trace_call(lambda a, b: torch.stack([row @ b for row in a]), pair())
    [violation] = read_trace_for(ELEMENTWISE, trace)
    assert violation.message == (
        "calling it ran `matmul` (a matrix product) 3 times: this exercise is about "
        "replacing the inner loop by a row-by-column product and a sum()"
    )
    assert (violation.line, violation.seen) == (None, "trace")


def test_forged_trace_is_read_without_harm() -> None:
    """Entries of another form are skipped, because the trace comes from the student's process."""
    forged = {"function": [["matmul"], [1, 2, 3], ["mm", "x", 3], None, ["bmm", 1, 4]]}
    assert [violation.operation for violation in read_trace_for(ELEMENTWISE, forged)] == ["bmm"]


def test_forged_name_of_an_operation_is_cut() -> None:
    """A forged name is cut in messages, because it may have millions of characters."""
    [violation] = read_trace_for(NAIVE, {"function": [["x" * 1_000_000, 1, 100]], "dispatch": []})
    assert len(violation.message) < 500


#: Reading does not follow these; their operations show when they run.
BY_TRACE_ALONE = {
    "registry": "R = {}\ndef reg(f):\n    R['x'] = f\n    return f\n@reg\ndef p(a, b): return a @ b\n"
    "def mm3(a, b): return R['x'](a, b)",
    "two names for a list": "q = []\np = q\np.append(torch.mm)\ndef mm3(a, b): return q[0](a, b)",
    "filled by a helper": "q = []\ndef fill(x): x.append(torch.mm)\nfill(q)\ndef mm3(a, b): return q[0](a, b)",
    "decoy self": "class H:\n    def mm(self, o): 0\n    def f(self, o): return self.mm(o)\n"
    "def mm3(a, b): return H.f(a, b)",
}


@pytest.mark.parametrize("name", BY_TRACE_ALONE)
def test_trick_that_reading_misses_is_seen_when_run(name: str) -> None:
    """The trace shows operations that reading misses."""
    space: dict[str, Any] = {}
    exec(IMPORTS + "\n" + BY_TRACE_ALONE[name], space)
    assert read_source_for(ELEMENTWISE, cells_of(BY_TRACE_ALONE[name]), "mm3") == []
    _, trace = trace_call(space["mm3"], pair())
    assert [violation.family for violation in read_trace_for(ELEMENTWISE, trace)] == ["matrix product"]
