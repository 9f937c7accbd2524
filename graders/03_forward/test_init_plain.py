"""Hidden checks of ``init_plain(n_in, n_out, generator)``: normal numbers of standard deviation 1."""

from foundations.plugin import check


@check("normal numbers of mean 0 and standard deviation 1, shape (n_in, n_out)", weight=2, gate=True)
def test_spread(starts):
    starts.must_spread(lambda n_in, n_out: 1.0)


@check("every number comes from the generator that was given", weight=2)
def test_generator(starts):
    starts.must_obey_the_generator()


@check("a bell curve, each number drawn for itself", weight=1)
def test_normal(starts):
    starts.must_be_normal()


@check("sizes of 1", weight=1)
def test_thin(starts):
    starts.must_keep_their_shape()
