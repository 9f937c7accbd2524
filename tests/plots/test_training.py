"""The figures of 06_training describe themselves in words, need no colour, and cut no part off."""

from __future__ import annotations

import io
import math

import numpy as np
import pytest
import torch
from matplotlib.image import imread

from foundations import plots

SCORES = torch.tensor([2.0, 0.5, -1.0])
HISTORY = [
    {"train": 0.7, "valid": 0.41, "accuracy": 0.87},
    {"train": 0.3, "valid": 0.29, "accuracy": 0.92},
    {"train": 0.2, "valid": 0.31, "accuracy": 0.905},
]
LOST = [{"accuracy": 0.1}, {"accuracy": math.nan}, {"accuracy": math.nan}]


def mistakes(**options: int) -> plots.Picture:
    images = torch.rand(5, 784, generator=torch.Generator().manual_seed(0))
    labels, guesses = torch.tensor([0, 1, 2, 3, 4]), torch.tensor([0, 7, 2, 8, 9])
    return plots.confident_mistakes(images, labels, guesses, torch.tensor([1.0, 0.5, 1.0, 0.999, 0.75]), **options)


FIGURES = {
    "softmax_bars": lambda: plots.softmax_bars(SCORES, 0),
    "gradient_bars": lambda: plots.gradient_bars(SCORES, 1),
    "downhill": lambda: plots.downhill([0.1, 0.7, 2.2]),
    "epochs": lambda: plots.epochs([[2, 0, 1, 4, 3], [4, 3, 2, 1, 0]], 2),
    "learning_curves": lambda: plots.learning_curves(HISTORY, title="A network"),
    "accuracy_curves": lambda: plots.accuracy_curves({"slow": HISTORY, "lost": LOST}),
    "mistakes": mistakes,
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
    assert FIGURES["epochs"]().png == FIGURES["epochs"]().png


def test_alt_text_follows_the_scores_to_shares():
    """The words include all three steps, and the right class."""
    assert FIGURES["softmax_bars"]().alt == (
        "3 bar charts, the bar of class 0, the right one, dark. "
        "scores z 2.0, 0.5, -1.0; exp(z) 7.39, 1.65, 0.368; shares p 0.79, 0.18, 0.04."
    )


def test_alt_text_has_the_gradient():
    """The gradient is shares minus one-hot, with signs."""
    assert FIGURES["gradient_bars"]().alt.endswith("gradient p − y +0.79, -0.82, +0.04.")


def test_alt_text_has_the_end_of_each_rate():
    """The ends are creeping, arriving, and thrown off."""
    assert FIGURES["downhill"]().alt == (
        "Steps down a bowl, from w = -1.6, for 3 learning rates: lr 0.1, after 8 steps w = -0.69; "
        "lr 0.7, after 8 steps w = 0; lr 2.2, after 3 steps w = 2.8, and off."
    )


def test_alt_text_has_the_order_of_each_epoch():
    """The words include each epoch's order, cut into batches, with the smaller last one."""
    assert FIGURES["epochs"]().alt == (
        "5 examples in batches of 2, in a new order each epoch. epoch 1: 2 0 | 1 4 | 3; epoch 2: 4 3 | 2 1 | 0."
    )


def test_alt_text_has_both_ends_of_each_curve():
    """The words include losses and accuracy."""
    assert FIGURES["learning_curves"]().alt == (
        "Two line charts over 3 epochs. A network: loss, train: 0.700 after epoch 1, 0.200 after epoch 3; "
        "loss, valid: 0.410 after epoch 1, 0.310 after epoch 3; "
        "accuracy, valid: 87.0% after epoch 1, 90.5% after epoch 3."
    )


def test_a_curve_ends_where_the_numbers_end():
    """A run that left the range of floats is drawn up to that point; one without any number is named."""
    assert "accuracy, lost: 10.0% after epoch 1, 10.0% after epoch 1." in FIGURES["accuracy_curves"]().alt
    assert "accuracy, none: no number" in plots.accuracy_curves({"none": LOST[1:], "slow": HISTORY}).alt


def test_the_most_confident_mistakes_come_first():
    """Only misread digits are shown, sorted by the network's confidence, as many as are asked for."""
    assert mistakes().alt == (
        "3 of 3 misread digits out of 5, the most confident first: "
        "a 3 read as 8 with 99.9%; a 4 read as 9 with 75.0%; a 1 read as 7 with 50.0%."
    )
    assert mistakes(count=1).alt.startswith("1 of 3 misread digits")


def test_a_network_without_mistakes_has_a_figure_too():
    """An empty list of mistakes is not an error."""
    nothing = plots.confident_mistakes(torch.zeros(2, 784), torch.arange(2), torch.arange(2), torch.ones(2))

    assert nothing.alt == "0 of 0 misread digits out of 2, the most confident first."
