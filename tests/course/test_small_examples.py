"""The feedback level ``example`` on known mistakes of 04_backward: each example shows the mistake, and is easy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from clients import GradingClients
from grading import BANKS, GradingClient, as_written, failing

from foundations.grading.misconceptions import Misconception, behave
from foundations.report.model import Example

EXERCISES = ("mse_grad", "relu_grad", "lin_grad")
MISTAKES = [known for known in BANKS["04_backward"].misconceptions if known.exercise in EXERCISES]
#: Mistakes that no input shows which the exercise declares: forbidden operations, dtypes, changed inputs, a shifted
#: output.
WITHOUT = re.compile("autograd|float32|asks_the_output|subtracts_within|in_place|take_a_step")
#: Their names have such words in them, but their values are wrong as well.
IN_VALUES = {"upstream_is_averaged_in_place", "masks_the_output_for_its_gradient"}


#: Mistakes that are tried with the quick tests.
QUICK = {
    *("forgets_to_divide_by_n", "difference_is_n_by_n", "mse_gradient_adds_up", "slope_is_one_at_zero"),
    *("asks_the_output_for_the_mask", "weight_gradient_is_transposed"),
}


@pytest.fixture(
    params=[pytest.param(known, id=known.id, marks=[] if known.id in QUICK else pytest.mark.slow) for known in MISTAKES]
)
def mistake(request: pytest.FixtureRequest) -> Misconception:
    return request.param


@pytest.fixture
def client(clients: GradingClients, mistake: Misconception) -> Iterator[GradingClient]:
    client = clients("04_backward", answers=(mistake.exercise,))
    outside, client.grader.feedback = client.grader.feedback, "example"
    yield client
    client.grader.feedback = outside


def arguments(example: Example) -> list[Any]:
    """Read the lines of an example as a student would type them."""
    made: dict[str, torch.Tensor] = {}
    for line in example.inputs:
        name, _, numbers = line.partition(" = ")
        value = torch.tensor(eval(numbers, {}), dtype=torch.float32)
        owner, _, attribute = name.partition(".")
        if attribute:
            setattr(made[owner], attribute, value)
        else:
            made[name] = value
    return list(made.values())


def test_each_mistake_is_shown_by_an_example(client: GradingClient, mistake: Misconception) -> None:
    """The known mistake, called on the typed input, gives the shown result, which is not the expected one."""
    examples = [check.example for check in failing(client.grade_one(as_written(mistake))) if check.example]
    if WITHOUT.search(mistake.id) and mistake.id not in IN_VALUES:
        # A result that was computed in float32 differs from one in float64 in its last digits.
        assert [example for example in examples if "(float64)" not in "".join(example.inputs)] == []
        return
    assert examples
    for example in examples:
        args = arguments(example)
        behaviour = behave(mistake.answer, args)
        assert example.got != example.expected
        assert max(arg.numel() for arg in args) <= 6
        place, _, numbers = example.got.removesuffix(" is not set").partition(" = ")
        names = [line.partition(" = ")[0] for line in example.inputs]
        if behaviour.error is not None:
            assert example.got.startswith(behaviour.error)
            continue
        name, _, attribute = place.partition(".")
        index = [owner for owner in names if "." not in owner].index(name)
        if not numbers:
            assert attribute not in behaviour.attributes[index]
        else:
            got = behaviour.attributes[index][attribute].double()
            assert torch.allclose(got, torch.tensor(eval(numbers, {}), dtype=torch.float64), atol=1e-3)
