"""Hidden tests of the course that meet a value which no exercise asks for: the value costs its check only."""

import pytest

#: The parameters' shapes are compared after sorting, which fails for tuples of mixed types.
NETWORK = """
class TorchNetwork(nn.Module):
    def __init__(self, n_in, nh, n_out):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(n_in, nh), nn.ReLU(), nn.Linear(nh, n_out))

    def forward(self, x, targ):
        return mse(self.layers(x), targ)

    def parameters(self, recurse=True):
        class Odd:
            pass

        made = [Odd() for _ in range(4)]
        for one in made:
            one.shape = SHAPE
        return made
"""


@pytest.mark.parametrize("shape", ["(1, 'a')", "(None, 2)", "((1,), 2)", "({}, 1)", "[1j, 2]", "(1, b'a')"])
def test_parameters_of_odd_shapes(clients, shape):
    """The exercise earns 0, and a person is asked to look; the run itself has no error."""
    client = clients("05_modules", answers=["TorchNetwork"])
    report = client.grade({"TorchNetwork": [NETWORK.replace("SHAPE", shape)]}).report
    (exercise,) = report.exercises

    assert (report.fault, report.verdict, exercise.score) == (0, "graded", 0.0)
    assert exercise.checks[0].message.startswith("TorchNetwork gave something that this check could not examine")
    (review,) = report.review
    assert (review.finding.startswith("TypeError: "), review.exercises) == (True, ("TorchNetwork",))
