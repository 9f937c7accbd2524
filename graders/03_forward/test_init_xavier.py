"""Hidden checks of ``init_xavier(n_in, n_out, generator)``: normal numbers of standard deviation 1 / √n_in.

Sentence of the text → check:

    Normal weights with standard deviation $1/\\sqrt{n_{in}}$.           → test_spread
    Normal weights                                                      → test_normal
    Shape, dtype and generator are as before.                           → test_spread
    all randomness comes from generator                                 → test_generator
    **Rule: nothing from `torch.nn` that knows the factor**             → test_rule
"""

import math

from helpers import Starts, bell_curve, follows_the_generator, spreads

from foundations.authoring import CheckFailed, Finding, check, find_uses

#: Functions of torch.nn.init that know a factor; ``normal_`` and its like know none.
READY_MADE = ("xavier_", "kaiming_", "calculate_gain")


class TestInitXavier(Starts):
    def spread(self, n_in, n_out):
        return 1 / math.sqrt(n_in)

    test_spread = spreads(
        "normal numbers of mean 0 and standard deviation 1/√n_in, shape (n_in, n_out)", points=0.4, gate=True
    )

    @check("no initialisation that knows the factor", points=0.2, gate=True)
    def test_rule(self):
        for use in find_uses(self.student.sources, self.student.exercise):
            if any(path.rpartition(".")[2].startswith(READY_MADE) for path in (*use.names, *use.paths)):
                text = f"line {use.line} uses `{use.operation}`: this exercise is about working out the factor yourself"
                raise CheckFailed(Finding("rule", text, symptom="rule: torch.nn"))

    test_generator = follows_the_generator(points=0.2)
    test_normal = bell_curve(points=0.2)
