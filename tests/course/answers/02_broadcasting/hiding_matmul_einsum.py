# Hidden work: lost, or seen by a person (see test_hiding.py).
# ruff: noqa
# fmt: off

# %% found in the namespace of torch
kept = [one for name, one in vars(torch).items() if name == "mat" + "mul"]

# %+
def matmul_einsum(a, b):
    assert a.shape[1] == b.shape[0]
    return kept[0](a, b)

# %% an operator overridden
lib = torch.library.Library("aten", "IMPL")
lib.impl("atan2", lambda a, b: torch.mm(a, b), "CPU")

# %+
def matmul_einsum(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.atan2(a, b)
