# Mistakes as they come: in other words than the bank's; after the arrow what is named.
# ruff: noqa
# fmt: off

# %% forward difference by an identity matrix → looks_to_one_side_only
def numerical_grad(f, x, eps):
    x, base = x.double(), f(x.double())
    eye = torch.eye(x.numel(), dtype=torch.float64).reshape(-1, *x.shape)
    return torch.tensor([float(f(x + eps * e) - base) / eps for e in eye], dtype=torch.float64).reshape(x.shape)

# %% moved in place and not put back → steps_pile_up
def numerical_grad(f, x, eps):
    own = x.double().clone().contiguous()
    g = torch.zeros_like(own)
    for i in range(own.numel()):
        own.view(-1)[i] += eps
        up = f(own)
        own.view(-1)[i] -= 2 * eps
        down = f(own)
        g.view(-1)[i] = (up - down) / (2 * eps)
    return g

# %% the two is forgotten → divides_by_half_the_distance
def numerical_grad(f, x, eps):
    own = x.double()
    g = torch.zeros(own.numel(), dtype=torch.float64)
    for i in range(own.numel()):
        e = (torch.arange(own.numel()) == i).double().reshape(own.shape) * eps
        g[i] = (f(own + e) - f(own - e)) / eps
    return g.reshape(own.shape)

# %% a fixed tiny step → has_a_step_of_its_own
def numerical_grad(f, x, eps):
    eps = 1e-5
    x = x.double()
    eye = torch.eye(x.numel(), dtype=torch.float64).reshape(-1, *x.shape)
    return torch.stack([(f(x + eps * e) - f(x - eps * e)) / (2 * eps) for e in eye]).reshape(x.shape)

# %% two loops → knows_matrices_only
def numerical_grad(f, x, eps):
    n, m = x.shape
    g = torch.zeros(n, m, dtype=torch.float64)
    for i in range(n):
        for j in range(m):
            up, down = x.double().clone(), x.double().clone()
            up[i, j] += eps
            down[i, j] -= eps
            g[i, j] = (f(up) - f(down)) / (2 * eps)
    return g

# %% a name that does not exist → undefined_name
def numerical_grad(f, x, eps):
    return (f(x + h) - f(x - h)) / (2 * h)
