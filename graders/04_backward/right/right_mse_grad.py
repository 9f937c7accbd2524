# Right answers in students' own words; each goes into a notebook of its own (see grading.py).
# ruff: noqa
# fmt: off

# %% one line
def mse_grad(inp, targ):
    inp.g = 2. * (inp.squeeze(-1) - targ).unsqueeze(-1) / inp.shape[0]

# %% the target gets the axis
def mse_grad(z, y):
    z.g = (z - y[:, None]) * 2 / len(y)

# %% a loop, and it returns what it has set
def mse_grad(inp, targ):
    N = inp.shape[0]
    g = torch.zeros_like(inp)
    for n in range(N):
        g[n, 0] = 2 / N * (inp[n, 0] - targ[n])
    inp.g = g
    return g

# %% squeezed without a name, which is harmless here
def mse_grad(inp, targ):
    diff = inp.squeeze() - targ
    inp.g = (2 * diff / targ.numel()).reshape(inp.shape)

# %% view_as, in place on an own copy
def mse_grad(inp, targ):
    own = inp.clone()
    own -= targ.reshape(-1, 1)
    own *= 2
    own /= inp.size(0)
    inp.g = own

# %% einsum with a diagonal
def mse_grad(inp, targ):
    n = torch.full((len(targ),), 2 / len(targ), dtype=inp.dtype)
    setattr(inp, "g", torch.einsum("n,n->n", n, inp[:, 0] - targ).view(-1, 1))

# %% out of the N×N matrix its diagonal
def mse_grad(inp, targ):
    table = inp - targ
    inp.g = table.diagonal().unsqueeze(1) * 2 / inp.shape[0]

# %% where, and two signs
def mse_grad(inp, targ):
    y = targ.unsqueeze(-1)
    size = (inp - y).abs()
    inp.g = torch.where(inp > y, size, -size).mul(2).div(inp.shape[0])

# %% through sums
def mse_grad(inp, targ):
    assert inp.ndim == 2 and inp.shape[1] == 1
    ones = torch.ones_like(inp)
    inp.g = ((inp + inp) - (targ + targ).view_as(inp)) / ones.sum()

# %% written into a tensor of its own
def mse_grad(inp, targ):
    inp.g = torch.empty_like(inp)
    torch.sub(inp, targ.view(-1, 1) if targ.is_contiguous() else targ.reshape(-1, 1), out=inp.g)
    inp.g.mul_(2 / len(inp))

# %% one local slope after the other
def mse_grad(inp, targ):
    diff = inp.squeeze(-1) - targ
    sq = diff ** 2
    loss = sq.mean()
    dloss = torch.ones((), dtype=inp.dtype)
    dsq = dloss * torch.ones_like(sq) / sq.numel()
    ddiff = 2 * diff * dsq
    inp.g = ddiff.unsqueeze(-1)

# %% a map over the rows
def mse_grad(inp, targ):
    inp.g = torch.vmap(lambda z, y: 2 * (z - y) / inp.shape[0])(inp, targ)

# %% code in a constant string
def mse_grad(inp, targ):
    exec("inp.g = 2 * (inp.squeeze(-1) - targ).unsqueeze(-1) / len(inp)")
