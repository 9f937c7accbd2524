"""The computational graph, gradients as tiles and errors of steps are the same to eyes, printers and ears."""

from __future__ import annotations

import io

import numpy as np
import pytest
import torch
from matplotlib.image import imread

from foundations import plots
from foundations.plots.graphs import _rows

CHAIN: list[str | tuple[str, ...]] = ["x", ("lin", "w", "b"), "out", ("mse", "targ"), "loss"]


def pixels(picture: plots.Picture) -> np.ndarray:
    """Return the image as an array of shape (height, width, 3), 0 to 1."""
    return imread(io.BytesIO(picture.png))[..., :3]


@pytest.fixture(scope="module")
def graph() -> plots.Picture:
    return plots.computation_graph(
        CHAIN,
        shapes={"x": "(1, 2)", "loss": "()"},
        values={"x": torch.tensor([[1.0, 2.0]]), "w": torch.tensor([[1.0], [-0.25]]), "loss": torch.tensor(2.5)},
        gradients={"x": torch.tensor([[-4.0, 0.0]]), "w": torch.tensor([[3.0], [1 / 3]])},
    )


@pytest.fixture(scope="module")
def tiles() -> plots.Picture:
    made = torch.randn(784, 5, generator=torch.Generator().manual_seed(0))
    return plots.weight_tiles(made / made.abs().max(), titles=["unit 0", "unit 1"], columns=3)


@pytest.fixture(scope="module")
def errors() -> plots.Picture:
    return plots.step_errors({"central": [(0.1, 1e-3), (0.01, 1e-5), (0.001, 0.0)], "one-sided": [(0.1, 0.2)]})


@pytest.fixture(params=["graph", "tiles", "errors"])
def picture(request) -> plots.Picture:
    return request.getfixturevalue(request.param)


def test_alt_text_has_the_content_of_the_figure(graph, tiles, errors):
    """Names, shapes and numbers are in the words, not only in the pixels."""
    assert graph.alt == (
        "Computational graph from left to right: starting from x, lin with w and b gives out, mse with targ gives "
        "loss. Shapes: x (1, 2), loss (). Values: x [1 2], loss 2.5, w [1; -0.25]. Gradients: x [-4 0], w [3; 0.333]."
    )
    assert tiles.alt == (
        "5 tiles of 28 by 28 pixels, titled unit 0, unit 1. Dark is positive, light is negative, middle grey is zero; "
        "the largest size is 1."
    )
    assert errors.alt == (
        "Line chart on two logarithmic axes. Error of a slope: central is best at a step of 1e-02, with an error of "
        "1e-05; one-sided is best at a step of 1e-01, with an error of 2e-01."
    )


def test_figures_need_no_colour(picture):
    """Every pixel is a grey, so a print loses no information."""
    assert np.ptp(pixels(picture), axis=2).max() == 0.0


def test_no_part_is_cut_off_at_the_edges(picture):
    """The outermost pixels are paper."""
    image = pixels(picture)

    assert [float(edge.min()) for edge in (image[0], image[-1], image[:, 0], image[:, -1])] == [1.0] * 4


def test_the_same_figure_is_the_same_bytes(errors):
    """Without a date or a random id, a rebuilt notebook has no needless differences."""
    again = plots.step_errors({"central": [(0.1, 1e-3), (0.01, 1e-5), (0.001, 0.0)], "one-sided": [(0.1, 0.2)]})

    assert again.png == errors.png


def test_gradients_are_drawn_below_on_grey(graph):
    """The picture has pale boxes only if it has gradients."""
    without = plots.computation_graph(CHAIN, values={"x": torch.tensor([[1.0, 2.0]])})
    pale = [int(np.isclose(pixels(picture)[..., 0], 0xE4 / 255, atol=0.01).sum()) for picture in (graph, without)]

    assert pale[0] > 5 * pale[1]


def test_shapes_alone_are_enough():
    """The first look at a network has no numbers in it."""
    picture = plots.computation_graph(CHAIN, shapes={"x": "(N, 784)"})

    assert picture.alt.endswith("gives loss. Shapes: x (N, 784).")
    assert 0.0 < (pixels(picture) < 0.5).mean() < 0.5


@pytest.mark.parametrize("chain", [["x"], [("lin", "w"), "x"], ["x", "y"], ["x", ("lin", "w")]])
def test_chain_goes_from_tensor_to_tensor(chain):
    """Any other chain is the course author's mistake; a single tensor is a short chain."""
    if chain == ["x"]:
        assert plots.computation_graph(chain).alt.startswith("Computational graph")
        return
    with pytest.raises(ValueError, match="tensors and operations in turn"):
        plots.computation_graph(chain)


@pytest.mark.parametrize(
    ("tensor", "rows"),
    [
        (torch.tensor(2.5), ["2.5"]),
        (torch.tensor([3.0, -8.0]), [" 3 -8"]),
        (torch.tensor([[1.0, -10.0], [0.3333, 2.0]]), ["    1   -10", "0.333     2"]),
        (torch.tensor([[1.0], [9.0]]), ["1", "9"]),
    ],
)
def test_numbers_are_aligned_in_columns(tensor, rows):
    """Whole numbers have no point, others three digits."""
    assert _rows(tensor) == rows


def test_sign_of_a_weight_is_its_shade():
    """White is the most negative, black the most positive, a middle grey zero."""
    weights = torch.zeros(784, 1)
    weights[:392], weights[392:500] = 1.0, -1.0
    image = pixels(plots.weight_tiles(weights))[..., 0]
    tile = image[:, : image.shape[1] // 2]

    assert (tile < 0.02).mean() > 0.15
    assert 0.1 < np.isclose(tile, 0.5, atol=0.03).mean() < 0.5


def test_tiles_are_square():
    """784 weights make a tile of 28 by 28; 785 are refused."""
    with pytest.raises(ValueError, match="785 weights make no square tile"):
        plots.weight_tiles(torch.zeros(785, 2))
