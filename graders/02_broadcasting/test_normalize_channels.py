"""Hidden checks of ``normalize_channels(images, mean, std)``: (images − mean) / std by channel, without a loop."""

from functools import partial

import torch

from foundations.analysis.torch_operations import all_but
from foundations.grading.growth import Growth
from foundations.grading.pytest_plugin import check
from foundations.grading.rules import Rule
from foundations.grading.student import Trial

RULE = Rule(
    about="letting three numbers meet a whole batch of images",
    allow=all_but("numpy", "list round trip"),
)


SIZES = [(2, 3, 4, 5), (2, 3, 4, 5), (2, 3, 4, 3), (2, 3, 3, 4), (3, 3, 2, 4), (4, 2, 5, 3), (3, 3, 3, 3)]


def normalised(images, mean, std):
    """The reference, one channel at a time in float64, rounded once: the shape of ``images``."""
    result = images.double().clone()
    for channel, (centre, width) in enumerate(zip(mean.tolist(), std.tolist(), strict=True)):
        result[:, channel] = (result[:, channel] - centre) / width
    return result.to(images.dtype)


def inputs(matrix, *sizes, dtype=torch.float32):
    c = sizes[1]
    return matrix(*sizes, dtype=dtype), matrix(c, dtype=dtype), matrix(c, dtype=dtype).abs() + 0.5


def must_normalise(student, images, mean, std, *, dtype=False):
    call = student.call(images, mean, std)
    must_be_normalised(call, dtype=dtype)
    return call


def must_be_normalised(call, *, dtype=False):
    call.must_return(normalised(*call.args), dtype=dtype, scale=4.0)


@check(
    "images of many sizes, also where a width, a height or the batch has as many entries as there are channels",
    points=0.3,
    gate=True,
)
def test_value(student, matrix):
    for sizes in SIZES:
        must_normalise(student, *inputs(matrix, *sizes))
    for size in (0.01, 50.0):  # numbers far from 0, and all of them beside it
        images, mean, std = inputs(matrix, 2, 3, 4, 5)
        student.call(images, mean, size * std).must_return(normalised(images, mean, size * std), dtype=False)


@check("no trip out of PyTorch", points=0.1, gate=True)
def test_rule(student, matrix):
    student.must_obey(RULE, Trial(partial(inputs, matrix), must_be_normalised), SIZES)


@check("no loop over images, channels, rows or columns", points=0.2)
def test_growth(student, matrix):
    lesson = "broadcasting does it for all images and channels at once"
    trial = Trial(lambda n, k, m: inputs(matrix, n, k, m, m), must_be_normalised)
    student.must_scale_as(Growth(n=0, k=0, m=0), trial, (2, 3, 2), lesson)


@check("a single image, a single channel, a single pixel", points=0.1)
def test_thin(student, matrix):
    for sizes in [(1, 3, 4, 5), (2, 1, 3, 4), (3, 2, 1, 1), (1, 1, 1, 1)]:
        must_normalise(student, *inputs(matrix, *sizes))


@check("the dtype of the result follows the images", points=0.1)
def test_dtype(student, matrix):
    for dtype in (torch.float64, torch.float32):
        must_normalise(student, *inputs(matrix, 2, 3, 2, 4, dtype=dtype), dtype=True)


@check("images that lie otherwise in memory", points=0.1)
def test_views(student, matrix):
    _, mean, std = inputs(matrix, 1, 3, 1, 1)
    for images in (matrix(2, 4, 5, 3).permute(0, 3, 1, 2), matrix(4, 3, 4, 6)[::2, :, ::2, 1::2]):
        must_normalise(student, images, mean, std)
    mean, std = matrix(6)[::2], (matrix(3, 2).abs() + 0.5)[:, 1]
    must_normalise(student, matrix(2, 3, 2, 2), mean, std)


@check("images, mean and std are left as they were, and a second call starts afresh", points=0.1)
def test_clean(student, matrix):
    for _ in range(2):
        must_normalise(student, *inputs(matrix, 2, 3, 2, 4)).must_leave_inputs()
