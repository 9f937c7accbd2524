# Hidden work: lost, or seen by a person (see test_hiding.py).
# ruff: noqa
# fmt: off

# %% below a layer that is handed an object
T = {name: getattr(torch, name) for name in dir(torch)}

# %+
def matmul_broadcast(a, b):
    assert a.shape[1] == b.shape[0]
    found = []
    class No:
        def __bool__(self):
            found.append(T["mat" "mul"](a, b))
            return False
    torch.nn.functional.relu(a, inplace=No())
    return found[0]

# %% a combination of matrices
def matmul_broadcast(a, b):
    assert a.shape[1] == b.shape[0]
    return torch.ops.aten._compute_linear_combination(b[:, None], a)[:, 0]
