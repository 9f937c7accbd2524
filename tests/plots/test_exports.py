"""The figures of 00_exports describe themselves in words, need no colour, and cut no part off."""

from __future__ import annotations

import io

import numpy as np
import pytest
from matplotlib.image import imread

from foundations import plots

CELLS = [("markdown", "# Prose"), ("code", "import math"), ("code", "#export\nTENTH = 0.1"), ("markdown", "#export")]


def pixels(picture: plots.Picture) -> np.ndarray:
    """Return the image as an array of shape (height, width, 3), 0 to 1."""
    return imread(io.BytesIO(picture.png))[..., :3]


@pytest.fixture(scope="module")
def script() -> plots.Picture:
    return plots.notebook_to_script(CELLS)


@pytest.fixture(scope="module")
def band() -> plots.Picture:
    return plots.tolerance()


@pytest.fixture(scope="module")
def growth() -> plots.Picture:
    return plots.namespace_growth([("x = 2", ["x"]), ("y = x\nz = y", ["x", "y", "z"])])


@pytest.fixture(params=["script", "band", "growth"])
def picture(request) -> plots.Picture:
    return request.getfixturevalue(request.param)


def test_alt_text_has_the_content_of_the_figure(script, band, growth):
    """Cells, names and numbers are in the words, not only in the pixels."""
    assert script.alt == (
        "00_small.ipynb as a column of 4 cells, and an arrow from each code cell whose first line is #export to the "
        "file exp/nb_00.py, which starts with a comment that names the notebook. The cells: 0 markdown: # Prose; 1 "
        "code: import math; 2 code, marked: #export / TENTH = 0.1; 3 markdown: #export."
    )
    assert band.alt == (
        "Line chart on two logarithmic axes: the largest difference that is forgiven, by the size of b. Below |b| = "
        "0.01 it is flat at about 1e-05, the absolute tolerance; above, it rises with 0.001 times |b|, the relative "
        "one. Below the line a is near b, above it is not."
    )
    assert growth.alt == (
        "2 cells run from top to bottom in one namespace. Before the first there is nothing; after cell 0 there are x; "
        "after cell 1 there are x, y, z."
    )


def test_figures_need_no_colour(picture):
    """Every pixel is a grey, so a print loses no information."""
    assert np.ptp(pixels(picture), axis=2).max() == 0.0


def test_no_part_is_cut_off_at_the_edges(picture):
    """The outermost pixels are paper."""
    image = pixels(picture)

    assert [float(edge.min()) for edge in (image[0], image[-1], image[:, 0], image[:, -1])] == [1.0] * 4


def test_the_same_figure_is_the_same_bytes(growth):
    """Without a date or a random id, a rebuilt notebook has no needless differences."""
    again = plots.namespace_growth([("x = 2", ["x"]), ("y = x\nz = y", ["x", "y", "z"])])

    assert again.png == growth.png


def test_marked_code_alone_becomes_a_script(script):
    """A kept cell is grey; a mark in prose has no effect."""
    without = plots.notebook_to_script([cell for cell in CELLS if "TENTH" not in cell[1]])
    pale = [int(np.isclose(pixels(picture)[..., 0], 0xE4 / 255, atol=0.01).sum()) for picture in (script, without)]

    assert pale[0] > 20 * pale[1]


def test_new_names_are_black():
    """A name is black next to the cell that made it, and grey from then on."""
    steps = [("x = 2", ["x"]), ("x", ["x"])]
    right = [pixels(plots.namespace_growth(steps[:count])) for count in (1, 2)]
    black = [int((image[:, image.shape[1] // 2 :].max(axis=2) < 0.05).sum()) for image in right]

    assert black[1] < 1.5 * black[0]


def test_band_bends_where_the_tolerances_meet():
    """Other tolerances give other words."""
    assert "Below |b| = 0.1 it is flat at about 0.001" in plots.tolerance(1e-2, 1e-3).alt
