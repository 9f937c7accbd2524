# What the rule forbids, in several disguises; after the arrow what the message has to hold.
# ruff: noqa
# fmt: off

# %% jacobian → jacobian
from torch.autograd.functional import jacobian

def numerical_grad(f, x, eps):
    return jacobian(f, x.double())

# %% backward → requires_grad_
def numerical_grad(f, x, eps):
    twin = x.detach().double().clone().requires_grad_()
    f(twin).backward()
    return twin.grad

# %% torch.func → torch.func.grad
def numerical_grad(f, x, eps):
    return torch.func.grad(f)(x.double())

# %% under another name → AG
import torch.autograd as AG

def numerical_grad(f, x, eps):
    twin = torch.tensor(x.double().tolist(), dtype=torch.float64, requires_grad=True)
    return AG.grad(f(twin), twin)[0]

# %% no name but backward → backward
def numerical_grad(f, x, eps):
    twin = torch.nn.Parameter(x.double().clone())
    f(twin).backward()
    return twin.grad.detach()

# %% forward mode → dual_level
import torch.autograd.forward_ad as fwAD
def numerical_grad(f, x, eps):
    x = x.double()
    rows = []
    with fwAD.dual_level():
        for i in range(x.numel()):
            e = torch.zeros(x.numel(), dtype=torch.float64); e[i] = 1
            rows.append(fwAD.unpack_dual(f(fwAD.make_dual(x, e.reshape(x.shape)))).tangent)
    return torch.stack(rows).reshape(x.shape)
