# Wrong answers that look right. "zero": the values are wrong, nothing is earned; "loses": they are right and something else is not.
# ruff: noqa
# fmt: off

# %% nothing at all → zero
def lin_grad(inp, out, w, b):
    pass

# %% zeros of the right shapes → zero
def lin_grad(inp, out, w, b):
    for t in (inp, w, b):
        t.g = torch.zeros_like(t)

# %% the first image alone → zero
def lin_grad(inp, out, w, b):
    inp.g = out.g @ w.t()
    w.g = inp[:1].t() @ out.g[:1]
    b.g = out.g[0]

# %% weights kept by shape → zero
kept = {}

def lin_grad(inp, out, w, b):
    inp.g = out.g @ kept.setdefault(w.shape, w.clone()).t()
    w.g = inp.t() @ out.g
    b.g = out.g.sum(0)

# %% summed up in a global → zero
total = {}

def lin_grad(inp, out, w, b):
    inp.g = out.g @ w.t()
    w.g = total[w.shape] = total.get(w.shape, 0) + inp.t() @ out.g
    b.g = out.g.sum(0)

# %% every gradient is flattened → zero
def lin_grad(inp, out, w, b):
    inp.g, w.g, b.g = (out.g @ w.t()).flatten(), (inp.t() @ out.g).flatten(), out.g.sum(0)

# %% computed in half precision → zero
def lin_grad(inp, out, w, b):
    g = out.g.bfloat16()
    inp.g = (g @ w.bfloat16().t()).to(inp.dtype)
    w.g = (inp.bfloat16().t() @ g).to(w.dtype)
    b.g = g.sum(0).to(b.dtype)

# %% three rows of a batch and no more → zero
def lin_grad(inp, out, w, b):
    inp.g = out.g @ w.t()
    w.g = inp[:3].t() @ out.g[:3]
    b.g = out.g[:3].sum(0)

# %% computed in float32, given back as what came in → loses
def lin_grad(inp, out, w, b):
    g = out.g.float()
    inp.g = (g @ w.float().t()).to(inp.dtype)
    w.g = (inp.float().t() @ g).to(w.dtype)
    b.g = g.sum(0).to(b.dtype)

# %% the bias of one output is squeezed → loses
def lin_grad(inp, out, w, b):
    inp.g = out.g @ w.t()
    w.g = inp.t() @ out.g
    b.g = out.g.sum(0).squeeze()

# %% the mean of old and new → loses
def lin_grad(inp, out, w, b):
    inp.g = out.g @ w.t()
    new = inp.t() @ out.g
    w.g = (w.g + new) / 2 if hasattr(w, "g") else new
    b.g = out.g.sum(0)

# %% out.g is thrown away → loses
def lin_grad(inp, out, w, b):
    inp.g = out.g @ w.t()
    w.g = inp.t() @ out.g
    b.g = out.g.sum(0)
    out.g = None

# %% the input is turned round in place → loses
def lin_grad(inp, out, w, b):
    inp.g = out.g @ w.t()
    inp.t_()
    w.g = inp @ out.g
    b.g = out.g.sum(0)

# %% b is normalised → loses
def lin_grad(inp, out, w, b):
    inp.g = out.g @ w.t()
    w.g = inp.t() @ out.g
    b.g = out.g.sum(0)
    b.sub_(b.mean())

# %% memory read as if it were contiguous → loses
def lin_grad(inp, out, w, b):
    inp.g = out.g @ w.as_strided(w.shape, (w.shape[1], 1)).t()
    w.g = inp.t() @ out.g
    b.g = out.g.sum(0)

# %% into the old gradient's memory, where there is one → loses
def lin_grad(inp, out, w, b):
    if hasattr(inp, "g"):
        inp.g[...] = out.g @ w.t()
    else:
        inp.g = out.g @ w.t()
    w.g = inp.t() @ out.g
    b.g = out.g.sum(0)

# %% turned by reshape → zero
def lin_grad(inp, out, w, b):
    inp.g = out.g @ w.reshape(w.shape[1], w.shape[0])
    w.g = inp.t() @ out.g
    b.g = out.g.sum(0)

# %% the inverse for the transposed → zero
def lin_grad(inp, out, w, b):
    inp.g = out.g @ torch.linalg.pinv(w)
    w.g = inp.t() @ out.g
    b.g = out.g.sum(0)

# %% clipped at 1 → zero
def lin_grad(inp, out, w, b):
    inp.g = (out.g @ w.t()).clamp(-1, 1)
    w.g = (inp.t() @ out.g).clamp(-1, 1)
    b.g = out.g.sum(0).clamp(-1, 1)

# %% the mean of the bias times the wrong number → zero
def lin_grad(inp, out, w, b):
    inp.g = out.g @ w.t()
    w.g = inp.t() @ out.g
    b.g = out.g.mean(0) * out.g.shape[1]
