"""A known mistake is named if numbers agree; exceptions and answers by yes or no are weaker evidence."""

from __future__ import annotations

from functools import partial

import pytest
import torch

from foundations.grading.misconceptions import Misconception, Observation, behave
from foundations.grading.naming import Agreement, BankSearch, agreement, ratio


def _itself(answer):
    return answer


def known(**answers):
    return [Misconception(name, "f", "hint", partial(_itself, answer)) for name, answer in answers.items()]


def observed(answer, *inputs):
    return [Observation((each,), behave(answer, (each,))) for each in inputs]


def names(bank, answer, inputs, battery=()):
    """Return the names that an exact and a scaled search find."""
    search = BankSearch(bank, observed(answer, *inputs), lambda: observed(answer, *battery))
    return [found.id if found else None for found in (search.exact(), search.scaled())]


X, Y, Z = torch.tensor([1.0, 2.0, -3.0]), torch.tensor([0.5, -1.0, 4.0]), torch.tensor([2.0, 2.5, 3.0])


def raises(kind, text):
    def answer(x):
        raise kind(text)

    return answer


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        (lambda x: x * 2, lambda x: x + x, Agreement.NUMBERS),
        (lambda x: x * 2, lambda x: x * 3, Agreement.NONE),
        (lambda x: None, lambda x: None, Agreement.WEAK),
        (lambda x: True, lambda x: True, Agreement.WEAK),
        (lambda x: x, lambda x: x, Agreement.WEAK),
        (
            raises(IndexError, "index 3 is out of bounds"),
            raises(IndexError, "index 7 is out of bounds"),
            Agreement.WEAK,
        ),
        (
            raises(TypeError, "Lin() takes no arguments"),
            raises(TypeError, "layer() takes no arguments"),
            Agreement.WEAK,
        ),
        (raises(IndexError, "too many indices"), raises(IndexError, "index 7 is out of bounds"), Agreement.EXCEPTION),
        (raises(IndexError, "a"), raises(TypeError, "a"), Agreement.NONE),
    ],
)
def test_agreement_has_levels(one, other, level):
    """Numbers weigh more than None, True or an input; the class of an exception alone weighs least."""
    assert agreement(behave(one, (X,)), behave(other, (X,))) == level


def test_the_class_of_an_exception_names_no_mistake():
    """Another message is another mistake, also if the values agree elsewhere."""
    bank = known(off_by_one=lambda x: x * 2 if x[0] > 0.7 else raises(IndexError, "index 3 is out of bounds")(x))
    alike = lambda x: x * 2 if x[0] > 0.7 else raises(IndexError, "too many indices for a tensor")(x)  # noqa: E731

    assert names(bank, alike, [X, Y], [X, Z, Y]) == [None, None]
    assert names(bank, bank[0].answer, [X, Y], [X, Z, Y])[0] == "off_by_one"


def test_answers_by_yes_or_no_have_to_agree_on_the_whole_battery():
    """Half of them agree by chance."""
    bank = known(ignores_sign=lambda x: bool(x.abs().sum() > 5))
    alike = lambda x: bool(x.sum() > 5)  # noqa: E731

    assert names(bank, alike, [Z], [X, Y, Z, -Z]) == [None, None]
    assert names(bank, bank[0].answer, [Z], [X, Y, Z, -Z])[0] == "ignores_sign"


def test_two_mistakes_that_agree_equally_are_not_told_apart():
    """A name is given only if it agrees on more of the inputs than any other."""
    bank = known(doubles=lambda x: x * 2, adds_itself=lambda x: x + x)

    assert names(bank, lambda x: x * 2, [X], [Y, Z]) == [None, None]


def test_a_known_mistake_times_a_constant_keeps_its_name():
    """The same constant has to fit in all calls."""
    bank = known(cubes=lambda x: x**3, roots=lambda x: x.abs().sqrt())

    assert names(bank, lambda x: 5 * x**3, [X], [Y, Z]) == [None, "cubes"]
    assert names(bank, lambda x: x[0] * x**3, [X], [Y, Z]) == [None, None]
    assert ratio(behave(lambda x: 3 * x, (X,)), behave(lambda x: x, (X,))) == pytest.approx(3)
    assert ratio(behave(lambda x: 3 * x + 1, (X,)), behave(lambda x: x, (X,))) is None
