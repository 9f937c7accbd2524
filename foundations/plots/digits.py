"""MNIST digits as images."""

from __future__ import annotations

import math

import torch

from foundations.plots.picture import INK, Picture, deferrable, finished, new_figure


@deferrable
def digits(images: torch.Tensor, labels: torch.Tensor, *, columns: int = 10) -> Picture:
    """Draw a grid of MNIST digits, each under its label.

    Args:
        images: (n, 784), 0 is paper and 1 is ink.
        labels: (n,), the digits.
        columns: the number of digits in a row.
    """
    rows = math.ceil(len(images) / columns)
    # One picture of all digits on one pair of axes: twenty pairs take five times as long to draw.
    wide, high = 32, 41
    sheet = torch.zeros(rows * high, columns * wide)
    figure = new_figure(0.8 * columns, 1.02 * rows)
    axes = figure.add_axes((0, 0, 1, 1))
    for position, (image, label) in enumerate(zip(images, labels, strict=True)):
        top, left = position // columns * high + 11, position % columns * wide + 2
        sheet[top : top + 28, left : left + 28] = image.detach().view(28, 28)
        axes.text(left + 14, top - 3, f"{int(label)}", fontsize=10, ha="center", va="bottom")
        edges = ([left, left + 28, left + 28, left, left], [top, top, top + 28, top + 28, top])
        axes.plot(*[[coordinate - 0.5 for coordinate in edge] for edge in edges], color=INK, linewidth=0.9)
    axes.imshow(sheet.numpy(), cmap="gray_r", vmin=0, vmax=1, aspect="auto")
    axes.axis("off")
    read = ", ".join(str(int(label)) for label in labels)
    return finished(figure, f"{len(images)} handwritten digits of 28 by 28 pixels, dark on white, labelled {read}.")
