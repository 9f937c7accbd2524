"""Hidden checks of ``init_kaiming(n_in, n_out, generator)``: normal numbers of standard deviation √(2 / n_in).

Sentence of the text → check:

    Normal weights with standard deviation $\\sqrt{2/n_{in}}$.           → test_spread
    Normal weights                                                      → test_normal
    Shape, dtype and generator are as before.                           → test_spread
    all randomness comes from generator                                 → test_generator
    **Rule: nothing from `torch.nn`.**                                  → test_rule
"""

import math

import torch
from helpers import Starts, bell_curve, follows_the_generator, spreads

from foundations.authoring import Rule, Trial, all_but, check, fail


def drawn(names, n_in, n_out, seed):
    """init_kaiming(n_in, n_out, generator)"""
    return names["init_kaiming"](n_in, n_out, torch.Generator().manual_seed(seed))


class TestInitKaiming(Starts):
    allowed = Rule(
        about="working out the factor yourself: how much of the spread does ReLU leave, and over how many terms is "
        "summed?",
        allow=all_but("torch.nn"),
        numbers=True,
    )

    def spread(self, n_in, n_out):
        return math.sqrt(2 / n_in)

    def must_be_roughly_spread(self, call):
        n_in, n_out, _ = call.args
        call.must_return(torch.zeros(n_in, n_out), scale=1e30)
        measured = float(call.value.square().mean().sqrt())
        if not 0.8 < measured / self.spread(n_in, n_out) < 1.25:  # 20,000 numbers: 0.5 % by chance
            fail("value", f"{call.subject} has the standard deviation {measured:.4g}")

    test_spread = spreads(
        "normal numbers of mean 0 and standard deviation √(2/n_in), shape (n_in, n_out)", points=0.8, gate=True
    )

    @check("no initialisation out of torch.nn", points=0.3, gate=True)
    def test_rule(self):
        trial = Trial(lambda n_in, n_out: (n_in, n_out, self.seed()), self.must_be_roughly_spread, drawn)

        def must_obey(sources):
            self.student.must_obey(self.allowed, trial, [(200, 100), (100, 200)], sources=sources)

        # On a right init_plain, its source is not read: a rule that is broken there has cost its points already.
        alone, own = self.sources_alone, self.student.sources
        self.student.on_either(lambda: must_obey(alone), own=lambda: must_obey(own))

    test_generator = follows_the_generator(points=0.3)
    test_normal = bell_curve(points=0.6)
