"""Fixtures that the hidden tests of 06_training share. Fixtures only: no helper is imported from here."""

import pytest
import torch


@pytest.fixture
def classes(student):
    """Make secret right classes: ``classes(n, c)`` are n whole numbers from 0 to c − 1."""
    generator = student.generator("classes")

    def make(n, c):
        return torch.randint(c, (n,), generator=generator)

    return make
