"""Hidden checks of ``normalize_channels(images, mean, std)``: (images − mean) / std by channel, without a loop.

Sentence of the text → check:

    (images[n, c, h, w] − mean[c]) / std[c]                             → test_value
    use these, not those of the images                                  → test_value
    **Rule: no loop**, over images, channels or pixels                  → test_growth
    You may use an operation of PyTorch once you have built it yourself → test_rule
    The result has the shape and the dtype of `images`                  → test_dtype
    `images` is `(N, C, H, W)`; `mean` and `std` are `(C,)`             → test_clean
    all three inputs are left as they are                               → test_clean
"""

import torch
from helpers import NO_GROWTH
from products import typical

from foundations.authoring import (
    Exercise,
    Rule,
    all_but,
    dtypes,
    rule,
    scales_as,
    sizes_of_one,
    together,
    unchanged_inputs,
    values,
)


class TestNormalizeChannels(Exercise):
    #: (N, C, H, W)
    sizes = ((2, 3, 4, 5), (2, 3, 4, 5), (2, 3, 4, 3), (2, 3, 3, 4), (3, 3, 2, 4), (4, 2, 5, 3), (3, 3, 3, 3))
    allowed = Rule(
        about="letting three numbers meet a whole batch of images", allow=all_but("numpy", "list round trip")
    )

    def inputs(self, n, c, h, w=None, dtype=torch.float32):
        images, mean, std = (self.normal(*shape, dtype=dtype) for shape in ((n, c, h, w or h), (c,), (c,)))
        return images, mean, std.abs() + 0.5

    def expected(self, images, mean, std):
        """Return the channels, one at a time in float64, rounded once."""
        result = images.double().clone()
        for channel, (centre, width) in enumerate(zip(mean.tolist(), std.tolist(), strict=True)):
            result[:, channel] = (result[:, channel] - centre) / width
        return result.to(images.dtype)

    def scale(self, images, mean, std):
        return 4.0 / typical(std)

    def other_spreads(self):
        """Make spreads that put the results far from 0, and spreads that put them next to it."""
        for size in (0.01, 50.0):
            images, mean, std = self.inputs(2, 3, 4, 5)
            yield images, mean, size * std

    def layouts(self):
        _, mean, std = self.inputs(1, 3, 1, 1)
        yield self.normal(2, 4, 5, 3).permute(0, 3, 1, 2), mean, std
        yield self.normal(4, 3, 4, 6)[::2, :, ::2, 1::2], mean, std
        yield self.normal(2, 3, 2, 2), self.normal(6)[::2], (self.normal(3, 2).abs() + 0.5)[:, 1]

    test_value = values(
        "images of many sizes, also if a width, a height or the batch has as many entries as there are channels",
        also=other_spreads,
        points=0.3,
        gate=True,
    )
    test_rule = rule("no trip out of PyTorch", points=0.1, gate=True)
    test_growth = scales_as(
        "no loop over images, channels, rows or columns",
        NO_GROWTH,
        (2, 3, 2),
        "broadcasting does it for all images and channels at once",
        points=0.2,
    )
    test_dtype = dtypes("the dtype of the result follows the images", points=0.1)
    test_clean = together(
        sizes_of_one(
            "a single image, a single channel, a single pixel", [(1, 3, 4, 5), (2, 1, 3, 4), (3, 2, 1, 1), (1, 1, 1, 1)]
        ),
        unchanged_inputs(
            "images in another memory layout; all three inputs are left alone, and a second call starts afresh",
            also=layouts,
        ),
        points=0.3,
    )
