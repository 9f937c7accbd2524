# Mistakes as they come: in other words than the bank's; after the arrow what is named.
# ruff: noqa
# fmt: off

# %% no mean → forgets_to_divide_by_n
def mse_grad(inp, targ):
    inp.g = torch.zeros_like(inp)
    for n in range(len(targ)):
        inp.g[n, 0] = 2 * (inp[n, 0] - targ[n])

# %% divided by the outputs, of which there is one → forgets_to_divide_by_n
def mse_grad(inp, targ):
    inp.g = 2 * (inp - targ[:, None]) / inp.shape[1]

# %% the rows of N×N, divided → difference_is_n_by_n
def mse_grad(inp, targ):
    diff = inp - targ
    inp.g = diff.mul(2).div(len(targ))
    return inp.g

# %% no axis given back → gradient_has_lost_its_axis
def mse_grad(inp, targ):
    inp.g = 2 * (inp[:, 0] - targ) / len(targ)

# %% the sign → subtracts_the_output
def mse_grad(inp, targ):
    inp.g = -2 / len(inp) * (inp.squeeze(-1) - targ)[:, None]

# %% returned → mse_gradient_is_returned
def mse_grad(inp, targ):
    grad = 2 * (inp.squeeze(-1) - targ)[:, None]
    return grad / len(inp)

# %% a local variable only → not_set
def mse_grad(inp, targ):
    g = 2 * (inp.squeeze(-1) - targ).unsqueeze(-1) / len(inp)

# %% the wrong factor altogether → factor
def mse_grad(inp, targ):
    inp.g = 3 * (inp.squeeze(-1) - targ).unsqueeze(-1) / len(inp)
