"""Copies where views are asked for."""

import pytest

from foundations.diagnosis.placement import copies_some


@pytest.mark.parametrize(("copies", "found"), [([True, True], False), ([False, False], False), ([False, True], True)])
def test_a_copy_is_diagnosed_if_other_calls_give_a_view(copies, found):
    """If all are copies, the known mistakes distinguish the ways to make them."""
    diagnosis = copies_some("c", copies)
    assert (diagnosis is not None and diagnosis.id == "copies_some") == found
