"""Fixtures that the hidden tests of several exercises share. Fixtures only: no helper is imported from here."""

import pytest
import torch


@pytest.fixture
def matrix(student):
    """Make secret matrices: ``matrix(2, 3)``, another one at every call, the same ones at a replay."""
    generator = student.generator("matrices")

    def make(*shape, dtype=torch.float32):
        return torch.randn(*shape, generator=generator, dtype=torch.float64).to(dtype)

    return make
