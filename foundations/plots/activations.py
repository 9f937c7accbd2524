"""Figures of the numbers that flow through a network: means, spreads, and the effect of each layer on them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import TYPE_CHECKING, Any

import torch

from foundations.plots.picture import GREY, INK, PALE, Picture, deferrable, finished, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Numbers = Sequence[float] | Sequence[torch.Tensor] | torch.Tensor

#: Line, marker and shade of each curve, distinct in print.
CURVES = (("-", "o", INK), ("--", "s", "#5a5a5a"), ("-", "^", "#8c8c8c"), (":", "D", INK))
_SMALL: dict[str, Any] = {"fontsize": 9, "va": "center"}


@deferrable
def clipped_bell() -> Picture:
    """Draw the bell curve of mean 0 and standard deviation 1 before ReLU and after it."""
    x = torch.linspace(-3.2, 3.2, 257)
    bell = torch.exp(-x * x / 2) / math.sqrt(2 * math.pi)
    figure = new_figure(7.2, 2.5)
    pairs = figure.subplots(1, 2, sharey=True)
    figure.subplots_adjust(left=0.03, right=0.97, bottom=0.14, top=0.87, wspace=0.06)
    for axes, title in zip(pairs, ("before: mean 0, standard deviation 1", "after ReLU"), strict=True):
        _bare(axes, title)
        axes.set_xlim(-3.2, 3.2)
        axes.set_ylim(0, 0.56)
        axes.set_xticks([-2, 0, 2])
    before, after = pairs
    right, left = x >= 0, x <= 0
    before.fill_between(x.numpy(), bell.numpy(), color=PALE, edgecolor=INK)
    before.fill_between(x[left].numpy(), bell[left].numpy(), facecolor="white", edgecolor=INK, hatch="///")
    after.fill_between(x[right].numpy(), bell[right].numpy(), color=PALE, edgecolor=INK)
    after.plot([0, 0], [0, 0.5], color=INK, linewidth=5, solid_capstyle="butt")
    after.text(-0.2, 0.45, "half of all numbers\nlie on 0 now", ha="right", **_SMALL)
    mean = 1 / math.sqrt(2 * math.pi)
    after.plot([mean, mean], [0, 0.45], color=INK, linewidth=1.2, linestyle="--")
    after.text(mean + 0.12, 0.48, "mean 0.40,\nstandard deviation 0.58", ha="left", **_SMALL)
    return finished(
        figure,
        "Left: a bell curve around 0, its negative half hatched. Right: after ReLU the hatched half is gone, and a "
        "spike at 0 holds half of all numbers; the mean has moved to 0.40, the standard deviation shrunk to 0.58.",
    )


@deferrable
def through_layers(spreads: Mapping[str, Numbers], *, title: str = "Standard deviation after each layer") -> Picture:
    """Draw one curve for each way to start: the spread of the activations from layer to layer, on a log scale.

    Args:
        spreads: name → the standard deviations after layer 1, 2, … A curve ends where one is 0 or no longer a number:
            the activations have left the range of the dtype.
        title: the quantity that was measured.
    """
    from matplotlib.ticker import FuncFormatter, NullLocator

    figure = new_figure(7.2, 3.4)
    axes = figure.add_axes((0.09, 0.14, 0.61, 0.76))
    descriptions, ends, deepest = [], [], 1
    for (name, values), (line, marker, shade) in zip(spreads.items(), CURVES, strict=False):
        everything = _floats(values)
        kept = list(takewhile(_is_drawable, everything))
        deepest = max(deepest, len(everything))
        axes.plot(range(1, len(kept) + 1), kept, line, color=shade, marker=marker, markevery=6, markersize=5, zorder=3)
        ending = f"{kept[-1]:.2g} after layer {len(kept)}" if kept else "nothing to draw"
        if len(kept) < len(everything):
            ending = f"{'0' if everything[len(kept)] == 0 else 'too large'} from layer {len(kept) + 1}"
        ends.append((kept[-1] if kept else 1.0, f"{name}: {ending}"))
        descriptions.append(f"{name}: {kept[0]:.2g} after layer 1, {ending}" if kept else f"{name}: {ending}")
    axes.set_yscale("log")
    axes.yaxis.set_minor_locator(NullLocator())
    # Not matplotlib's own formatter: it typesets each power as a formula, which takes longer than the rest of the
    # figure.
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _power(value)))
    axes.set_xlim(0, deepest + 1)
    axes.axhline(1, color=GREY, linewidth=0.8, linestyle=":")
    axes.set_xlabel("layer", fontsize=9)
    axes.set_title(title, fontsize=11, loc="left")
    axes.tick_params(labelsize=9)
    axes.spines[["top", "right"]].set_visible(False)
    _label_ends(axes, ends)
    return finished(figure, f"Curves on a logarithmic scale. {title}. {'; '.join(descriptions)}.")


@deferrable
def many_starts(means: Numbers, spreads: Numbers, *, title: str = "") -> Picture:
    """Draw two histograms over many initialisations: the mean of the activations and their standard deviation.

    Args:
        means, spreads: one number for each initialisation.
        title: the network that was initialised, and how.
    """
    figure = new_figure(7.2, 2.7)
    pairs = figure.subplots(1, 2)
    figure.subplots_adjust(left=0.03, right=0.97, bottom=0.14, top=0.78, wspace=0.08)
    descriptions = []
    for axes, values, name, hatch in zip(
        pairs, (means, spreads), ("mean", "standard deviation"), ("", "///"), strict=True
    ):
        numbers = torch.tensor(_floats(values), dtype=torch.float64)
        centre, width = float(numbers.mean()), float(numbers.std())
        heights, edges = torch.histogram(numbers, 30)
        _bare(axes, f"{name}: {centre:.2f} on average")
        axes.stairs(
            heights.numpy(), edges.numpy(), fill=True, facecolor=PALE, edgecolor=INK, hatch=hatch, linewidth=0.9
        )
        axes.axvline(centre, color=INK, linewidth=1.6, linestyle="--")
        axes.set_ylim(0, 1.08 * float(heights.max()))
        descriptions.append(f"the {name} is {centre:.3f} on average, give or take {width:.3f}")
    figure.text(0.03, 0.93, f"{title} ({len(_floats(means)):,} initialisations)".strip(), fontsize=11)
    return finished(figure, f"Two histograms. {title}: {'; '.join(descriptions)}.")


@deferrable
def fans(n_in: int = 4, n_out: int = 3) -> Picture:
    """Draw a layer's numbers as dots: the inputs of one output (fan in), and the outputs of one input (fan out)."""
    figure = new_figure(7.2, 2.9)
    pairs = figure.subplots(1, 2)
    figure.subplots_adjust(left=0.02, right=0.98, bottom=0.02, top=0.86, wspace=0.05)
    titles = (f"forward: one output adds up {n_in} terms", f"backward: one input hears from {n_out} outputs")
    for axes, title, chosen in zip(pairs, titles, ("output", "input"), strict=True):
        axes.set_title(title, fontsize=10)
        axes.axis("off")
        axes.set_xlim(-0.55, 1.55)
        axes.set_ylim(-0.14, 1.05)
        lefts = [(0.0, _place(i, n_in)) for i in range(n_in)]
        rights = [(1.0, _place(j, n_out)) for j in range(n_out)]
        for i, start in enumerate(lefts):
            for j, end in enumerate(rights):
                bold = j == n_out // 2 if chosen == "output" else i == n_in // 2
                style: dict[str, Any] = {"color": INK, "linewidth": 2.0, "zorder": 2} if bold else {"color": "#c8c8c8"}
                axes.plot(*zip(start, end, strict=True), **style)
        for dots, marked in ((lefts, chosen == "input"), (rights, chosen == "output")):
            black = len(dots) // 2 if marked else -1
            for number, (x, y) in enumerate(dots):
                axes.plot(
                    x, y, "o", markersize=13, markeredgecolor=INK, color=INK if number == black else "white", zorder=3
                )
        axes.text(0, -0.1, f"{n_in} inputs", ha="center", **_SMALL)
        axes.text(1, -0.1, f"{n_out} outputs", ha="center", **_SMALL)
    return finished(
        figure,
        f"A layer with {n_in} inputs and {n_out} outputs, drawn twice, each input joined to each output. Left, "
        f"forward: {n_in} lines meet in one output. Right, backward: {n_out} lines meet in one input.",
    )


@deferrable
def two_scales(train: torch.Tensor, valid: torch.Tensor) -> Picture:
    """Draw two sets of numbers: as they are, each normalised by its own statistics, and both by those of ``train``.

    Args:
        train, valid: any shape; drawn as histograms.
    """
    own = [(part - part.mean()) / part.std() for part in (train, valid)]
    shared = [(part - train.mean()) / train.std() for part in (train, valid)]
    figure = new_figure(7.2, 2.6)
    panels = figure.subplots(1, 3)
    figure.subplots_adjust(left=0.02, right=0.98, bottom=0.13, top=0.86, wspace=0.08)
    titles = ("as they are", "each by its own: alike", "both by the training set's")
    for axes, (first, second), title in zip(panels, ((train, valid), own, shared), titles, strict=True):
        _bare(axes, title)
        everything = torch.cat([first.flatten(), second.flatten()]).double()
        low, high = float(everything.min()), float(everything.max())
        top = 0.0
        for part, style in ((first, {"facecolor": PALE}), (second, {"facecolor": "none", "hatch": "///"})):
            heights, edges = torch.histogram(part.flatten().double(), 36, range=(low, high), density=True)
            axes.stairs(heights.numpy(), edges.numpy(), fill=True, edgecolor=INK, linewidth=0.9, **style)
            top = max(top, float(heights.max()))
        axes.set_ylim(0, 1.3 * top)
        axes.locator_params(nbins=5)
    panels[0].legend(
        panels[0].patches[:2], ("training", "validation"), fontsize=8, frameon=False, loc="upper left", borderpad=0
    )
    return finished(
        figure,
        f"Three pairs of histograms. As they are: training numbers around {float(train.mean()):.1f}, validation "
        f"numbers around {float(valid.mean()):.1f}. Each normalised by its own statistics: both around 0, and alike. "
        f"Both by the training set's: training around 0, validation around {float(shared[1].mean()):.1f}.",
    )


@deferrable
def difference_table(outputs: Numbers, targets: Numbers) -> Picture:
    """Draw the result of `(N, 1) - (N,)`: each output minus each target, with the N intended differences on a diagonal.

    Args:
        outputs, targets: a few numbers each, equally many.
    """
    left, top = _floats(outputs), _floats(targets)
    n = len(left)
    figure = new_figure(0.62 * n + 3.6, 0.5 * n + 0.95)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.axis("off")
    axes.set_xlim(-2.4, n + 2.2)
    axes.set_ylim(n + 0.5, -1.35)
    words: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": 10}
    for i in range(n):
        axes.text(-0.55, i + 0.5, f"{left[i]:g}", **words)
        axes.text(i + 0.5, -0.4, f"{top[i]:g}", **words)
        for j in range(n):
            meant = i == j
            axes.fill(
                [j, j + 1, j + 1, j], [i, i, i + 1, i + 1], facecolor="#b4b4b4" if meant else "white", edgecolor=INK
            )
            axes.text(j + 0.5, i + 0.5, f"{left[i] - top[j]:g}", **words, weight="bold" if meant else "normal")
    axes.text(-0.95, n / 2, f"output\n({n}, 1)", **{**words, "ha": "right"})
    axes.text(n / 2, -1.0, f"targ ({n},)", **words)
    axes.text(n + 0.25, n / 2, f"output - targ\n({n}, {n})", **{**words, "ha": "left"})
    return finished(
        figure,
        f"A table of {n} by {n} differences: each of the outputs {_listed(left)} minus each of the targets "
        f"{_listed(top)}. Only the {n} on the diagonal, shaded, were meant.",
    )


def _bare(axes: Axes, title: str) -> None:
    """Remove everything except the axis at the bottom."""
    axes.set_title(title, fontsize=10)
    axes.set_yticks([])
    axes.tick_params(labelsize=9)
    axes.spines[["top", "right", "left"]].set_visible(False)


def _label_ends(axes: Axes, ends: list[tuple[float, str]]) -> None:
    """Name each curve at the height of its end; names that would overlap are moved apart."""
    low, high = (math.log10(limit) for limit in axes.get_ylim())
    room = (high - low) / 11
    height = -math.inf
    for value, text in sorted(ends):
        height = max(math.log10(value), height + room)
        axes.annotate(
            text.replace(": ", "\n", 1),
            (1.0, 10.0**height),
            (6, 0),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            fontsize=9,
            va="center",
            annotation_clip=False,
        )


def _power(value: float) -> str:
    return "10" + str(round(math.log10(value))).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def _is_drawable(value: float) -> bool:
    """Return whether a logarithmic scale can show ``value``."""
    return math.isfinite(value) and value > 0


def _place(number: int, count: int) -> float:
    """Return the height of dot ``number`` of ``count``, from 1 at the top to 0."""
    return 1.0 - (number + 0.5) / count


def _floats(values: Numbers) -> list[float]:
    return [float(value) for value in values]


def _listed(values: list[float]) -> str:
    return ", ".join(f"{value:g}" for value in values)
