"""The model that ``fit`` trains notes its batches. Student code can write these notes: alone they decide no check."""

from __future__ import annotations

import pytest
from clients import GradingClients
from grading import failing, read_answers

FORGED = [answer for answer in read_answers("wrong", "fit") if "note" in answer.name]
#: The checks that read the noted batches.
ABOUT_BATCHES = {
    "every example comes once an epoch, in batches of bs, the smaller rest included",
    "each batch makes a step of its own, with images and digits that belong together",
    "every epoch has an order of its own",
    "the orders come from the generator, and from nothing else",
}


DIGITS = "digits: at least 85 % of 1,000 images that it never saw are read right"
EXPECTED = {
    "the whole set each time, and notes of batches that never were": ABOUT_BATCHES,
    "the notes of the last epoch, for every epoch": ABOUT_BATCHES,
    "three times as long where the notes are cut": {DIGITS},
}


def test_there_are_enough_forgers() -> None:
    """Notes are invented, appended, edited, reordered, cut, and copied from another epoch."""
    assert len(FORGED) >= 8
    assert set(EXPECTED) <= {answer.name for answer in FORGED}


@pytest.mark.parametrize("name", EXPECTED)
def test_forged_notes_are_found_out(clients: GradingClients, name: str) -> None:
    """Each check that reads batches fails, because the noted ones do not lead to the parameters that came back."""
    answer = next(forged for forged in FORGED if forged.name == name)
    exercise = clients("06_training", answers={"fit": answer}).grade_round({"fit": answer})["fit"]
    messages = {check.name: check.message for check in failing(exercise)}
    assert set(messages) >= EXPECTED[name]
    assert all("do not lead to where it ended" in messages[check] for check in EXPECTED[name])
