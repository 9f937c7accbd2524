"""Figures are the same to readers who see them, print them in grey, or hear them read."""

from __future__ import annotations

import io
import math
from typing import Any

import nbformat
import numpy as np
import pytest
import torch
from IPython.core.formatters import DisplayFormatter
from matplotlib.image import imread
from nbconvert import HTMLExporter

from foundations import plots
from foundations.plots.timings import _bar_text


def pixels(picture: plots.Picture) -> np.ndarray:
    """Return the image as an array of shape (height, width, 3), 0 to 1."""
    return imread(io.BytesIO(picture.png))[..., :3]


@pytest.fixture(scope="module")
def digits() -> plots.Picture:
    return plots.digits(torch.rand(7, 784, generator=torch.Generator().manual_seed(0)), torch.arange(7), columns=4)


def timings(seconds: dict[str, float], **options: Any) -> plots.Picture:
    """Draw a chart that is not empty."""
    picture = plots.timings(seconds, **options)
    assert picture is not None
    return picture


@pytest.fixture(scope="module")
def ladder() -> plots.Picture:
    return timings({"naive": 0.37, "elementwise": 6e-4}, title="Mine", reference=[("lesson", 3.26), ("@", 3e-5)])


@pytest.fixture(scope="module")
def product() -> plots.Picture:
    return plots.matrix_product((3, 4), (4, 5), cell=(1, 2), highlight_k=0)


@pytest.fixture(params=["digits", "ladder", "product"])
def picture(request) -> plots.Picture:
    return request.getfixturevalue(request.param)


def test_alt_text_has_the_content_of_the_figure(digits, ladder, product):
    """Labels, shapes and numbers are in the words, not only in the pixels."""
    assert digits.alt == "7 handwritten digits of 28 by 28 pixels, dark on white, labelled 0, 1, 2, 3, 4, 5, 6."
    assert ladder.alt == (
        "Bar chart on a logarithmic scale. Mine: "
        "naive 370 ms; elementwise 600 µs, ×617; lesson 3.26 s; @ 30 µs, ×109,000."
    )
    assert product.alt == (
        "Matrix a of shape (3, 4) stands left of the result c of shape (3, 5), matrix b of shape (4, 5) above it. "
        "Row 1 of a and column 2 of b are shaded; they meet in the entry c[1, 2], which is black. "
        "Step k=0 is marked in both."
    )


def test_figures_need_no_colour(picture):
    """Every pixel is a grey, so a print loses no information."""
    image = pixels(picture)

    assert np.ptp(image, axis=2).max() == 0.0
    assert 0.0 < (image < 0.5).mean() < 0.5


def test_no_part_is_cut_off_at_the_edges(picture):
    """The outermost pixels are paper."""
    image = pixels(picture)

    assert [float(edge.min()) for edge in (image[0], image[-1], image[:, 0], image[:, -1])] == [1.0] * 4


def test_the_same_figure_is_the_same_bytes(product):
    """Without a date or a random id, a rebuilt notebook has no needless differences."""
    assert plots.matrix_product((3, 4), (4, 5), cell=(1, 2), highlight_k=0).png == product.png


def test_a_product_is_lettered_as_its_formula():
    """If the text next to it sums over i, so does the picture."""
    lettered = plots.matrix_product((3, 4), (4, 5), cell=(1, 2), highlight_k=0, letters=("n", "i", "j"))

    assert "Step i=0 is marked in both." in lettered.alt
    assert lettered.png != plots.matrix_product((3, 4), (4, 5), cell=(1, 2), highlight_k=0).png


def test_a_notebook_gets_an_image_with_its_alt_text(digits):
    """HTML carries the alt text; PNG is for readers that drop HTML, text for terminals."""
    data, metadata = DisplayFormatter().format(digits)

    assert data["text/html"].startswith(f'<img alt="{digits.alt}" width="352"')
    assert data["text/plain"] == f"[figure: {digits.alt}]"
    assert metadata["image/png"]["alt"] == digits.alt
    assert data["text/html"].endswith(f'src="data:image/png;base64,{data["image/png"]}">')


def test_alt_text_survives_nbconvert(ladder):
    """The page made from a notebook has our alt text, once, and not a placeholder."""
    data, metadata = ladder._repr_mimebundle_()
    cell = nbformat.v4.new_code_cell(
        "plot()", outputs=[nbformat.v4.new_output("display_data", data, metadata=metadata)]
    )
    page, _ = HTMLExporter().from_notebook_node(nbformat.v4.new_notebook(cells=[cell]))

    assert page.count(f'<img alt="{ladder.alt}"') == 1
    assert page.count("<img") == 1


def test_alt_text_cannot_break_out_of_its_attribute():
    """A title is text, whatever characters it contains."""
    data, _ = timings({'"><script>': 1.0, "b": 0.1})._repr_mimebundle_()

    assert "<script>" not in data["text/html"]
    assert "&quot;&gt;&lt;script&gt;" in data["text/html"]


def test_missing_timings_are_left_out_and_named(capsys):
    """The chart is drawn from the timings that exist."""
    picture = timings({"naive": 0.5, "elementwise": math.nan})

    assert "naive 500 ms." in picture.alt
    assert "elementwise" not in picture.alt
    assert capsys.readouterr().out == (
        "Not timed yet: elementwise. Run this cell again once there is something to time.\n"
    )


def test_an_empty_chart_is_one_printed_line(capsys):
    """Stubs give no chart and no error."""
    assert plots.timings({"naive": math.nan, "elementwise": math.nan}) is None
    assert capsys.readouterr().out.startswith("Not timed yet: naive, elementwise.")


def test_the_slowest_bar_is_the_longest():
    """The first, dark bar reaches over much of the figure; the second, 100 times faster, does not."""
    image = pixels(timings({"slow": 1.0, "fast": 0.01})).max(axis=2)
    long_rows = np.flatnonzero((image < 0.6).sum(axis=1) > image.shape[1] * 0.4)

    assert long_rows.size > 20
    assert np.median(long_rows) < image.shape[0] / 2


@pytest.mark.parametrize(
    ("value", "slowest", "text"),
    [(1.0, 1.0, "1 s"), (1.0, 4.5, "1 s   ×4.5"), (4.84e-3, 3.26, "4.84 ms   ×674"), (1.0, 9.999, "1 s   ×10")],
)
def test_factors_have_three_digits(value, slowest, text):
    """More digits were not measured."""
    assert _bar_text(value, slowest) == text


def test_shapes_that_do_not_fit_are_not_drawn():
    """The picture of a product that does not exist would teach an error."""
    with pytest.raises(ValueError, match="a has 3 columns and b has 2 rows"):
        plots.matrix_product((2, 3), (2, 2))
