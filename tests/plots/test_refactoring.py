"""Figures of the memory of a layer, the cost of a gradient, and the lines that correspond."""

from __future__ import annotations

import io
import math

import numpy as np
import pytest
from matplotlib.image import imread

from foundations import plots
from foundations.plots.refactoring import _size

SECONDS = {"outer product": 0.0772, "einsum": 2.41e-3, "matrix product": 2.3e-3}
SIZES = {"outer product": 156.8e6, "einsum": 3.136e6, "matrix product": 3.136e6}


def pixels(picture: plots.Picture) -> np.ndarray:
    """Return the image as an array of shape (height, width, 3), 0 to 1."""
    return imread(io.BytesIO(picture.png))[..., :3]


@pytest.fixture(
    params=[
        plots.layer_life,
        plots.layer_walk,
        plots.outer_products,
        plots.own_beside_torch,
        lambda: plots.time_and_memory(SECONDS, SIZES, title="My layer"),
    ],
    ids=["life", "walk", "outer", "beside", "costs"],
)
def picture(request) -> plots.Picture:
    return request.param()


def test_figures_need_no_colour(picture):
    """Every pixel is a grey, so a print loses no information."""
    image = pixels(picture)

    assert np.ptp(image, axis=2).max() == 0.0
    assert 0.0 < (image < 0.5).mean() < 0.5


def test_no_part_is_cut_off_at_the_edges(picture):
    """The outermost pixels are paper."""
    image = pixels(picture)

    assert [float(edge.min()) for edge in (image[0], image[-1], image[:, 0], image[:, -1])] == [1.0] * 4


def test_alt_text_describes_a_layer():
    """The words include both directions, and the values kept between them."""
    assert plots.layer_life().alt == (
        "A layer drawn as a box. Forward: inp goes in on the left, __call__(inp) runs, out leaves on the right. In the "
        "middle the layer remembers inp and out. Backward: out.g comes in on the right, backward() runs, and inp.g "
        "leaves on the left."
    )


def test_alt_text_has_the_order_of_the_layers():
    """The order is forward from the first layer, backward from the last."""
    assert plots.layer_walk(("Lin", "Mse")).alt == (
        "2 layers in a row between x and the loss. Forward they are called in the order 1 Lin, 2 Mse; backward in the "
        "order 3 Mse, 4 Lin, until x.g is there."
    )


def test_alt_text_has_the_shapes_of_the_stack():
    """The words include one sheet for each image, and their sum."""
    alt = plots.outer_products(3, 2, 4).alt

    assert alt.startswith(
        "For each of 3 images a column of 2 inputs times a row of 4 gradients gives a sheet of 2 by 4"
    )
    assert alt.endswith("their sum is one sheet, w.g of shape (n_in, n_out).")


def alt_of_time_and_memory(seconds, sizes, **options):
    picture = plots.time_and_memory(seconds, sizes, **options)
    assert picture is not None
    return picture.alt


def test_alt_text_has_time_and_memory():
    """Each way has both of its numbers."""
    assert alt_of_time_and_memory(SECONDS, SIZES, title="My layer") == (
        "Two bar charts on logarithmic scales, time and largest tensor. My layer: outer product 77.2 ms and 157 MB; "
        "einsum 2.41 ms and 3.14 MB; matrix product 2.3 ms and 3.14 MB."
    )


def test_alt_text_has_the_corresponding_lines():
    """Every line of the table is in the words."""
    assert plots.own_beside_torch([("w.g", "weight.grad"), ("Module", "nn.Module")]).alt == (
        "A table of two columns, the own network and torch.nn: w.g corresponds to weight.grad; Module corresponds to "
        "nn.Module."
    )


def test_missing_measurements_are_left_out_and_named(capsys):
    """A stub has neither time nor size; the others are drawn."""
    alt = alt_of_time_and_memory({"a": 1.0, "b": math.nan, "c": 0.5}, {"a": 1e6, "b": math.nan})

    assert alt.endswith("a 1 s and 1 MB.")
    assert capsys.readouterr().out == (
        "Not measured yet: b, c. Run this cell again once there is something to measure.\n"
    )


def test_an_empty_chart_is_one_printed_line(capsys):
    """Stubs give no chart and no error."""
    assert plots.time_and_memory({"a": math.nan}, {}) is None
    assert capsys.readouterr().out.startswith("Not measured yet: a.")


def test_one_way_alone_is_drawn_as_well():
    """After the first of three exercises there is one bar."""
    assert alt_of_time_and_memory({"a": 0.1}, {"a": 5e5}).endswith("a 100 ms and 500 kB.")


@pytest.mark.parametrize(
    ("count", "text"),
    [(12, "12 bytes"), (3136, "3.14 kB"), (156.8e6, "157 MB"), (7.84e9, "7.84 GB"), (999.9e3, "1 MB")],
)
def test_sizes_have_three_digits(count, text):
    """Units are decimal, as in the notebook."""
    assert _size(count) == text


def test_the_same_figure_is_the_same_bytes():
    """Without a date or a random id, a rebuilt notebook has no needless differences."""
    assert plots.layer_walk().png == plots.layer_walk().png
