# Ways round the rules; what stands after the arrow has to be named in the message (see grading.py).
# ruff: noqa
# fmt: off

# %% torch.broadcast_shapes → broadcast_shapes
def broadcast_shape(s, t):
    return tuple(torch.broadcast_shapes(s, t))

# %% a sum of tensors → add
def broadcast_shape(s, t):
    return tuple((torch.zeros(s) + torch.zeros(t)).shape)

# %% a comparison of tensors → eq
def broadcast_shape(s, t):
    return tuple((torch.zeros(s) == torch.zeros(t)).shape)

# %% tensors without memory → mul
def broadcast_shape(s, t):
    return tuple((torch.empty(s, device="meta") * torch.empty(t, device="meta")).shape)

# %% broadcast_tensors → broadcast_tensors
def broadcast_shape(s, t):
    left, right = torch.broadcast_tensors(torch.empty(s), torch.empty(t))
    return tuple(left.shape)

# %% expand → expand
def broadcast_shape(s, t):
    rank = max(len(s), len(t))
    whole = [max(p, q) for p, q in zip((1,) * (rank - len(s)) + s, (1,) * (rank - len(t)) + t)]
    return tuple(torch.empty(s).expand(whole).shape)

# %% the function's private twin → _infer_size
def broadcast_shape(s, t):
    return tuple(torch._C._infer_size(torch.Size(s), torch.Size(t)))

# %% numpy → numpy
import numpy

def broadcast_shape(s, t):
    return tuple(numpy.broadcast_shapes(s, t))

# %% by a name put together → getattr
def broadcast_shape(s, t):
    return tuple(getattr(torch, "broadcast" + input)(s, t))

input = "_shapes"

# %% sizes in tensors → maximum
def broadcast_shape(s, t):
    n = max(len(s), len(t))
    a, b = torch.ones(n, dtype=int), torch.ones(n, dtype=int)
    a[n - len(s):] = torch.tensor(s, dtype=int)
    b[n - len(t):] = torch.tensor(t, dtype=int)
    for d in range(n):
        if a[d] != b[d] and a[d] != 1 and b[d] != 1:
            raise ValueError(f"dimension {d - n}")
    return tuple(torch.maximum(a, b).tolist())

# %% indexing with two tensors → zeros
def broadcast_shape(s, t):
    try:
        return tuple(torch.zeros(1, 1)[torch.zeros(s, dtype=torch.long), torch.zeros(t, dtype=torch.long)].shape)
    except IndexError:
        for d in range(1, min(len(s), len(t)) + 1):
            if s[-d] != t[-d] and 1 not in (s[-d], t[-d]): raise ValueError(f"dimension {-d}")

# %% copying → copy_
def broadcast_shape(s, t):
    rank = max(len(s), len(t))
    s2, t2 = (1,) * (rank - len(s)) + s, (1,) * (rank - len(t)) + t
    shape = tuple(q if p == 1 else p for p, q in zip(s2, t2))
    try:
        torch.empty(shape).copy_(torch.empty(s)); torch.empty(shape).copy_(torch.empty(t))
    except RuntimeError:
        raise ValueError([d - rank for d in range(rank) if s2[d] != t2[d] and 1 not in (s2[d], t2[d])][-1])
    return shape
