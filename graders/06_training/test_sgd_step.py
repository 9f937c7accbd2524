"""Hidden checks of ``sgd_step(params, lr)``: p ← p − lr · p.g in place, then p.g ← None.

Sentence of the text → check:

    Every parameter `p` in the list has its gradient in `p.g`             → test_step
    Each `p` is changed **in place**                                      → test_step
    Parameters may have any number of axes.                               → test_step
    whoever holds the tensor, or a view of it, sees the new numbers       → test_memory
    One step of gradient descent for a list of parameters.                → test_second
    Afterwards `p.g` is `None` for each of them.                          → test_cleared
    of the same shape and dtype                                           → test_dtype
    **Rule: nothing out of `torch.optim`.**                               → test_rule
"""

from pathlib import Path

import torch

from foundations.authoring import Exercise, Rule, all_but, check, describe, dtypes, fail, load_bank, rule, values


def step_in_one_memory(names, w, b, lr):
    """sgd_step([w, b], lr), w and b being views of one tensor"""
    memory = torch.cat([w.flatten(), b.flatten()])
    views = [memory[: w.numel()].view(w.shape[1], w.shape[0]).t(), memory[w.numel() :].view(b.shape)]
    views[0].g, views[1].g = w.g, b.g
    names["sgd_step"](views, lr)
    return memory


def two_steps(names, w, b, lr):
    """sgd_step([w, b], lr), a second time"""
    gradients = w.g, b.g
    for _ in range(2):
        w.g, b.g = (g.clone() for g in gradients)
        names["sgd_step"]([w, b], lr)
    return torch.cat([w.flatten(), b.flatten()])


class TestStep(Exercise):
    #: The shapes of a weight and a bias, and the learning rate.
    sizes = (
        ((4, 3), (3,), 0.5),
        ((4, 3), (3,), 0.1),
        ((3, 3), (3,), 1.0),
        ((1, 2), (2,), 2.5),
        ((2, 3, 2), (1,), 0.01),
        ((5,), (), 0.3),
    )
    allowed = Rule(about="writing the update yourself", allow=all_but("torch.optim", "torch.nn"))
    #: ``sgd_step([w, b], lr)`` with tensors that carry their gradients; written once, for checks and battery.
    caller = load_bank(Path(__file__).parent).batteries["sgd_step"].caller

    def inputs(self, w, b, lr, dtype=torch.float32):
        params = self.normal(*w, dtype=dtype), self.normal(*b, dtype=dtype)
        for p in params:
            p.g = self.normal(*p.shape, dtype=dtype)
        return *params, lr

    def expected(self, w, b, lr):
        """Return the parameters after the step: in float64, and rounded once."""
        return {name: (p.double() - lr * p.g.double()).to(p.dtype) for name, p in (("w", w), ("b", b))}

    def scale(self, w, b, lr):
        return 3.0

    test_step = values("every parameter moves against its gradient, in place", points=0.9, gate=True)
    test_rule = rule("the update is your own", points=0.4, gate=True)

    @check("afterwards every .g is None", points=0.7)
    def test_cleared(self):
        cases = [self.inputs(*sizes) for sizes in self.sizes[:3]]
        cases[-1][0].g.zero_()  # a gradient of zeros is one, too
        for call in self.try_each(cases):
            for name, attributes in zip(call.names, call.attributes[:2], strict=False):
                if (left := attributes.get("g")) is not None:
                    what = "still a tensor; it is used up" if isinstance(left, torch.Tensor) else describe(left)
                    fail("value", f"{name}.g after {call.subject} is {what}, and None belongs there")

    @check("the numbers change in the memory in which they are, so that views see it", points=0.4)
    def test_memory(self):
        for sizes in self.sizes[:2]:
            w, b, lr = self.inputs(*sizes)
            call = self.student.call(w, b, lr, caller=step_in_one_memory)
            # The view of w is a transposed one: its numbers are in memory column by column.
            start = torch.cat([w.flatten(), b.flatten()])
            view = start[: w.numel()].view(w.shape[1], w.shape[0]).t()
            after = torch.cat([(view - lr * w.g).t().flatten(), (b.double() - lr * b.g).float()])
            call.must_return(after, dtype=False, scale=3.0)

    @check("a second step is made like the first", points=0.2)
    def test_second(self):
        for sizes in self.sizes[:2]:
            w, b, lr = self.inputs(*sizes)
            after = [(p.double() - 2 * lr * p.g.double()).float().flatten() for p in (w, b)]
            self.student.call(w, b, lr, caller=two_steps).must_return(torch.cat(after), dtype=False, scale=4.0)

    def rates(self):
        """Make steps in float64, with rates that float32 rounds."""
        drawn = 0.1 + float(self.normal(dtype=torch.float64).abs())
        return [self.inputs((3, 2), (2,), lr, dtype=torch.float64) for lr in (0.1, 0.003, 1 / 3, drawn)]

    test_dtype = dtypes("float64 keeps its digits, also those of the rate", also=rates, points=0.4)
