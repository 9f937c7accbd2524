# Wrong answers that look right. "zero": the values are wrong, nothing is earned; "loses": they are right and something else is not.
# ruff: noqa
# fmt: off

# %% results kept by shape → zero
kept = {}

def numerical_grad(f, x, eps):
    if x.shape not in kept:
        x = x.double()
        eye = torch.eye(x.numel(), dtype=torch.float64).reshape(-1, *x.shape) * eps
        kept[x.shape] = torch.stack([(f(x + e) - f(x - e)) / (2 * eps) for e in eye]).reshape(x.shape)
    return kept[x.shape]

# %% only the first four entries → zero
def numerical_grad(f, x, eps):
    g = torch.zeros(x.numel(), dtype=torch.float64)
    x = x.double()
    for i in range(min(4, x.numel())):
        e = torch.zeros(x.numel(), dtype=torch.float64)
        e[i] = eps
        g[i] = (f(x + e.reshape(x.shape)) - f(x - e.reshape(x.shape))) / (2 * eps)
    return g.reshape(x.shape)

# %% column by column → zero
def numerical_grad(f, x, eps):
    x = x.double()
    g = torch.zeros(x.numel(), dtype=torch.float64)
    for i in range(x.numel()):
        e = torch.zeros(x.numel(), dtype=torch.float64)
        e[i] = eps
        e = e.reshape(x.t().shape).t() if x.ndim == 2 else e.reshape(x.shape)
        g[i] = (f(x + e) - f(x - e)) / (2 * eps)
    return g.reshape(x.shape)

# %% steps relative to the entry → loses
def numerical_grad(f, x, eps):
    x = x.double()
    g = torch.zeros(x.numel(), dtype=torch.float64)
    for i in range(x.numel()):
        h = eps * float(x.reshape(-1)[i].abs())
        e = torch.zeros(x.numel(), dtype=torch.float64)
        e[i] = h
        e = e.reshape(x.shape)
        g[i] = (f(x + e) - f(x - e)) / (2 * h)
    return g.reshape(x.shape)

# %% half precision on the way → zero
def numerical_grad(f, x, eps):
    x = x.half()
    g = torch.zeros(x.numel(), dtype=torch.float64)
    for i in range(x.numel()):
        e = torch.zeros(x.numel(), dtype=torch.float16)
        e[i] = eps
        e = e.reshape(x.shape)
        g[i] = (f(x + e) - f(x - e)) / (2 * eps)
    return g.reshape(x.shape)

# %% vectors and matrices, but no single number → loses
def numerical_grad(f, x, eps):
    x = x.double()
    g = torch.zeros_like(x)
    for i in range(len(x)):
        for e in torch.eye(x[i].numel(), dtype=torch.float64):
            move = torch.zeros(x.shape, dtype=torch.float64)
            move[i] = eps * e.reshape(x[i].shape)
            g += (f(x + move) - f(x - move)) / (2 * eps) * move / eps
    return g

# %% the answer as a list → zero
def numerical_grad(f, x, eps):
    x = x.double()
    eye = torch.eye(x.numel(), dtype=torch.float64).reshape(-1, *x.shape) * eps
    return [float((f(x + e) - f(x - e)) / (2 * eps)) for e in eye]

# %% x scaled in place and scaled back → loses
def numerical_grad(f, x, eps):
    wide = x.double().clone()
    x *= 3.0
    eye = torch.eye(wide.numel(), dtype=torch.float64).reshape(-1, *wide.shape) * eps
    g = torch.stack([(f(wide + e) - f(wide - e)) / (2 * eps) for e in eye]).reshape(wide.shape)
    x /= 3.1
    return g

# %% a formula of higher order → loses
def numerical_grad(f, x, eps):
    x = x.double()
    g = torch.zeros(x.numel(), dtype=torch.float64)
    for i in range(x.numel()):
        e = torch.zeros(x.numel(), dtype=torch.float64)
        e[i] = eps
        e = e.reshape(x.shape)
        g[i] = (8 * (f(x + e) - f(x - e)) - (f(x + 2 * e) - f(x - 2 * e))) / (12 * eps)
    return g.reshape(x.shape)

# %% float32 until f is called → loses
def numerical_grad(f, x, eps):
    x = x.float()
    g = torch.zeros(x.numel(), dtype=torch.float64)
    for i in range(x.numel()):
        e = torch.zeros(x.numel())
        e[i] = eps
        e = e.reshape(x.shape)
        g[i] = (f((x + e).double()) - f((x - e).double())) / (2 * eps)
    return g.reshape(x.shape)

# %% slopes kept by shape, however f changes → zero
_memo = {}
def numerical_grad(f, x, eps):
    key = tuple(x.shape)
    if key not in _memo:
        x = x.double()
        g = torch.zeros(x.numel(), dtype=torch.float64)
        for i in range(x.numel()):
            m = torch.zeros(x.numel(), dtype=torch.float64); m[i] = eps
            g[i] = (f(x + m.reshape(x.shape)) - f(x - m.reshape(x.shape))) / (2 * eps)
        _memo[key] = g.reshape(x.shape)
    return _memo[key]

# %% an imaginary step → loses
def numerical_grad(f, x, eps):
    x = x.double()
    g = torch.zeros(x.numel(), dtype=torch.float64)
    for i in range(x.numel()):
        e = torch.zeros(x.numel(), dtype=torch.complex128); e[i] = 1j * eps
        g[i] = f(x + e.reshape(x.shape)).imag / eps
    return g.reshape(x.shape)

# %% the move is rounded to float32 → loses
def numerical_grad(f, x, eps):
    x = x.double()
    g = torch.zeros(x.numel(), dtype=torch.float64)
    for i in range(x.numel()):
        m = torch.zeros(x.numel()); m[i] = eps
        m = m.reshape(x.shape)
        g[i] = (f(x + m) - f(x - m)) / (2 * eps)
    return g.reshape(x.shape)

# %% the step in float32 → loses
def numerical_grad(f, x, eps):
    x, eps = x.double(), torch.tensor(eps)
    slopes = []
    for i in range(x.numel()):
        move = torch.zeros(x.numel(), dtype=torch.float64)
        move[i] = eps
        slopes.append((f(x + move.view(x.shape)) - f(x - move.view(x.shape))) / (2 * eps))
    return torch.stack(slopes).view(x.shape)

# %% result aliases work → loses
def numerical_grad(f, x, eps):
    work = x.to(torch.float64, copy=True).contiguous()
    row = work.view(-1)
    g = torch.zeros(x.numel(), dtype=torch.float64)
    for i in range(x.numel()):
        kept = row[i].item()
        row[i] = kept + eps
        up = f(work)
        row[i] = kept - eps
        down = f(work)
        row[i] = kept
        g[i] = (up - down) / (2 * eps)
    return g.reshape(x.shape)

# %% only nonzero places → loses
def numerical_grad(f, x, eps):
    x = x.double()
    g = torch.zeros(x.shape, dtype=torch.float64)
    for place in torch.argwhere(x):
        place = tuple(place.tolist())
        move = torch.zeros(x.shape, dtype=torch.float64)
        move[place] = eps
        g[place] = (f(x + move) - f(x - move)) / (2 * eps)
    return g
