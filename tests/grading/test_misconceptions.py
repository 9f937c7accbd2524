"""A mistake is named by the misconception that behaves like the student's function on the same inputs."""

import pytest
import torch
from tensors import with_g

from foundations.errors import CourseError
from foundations.grading.misconceptions import Behaviour, Observation, behave, copied, load_bank
from foundations.grading.naming import BankSearch, same

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


def observed(answer, *args):
    return Observation(args, behave(answer, args))


def test_bank_has_ids_hints_symptoms_and_batteries(bank):
    """A function's name is the id, and its docstring the hint in one line."""
    assert [(misconception.id, misconception.symptoms) for misconception in bank.of("f")] == [
        ("forgets_one", ()),
        ("always_zero", ()),
        ("uses_pow", ("rule: pow",)),
    ]
    assert bank.of("f")[0].hint == "Count the steps. Is one missing?"
    assert list(bank.batteries) == ["f"]


def id_of_mistake(*evidence):
    known, failing, battery = evidence
    mistake = BankSearch(known, failing, lambda: battery).exact()
    return mistake.id if mistake else None


def test_mistake_that_behaves_alike_is_named(bank):
    """A misconception must agree on all failing calls, and the battery decides between several."""
    ones, zeros = torch.ones(2), torch.zeros(2)
    failing = [observed(lambda x: 2 * x, ones)]

    assert id_of_mistake(bank.of("f"), failing, []) == "forgets_one"
    assert id_of_mistake(bank.of("f"), [observed(lambda x: x * 7, ones)], []) is None
    both = [observed(lambda x: x * 0, zeros)]
    assert id_of_mistake(bank.of("f"), both, [observed(lambda x: x * 0, ones)]) == "always_zero"


def test_symptom_is_explained_by_the_mistake_that_declares_it(bank):
    """A finding with a symptom is not explained by values."""
    search = BankSearch(bank.of("f"), [], list)
    assert search.by_symptom("rule: pow") is bank.of("f")[2]
    assert search.by_symptom("rule: einsum") is None


def test_behaviour_is_value_exception_and_changed_arguments():
    """Two functions with the same value behave differently if one of them changes its input."""

    def changes(x):
        x += 1
        return x * 0

    def preserves(x):
        return (x + 1) * 0

    ones = torch.ones(2)
    assert not same(behave(changes, [ones]), behave(preserves, [ones]))
    assert torch.equal(ones, torch.ones(2))
    assert behave(lambda x: x @ torch.ones(3), [ones]).error == "RuntimeError"
    assert not same(Behaviour(ones, None, ()), Behaviour(ones.double(), None, ()))
    assert not same(Behaviour(True, None, ()), Behaviour(1, None, ()))


def test_copies_keep_layout_and_attributes():
    """A misconception gets inputs with the strides and attributes of the student's."""
    value = with_g(torch.arange(6.0).reshape(2, 3).t(), torch.ones(1))

    copy = copied(value)

    assert (copy.stride(), torch.equal(copy, value), copy is value) == (value.stride(), True, False)
    assert torch.equal(copy.g, value.g)
    assert copy.g is not value.g


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
def test_broken_bank_raises_a_course_error(tmp_path, text, words):
    """The message contains the cause."""
    (tmp_path / "misconceptions.py").write_text(text)

    with pytest.raises(CourseError, match=words):
        load_bank(tmp_path)


def test_missing_file_is_an_empty_bank(tmp_path):
    """An assignment without ``misconceptions.py`` has no misconceptions."""
    assert load_bank(tmp_path).of("f") == []
