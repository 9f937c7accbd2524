# What the rule forbids, in several disguises; after the arrow what the message has to hold.
# ruff: noqa
# fmt: off

# %% three twins → requires_grad_
def lin_grad(inp, out, w, b):
    twins = [t.clone().requires_grad_() for t in (inp, w, b)]
    lin(*twins).backward(out.g)
    for t, twin in zip((inp, w, b), twins):
        t.g = twin.grad

# %% vjp → torch.func.vjp
def lin_grad(inp, out, w, b):
    inp.g, w.g, b.g = torch.func.vjp(lin, inp, w, b)[1](out.g)

# %% a layer of PyTorch's → backward
def lin_grad(inp, out, w, b):
    layer = torch.nn.Linear(*w.shape).to(inp.dtype)
    layer.weight.data, layer.bias.data = w.t().clone(), b.clone()
    x = torch.nn.Parameter(inp.clone())
    layer(x).backward(out.g)
    inp.g, w.g, b.g = x.grad.clone(), layer.weight.grad.t().clone(), layer.bias.grad.clone()

# %% getattr in pieces → automatic differentiation
def lin_grad(inp, out, w, b):
    twins = [torch.nn.Parameter(t.clone()) for t in (inp, w, b)]
    gradients = getattr(getattr(torch, "auto" + "grad"), "grad")(lin(*twins), twins, out.g)
    inp.g, w.g, b.g = gradients
