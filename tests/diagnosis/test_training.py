"""A training that ends at the wrong parameters is repeated with other steps, whatever the model is."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import torch
from torch import Tensor
from wrong_results import matrix

from foundations.diagnosis.training import Training, another_quantity, compare_training, ends_early


def slopes(loss):
    def of(params: Sequence[Tensor], batch) -> Sequence[Tensor]:
        leaves = [param.detach().requires_grad_() for param in params]
        return torch.autograd.grad(loss(leaves, *batch), leaves)

    return of


def line(params, x, y):
    return (x @ params[0] + params[1] - y).square().mean()


def odds(params, x, y):
    return torch.nn.functional.binary_cross_entropy_with_logits(x @ params[0], (y > 0).double())


def hidden(params, x, y):
    return ((x @ params[0]).tanh() @ params[1] - y).square().mean()


def batch(seed: int) -> tuple[Tensor, Tensor]:
    return matrix(6, 3, seed=seed, dtype=torch.float64), matrix(6, seed=seed, dtype=torch.float64)


PARAMS = {
    line: [matrix(3, dtype=torch.float64), matrix(1, dtype=torch.float64)],
    odds: [matrix(3, dtype=torch.float64)],
    hidden: [matrix(3, 4, dtype=torch.float64), matrix(4, dtype=torch.float64)],
}
EPOCHS = [[batch(1), batch(2)]] * 3
VALID = batch(9)


def training(loss, epochs=EPOCHS, rate=0.1) -> Training:
    return Training(PARAMS[loss], epochs, rate, slopes(loss), [("the examples of the validation", [VALID])])


def id_of(loss, got, **options) -> str:
    found = compare_training(got, training(loss, **options))
    return found.id if found else ""


@pytest.mark.parametrize("loss", PARAMS)
def test_other_steps_are_named(loss) -> None:
    """Each mistake leads to other parameters, and only its repetition leads there too."""
    right = training(loss)
    ends = {
        "": right.end(),
        "not_trained": PARAMS[loss],
        "climbs": right.end([-0.1] * 3),
        "factor": right.end([0.2] * 3),
        "rate_changes": right.end([0.1, 0.05, 0.025]),
        "ends_early": right.end(epochs=EPOCHS[:2]),
        "ends_late": right.end(epochs=EPOCHS + EPOCHS[:1]),
        "learns_from_others": right.end(epochs=[[*batches, VALID] for batches in EPOCHS]),
        "keeps_old_gradients": right.end(kept=1.0),
    }
    assert {name: id_of(loss, end) for name, end in ends.items()} == {name: name for name in ends}
    assert id_of(loss, right.end([0.1, 0.1 / 2, 0.1 / 3])) == "rate_changes"
    assert id_of(loss, right.end(kept=0.9)) == "keeps_old_gradients"


@pytest.mark.parametrize("loss", PARAMS)
def test_any_factor_of_a_single_step_is_named(loss) -> None:
    """A single step shows its factor, whatever it is."""
    single = training(loss, [[batch(1)]])
    found = compare_training(single.end([0.1 / 6]), single)
    assert found is not None
    assert (found.id, "0.1667 times" in found.hint) == ("factor", True)


@pytest.mark.parametrize("loss", PARAMS)
def test_other_parameters_have_no_name(loss) -> None:
    """Random numbers, other shapes and things other than tensors are not explained; rounding does not count."""
    end = training(loss).end()
    assert id_of(loss, [param + 0.3 * matrix(*param.shape, seed=5).double() for param in end]) == ""
    assert id_of(loss, [param[:1] for param in end]) == ""
    assert id_of(loss, [None] * len(end)) == ""
    assert id_of(loss, [param.float() for param in end]) == ""


@pytest.mark.parametrize(
    ("got", "name"),
    [([1.0, 2.0], ""), ([3.0, 4.0], "another_quantity"), ([5.0, 6.0], ""), ([3.0, 2.0], ""), ([3.0], "")],
)
def test_another_quantity(got: list[float], name: str) -> None:
    """All numbers have to be those of the other quantity."""
    others = {"the loss before the epoch": torch.tensor([3.0, 4.0]), "the loss of the batch": torch.tensor([7.0, 7.0])}
    found = another_quantity(torch.tensor(got), torch.tensor([1.0, 2.0]), "'valid'", others)
    assert (found.id if found else "") == name
    assert found is None or found.hint.startswith("'valid' is the loss before the epoch. ")


def test_a_history_that_is_too_short() -> None:
    """Fewer epochs than were asked for, and at least one."""
    assert [bool(ends_early(epochs, 3)) for epochs in (0, 1, 2, 3, 4)] == [False, True, True, False, False]
