# What the rule forbids, in several disguises; after the arrow what the message has to hold.
# ruff: noqa
# fmt: off

# %% F.relu and back → requires_grad_
def relu_grad(inp, out):
    twin = inp.clone().requires_grad_()
    torch.nn.functional.relu(twin).backward(out.g)
    inp.g = twin.grad

# %% vjp → vjp
from torch.func import vjp

def relu_grad(inp, out):
    inp.g = vjp(torch.nn.functional.relu, inp)[1](out.g)[0]

# %% a Function of one's own → torch.autograd
class Switch(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.clamp_min(0)

    @staticmethod
    def backward(ctx, g):
        return (ctx.saved_tensors[0] > 0) * g

# %+
def relu_grad(inp, out):
    twin = torch.nn.Parameter(inp.clone())
    Switch.apply(twin).backward(out.g)
    inp.g = twin.grad.clone()

# %% a hook on a layer → backward
def relu_grad(inp, out):
    layer = torch.nn.Threshold(0, 0)
    def keep(mod, gi, go): inp.g = gi[0]
    layer.register_full_backward_hook(keep)
    x = inp.clone(); x.requires_grad = True
    y = layer(x)
    y.backward(gradient=out.g)
