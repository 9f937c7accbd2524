"""Hidden checks of ``LinearMatmul``: the gradient of the weights as one matrix product.

Sentence of the text → check:

    a good base again; all three gradients are set                        → test_gradients
    The same `bwd` with a matrix product in the place of the einsum       → test_rule
    No `einsum` in it, no loop                                            → test_rule
    **Rule: no autograd** until the last exercise opens it                → test_by_hand
    hidden graders try more shapes, float64, views of other tensors       → test_tensors
    second batches, and two objects at once                               → test_turns
    no loop, and no tensor larger than it has to be                       → test_growth
    no tensor larger than it has to be                                    → test_memory
    Time and memory are measured as in exercise 10                        → test_large
    Time and memory are measured as in exercise 10                        → test_speed
"""

from helpers import FasterLinear, faster_than_outer_products

from foundations.authoring import check, fail, tried_on_either


class TestLinearMatmul(FasterLinear):
    test_speed = faster_than_outer_products(
        "LinearMatmul", "many times faster than the outer product", points=0.3, tiebreaker="no loop"
    )

    @check("by a matrix product, no einsum", points=0.2, gate=True)
    @tried_on_either
    def test_rule(self):
        if self.einsums(back=True) > self.einsums(back=False):
            text = "backward() ran `einsum`: this exercise is about saying the same as a matrix product"
            fail("rule", text, symptom="rule: einsum")

    def einsums(self, *, back):
        """Return how often a call runs an einsum."""
        traced = (self.student.traced(self.trial_of(back=back), 4, 3, 2).trace or {}).get("function", [])
        return sum(entry[1] for entry in traced if entry[0] == "einsum" and type(entry[1]) is int)
