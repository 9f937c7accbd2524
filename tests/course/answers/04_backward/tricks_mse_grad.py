# What the rule forbids, in several disguises; after the arrow what the message has to hold.
# ruff: noqa
# fmt: off

# %% backward of mse itself → requires_grad_
def mse_grad(inp, targ):
    twin = inp.detach().clone().requires_grad_(True)
    mse(twin, targ).backward()
    inp.g = twin.grad

# %% a helper in another cell → autograd
def slope(f, x):
    x = torch.tensor(x.tolist(), dtype=x.dtype, requires_grad=True)
    return torch.autograd.grad(f(x), [x])[0]

# %+
def mse_grad(inp, targ):
    inp.g = slope(lambda z: mse(z, targ), inp)

# %% a parameter → backward
def mse_grad(inp, targ):
    twin = torch.nn.Parameter(inp.clone())
    mse(twin, targ).backward()
    inp.g = twin.grad.clone()
