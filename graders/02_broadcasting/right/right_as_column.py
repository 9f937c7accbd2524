# Right answers in students' own words; each goes into a notebook of its own (see grading.py).
# ruff: noqa
# fmt: off

# %% None in the index
def as_column(c): return c[..., None]

# %% unsqueeze
def as_column(c):
    return c.unsqueeze(1)

# %% unsqueeze, counted from the right
def as_column(c: torch.Tensor) -> torch.Tensor:
    return torch.unsqueeze(c, dim=-1)

# %% view
def as_column(c):
    return c.view(-1, 1)

# %% reshape, by the length
def as_column(c):
    n = len(c)
    return torch.reshape(c, (n, 1))

# %% expand
def as_column(c):
    return c.expand(1, -1).t()

# %% by strides
def as_column(c):
    return c.as_strided((c.shape[0], 1), (c.stride(0), 0), c.storage_offset())

# %% by way of the other one
as_column = lambda c: c[None].transpose(0, 1)

# %% unflatten
def as_column(c):
    return c.unflatten(0, (-1, 1))

# %% atleast_2d
def as_column(vector):
    return torch.atleast_2d(vector).mT

# %% a class that is called, and an assertion
class Turn:
    def __init__(self, place):
        self.place = place

    def __call__(self, c):
        assert c.ndim == 1, "a vector"
        return c.unsqueeze(self.place)

as_column = Turn(1)

# %% a slice of a stretched one
def as_column(c):
    return c.unsqueeze(1).expand(-1, 3)[:, :1]

# %% detached, and a view all the same
def as_column(c):
    return c.detach().unsqueeze(1)

# %% unfold
def as_column(c):
    return c.unfold(0, 1, 1)

# %% a slice of the stretched, turned
def as_column(c):
    return c.expand(2, -1).t()[:, :1]

# %% transpose of a row
def as_column(c): return torch.swapaxes(c.reshape(1, -1), 0, 1)

# %% unbind
def as_column(c):
    col, = c.view(len(c), 1, 1).unbind(2) if c.is_contiguous() else (c.unsqueeze(1),)
    return col

# %% narrow of expand
def as_column(c): return c.unsqueeze(1).expand(-1, 3).narrow(1, 1, 1)
