# Wrong answers that look right. "zero": the values are wrong, nothing is earned; "loses": they are right and something else is not.
# ruff: noqa
# fmt: off

# %% nothing at all → zero
def forward_and_backward(inp, targ, params):
    pass

# %% zeros everywhere → zero
def forward_and_backward(inp, targ, params):
    for t in (inp, *params):
        t.g = torch.zeros_like(t)
    return mse(lin(relu(lin(inp, params[0], params[1])), params[2], params[3]), targ)

# %% activations of the first call, by shape → zero
saved = {}

def forward_and_backward(inp, targ, params):
    w1, b1, w2, b2 = params
    l1, l2 = saved.setdefault((inp.shape, w1.shape), (lin(inp, w1, b1), relu(lin(inp, w1, b1))))
    out = lin(l2, w2, b2)
    mse_grad(out, targ)
    lin_grad(l2, out, w2, b2)
    relu_grad(l1, l2)
    lin_grad(inp, l1, w1, b1)
    return mse(out, targ)

# %% the parameters of the first call → zero
mine = []

def forward_and_backward(inp, targ, params):
    mine.extend(params)
    w1, b1, w2, b2 = mine[:4]
    l1 = lin(inp, w1, b1)
    l2 = relu(l1)
    out = lin(l2, w2, b2)
    mse_grad(out, targ)
    lin_grad(l2, out, w2, b2)
    relu_grad(l1, l2)
    lin_grad(inp, l1, w1, b1)
    return mse(out, targ)

# %% relu twice → zero
def forward_and_backward(inp, targ, params):
    w1, b1, w2, b2 = params
    l1 = lin(inp, w1, b1)
    l2 = relu(l1)
    out = relu(lin(l2, w2, b2))
    mse_grad(out, targ)
    lin_grad(l2, out, w2, b2)
    relu_grad(l1, l2)
    lin_grad(inp, l1, w1, b1)
    return mse(out, targ)

# %% the loss of a batch of one is a list → loses
def forward_and_backward(inp, targ, params):
    w1, b1, w2, b2 = params
    l1 = lin(inp, w1, b1)
    l2 = relu(l1)
    out = lin(l2, w2, b2)
    mse_grad(out, targ)
    lin_grad(l2, out, w2, b2)
    relu_grad(l1, l2)
    lin_grad(inp, l1, w1, b1)
    return mse(out, targ).reshape(1)

# %% the root of the loss → loses
def forward_and_backward(inp, targ, params):
    w1, b1, w2, b2 = params
    l1 = lin(inp, w1, b1)
    l2 = relu(l1)
    out = lin(l2, w2, b2)
    mse_grad(out, targ)
    lin_grad(l2, out, w2, b2)
    relu_grad(l1, l2)
    lin_grad(inp, l1, w1, b1)
    return mse(out, targ).sqrt()

# %% only where there is no gradient yet → loses
def forward_and_backward(inp, targ, params):
    w1, b1, w2, b2 = params
    l1 = lin(inp, w1, b1)
    l2 = relu(l1)
    out = lin(l2, w2, b2)
    if not hasattr(w1, "g"):
        mse_grad(out, targ)
        lin_grad(l2, out, w2, b2)
        relu_grad(l1, l2)
        lin_grad(inp, l1, w1, b1)
    return mse(out, targ)

# %% everything in float32 → loses
def forward_and_backward(inp, targ, params):
    x = inp.float()
    own = [p.float() for p in params]
    l1 = lin(x, own[0], own[1])
    l2 = relu(l1)
    out = lin(l2, own[2], own[3])
    mse_grad(out, targ.float())
    lin_grad(l2, out, own[2], own[3])
    relu_grad(l1, l2)
    lin_grad(x, l1, own[0], own[1])
    for t, twin in zip((inp, *params), (x, *own)):
        t.g = twin.g
    return mse(out, targ)

# %% the input is normalised in place → zero
def forward_and_backward(inp, targ, params):
    w1, b1, w2, b2 = params
    inp -= inp.mean()
    l1 = lin(inp, w1, b1)
    l2 = relu(l1)
    out = lin(l2, w2, b2)
    mse_grad(out, targ)
    lin_grad(l2, out, w2, b2)
    relu_grad(l1, l2)
    lin_grad(inp, l1, w1, b1)
    return mse(out, targ)

# %% the targets are used up → loses
def forward_and_backward(inp, targ, params):
    w1, b1, w2, b2 = params
    l1 = lin(inp, w1, b1)
    l2 = relu(l1)
    out = lin(l2, w2, b2)
    loss = mse(out, targ)
    mse_grad(out, targ)
    lin_grad(l2, out, w2, b2)
    relu_grad(l1, l2)
    lin_grad(inp, l1, w1, b1)
    targ.sub_(out.squeeze(-1))
    return loss

# %% the targets get a gradient as well → loses
def forward_and_backward(inp, targ, params):
    w1, b1, w2, b2 = params
    l1 = lin(inp, w1, b1)
    l2 = relu(l1)
    out = lin(l2, w2, b2)
    mse_grad(out, targ)
    targ.g = -out.g.squeeze(-1)
    lin_grad(l2, out, w2, b2)
    relu_grad(l1, l2)
    lin_grad(inp, l1, w1, b1)
    return mse(out, targ)

# %% units drop out at random → depends
def forward_and_backward(inp, targ, params):
    w1, b1, w2, b2 = params
    l1 = lin(inp, w1, b1); l2 = relu(l1)
    l2 = l2 * (torch.rand_like(l2) > 0.1)
    out = lin(l2, w2, b2)
    mse_grad(out, targ); lin_grad(l2, out, w2, b2); relu_grad(l1, l2); lin_grad(inp, l1, w1, b1)
    return mse(out, targ)

# %% the loss is kept by shape → loses
_seen = {}
def forward_and_backward(inp, targ, params):
    w1, b1, w2, b2 = params
    l1 = lin(inp, w1, b1); l2 = relu(l1); out = lin(l2, w2, b2)
    mse_grad(out, targ); lin_grad(l2, out, w2, b2); relu_grad(l1, l2); lin_grad(inp, l1, w1, b1)
    return _seen.setdefault(tuple(inp.shape), mse(out, targ))

# %% a piece further up does it all by autograd → zero
def mse_grad(inp, targ): inp.g = 2. * (inp.squeeze(-1) - targ).unsqueeze(-1) / inp.shape[0]
def relu_grad(inp, out, *more):
    if more:
        w1, b1, w2, b2 = more
        twins = [t.detach().clone().requires_grad_() for t in (inp, *more)]
        loss = mse(lin(relu(lin(*twins[:3])), *twins[3:]), out)
        loss.backward()
        for t, u in zip((inp, *more), twins): t.g = u.grad
        return loss.detach()
    inp.g = (inp > 0) * out.g
def lin_grad(inp, out, w, b): inp.g, w.g, b.g = out.g @ w.t(), inp.t() @ out.g, out.g.sum(0)
# %+
def forward_and_backward(inp, targ, params):
    return relu_grad(inp, targ, *params)

# %% a list of layers, reversed; the loss as a Python number → loses
def forward_and_backward(inp, targ, params):
    w1, b1, w2, b2 = params
    layers = [(lin, lin_grad, (w1, b1)), (relu, relu_grad, ()), (lin, lin_grad, (w2, b2))]
    saved = [inp]
    for forward, _, own in layers:
        saved.append(forward(saved[-1], *own))
    mse_grad(saved[-1], targ)
    for place in reversed(range(len(layers))):
        layers[place][1](saved[place], saved[place + 1], *layers[place][2])
    return mse(saved[-1], targ).item()

# %% two N-ths in float32 → loses
def forward_and_backward(inp, targ, params):
    w1, b1, w2, b2 = params
    l1 = lin(inp, w1, b1)
    l2 = relu(l1)
    out = lin(l2, w2, b2)
    loss = mse(out, targ)
    out.g = torch.tensor(2 / len(targ)) * (out[:, 0] - targ)[:, None]
    lin_grad(l2, out, w2, b2)
    relu_grad(l1, l2)
    lin_grad(inp, l1, w1, b1)
    return loss

# %% contiguous first → loses
def forward_and_backward(inp, targ, params):
    w1, b1, w2, b2 = params
    inp = inp.contiguous()
    l1 = lin(inp, w1, b1)
    l2 = relu(l1)
    out = lin(l2, w2, b2)
    loss = mse(out, targ)
    mse_grad(out, targ)
    lin_grad(l2, out, w2, b2)
    relu_grad(l1, l2)
    lin_grad(inp, l1, w1, b1)
    return loss
