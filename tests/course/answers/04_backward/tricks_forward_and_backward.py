# What the rule forbids, in several disguises; after the arrow what the message has to hold.
# ruff: noqa
# fmt: off

# %% loss.backward → requires_grad_
def forward_and_backward(inp, targ, params):
    twins = [t.clone().requires_grad_() for t in (inp, *params)]
    loss = mse(lin(relu(lin(*twins[:3])), *twins[3:]), targ)
    loss.backward()
    for t, twin in zip((inp, *params), twins):
        t.g = twin.grad
    return loss.detach()

# %% only for the first layer → autograd
def forward_and_backward(inp, targ, params):
    w1, b1, w2, b2 = params
    l1 = lin(inp, w1, b1)
    l2 = relu(l1)
    out = lin(l2, w2, b2)
    mse_grad(out, targ)
    lin_grad(l2, out, w2, b2)
    relu_grad(l1, l2)
    twins = [torch.nn.Parameter(t.clone()) for t in (inp, w1, b1)]
    inp.g, w1.g, b1.g = torch.autograd.grad(lin(*twins), twins, l1.g)
    return mse(out, targ)

# %% parameters → backward
def forward_and_backward(inp, targ, params):
    twins = [torch.nn.Parameter(t.clone()) for t in (inp, *params)]
    loss = mse(lin(relu(lin(*twins[:3])), *twins[3:]), targ)
    loss.backward()
    for t, twin in zip((inp, *params), twins):
        t.g = twin.grad.clone()
    return loss.item()
