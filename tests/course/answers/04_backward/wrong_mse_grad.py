# Wrong answers that look right. "zero": the values are wrong, nothing is earned; "loses": they are right and something else is not.
# ruff: noqa
# fmt: off

# %% nothing at all → zero
def mse_grad(inp, targ):
    pass

# %% a batch size out of thin air → zero
def mse_grad(inp, targ):
    inp.g = 2 * (inp.squeeze(-1) - targ).unsqueeze(-1) / 4

# %% the batch size of the first call → zero
first = []

def mse_grad(inp, targ):
    first.append(len(targ))
    inp.g = 2 * (inp.squeeze(-1) - targ).unsqueeze(-1) / first[0]

# %% gradients kept by size → zero
kept = {}

def mse_grad(inp, targ):
    inp.g = kept.setdefault(len(inp), 2 * (inp.squeeze(-1) - targ).unsqueeze(-1) / len(inp))

# %% absolute errors → zero
def mse_grad(inp, targ):
    inp.g = torch.sign(inp.squeeze(-1) - targ).unsqueeze(-1) / len(inp)

# %% the right numbers in float64 → loses
def mse_grad(inp, targ):
    inp.g = 2 * (inp.double().squeeze(-1) - targ).unsqueeze(-1) / len(inp)

# %% targ as well → loses
def mse_grad(inp, targ):
    inp.g = 2 * (inp.squeeze(-1) - targ).unsqueeze(-1) / len(inp)
    targ.g = -inp.g.squeeze(-1)

# %% turns into a row at N = 1 → loses
def mse_grad(inp, targ):
    g = 2 * (inp.squeeze() - targ) / len(targ)
    inp.g = g.unsqueeze(-1) if len(targ) > 1 else g

# %% half of the old gradient → loses
def mse_grad(inp, targ):
    new = 2 * (inp.squeeze(-1) - targ).unsqueeze(-1) / len(inp)
    inp.g = 0.5 * inp.g + 0.5 * new if hasattr(inp, "g") else new

# %% only if there is none yet → loses
def mse_grad(inp, targ):
    if not hasattr(inp, "g"):
        inp.g = 2 * (inp.squeeze(-1) - targ).unsqueeze(-1) / len(inp)

# %% reads memory as if it were contiguous → loses
def mse_grad(inp, targ):
    z = inp.as_strided((len(targ),), (1,))
    y = targ.as_strided((len(targ),), (1,))
    inp.g = 2 * (z - y).unsqueeze(-1) / len(targ)

# %% numpy → zero
def mse_grad(inp, targ):
    inp.g = (2 * (inp.squeeze(-1) - targ).unsqueeze(-1) / len(inp)).numpy()

# %% whole numbers by // → zero
def mse_grad(inp, targ):
    inp.g = 2 * (inp - targ[:, None]) // inp.shape[0]

# %% one less than the batch size → zero
def mse_grad(inp, targ):
    inp.g = 2 * (inp - targ[:, None]) / max(1, inp.shape[0] - 1)

# %% clipped at 1 → zero
def mse_grad(inp, targ):
    d = inp - targ[:, None]
    inp.g = (2 * d / len(targ)).clamp(-1, 1)

# %% the factor in float32 → loses
def mse_grad(inp, targ):
    inp.g = torch.tensor(2 / len(targ)) * (inp[:, 0] - targ)[:, None]

# %% pytorchs grad as well → loses
def mse_grad(inp, targ):
    inp.g = 2 * (inp - targ.unsqueeze(-1)) / targ.shape[0]
    inp.grad = inp.g
