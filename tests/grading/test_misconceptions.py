"""Naming a mistake: the misconception that does on the same inputs what the student's function did."""

import pytest
import torch

from foundations.errors import CourseError
from foundations.grading.misconceptions import Behaviour, Observation, behave, copied, load_bank, name_mistake, same

BANK = '''
from foundations.grading.misconceptions import battery, misconception
import torch

@misconception("f")
def forgets_one(x):
    """Count the steps.

    Is one missing?"""
    return x + x

@misconception("f")
def always_zero(x):
    """Look at the inputs."""
    return x * 0

@misconception("f", symptom="rule: pow")
def uses_pow(x):
    """Not yet yours."""
    return x**3

@battery("f")
def inputs(generator):
    return [(torch.rand(2, generator=generator),), (torch.zeros(2),)]
'''


@pytest.fixture
def bank(tmp_path):
    (tmp_path / "misconceptions.py").write_text(BANK)
    return load_bank(tmp_path)


def seen(answer, *args):
    return Observation(args, behave(answer, args))


def test_the_bank_reads_ids_hints_symptoms_and_batteries(bank):
    """A function's name is the id, its docstring the hint in one line."""
    assert [(one.id, one.symptoms) for one in bank.of("f")] == [
        ("forgets_one", ()),
        ("always_zero", ()),
        ("uses_pow", ("rule: pow",)),
    ]
    assert bank.of("f")[0].hint == "Count the steps. Is one missing?"
    assert list(bank.batteries) == ["f"]


def test_the_mistake_that_behaves_alike_is_named(bank):
    """On the failing calls all of them must agree; the battery decides between several."""
    ones, zeros = torch.ones(2), torch.zeros(2)
    failing = [seen(lambda x: 2 * x, ones)]

    assert name_mistake(bank.of("f"), failing, []).id == "forgets_one"
    assert name_mistake(bank.of("f"), [seen(lambda x: x * 7, ones)], []) is None
    both = [seen(lambda x: x * 0, zeros)]
    assert name_mistake(bank.of("f"), both, [seen(lambda x: x * 0, ones)]).id == "always_zero"


def test_a_symptom_is_explained_by_the_mistake_that_declares_it(bank):
    """Values say nothing where an operation is what is wrong."""
    assert name_mistake(bank.of("f"), [], [], "rule: pow").id == "uses_pow"
    assert name_mistake(bank.of("f"), [], [], "rule: einsum") is None


def test_behaviour_is_value_exception_and_what_became_of_the_arguments():
    """Two functions that return the same are not the same if one of them spoils its input."""

    def spoils(x):
        x += 1
        return x * 0

    def keeps(x):
        return (x + 1) * 0

    ones = torch.ones(2)
    assert not same(behave(spoils, [ones]), behave(keeps, [ones]))
    assert torch.equal(ones, torch.ones(2))
    assert behave(lambda x: x @ torch.ones(3), [ones]).error == "RuntimeError"
    assert not same(Behaviour(ones, None, ()), Behaviour(ones.double(), None, ()))
    assert not same(Behaviour(True, None, ()), Behaviour(1, None, ()))


def test_copies_keep_layout_and_attributes():
    """A non-contiguous input is as non-contiguous for the misconception."""
    value = torch.arange(6.0).reshape(2, 3).t()
    value.g = torch.ones(1)

    twin = copied(value)

    assert (twin.stride(), torch.equal(twin, value), twin is value) == (value.stride(), True, False)
    assert torch.equal(twin.g, value.g)
    assert twin.g is not value.g


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("def (", "SyntaxError"),
        (
            "from foundations.grading.misconceptions import misconception\n@misconception('f')\ndef g(): pass",
            "has no docstring",
        ),
    ],
)
def test_a_broken_bank_is_the_authors_to_mend(tmp_path, text, words):
    """One sentence that names the file or the function."""
    (tmp_path / "misconceptions.py").write_text(text)

    with pytest.raises(CourseError, match=words):
        load_bank(tmp_path)


def test_no_bank_is_an_empty_one(tmp_path):
    """An assignment may have none yet."""
    assert load_bank(tmp_path).of("f") == []
