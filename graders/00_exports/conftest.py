"""Fixtures that the hidden tests of 00_exports share. Fixtures only: no helper is imported from here."""

import misconceptions
import pytest
import torch


@pytest.fixture
def notebook():
    """``notebook("code: x = 1", "markdown: # Title")``: the text of a notebook file with these cells."""
    return misconceptions.notebook


@pytest.fixture
def number(student):
    """Make secret whole numbers of three or more digits, another one at every call, the same ones at a replay."""
    generator = student.generator("numbers")
    made = set()

    def draw():
        while (one := int(torch.randint(100, 9000, (), generator=generator))) in made:
            pass
        made.add(one)
        return one

    return draw
