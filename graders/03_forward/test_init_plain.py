"""Hidden checks of ``init_plain(n_in, n_out, generator)``: normal numbers of standard deviation 1."""

from foundations.grading.pytest_plugin import check


def spread(n_in, n_out):
    """1 for every layer."""
    return 1.0


@check("normal numbers of mean 0 and standard deviation 1, shape (n_in, n_out)", points=0.3, gate=True)
def test_spread(starts):
    starts.must_spread(spread)


@check("every number comes from the generator that was given", points=0.3)
def test_generator(starts):
    starts.must_obey_the_generator()


@check("a bell curve, each number drawn for itself", points=0.2)
def test_normal(starts):
    starts.must_be_normal(spread)


@check("sizes of 1", points=0.2)
def test_thin(starts):
    starts.must_keep_their_shape()
