# Right answers in students' own words; each goes into a notebook of its own (see grading.py).
# ruff: noqa
# fmt: off

# %% None
def outer_greater(u, v): return u[:, None] > v[None]

# %% torch.gt
def outer_greater(u, v):
    return torch.gt(u.unsqueeze(-1), v)

# %% v is less
def outer_greater(u, v):
    return v < u.view(-1, 1)

# %% not less or equal
def outer_greater(u, v):
    return ~(u[:, None] <= v)

# %% the sign of the difference
def outer_greater(u, v):
    return (u[:, None] - v) > 0

# %% sign, compared with 1
def outer_greater(u, v):
    return torch.sign(u[:, None] - v[None, :]) == 1

# %% meshgrid and where
def outer_greater(u, v):
    x, y = torch.meshgrid(u, v, indexing="ij")
    return torch.where(x > y, True, False)

# %% greater or equal, and not equal
def outer_greater(u, v):
    u = u.unsqueeze(1)
    return (u >= v) & (u != v)

# %% transposed at the end
def outer_greater(u, v):
    return (v[:, None] < u).T

# %% a method of the comparison, stretched by hand
def outer_greater(u, v):
    return u[:, None].expand(len(u), len(v)).gt(v.expand(len(u), len(v)))

# %% numbers made bool at the end
def outer_greater(u, v):
    return (u[:, None] > v).int().bool()

# %% where the larger one is not v's
def outer_greater(u, v):
    return torch.maximum(u[:, None], v) != v

# %% gt into an own tensor
def outer_greater(u, v):
    answers = torch.empty(len(u), len(v), dtype=torch.bool)
    torch.gt(u[:, None], v[None, :], out=answers)
    return answers

# %% by ranks
def outer_greater(u, v):
    order = v.sort()
    below = torch.searchsorted(order.values, u.contiguous())
    ranks = order.indices.argsort()
    first = torch.searchsorted(order.values, v.contiguous())
    return first < below[:, None]

# %% in float64
def outer_greater(u, v):
    return u.double()[:, None] > v.double()

# %% heaviside
def outer_greater(u, v): return torch.heaviside((u[:, None] - v).double(), torch.zeros((), dtype=torch.float64)).bool()

# %% compares maximum
def outer_greater(u, v): return torch.maximum(u[:, None], v) != v
