"""Hidden checks of ``sgd_step(params, lr)``: p ← p − lr · p.g in place, then p.g ← None."""

from pathlib import Path

import torch

from foundations.analysis.torch_operations import all_but
from foundations.grading.compare import CheckFailed, Finding, describe, difference
from foundations.grading.misconceptions import load_bank
from foundations.grading.pytest_plugin import check
from foundations.grading.rules import Rule
from foundations.grading.student import Trial

#: ``sgd_step([w, b], lr)`` with tensors that carry their gradients; written once, for the checks and for the battery.
step = load_bank(Path(__file__).parent).batteries["sgd_step"].caller

RULE = Rule(about="writing the update yourself", allow=all_but("torch.optim", "torch.nn"))

#: Of a weight and a bias. The first comes twice, so that what was kept of the step before shows.
SHAPES = [((4, 3), (3,)), ((4, 3), (3,)), ((3, 3), (3,)), ((1, 2), (2,)), ((2, 3, 2), (1,)), ((5,), ())]


def step_in_one_memory(names, w, b, lr):
    """sgd_step([w, b], lr), w and b being views of one tensor"""
    memory = torch.cat([w.flatten(), b.flatten()])
    views = [memory[: w.numel()].view(w.shape[1], w.shape[0]).t(), memory[w.numel() :].view(b.shape)]
    views[0].g, views[1].g = w.g, b.g
    names["sgd_step"](views, lr)
    return memory


def with_gradients(matrix, shapes, dtype=torch.float32):
    """A tensor of each shape, () among them, with a gradient in .g."""
    made = [[matrix(*shape, 1, dtype=dtype).squeeze(-1) for _ in range(2)] for shape in shapes]
    for p, gradient in made:
        p.g = gradient
    return [p for p, _ in made]


def moved(p, lr):
    """In float64 and rounded once."""
    return (p.double() - lr * p.g.double()).to(p.dtype)


def must_move(call, dtype=False):
    """Both parameters, the very tensors that were handed over, are where they belong."""
    call.must_not_raise()
    lr = call.args[2]
    for name, before, after in zip(call.names, call.args[:2], call.args_after, strict=False):
        finding = difference(after, moved(before, lr), subject=f"{name} after {call.subject}", dtype=dtype, scale=3.0)
        if finding:
            untouched = difference(after, before, subject="", relative=1e-30) is None
            told = f"{finding.text.partition(':')[0]}: the tensor that was handed over has not changed"
            raise CheckFailed(Finding(finding.stage, told if untouched else finding.text, finding.detail))


@check("every parameter moves against its gradient, in place", points=1.1, gate=True)
def test_step(student, matrix):
    for shapes, lr in zip(SHAPES, (0.5, 0.1, 1.0, 2.5, 0.01, 0.3), strict=True):
        must_move(student.call(*with_gradients(matrix, shapes), lr, caller=step))


@check("the update is your own", points=0.4, gate=True)
def test_rule(student, matrix):
    trial = Trial(lambda *shapes: (*with_gradients(matrix, shapes), 0.5), must_move, step)
    student.must_obey(RULE, trial, SHAPES)


@check("afterwards every .g is None", points=0.7)
def test_cleared(student, matrix):
    for shapes in SHAPES[:3]:
        call = student.call(*with_gradients(matrix, shapes), 0.5, caller=step)
        call.must_not_raise()
        for name, attributes in zip(call.names, call.attributes[:2], strict=False):
            left = attributes.get("g")
            if left is not None:
                what = "still a tensor; it is used up" if isinstance(left, torch.Tensor) else describe(left)
                text = f"{name}.g after {call.subject} is {what}, and None belongs there"
                raise CheckFailed(Finding("value", text))


@check("the numbers change in the memory in which they lie, so that views see it", points=0.4)
def test_memory(student, matrix):
    for shapes in SHAPES[:2]:
        w, b = with_gradients(matrix, shapes)
        call = student.call(w, b, 0.5, caller=step_in_one_memory)
        # The view of w is a transposed one: its numbers lie in memory column by column.
        start = torch.cat([w.flatten(), b.flatten()])
        view = start[: w.numel()].view(w.shape[1], w.shape[0]).t()
        expected = torch.cat([(view - 0.5 * w.g).t().flatten(), moved(b, 0.5).flatten()])
        call.must_return(expected, dtype=False, scale=3.0)


@check("float64 keeps its digits", points=0.4)
def test_dtype(student, matrix):
    for dtype in (torch.float64, torch.float32):
        must_move(student.call(*with_gradients(matrix, SHAPES[0], dtype), 0.1, caller=step), dtype=True)
