"""Hidden checks of ``init_kaiming(n_in, n_out, generator)``: normal numbers of standard deviation √(2 / n_in)."""

import math

import torch

from foundations.analysis.torch_operations import all_but
from foundations.grading.compare import CheckFailed, Finding
from foundations.grading.pytest_plugin import check
from foundations.grading.rules import Rule
from foundations.grading.student import Trial

RULE = Rule(
    about="working out the factor yourself: how much of the spread does ReLU leave, and over how many terms is summed?",
    allow=all_but("torch.nn"),
    numbers=True,
)


def drawn(names, n_in, n_out, seed):
    """init_kaiming(n_in, n_out, generator)"""
    return names["init_kaiming"](n_in, n_out, torch.Generator().manual_seed(seed))


def spread(n_in, n_out):
    """√(2 / n_in)."""
    return math.sqrt(2 / n_in)


@check("normal numbers of mean 0 and standard deviation √(2/n_in), shape (n_in, n_out)", points=0.8, gate=True)
def test_spread(starts):
    starts.must_spread(spread)


@check("no initialisation out of torch.nn", points=0.3, gate=True)
def test_rule(student):
    seeds = student.generator("traced seeds")

    def make(n_in, n_out):
        return n_in, n_out, int(torch.randint(1 << 40, (), generator=seeds))

    def must_be_spread(call):
        n_in, n_out, _ = call.args
        call.must_return(torch.zeros(n_in, n_out), scale=1e30)
        width = float(call.value.square().mean().sqrt()) / spread(n_in, n_out)
        if not 0.8 < width < 1.25:  # 20,000 numbers: 0.5 % by chance
            text = f"{call.subject} has the standard deviation {width * spread(n_in, n_out):.4g}"
            raise CheckFailed(Finding("value", text))

    def must_obey(*stubs):
        trial = Trial(make, must_be_spread, drawn)
        student.must_obey(RULE, trial, [(200, 100), (100, 200)], sources=[*student.sources, *stubs])

    # On a right init_plain, its source is not read: a rule that is broken there has cost its points already.
    student.on_either(lambda: must_obey(student.stand_ins.stubs), own=must_obey)


@check("every number comes from the generator that was given", points=0.3)
def test_generator(starts):
    starts.must_obey_the_generator()


@check("a bell curve, each number drawn for itself", points=0.3)
def test_normal(starts):
    starts.must_be_normal(spread)


@check("sizes of 1", points=0.3)
def test_thin(starts):
    starts.must_keep_their_shape()
