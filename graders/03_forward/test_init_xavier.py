"""Hidden checks of ``init_xavier(n_in, n_out, generator)``: normal numbers of standard deviation 1 / √n_in."""

import math

from foundations.analysis.uses import find_uses
from foundations.grading.compare import CheckFailed, Finding
from foundations.grading.pytest_plugin import check

#: Of torch.nn.init: what knows a factor. ``normal_`` and its like know none.
READY_MADE = ("xavier_", "kaiming_", "calculate_gain")


def spread(n_in, n_out):
    """1 / √n_in."""
    return 1 / math.sqrt(n_in)


@check("normal numbers of mean 0 and standard deviation 1/√n_in, shape (n_in, n_out)", points=0.4, gate=True)
def test_spread(starts):
    starts.must_spread(spread)


@check("no initialisation that knows the factor", points=0.2, gate=True)
def test_rule(student):
    for use in find_uses(student.sources, student.exercise):
        if any(path.rpartition(".")[2].startswith(READY_MADE) for path in (*use.names, *use.paths)):
            text = f"line {use.line} uses `{use.operation}`: this exercise is about working out the factor yourself"
            raise CheckFailed(Finding("rule", text, symptom="rule: torch.nn"))


@check("every number comes from the generator that was given", points=0.2)
def test_generator(starts):
    starts.must_obey_the_generator()


@check("a bell curve, each number drawn for itself", points=0.1)
def test_normal(starts):
    starts.must_be_normal(spread)


@check("sizes of 1", points=0.1)
def test_thin(starts):
    starts.must_keep_their_shape()
