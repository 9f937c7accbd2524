"""The pictures of broadcasting describe themselves in words, and agree with torch."""

from __future__ import annotations

import io

import numpy as np
import pytest
import torch
from matplotlib.image import imread

from foundations import plots

ROW, MATRIX = torch.tensor([10.0, 20.0, 30.0]), torch.arange(1.0, 10.0).view(3, 3)
COLUMN = torch.tensor([[2.0], [3.0]])
PICTURES = {
    "a row": lambda: plots.spreadsheet(ROW, MATRIX),
    "a column and a row": lambda: plots.spreadsheet(ROW[:, None], ROW, ">"),
    "sums": lambda: plots.spreadsheet(COLUMN, torch.ones(2, 4), "×", sums=True),
    "shapes": lambda: plots.aligned_shapes((8, 1, 6, 1), (7, 1, 5)),
    "shapes that do not fit": lambda: plots.aligned_shapes((2, 3, 4), (2, 4)),
    "memory": lambda: plots.memory(ROW.expand(3, 3)),
}


def pixels(picture: plots.Picture) -> np.ndarray:
    """Return the image as an array of shape (height, width, 3), 0 to 1."""
    return imread(io.BytesIO(picture.png))[..., :3]


@pytest.fixture(params=PICTURES)
def picture(request) -> plots.Picture:
    return PICTURES[request.param]()


def test_spreadsheet_names_the_stretched_operand_and_the_result():
    """The words include shapes, the stretched operand, values and sums."""
    assert plots.spreadsheet(ROW, MATRIX).alt == (
        "Spreadsheet: (3,) + (3, 3); the left operand of shape (3,) is stretched to (3, 3), its copies hatched. "
        "The result, row by row: 11, 22, 33; 14, 25, 36; 17, 28, 39."
    )
    assert plots.spreadsheet(COLUMN, torch.ones(2, 4), "×", sums=True).alt.endswith("Sums of its columns: 5, 5, 5, 5.")
    assert "nothing is stretched" in plots.spreadsheet(MATRIX, MATRIX, "−").alt


def test_comparison_is_drawn_as_true_and_false():
    """Booleans are words and not numbers."""
    alt = plots.spreadsheet(ROW[:, None], ROW, ">").alt

    assert alt.endswith("False, False, False; True, False, False; True, True, False.")


def test_shapes_name_the_result_or_the_dimension_that_does_not_fit():
    """Dimensions are counted from the right, as the exercise asks for."""
    assert plots.aligned_shapes((8, 1, 6, 1), (7, 1, 5)).alt.endswith("The result: (8, 7, 6, 5).")
    assert plots.aligned_shapes((2, 3, 4), (2, 4)).alt.endswith("none, dimension -2: unequal, and no 1.")
    assert plots.aligned_shapes((2, 3), (3, 2)).alt.endswith("none, dimension -2 and -1: unequal, and no 1.")


def test_memory_names_the_entries_seen_and_stored():
    """The words describe a stretched row, and a transposed matrix, which has no hidden entries."""
    assert plots.memory(ROW.expand(3, 3)).alt == (
        "A tensor of shape (3, 3) and stride (0, 1): it shows 9 numbers, each with the place in memory that it is read "
        "from. The storage holds 3 numbers."
    )
    assert plots.memory(torch.arange(6.0).view(2, 3).t()).alt.endswith("The storage holds 6 numbers.")


def test_stretched_cells_are_hatched():
    """The copies of a row are greyer than the row: the first third of the left sheet against the rest."""
    image = pixels(plots.spreadsheet(ROW, MATRIX))
    height, width = image.shape[:2]
    left = image[:, : width // 3].min(axis=2)
    inked = [float((left[int(height * a) : int(height * b)] < 0.8).mean()) for a, b in ((0.2, 0.34), (0.41, 0.56))]

    assert inked[1] > 1.5 * inked[0]


def test_figures_need_no_colour(picture):
    """Every pixel is a grey, so a print loses no information."""
    assert np.ptp(pixels(picture), axis=2).max() == 0.0


def test_no_part_is_cut_off_at_the_edges(picture):
    """The outermost pixels are paper."""
    image = pixels(picture)

    assert [float(edge.min()) for edge in (image[0], image[-1], image[:, 0], image[:, -1])] == [1.0] * 4


@pytest.mark.parametrize("drawn", PICTURES.values(), ids=list(PICTURES))
def test_the_same_figure_is_the_same_bytes(drawn):
    """A rebuilt notebook has no needless differences."""
    assert drawn().png == drawn().png


def test_shapes_that_do_not_fit_raise():
    """torch's own exception is passed on."""
    with pytest.raises(RuntimeError, match="size"):
        plots.spreadsheet(ROW, torch.ones(2, 4))
