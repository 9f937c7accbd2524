"""Calls that refuse, answer or act otherwise than they should have one sentence about it, and one question."""

from __future__ import annotations

import pytest

from foundations.diagnosis import refusals
from foundations.diagnosis.shapes import compare_shapes


@pytest.mark.parametrize(
    ("found", "name"),
    [
        (refusals.not_refused("the shapes differ"), "not_refused"),
        (refusals.other_exception("ValueError", "AssertionError"), "other_exception"),
        (refusals.wrong_answer(True, "the shapes differ"), "yes_for_no"),
        (refusals.wrong_answer(False, "the two are equal"), "no_for_yes"),
        (refusals.acts_before_it_refuses("made a file"), "acts_before_it_refuses"),
        (refusals.not_reproducible(), "not_reproducible"),
        (refusals.needs_a_later_line("the script"), "undefined_name"),
        (refusals.stays_as_it_was("The script"), "keeps_old"),
        (refusals.not_reached("w1"), "not_reached"),
        (refusals.not_called("bwd"), "not_called"),
    ],
)
def test_each_has_its_name_and_a_question(found, name):
    """The hint is a sentence or two, and ends with one question."""
    assert found.id == name
    assert found.hint.endswith("?")
    assert found.hint.count("?") == 1


@pytest.mark.parametrize(
    ("got", "words"),
    [
        ([(5, 4), (4,), (1, 4), (1,)], None),
        ([(4, 5), (4,), (4, 1)], "A tensor of shape (1,) is missing"),
        ([(5, 4), (4,)], "Tensors of shapes (1,) and (1, 4) are missing"),
        ([(5, 4), (4,), (2, 4), (1,)], None),
        ([(5, 4), (4,), (1, 4), (1,), (1,)], None),
    ],
)
def test_missing_tensors(got, words):
    """Only if some are missing and the others are right; the order of axes does not count."""
    found = compare_shapes(got, [(5, 4), (4,), (4, 1), (1,)])
    assert (found.hint.partition(".")[0] if found else None) == words
