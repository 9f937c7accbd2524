# Wrong answers that look right. "zero": the values are wrong, nothing is earned; "loses": the values are right and something else is not.
# ruff: noqa
# fmt: off

# %% a rate of its own → zero
def sgd_step(params, lr):
    for p in params:
        p -= 0.1 * p.g
        p.g = None

# %% the rate shrinks from call to call → zero
calls = 0

def sgd_step(params, lr):
    global calls
    calls += 1
    for p in params:
        p -= lr / calls * p.g
        p.g = None

# %% biases are left out → zero
def sgd_step(params, lr):
    for p in params:
        if p.ndim > 1:
            p -= lr * p.g
        p.g = None

# %% momentum that nobody asked for → zero
speed = {}

def sgd_step(params, lr):
    for i, p in enumerate(params):
        if i in speed and speed[i].shape == p.shape:
            speed[i] = 0.9 * speed[i] + p.g
        else:
            speed[i] = p.g.clone()
        p -= lr * speed[i]
        p.g = None

# %% the sign of the gradient alone → zero
def sgd_step(params, lr):
    for p in params:
        p -= lr * p.g.sign()
        p.g = None

# %% the first parameter twice → zero
def sgd_step(params, lr):
    for p in params:
        params[0].sub_(lr * params[0].g)
    for p in params:
        p.g = None

# %% new tensors are returned → zero
def sgd_step(params, lr):
    return [p - lr * p.g for p in params]

# %% an empty tensor in its place → loses
def sgd_step(params, lr):
    for p in params:
        p -= lr * p.g
        p.g = torch.empty(0)

# %% rounded to float32 on the way → loses
def sgd_step(params, lr):
    for p in params:
        p.copy_(p.float() - lr * p.g.float())
        p.g = None

# %% the numbers of another tensor by set_ → loses
def sgd_step(params, lr):
    for p in params:
        p.set_(p - lr * p.g)
        p.g = None

# %% through one long row, which may be a copy → loses
def sgd_step(params, lr):
    for p in params:
        p.reshape(-1).sub_(lr * p.g.reshape(-1))
        p.g = None

# %% False in place of nothing → loses
def sgd_step(params, lr):
    for p in params:
        p -= lr * p.g
        p.g = False

# %% gradients clipped at 1 → zero
def sgd_step(params, lr):
    for p in params:
        p -= lr * p.g.clamp(-1, 1)
        p.g = None

# %% the rate in float32, by a default dtype → loses
def sgd_step(params, lr):
    for p in params:
        p.add_(p.g * torch.full((), -lr))
        p.g = None

# %% the gradient in float32 → loses
def sgd_step(params, lr):
    for p in params:
        p -= lr * p.g.float()
        p.g = None

# %% zero gradients skipped → loses
def sgd_step(params: list[torch.Tensor], lr: float) -> None:
    for p in params:
        if not p.g.any():
            continue
        p -= lr * p.g
        p.g = None
