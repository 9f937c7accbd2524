"""Of the outputs that were submitted, only small PNG images and text are repeated."""

from __future__ import annotations

import base64
import struct

import nbformat
import pytest

from foundations.notebooks import submitted_outputs
from foundations.notebooks.submitted_outputs import repeated, with_figures

NOTE = "Not run while grading: the outputs are as submitted.\n"


def png(width: int = 3, height: int = 2, rest: bytes = b"\x08\x02\0\0\0 and the rest") -> str:
    """Return the beginning of a PNG file as base64."""
    start = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR"
    return base64.b64encode(start + struct.pack(">II", width, height) + rest).decode()


def figure(image: object = None, **data: object) -> dict:
    return {
        "output_type": "display_data",
        "metadata": {},
        "data": {"image/png": png() if image is None else image, **data},
    }


def printed(text: object, name: str = "stdout") -> dict:
    return {"output_type": "stream", "name": name, "text": text}


def images(outputs: list) -> list[str]:
    return [output.data["image/png"] for output in outputs if "data" in output]


def texts(outputs: list) -> list[str]:
    return [output.text for output in outputs if output.output_type == "stream"]


def test_texts_and_images_are_repeated_in_order_and_marked():
    """Line breaks in an image are left out."""
    image = png()
    result = {"output_type": "execute_result", "data": {"text/plain": ["4", "2"]}, "metadata": {}}
    shown = repeated([printed(["a\n", "b\n"]), figure([image[:9] + "\n", image[9:]]), result])
    assert images(shown) == [image]
    assert texts(shown) == [NOTE, "a\nb\n", "42\n"]
    nbformat.validate(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(outputs=shown)]))


def test_a_cell_without_outputs_has_a_note():
    """Students clear their outputs before they submit."""
    assert texts(repeated([])) == ["Not run while grading: no check needs this cell.\n"]


@pytest.mark.parametrize(
    "image",
    [
        base64.b64encode(b"<svg onload='alert(1)'></svg>").decode(),
        "not base64!",
        "ü" + png(),
        png()[:20],
        png(0, 5),
        png(100_000, 100_000),
        png(rest=bytes(submitted_outputs.MAX_IMAGE_BYTES)),
        "A" * (4 * submitted_outputs.MAX_IMAGE_BYTES),
        [1, 2],
        {"a": 1},
        "",
    ],
    ids=lambda image: str(image)[:12],
)
def test_what_is_not_a_small_png_is_left_out(image):
    """The signature and the size in the header decide."""
    assert images(repeated([figure(image)])) == []


@pytest.mark.parametrize(
    "output",
    [
        {"output_type": "display_data", "metadata": {}, "data": {"text/html": "<script>alert(1)</script>"}},
        {"output_type": "display_data", "metadata": {}, "data": {"text/html": "<b>x</b>", "text/plain": "x"}},
        {"output_type": "display_data", "metadata": {}, "data": {"image/svg+xml": "<svg/>"}},
        {"output_type": "display_data", "metadata": {}, "data": {"application/javascript": "alert(1)"}},
        {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["t"]},
        printed("a warning", "stderr"),
        printed(7),
        {"output_type": "display_data", "data": ["image/png"]},
        {"output_type": "display_data", "data": {"text/plain": 7}},
        "text",
        None,
    ],
    ids=str,
)
def test_other_outputs_are_left_out(output):
    """HTML, SVG, scripts and damaged outputs are not repeated."""
    assert texts(repeated([output])) == ["Not run while grading: no check needs this cell.\n"]


def test_images_and_text_are_bounded():
    """Images beyond their number, and text beyond its length, are left out."""
    many = repeated([figure()] * 50 + [printed("x" * 15_000)] * 3)
    assert len(images(many)) == submitted_outputs.MAX_IMAGES
    assert sum(map(len, texts(many)[1:])) == submitted_outputs.MAX_TEXT


def test_undrawn_figures_are_replaced_in_their_order():
    """A figure too many, or of the wrong form, changes no other output."""
    first, second = png(1), png(2)
    placeholder = nbformat.v4.new_output("display_data", data={"text/plain": "[figure]"})
    text = nbformat.v4.new_output("stream", text="printed\n")
    shown = with_figures([placeholder, text, placeholder, placeholder], [True, False, True, True], [
        figure(first), printed("old"), figure("bad"), figure(second)
    ])  # fmt: skip
    assert images([output for output in shown if "image/png" in output.get("data", {})]) == [first, second]
    assert texts(shown) == ["The figures of this cell are as submitted.\n", "printed\n"]
    assert shown[-1] == placeholder


def test_without_submitted_figures_the_outputs_stay():
    """The cell has its outputs alone."""
    placeholder = nbformat.v4.new_output("display_data", data={"text/plain": "[figure]"})
    assert with_figures([placeholder], [True], []) == [placeholder]
    assert with_figures([placeholder], [False], [figure()]) == [placeholder]
