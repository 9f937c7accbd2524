"""The figures of 03_forward describe themselves in words, need no colour, and cut no part off."""

from __future__ import annotations

import io
import math

import numpy as np
import pytest
import torch
from matplotlib.image import imread

from foundations import plots

CURVES = {"plain": [10.0**k for k in range(1, 6)] + [math.inf], "small": [0.1, 0.01, 0.0], "steady": [0.8, 0.81, 0.79]}


def normal(count: int, mean: float, seed: int) -> torch.Tensor:
    return mean + torch.randn(count, generator=torch.Generator().manual_seed(seed))


FIGURES = {
    "clipped_bell": plots.clipped_bell,
    "through_layers": lambda: plots.through_layers(CURVES, title="Spread"),
    "many_starts": lambda: plots.many_starts(
        [torch.tensor(0.5), torch.tensor(0.6)], [0.8, 0.9], title="init_kaiming, then ReLU"
    ),
    "fans": lambda: plots.fans(5, 2),
    "two_scales": lambda: plots.two_scales(normal(400, 2.0, 1), normal(100, 5.0, 2)),
    "difference_table": lambda: plots.difference_table([1.0, 2.0, 3.0], torch.tensor([1.0, 2.5, 3.0])),
}


@pytest.fixture(params=FIGURES, scope="module")
def picture(request) -> plots.Picture:
    return FIGURES[request.param]()


def pixels(picture: plots.Picture) -> np.ndarray:
    """Return the image as an array of shape (height, width, 3), 0 to 1."""
    return imread(io.BytesIO(picture.png))[..., :3]


def test_figures_need_no_colour(picture):
    """Every pixel is a grey, so a print loses no information."""
    image = pixels(picture)

    assert np.ptp(image, axis=2).max() == 0.0
    assert 0.0 < (image < 0.5).mean() < 0.5


def test_no_part_is_cut_off_at_the_edges(picture):
    """The outermost pixels are paper."""
    image = pixels(picture)

    assert [float(edge.min()) for edge in (image[0], image[-1], image[:, 0], image[:, -1])] == [1.0] * 4


def test_the_same_figure_is_the_same_bytes():
    """Without a date or a random id, a rebuilt notebook has no needless differences."""
    assert plots.fans(5, 2).png == plots.fans(5, 2).png


def test_alt_text_names_the_end_of_each_curve():
    """The words include exploding, vanishing and steady."""
    assert FIGURES["through_layers"]().alt == (
        "Curves on a logarithmic scale. Spread. plain: 10 after layer 1, too large from layer 6; "
        "small: 0.1 after layer 1, 0 from layer 3; steady: 0.8 after layer 1, 0.79 after layer 3."
    )


def test_a_curve_without_a_number_is_named_and_not_drawn():
    """A curve that is too large from the start is described as such."""
    assert "plain: too large from layer 1" in plots.through_layers({"plain": [math.nan], "b": [1.0]}).alt
    assert "plain: nothing to draw" in plots.through_layers({"plain": []}).alt


def test_alt_text_has_the_averages():
    """The averages of tensors and of numbers are formatted alike."""
    assert FIGURES["many_starts"]().alt == (
        "Two histograms. init_kaiming, then ReLU: the mean is 0.550 on average, give or take 0.071; "
        "the standard deviation is 0.850 on average, give or take 0.071."
    )


def test_alt_text_has_fan_in_and_fan_out():
    """The words include fan in and fan out, with their sizes."""
    assert "5 lines meet in one output" in FIGURES["fans"]().alt
    assert "2 lines meet in one input" in FIGURES["fans"]().alt


def test_alt_text_distinguishes_the_two_scales():
    """By its own statistics each set is around 0; by the training set's, validation is not."""
    assert "validation numbers around 5.0" in FIGURES["two_scales"]().alt
    assert "Both by the training set's: training around 0, validation around 2.9." in FIGURES["two_scales"]().alt


def test_alt_text_of_the_table_has_its_numbers():
    """The words include outputs, targets, and the differences that were meant."""
    assert FIGURES["difference_table"]().alt == (
        "A table of 3 by 3 differences: each of the outputs 1, 2, 3 minus each of the targets 1, 2.5, 3. "
        "Only the 3 on the diagonal, shaded, were meant."
    )
