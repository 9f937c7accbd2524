"""Right versions of the functions of 03_forward that later exercises may call.

They use PyTorch's own functions, so that no line of a solution travels into the student's process.
"""

import torch

from foundations.grading.stand_ins import stand_ins


@stand_ins("normalize_splits", above=["normalize"])
@stand_ins("relu_shifted", above=["relu"])
@stand_ins("model", above=["lin", "relu"])
@stand_ins("init_xavier", "init_kaiming", above=["init_plain"])
def functions(names, exercise, blank):
    """Return the functions above ``exercise``; no rule is checked on these exercises, so blank ones are the same."""

    def normalize(x, mean, std):
        return torch.addcdiv(torch.zeros_like(x), x - mean, std)

    def relu(x):
        return torch.nn.functional.relu(x)

    def lin(x, w, b):
        return torch.inner(x, w.t()) + b  # broadcasts as a sum does, also a w or a b of another shape

    def init_plain(n_in, n_out, generator):
        return torch.empty(n_in, n_out).normal_(generator=generator)

    right = {
        "normalize_splits": {"normalize": normalize},
        "relu_shifted": {"relu": relu},
        "model": {"lin": lin, "relu": relu},
    }
    return right.get(exercise, {"init_plain": init_plain})
