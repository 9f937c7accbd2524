# Right answers in students' own words; each goes into a notebook of its own (see grading.py).
# ruff: noqa
# fmt: off

# %% None in the index
def as_row(c): return c[None]

# %% unsqueeze
def as_row(c):
    return c.unsqueeze(0)

# %% unsqueeze, counted from the right
def as_row(c: torch.Tensor) -> torch.Tensor:
    return torch.unsqueeze(c, dim=-2)

# %% view
def as_row(c):
    return c.view(1, -1)

# %% reshape, by the length
def as_row(c):
    n = len(c)
    return torch.reshape(c, (1, n))

# %% expand
def as_row(c):
    return c.expand(1, -1)

# %% by strides
def as_row(c):
    return c.as_strided((1, c.shape[0]), (0, c.stride(0)), c.storage_offset())

# %% by way of the other one
as_row = lambda c: c[:, None].t()

# %% unflatten
def as_row(c):
    return c.unflatten(0, (1, -1))

# %% atleast_2d
def as_row(vector):
    return torch.atleast_2d(vector)

# %% a class that is called, and an assertion
class Turn:
    def __init__(self, place):
        self.place = place

    def __call__(self, c):
        assert c.ndim == 1, "a vector"
        return c.unsqueeze(self.place)

as_row = Turn(0)

# %% a slice of a stretched one
def as_row(c):
    return c.unsqueeze(0).expand(3, -1)[:1]

# %% detached, and a view all the same
def as_row(c):
    return c.detach().unsqueeze(0)

# %% a tensor set upon the storage
def as_row(c):
    r = torch.empty(0, dtype=c.dtype)
    r.set_(c.untyped_storage(), c.storage_offset(), (1, c.size(0)), (c.size(0), c.stride(0)))
    return r

# %% a partial of unsqueeze
from functools import partial
as_row = partial(torch.unsqueeze, dim=0)

# %% numpy round trip shares memory
def as_row(c): return torch.from_numpy(c.numpy()[None])

# %% broadcast_to
as_row = lambda c: torch.broadcast_to(c, (1, *c.shape))
