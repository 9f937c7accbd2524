"""Hidden checks of ``LinearEinsum``: the gradient of the weights by Einstein summation.

Sentence of the text → check:

    All three gradients are set, as before                                  → test_gradients
    replace nothing but `bwd`, with the gradient of `w` by Einstein         → test_rule
    Hidden graders look for the `einsum`                                    → test_rule
    **Rule: no autograd** until the last exercise opens it                  → test_by_hand
    hidden graders try more shapes, float64, views of other tensors         → test_tensors
    second batches, and two objects at once                                 → test_turns
    for the largest tensor that you make, and for a loop                    → test_growth
    no stack (N, n_in, n_out) is made                                       → test_memory
    They call it on 20,000 rows                                             → test_large
    on 256 rows it has to be at least 8 times faster than the outer product → test_speed
"""

import torch
from helpers import FasterLinear, faster_than_outer_products

from foundations.authoring import Job, Record, check, fail, tried_on_either


class TestLinearEinsum(FasterLinear):
    test_speed = faster_than_outer_products(
        "LinearEinsum", "many times faster than the outer product", points=0.3, tiebreaker="no loop"
    )

    @check("by einsum", points=0.2, gate=True)
    @tried_on_either
    def test_rule(self):
        """The batch meets the arriving gradient in an einsum, and w.g is what comes out of it."""
        call = self.student.traced(self.trial, *self.student.drawn(self.sizes))
        if not self.comes_out_of_einsum(call):
            text = "no `einsum` for w.g ran in backward(): this exercise is about Einstein summation over the batch"
            fail("rule", text, symptom="rule: einsum")

    def comes_out_of_einsum(self, call):
        """Return whether w.g is multiplied by a number if each einsum of batch and arriving gradient is."""
        record = Record.parse(call.trace)
        if record.why_not:
            return True  # a person has been asked
        inp, w, _, upstream = range(4)  # tensors of a record have numbers, first those of the arguments
        met = [
            index
            for index, sources in record.sources_of("einsum").items()
            if inp in sources and upstream in sources and w not in sources
        ]
        factor = 1.5 + float(torch.rand((), generator=self.student.generator("factor of einsum")))
        tensors = list(call.args[:4])
        played = self.student.replayer.replay([Job(record, tensors), Job(record, tensors, dict.fromkeys(met, factor))])
        own, changed = (each.attributes[w].get("g") if each.error is None else None for each in played)
        return (
            isinstance(own, torch.Tensor)
            and isinstance(changed, torch.Tensor)
            and torch.allclose(factor * own, changed, rtol=0.01, atol=1e-5)
        )
