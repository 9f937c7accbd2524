"""Figures of learning: scores that become shares, steps downhill, an epoch cut into batches, curves, and mistakes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import TYPE_CHECKING, Any

import torch

from foundations.plots.picture import GREY, INK, PALE, Picture, deferrable, finished, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: The values that ``fit`` returns for each epoch: ``{"train": 0.61, "valid": 0.42, "accuracy": 0.87}``.
History = Sequence[Mapping[str, float]]

#: Line, marker and shade of each curve, distinct in print.
CURVES = (("-", "o", INK), ("--", "s", "#5a5a5a"), ("-", "^", GREY), (":", "D", INK))
_WORD: dict[str, Any] = {"fontsize": 9, "va": "center"}


@deferrable
def softmax_bars(logits: torch.Tensor, correct: int) -> Picture:
    """Draw scores, their exponentials and the share of each in their sum as bars, the bar of the right class dark.

    Args:
        logits: (C,), the scores of one example; C up to about five.
        correct: the right class.
    """
    scores = logits.detach().double()
    powers = scores.exp()
    panels = (
        ("scores z", scores, "{:.1f}"),
        ("exp(z)", powers, "{:.3g}"),
        ("shares p", powers / powers.sum(), "{:.2f}"),
    )
    return _bars(panels, correct)


@deferrable
def gradient_bars(logits: torch.Tensor, correct: int) -> Picture:
    """Draw shares, the right shares, and their difference, which is the gradient of one example's loss.

    Args:
        logits: (C,), the scores of one example; C up to about five.
        correct: the right class.
    """
    powers = logits.detach().double().exp()
    shares = powers / powers.sum()
    wanted = torch.zeros_like(shares)
    wanted[correct] = 1.0
    panels = (
        ("shares p", shares, "{:.2f}"),
        ("one-hot y", wanted, "{:.0f}"),
        ("gradient p − y", shares - wanted, "{:+.2f}"),
    )
    return _bars(panels, correct)


def _bars(panels: Sequence[tuple[str, torch.Tensor, str]], dark: int) -> Picture:
    figure = new_figure(7.2, 2.5)
    for axes, (title, heights, form) in zip(figure.subplots(1, len(panels)), panels, strict=True):
        bars = axes.bar(range(len(heights)), heights.tolist(), color=PALE, edgecolor=INK, linewidth=0.9)
        bars[dark].set_facecolor("#3a3a3a")
        low, high = min(0.0, float(heights.min())), max(0.0, float(heights.max()))
        axes.set_ylim(low - 0.2 * (high - low) * (low < 0), high + 0.2 * (high - low))
        for index, height in enumerate(heights.tolist()):
            shift, side = (3, "bottom") if height >= 0 else (-3, "top")
            words = form.format(height).replace("-", "−")
            axes.annotate(
                words, (index, height), (0, shift), textcoords="offset points", ha="center", va=side, fontsize=8
            )
        axes.axhline(0, color=INK, linewidth=0.8)
        axes.set_title(title, fontsize=10, loc="left")
        axes.set_yticks([])
        axes.set_xticks(range(len(heights)), [f"class {index}" for index in range(len(heights))], fontsize=8)
        axes.tick_params(length=0)
        axes.spines[["top", "right", "left", "bottom"]].set_visible(False)
    figure.subplots_adjust(left=0.02, right=0.98, bottom=0.12, top=0.88, wspace=0.12)
    descriptions = "; ".join(
        f"{title} {', '.join(form.format(value) for value in heights)}" for title, heights, form in panels
    )
    return finished(figure, f"{len(panels)} bar charts, the bar of class {dark}, the right one, dark. {descriptions}.")


@deferrable
def downhill(rates: Sequence[float], *, start: float = -1.6, steps: int = 8) -> Picture:
    """Draw steps of gradient descent in the bowl w²/2, one panel for each learning rate: w becomes w − lr · w.

    Args:
        rates: learning rates.
        start: the first w.
        steps: the number of steps to draw.
    """
    figure = new_figure(7.2, 2.5)
    bowl = torch.linspace(-2.4, 2.4, 97)
    descriptions = []
    for axes, rate in zip(figure.subplots(1, len(rates), sharey=True, squeeze=False)[0], rates, strict=True):
        walk = [start]
        while len(walk) <= steps:
            walk.append(walk[-1] - rate * walk[-1])
        axes.plot(bowl.numpy(), (bowl * bowl / 2).numpy(), color=GREY, linewidth=1.2)
        inside = list(takewhile(lambda w: abs(w) <= 2.4, walk))
        axes.plot(inside, [w * w / 2 for w in inside], "o-", color=INK, markersize=4.5, linewidth=0.8, zorder=3)
        axes.annotate(
            "start",
            (start, start * start / 2),
            (-7, -3),
            textcoords="offset points",
            fontsize=8.5,
            ha="right",
            va="top",
        )
        ending = f"after {steps} steps w = {round(walk[-1], 2) + 0.0:g}"
        if len(inside) < len(walk):
            ending = f"after {len(inside)} steps w = {walk[len(inside)]:.2g}, and off"
        axes.set_title(f"lr = {rate:g}", fontsize=10, loc="left")
        axes.set_xlabel(ending.replace("-", "−"), fontsize=8.5)
        axes.set_xlim(-2.4, 2.4)
        axes.set_ylim(-0.15, 3.0)
        axes.set_xticks([0])
        axes.set_yticks([])
        axes.tick_params(labelsize=8.5)
        axes.spines[["top", "right", "left"]].set_visible(False)
        descriptions.append(f"lr {rate:g}, {ending}")
    figure.subplots_adjust(left=0.02, right=0.98, bottom=0.2, top=0.88, wspace=0.06)
    return finished(
        figure, f"Steps down a bowl, from w = {start:g}, for {len(rates)} learning rates: {'; '.join(descriptions)}."
    )


@deferrable
def epochs(orders: Sequence[Sequence[int]], bs: int) -> Picture:
    """Draw the examples in the order in which each epoch takes them, cut into batches.

    Args:
        orders: for each epoch the numbers of the examples; up to about 14 of them.
        bs: examples in a batch; the remainder at the end is a smaller batch.
    """
    count, room = len(orders[0]), 0.45
    batches = math.ceil(count / bs)
    across = count + room * (batches - 1)
    width, tall = 7.2, 0.62 * len(orders) + 0.4
    unit = (width - 1.1) / across
    figure = new_figure(width, tall)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(-1.0, width - 1.0)
    axes.set_ylim(-tall + 0.35, 0.35)
    axes.axis("off")
    descriptions = []
    for number, order in enumerate(orders):
        top = -0.62 * number - 0.05
        axes.text(-0.9, top - 0.21, f"epoch {number + 1}", **_WORD)
        for index, example in enumerate(order):
            left = unit * (index + room * (index // bs))
            shade = PALE if example == orders[0][0] else "white"
            right, bottom = left + unit, top - 0.42
            axes.fill(
                [left, right, right, left], [bottom, bottom, top, top], facecolor=shade, edgecolor=INK, linewidth=0.9
            )
            axes.text((left + right) / 2, (top + bottom) / 2, f"{example}", ha="center", **_WORD)
        cut = [list(order[start : start + bs]) for start in range(0, count, bs)]
        descriptions.append(
            f"epoch {number + 1}: " + " | ".join(" ".join(str(example) for example in batch) for batch in cut)
        )
    for batch in range(batches):
        start, end = batch * bs, min((batch + 1) * bs, count)
        middle = unit * ((start + end) / 2 + room * batch)
        axes.text(middle, 0.15, f"batch of {end - start}", ha="center", **_WORD)
    return finished(
        figure, f"{count} examples in batches of {bs}, in a new order each epoch. {'; '.join(descriptions)}."
    )


@deferrable
def learning_curves(history: History, *, title: str = "") -> Picture:
    """Draw the loss on training and validation examples after each epoch, and next to it the accuracy.

    Args:
        history: the result of ``fit``: ``[{"train": ..., "valid": ..., "accuracy": ...}, ...]``.
        title: the network that was trained.
    """
    figure = new_figure(7.2, 2.9)
    left, right = figure.subplots(1, 2)
    losses = {name: [float(epoch[name]) for epoch in history] for name in ("train", "valid")}
    accuracy = [float(epoch["accuracy"]) for epoch in history]
    descriptions = _draw(left, losses, "loss", "{:.3f}") + _draw(right, {"valid": accuracy}, "accuracy", "{:.1%}")
    left.set_ylim(bottom=-0.05 * left.get_ylim()[1])
    figure.subplots_adjust(left=0.07, right=0.91, bottom=0.17, top=0.83, wspace=0.5)
    figure.text(0.01, 0.94, title, fontsize=11)
    return finished(figure, f"Two line charts over {len(history)} epochs. {title}: {'; '.join(descriptions)}.")


@deferrable
def accuracy_curves(runs: Mapping[str, History], *, title: str = "Validation accuracy") -> Picture:
    """Draw one curve for each run: the validation accuracy from epoch to epoch.

    Args:
        runs: name → the result of ``fit``.
        title: the quantity that was compared.
    """
    figure = new_figure(7.2, 3.1)
    axes = figure.add_axes((0.08, 0.15, 0.68, 0.74))
    descriptions = _draw(
        axes, {name: [epoch["accuracy"] for epoch in run] for name, run in runs.items()}, "accuracy", "{:.1%}"
    )
    axes.set_title(title, fontsize=11, loc="left")
    axes.set_ylim(0, 1.02)
    return finished(figure, f"Line chart. {title}: {'; '.join(descriptions)}.")


def _draw(axes: Axes, curves: Mapping[str, Sequence[float]], title: str, form: str) -> list[str]:
    """Draw curves over epochs, each named at its end; return their descriptions."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    ends, descriptions = [], []
    for (name, values), (line, marker, shade) in zip(curves.items(), CURVES, strict=False):
        kept = list(takewhile(math.isfinite, map(float, values)))
        axes.plot(range(1, len(kept) + 1), kept, line, color=shade, marker=marker, markersize=4.5, linewidth=1.3)
        last = form.format(kept[-1]) if kept else "no number"
        ends.append((len(kept), kept[-1] if kept else 0.0, f"{name}\n{last}"))
        descriptions.append(
            f"{title}, {name}: {form.format(kept[0])} after epoch 1, {last} after epoch {len(kept)}"
            if kept
            else f"{title}, {name}: no number"
        )
    axes.set_title(title, fontsize=10, loc="left")
    axes.set_xlabel("epoch", fontsize=9)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=8, min_n_ticks=1))
    if "%" in form:
        low, high = axes.get_ylim()
        ticks = "{:.0%}" if high - low > 0.1 else "{:.1%}"
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: ticks.format(value)))
    axes.tick_params(labelsize=8.5)
    axes.grid(axis="y", color=PALE)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    _name_ends(axes, ends)
    return descriptions


def _name_ends(axes: Axes, ends: Sequence[tuple[int, float, str]]) -> None:
    """Write names right of the ends of curves, moved apart if they would overlap."""
    low, high = axes.get_ylim()
    # Two lines of words in a chart about two inches high.
    apart = 0.2 * (high - low)
    reached: dict[int, float] = {}
    for epoch, value, text in sorted(ends, key=lambda end: end[1]):
        height = reached[epoch] = max(value, reached.get(epoch, -math.inf) + apart)
        axes.annotate(text, (epoch, height), (8, 0), textcoords="offset points", fontsize=8.5, va="center")


@deferrable
def confident_mistakes(
    images: torch.Tensor,
    labels: torch.Tensor,
    guesses: torch.Tensor,
    shares: torch.Tensor,
    *,
    count: int = 12,
    columns: int = 6,
) -> Picture:
    """Draw the images that were misread with the greatest confidence, each with the digit read and its share.

    Args:
        images: (n, 784), 0 is paper and 1 is ink.
        labels: (n,), the digits that they are.
        guesses: (n,), the digits that were read.
        shares: (n,), the softmax share of each guess, 0 to 1.
        count: the greatest number of images to show.
        columns: the number of images in a row.
    """
    wrong = (guesses != labels).nonzero().flatten()
    shown = wrong[shares[wrong].argsort(descending=True)][:count].tolist()
    rows, wide, high = max(1, math.ceil(len(shown) / columns)), 40, 46
    sheet = torch.zeros(rows * high, columns * wide)
    figure = new_figure(1.2 * columns, 1.38 * rows)
    axes = figure.add_axes((0, 0, 1, 1))
    descriptions = []
    for position, example in enumerate(shown):
        top, left = position // columns * high + 16, position % columns * wide + 6
        sheet[top : top + 28, left : left + 28] = images[example].detach().view(28, 28)
        read, digit = int(guesses[example]), int(labels[example])
        axes.text(
            left + 14, top - 2, f"read {read}, is {digit}\n{float(shares[example]):.1%}",
            fontsize=8.5, ha="center", va="bottom",
        )  # fmt: skip
        edges = ([left, left + 28, left + 28, left, left], [top, top, top + 28, top + 28, top])
        axes.plot(*[[coordinate - 0.5 for coordinate in edge] for edge in edges], color=INK, linewidth=0.9)
        descriptions.append(f"a {digit} read as {read} with {float(shares[example]):.1%}")
    axes.imshow(sheet.numpy(), cmap="gray_r", vmin=0, vmax=1, aspect="auto")
    axes.axis("off")
    listed = ": " + "; ".join(descriptions) if descriptions else ""
    return finished(
        figure,
        f"{len(shown)} of {len(wrong)} misread digits out of {len(labels)}, the most confident first{listed}.",
    )
