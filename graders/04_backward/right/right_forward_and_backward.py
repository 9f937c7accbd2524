# Right answers in students' own words; each goes into a notebook of its own (see grading.py).
# ruff: noqa
# fmt: off

# %% as the lesson has it, with params
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
    return loss

# %% generators that go on where they stopped
def layer(x, fwd, bwd, *p):
    y = fwd(x, *p)
    yield y
    bwd(x, y, *p)
    yield None
# %+
def forward_and_backward(inp, targ, params):
    w1, b1, w2, b2 = params
    gens, x = [], inp
    for f, b, p in ((lin, lin_grad, (w1, b1)), (relu, relu_grad, ()), (lin, lin_grad, (w2, b2))):
        g = layer(x, f, b, *p)
        x = next(g)
        gens.append(g)
    loss = mse(x, targ)
    mse_grad(x, targ)
    for g in reversed(gens):
        next(g)
    return loss

# %% what lies between is cleared at the end
def forward_and_backward(inp, targ, params):
    w1, b1, w2, b2 = params
    l1 = lin(inp, w1, b1); l2 = relu(l1); out = lin(l2, w2, b2)
    mse_grad(out, targ); lin_grad(l2, out, w2, b2); relu_grad(l1, l2); lin_grad(inp, l1, w1, b1)
    for t in (l1, l2, out):
        del t.g
    return mse(out, targ)

# %% gradients first, all of them set at the end
def grads(x, y, w1, b1, w2, b2):
    l1 = x @ w1 + b1; l2 = torch.clamp(l1, min=0); o = (l2 @ w2 + b2).squeeze(-1)
    d = o - y
    do = (2.0 / y.numel()) * d[:, None]
    dl1 = do @ w2.T * (l1 > 0).to(do.dtype)
    return (d @ d) / y.numel(), (dl1 @ w1.T, x.T @ dl1, dl1.sum(0), l2.T @ do, do.sum(0))
# %+
def forward_and_backward(inp, targ, params):
    loss, gs = grads(inp, targ, *params)
    for t, g in zip((inp,) + tuple(params), gs):
        t.g = g
    return loss

# %% everything written out
def forward_and_backward(x, y, p):
    hidden = x @ p[0] + p[1]
    act = hidden.clamp_min(0)
    z = act @ p[2] + p[3]
    dz = 2 * (z - y[:, None]) / len(y)
    p[2].g = act.t() @ dz
    p[3].g = dz.sum(0)
    dh = (dz @ p[2].t()) * (hidden > 0)
    p[0].g = x.t() @ dh
    p[1].g = dh.sum(0)
    x.g = dh @ p[0].t()
    return ((z.squeeze(-1) - y) ** 2).mean()

# %% a tape of what is to be undone
def forward_and_backward(inp, targ, params):
    (w1, b1, w2, b2), tape = params, []
    l1 = lin(inp, w1, b1)
    tape.append(lambda: lin_grad(inp, l1, w1, b1))
    l2 = relu(l1)
    tape.append(lambda: relu_grad(l1, l2))
    out = lin(l2, w2, b2)
    tape.append(lambda: lin_grad(l2, out, w2, b2))
    loss = mse(out, targ)
    tape.append(lambda: mse_grad(out, targ))
    while tape:
        tape.pop()()
    return loss

# %% the loss last, old gradients thrown away first
def forward_and_backward(inp, targ, params):
    w1, b1, w2, b2 = params
    for t in (inp, w1, b1, w2, b2):
        t.g = None
    l1 = lin(inp, w1, b1)
    l2 = relu(l1)
    out = lin(l2, w2, b2)
    mse_grad(out, targ)
    lin_grad(l2, out, w2, b2)
    relu_grad(l1, l2)
    lin_grad(inp, l1, w1, b1)
    return mse(out, targ)

# %% classes with a backward each
class Layer:
    def __init__(self, f, back, *own):
        self.f, self.back, self.own = f, back, own

    def __call__(self, inp):
        self.inp, self.out = inp, self.f(inp, *self.own)
        return self.out

    def backward(self):
        self.back(self.inp, self.out, *self.own)

# %+
def forward_and_backward(inp, targ, params):
    w1, b1, w2, b2 = params
    layers = Layer(lin, lin_grad, w1, b1), Layer(relu, relu_grad), Layer(lin, lin_grad, w2, b2)
    x = inp
    for layer in layers:
        x = layer(x)
    mse_grad(x, targ)
    for layer in layers[::-1]:
        layer.backward()
    return mse(x, targ)

# %% relu in place on an own copy, einsum in the first layer
def forward_and_backward(inp, targ, params):
    w1, b1, w2, b2 = params
    with torch.no_grad():
        l1 = torch.addmm(b1, inp, w1)
        l2 = l1.clone().clamp_(min=0)
        out = lin(l2, w2, b2)
        mse_grad(out, targ)
        lin_grad(l2, out, w2, b2)
        relu_grad(l1, l2)
        inp.g = torch.einsum("nh,ih->ni", l1.g, w1)
        w1.g = torch.einsum("ni,nh->ih", inp, l1.g)
        b1.g = torch.einsum("nh->h", l1.g)
        return mse(out, targ)

# %% one function inside another
def forward_and_backward(inp, targ, params):
    def layer(x, w, b, then):
        y = lin(x, w, b)
        loss = then(y)
        lin_grad(x, y, w, b)
        return loss

    def end(out):
        mse_grad(out, targ)
        return mse(out, targ)

    def middle(l1):
        l2 = relu(l1)
        loss = layer(l2, params[2], params[3], end)
        relu_grad(l1, l2)
        return loss

    return layer(inp, params[0], params[1], middle)

# %% pieces with parameters of other names, by keyword
def mse_grad(z, y):
    z.g = 2. * (z.squeeze(-1) - y).unsqueeze(-1) / z.shape[0]

def relu_grad(x, y):
    x.g = (x > 0) * y.g

def lin_grad(x, y, weight, bias):
    x.g, weight.g, bias.g = y.g @ weight.t(), x.t() @ y.g, y.g.sum(0)

# %+
def forward_and_backward(inp, targ, params):
    w1, b1, w2, b2 = params
    l1 = lin(inp, w1, b1)
    l2 = relu(l1)
    out = lin(l2, w2, b2)
    mse_grad(z=out, y=targ)
    lin_grad(x=l2, y=out, weight=w2, bias=b2)
    relu_grad(x=l1, y=l2)
    lin_grad(x=inp, y=l1, weight=w1, bias=b1)
    return mse(out, targ)

# %% pieces that give back what they set, and that is used
def mse_grad(inp, targ):
    inp.g = 2. * (inp.squeeze(-1) - targ).unsqueeze(-1) / inp.shape[0]
    return inp.g

def relu_grad(inp, out):
    inp.g = (inp > 0) * out.g
    return inp.g

def lin_grad(inp, out, w, b):
    inp.g, w.g, b.g = out.g @ w.t(), inp.t() @ out.g, out.g.sum(0)
    return inp.g

# %+
def forward_and_backward(inp, targ, params):
    w1, b1, w2, b2 = params
    l1 = lin(inp, w1, b1)
    l2 = relu(l1)
    out = lin(l2, w2, b2)
    out.g = mse_grad(out, targ)
    l2.g = lin_grad(l2, out, w2, b2)
    l1.g = relu_grad(l1, l2)
    inp.g = lin_grad(inp, l1, w1, b1)
    return mse(out, targ)

# %% the rule is broken further up, and has cost its marks there
def mse_grad(inp, targ):
    inp.g = 2. * (inp.squeeze(-1) - targ).unsqueeze(-1) / inp.shape[0]

def relu_grad(inp, out):
    x = inp.detach().clone().requires_grad_()
    inp.g, = torch.autograd.grad(torch.nn.functional.relu(x), x, out.g)

def lin_grad(inp, out, w, b):
    inp.g, w.g, b.g = out.g @ w.t(), inp.t() @ out.g, out.g.sum(0)

# %+
from contextlib import ExitStack

def forward_and_backward(inp, targ, params):
    w1, b1, w2, b2 = params
    with ExitStack() as way_back:
        def layer(x, forward, backward, *own):
            y = forward(x, *own)
            way_back.callback(backward, x, y, *own)
            return y
        out = layer(layer(layer(inp, lin, lin_grad, w1, b1), relu, relu_grad), lin, lin_grad, w2, b2)
        way_back.callback(mse_grad, out, targ)
        return mse(out, targ)
