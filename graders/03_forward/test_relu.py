"""Hidden checks of ``relu(x)``: what is negative becomes 0, in a tensor of its own.

Sentence of the text → check:

    \\operatorname{relu}(x)=\\max(0,\\,x)      → test_value
    for every entry                         → test_value
    Any shape in, the same shape            → test_zeros
    same shape and dtype out                → test_dtype
    In a **new** tensor                     → test_clean
    the layer's input is needed as it was   → test_clean
    **Rule: no ready-made ReLU**            → test_rule
"""

import torch
from helpers import FLOATS

from foundations.authoring import (
    Exercise,
    Rule,
    all_but,
    check,
    dtypes,
    rule,
    together,
    unchanged_inputs,
    values,
    views,
)


def then_overwritten(names, x):
    """relu(x), and then x -= 1"""
    made = names["relu"](x)
    x -= 1
    return made


class TestRelu(Exercise):
    sizes = ((4, 3), (4, 3), (3, 3), (1, 5), (6, 1), (7,), (2, 3, 4))
    allowed = Rule(
        about="writing ReLU yourself, of comparisons and arithmetic", allow=all_but("torch.nn"), numbers=True
    )

    def inputs(self, *shape, dtype=torch.float32):
        return (self.normal(*shape, dtype=dtype),)

    def expected(self, x):
        return torch.where(x > 0, x, torch.zeros((), dtype=x.dtype))

    def scale(self, x):
        return float(x.abs().max())

    def of_other_sizes(self):
        one_sign = [sign * (3 + self.normal(3, 2).abs()) for sign in (1, -1)]
        # Something smooth would still be on its way from 0 at the size of the last one.
        sizes = 100 * self.normal(3, 2), 1000 * self.normal(3, 2).abs(), 1e-3 * self.normal(4, 3)
        return [(x,) for x in (*one_sign, *sizes)]

    def with_zeros(self):
        """Yield numbers of which a third are exactly 0, where conventions differ."""
        for _ in range(2):
            (x,) = self.inputs(4, 3)
            x.view(-1)[::3] = 0.0
            yield (x,)

    def zeros_and_single_numbers(self):
        yield from self.with_zeros()
        for x in (torch.zeros(2, 2), torch.tensor([-0.0, 0.0]), self.normal(1, 1), -self.normal().abs()):
            yield (x,)

    @check("the result is a tensor of its own")
    def own_tensor(self):
        for x in (self.normal(4, 3), self.normal(2, 2).abs(), self.normal().abs()):
            self.must_be_right(self.student.call(x, caller=then_overwritten))

    test_value = values("max(0, x) for every entry", also=of_other_sizes, points=0.4, gate=True)
    test_rule = rule("comparisons and arithmetic, no ready-made ReLU", points=0.1, gate=True)
    test_zeros = values("exact zeros, and a single number", only=zeros_and_single_numbers, points=0.1)
    test_dtype = dtypes("the dtype of the result follows the input", dtypes=FLOATS, points=0.1)
    test_clean = together(
        unchanged_inputs("the input is left as it was, for the way back", only=with_zeros),
        own_tensor,
        views("inputs that are views of others", also=lambda self: [(self.normal(1, 3).expand(4, 3),)]),
        points=0.3,
    )
