"""A mistake costs marks once: code that builds on a broken answer is tried on a right one, and keeps its points."""

from __future__ import annotations

import pytest
from clients import GradingClients
from grading import feedback_on, result, solutions

#: By assignment: broken answers, and the right exercises that build on them.
BROKEN = {
    "00_exports": (
        {
            "test": "def test(a, b, cmp, cname=None):\n    return cmp(a, b)",
            "near": "def near(a, b):\n    return False",
            "export_cells": "def export_cells(path):\n    return [path]",
        },
        ("test_eq", "test_near", "notebook2script"),
    ),
    "04_backward": (
        {
            "mse_grad": "def mse_grad(inp, targ):\n    inp.g = inp",
            "relu_grad": "def relu_grad(inp, out):\n    inp.g = inp",
            "lin_grad": "def lin_grad(inp, out, w, b):\n    inp.g, w.g, b.g = inp, w, b",
        },
        ("forward_and_backward",),
    ),
    "05_modules": (
        {
            "Relu": "class Relu:\n    def __call__(self, inp):\n        self.out = inp\n        return inp",
            "Lin": "class Lin:\n    def __init__(self, w, b):\n        pass",
            "Mse": "class Mse:\n    def __call__(self, inp, targ):\n        return inp",
            "Module": "class Module:\n    def __call__(self, *args):\n        return args[0]\n\n"
            "    def backward(self):\n        pass",
        },
        ("Model", "ReLU", "Linear", "MSE", "Network", "LinearEinsum", "LinearMatmul"),
    ),
    "06_training": (
        {
            "softmax_cross_entropy": "def softmax_cross_entropy(logits, targ):\n    return logits.sum()",
            "softmax_cross_entropy_grad": "def softmax_cross_entropy_grad(logits, targ):\n    logits.g = logits",
            "sgd_step": "def sgd_step(params, lr):\n    pass",
        },
        ("fit",),
    ),
}


@pytest.mark.parametrize("assignment", BROKEN)
def test_broken_answers_cost_no_points_of_later_exercises(clients: GradingClients, assignment: str) -> None:
    """Every check passes, including speed; the broken exercises lose their own points."""
    broken, standing = BROKEN[assignment]
    answers = solutions(assignment) | {name: [code] for name, code in broken.items()}
    report = clients(assignment).grade(answers).report
    for exercise in (result(report.exercises, name) for name in standing):
        assert exercise.score == exercise.max_score, feedback_on(exercise)
    for exercise in (result(report.exercises, name) for name in broken):
        assert exercise.score is not None, feedback_on(exercise)
        assert exercise.score < exercise.max_score, feedback_on(exercise)
