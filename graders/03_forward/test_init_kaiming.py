"""Hidden checks of ``init_kaiming(n_in, n_out, generator)``: normal numbers of standard deviation √(2 / n_in)."""

import math

import torch

from foundations.plugin import check
from foundations.rules import Rule

RULE = Rule(
    about="working out the factor yourself: how much of the spread does ReLU leave, and over how many terms is summed?",
    forbid=frozenset({"torch.nn"}),
)


def drawn(names, n_in, n_out, seed):
    """init_kaiming(n_in, n_out, generator)"""
    return names["init_kaiming"](n_in, n_out, torch.Generator().manual_seed(seed))


def spread(n_in, n_out):
    """√(2 / n_in)."""
    return math.sqrt(2 / n_in)


@check("normal numbers of mean 0 and standard deviation √(2/n_in), shape (n_in, n_out)", weight=3, gate=True)
def test_spread(starts):
    starts.must_spread(spread)


@check("no initialisation out of torch.nn", weight=1, gate=True)
def test_rule(student):
    student.must_keep_to(RULE, 4, 3, 11, through=drawn)


@check("every number comes from the generator that was given", weight=1)
def test_generator(starts):
    starts.must_obey_the_generator()


@check("a bell curve, each number drawn for itself", weight=1)
def test_normal(starts):
    starts.must_be_normal(spread)


@check("sizes of 1", weight=1)
def test_thin(starts):
    starts.must_keep_their_shape()
