# Wrong answers that look right. "zero": the values are wrong, nothing is earned; "loses": they are right and something else is not.
# ruff: noqa
# fmt: off

# %% nothing at all → zero
def relu_grad(inp, out):
    pass

# %% a leak on the left → zero
def relu_grad(inp, out):
    inp.g = torch.where(inp > 0, out.g, 0.01 * out.g)

# %% everything passes up to 1 → zero
def relu_grad(inp, out):
    inp.g = ((inp > 0) & (inp < 1)) * out.g

# %% nothing passes below a tenth → zero
def relu_grad(inp, out):
    inp.g = (inp > 0.1) * out.g

# %% whole rows are switched → zero
def relu_grad(inp, out):
    inp.g = (inp.sum(-1, keepdim=True) > 0) * out.g

# %% the mask of the call before → zero
mask = None

def relu_grad(inp, out):
    global mask
    if mask is None or mask.shape != inp.shape:
        mask = inp > 0
    inp.g = mask * out.g

# %% the mask from a difference of the two → loses
def relu_grad(inp, out):
    inp.g = (inp == out) * (inp > 0) * out.g

# %% positive where it should be 0 → zero
def relu_grad(inp, out):
    inp.g = (inp > 0) * out.g + (inp < 0) * 1e-3

# %% 1 at +0, 0 at the rest → loses
def relu_grad(inp, out):
    inp.g = (1 / inp > 0) * out.g

# %% the old gradient where nothing passes → loses
def relu_grad(inp, out):
    old = getattr(inp, "g", torch.zeros_like(inp))
    inp.g = torch.where(inp > 0, out.g, old if old.shape == inp.shape else torch.zeros_like(inp))

# %% always float64 → loses
def relu_grad(inp, out):
    inp.g = (inp > 0).double() * out.g

# %% upstream scaled for the next one → loses
def relu_grad(inp, out):
    inp.g = (inp > 0) * out.g
    out.g = out.g / len(inp)

# %% out is overwritten → loses
def relu_grad(inp, out):
    out.fill_(0.0)
    out[inp > 0] = 1.0
    inp.g = out * out.g

# %% two axes and no more → zero
def relu_grad(inp, out):
    g = torch.zeros_like(inp)
    for i in range(inp.shape[0]):
        for j in range(inp.shape[1]):
            if inp[i, j] > 0:
                g[i, j] = out.g[i, j]
    inp.g = g

# %% open where the output is not its smallest → depends
def relu_grad(inp, out):
    inp.g = (out > out.min()) * out.g

# %% by the bit of the sign → loses
def relu_grad(inp, out):
    inp.g = torch.where(torch.signbit(inp), torch.zeros_like(inp), out.g)

# %% the output over the input → loses
def relu_grad(inp, out):
    inp.g = inp.clamp_min(0) / inp * out.g

# %% row by row → loses
def relu_grad(inp, out):
    rows = []
    for n in range(len(inp)):
        rows.append((inp[n] > 0) * out.g[n])
    inp.g = torch.stack(rows)
