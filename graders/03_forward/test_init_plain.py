"""Hidden checks of ``init_plain(n_in, n_out, generator)``: normal numbers of standard deviation 1.

Sentence of the text → check:

    weights from a bell curve with mean 0 and standard deviation 1      → test_spread
    The shape is `(n_in, n_out)`, the dtype float32, torch's default.   → test_spread
    Every number is drawn by itself                                     → test_normal
    and comes from `generator`                                          → test_generator
    Seed nothing: not `generator`                                       → test_generator
    and not torch's global one                                          → test_generator
"""

from helpers import Starts, bell_curve, follows_the_generator, spreads


class TestInitPlain(Starts):
    def spread(self, n_in, n_out):
        return 1.0

    test_spread = spreads(
        "normal numbers of mean 0 and standard deviation 1, shape (n_in, n_out)", points=0.3, gate=True
    )
    test_generator = follows_the_generator(points=0.3)
    test_normal = bell_curve(points=0.4)
